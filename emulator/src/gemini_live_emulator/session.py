"""An admitted session: its life from `setupComplete` to the close, and the handles that let it be resumed."""

import asyncio
from typing import Any

from gemini_live_emulator.answer import Answer
from gemini_live_emulator.errors import LiveCloseError
from gemini_live_emulator.handles import Conversation
from gemini_live_emulator.intake import Intake
from gemini_live_emulator.messages import read
from gemini_live_emulator.models import Model
from gemini_live_emulator.record import Record
from gemini_live_emulator.tokens import Token
from gemini_live_emulator.wire import Wire
from gemini_live_emulator.world import World

UPDATE_SECONDS = 1.2
_TICK_SECONDS = 0.1
_ABORTED = (1008, "The operation was aborted.")


class Session:
    """One conversation over one socket, by its effective setup."""

    def __init__(
        self, world: World, wire: Wire, record: Record, *, model: Model, conversation: Conversation, token: Token | None
    ) -> None:
        self.world, self.wire, self.record = world, wire, record
        self.setup: dict[str, Any] = record.effective or {}
        self.conversation = conversation
        self.text_only = "TEXT" in model.modalities
        self.answer = Answer(self)
        self._intake = Intake(self)
        self._token = token
        self._active = False
        self._leaving: asyncio.Task[None] | None = None

    async def run(self, *, silent: bool) -> None:
        """Serve until the socket closes; `silent`: say nothing after `setupComplete`."""
        await self.wire.send({"setupComplete": {}})
        self.wire.muted = silent
        await self.offer_handle()
        self.world.open.add(self)
        tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._updates())]
        try:
            while (text := await self.wire.receive()) is not None:
                self._active = True
                for kind, inner in read(text).items():
                    self.record.counts[kind] += 1
                    await self._intake.take(kind, inner)
        except LiveCloseError as error:
            await self.leave(error.code, error.reason)
        finally:
            self.world.open.discard(self)
            self.conversation.ended = self.world.clock.now()
            for task in (*tasks, self.answer.task, self._leaving):
                if task is not None:
                    task.cancel()

    async def _watch(self) -> None:
        """Close at the token's expiry; say goAway, then close, at the end of the connection's life."""
        loop = asyncio.get_running_loop()
        life = self.world.options.connection_seconds
        end, notice = loop.time() + life, min(self.world.options.go_away_seconds, life / 3)
        warned = False
        while True:
            left = end - loop.time()
            if self._token and self.world.clock.now() >= self._token.expire_time:
                await self.leave(1011, "auth token has expired")
                return
            if left <= 0:
                await self.leave(*_ABORTED)
                return
            if left <= notice and not warned:
                warned = True
                await self.wire.send({"goAway": {"timeLeft": f"{left:.3f}s"}})
            await asyncio.sleep(min(_TICK_SECONDS, left))

    async def go_away(self, seconds: float) -> None:
        """Announce the end of the connection, which then comes after so many seconds."""
        await self.wire.send({"goAway": {"timeLeft": f"{seconds:.3f}s"}})

        async def later() -> None:
            await asyncio.sleep(seconds)
            await self.leave(*_ABORTED)

        self._leaving = asyncio.create_task(later())

    async def leave(self, code: int, reason: str) -> None:
        """Close from the server's side."""
        await self.wire.close(code, reason)

    async def _updates(self) -> None:
        """A fresh handle every 1.2 s in which something happened and no answer is being made."""
        while True:
            await asyncio.sleep(UPDATE_SECONDS)
            if self._active and not self.answer.generating and not self._intake.calls:
                self._active = False
                await self.offer_handle()

    async def offer_handle(self) -> None:
        """Send a handle for the conversation as it stands, if the setup asks for session resumption."""
        if "sessionResumption" in self.setup:
            handle = self.world.handles.give(self.conversation)
            await self.wire.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    async def withdraw_handle(self) -> None:
        """Say that at this moment the session cannot be resumed; false and empty fields are left out on the wire."""
        if "sessionResumption" in self.setup:
            await self.wire.send({"sessionResumptionUpdate": {}})
