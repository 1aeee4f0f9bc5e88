"""An admitted session: its life from `setupComplete` to the close."""

import asyncio

from gemini_live_emulator.live.client_messages import ClientMessages
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.tool_calls import ToolCalls
from gemini_live_emulator.live.turn_queue import TurnQueue
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.messages import read

UPDATE_SECONDS = 1.2
_TICK_SECONDS = 0.1
_ABORTED = (1008, "The operation was aborted.")


class Session:
    """One conversation over one socket."""

    def __init__(self, context: SessionContext) -> None:
        self._context = context
        self._calls = ToolCalls(context)
        self._turns = TurnQueue(context, self._calls)
        self._messages = ClientMessages(context, self._turns, self._calls)
        self._active = False
        self._leaving: asyncio.Task[None] | None = None

    async def run(self, *, silent: bool) -> None:
        """Serve until the socket closes; `silent`: say nothing after `setupComplete`."""
        context = self._context
        await context.connection.send({"setupComplete": {}})
        context.connection.muted = silent
        await context.offer_handle()
        context.state.open.add(self)
        context.conversation.sockets.add(id(self))
        tasks = [asyncio.create_task(work()) for work in (self._watch, self._updates, self._follow_plan)]
        try:
            while (text := await context.connection.receive()) is not None:
                self._active = True
                for kind, inner in read(text).items():
                    context.record.counts[kind] += 1
                    await self._messages.take(kind, inner)
        except LiveCloseError as error:
            await self.leave(error.code, error.reason)
        finally:
            context.state.open.discard(self)
            context.conversation.sockets.discard(id(self))
            context.conversation.ended = context.state.clock.now()
            for task in (*tasks, self._turns.task, self._leaving):
                if task is not None:
                    task.cancel()

    async def _watch(self) -> None:
        """Close at the token's expiry; say goAway, then close, at the end of the connection's life."""
        state, token = self._context.state, self._context.token
        loop = asyncio.get_running_loop()
        life = state.options.connection_seconds
        end, notice = loop.time() + life, min(state.options.go_away_seconds, life / 3)
        warned = False
        while True:
            left = end - loop.time()
            if token and state.clock.now() >= token.expire_time:
                await self.leave(1011, "auth token has expired")
                return
            if left <= 0:
                await self.leave(*_ABORTED)
                return
            if left <= notice and not warned:
                warned = True
                await self._context.connection.send({"goAway": {"timeLeft": f"{left:.3f}s"}})
            await asyncio.sleep(min(_TICK_SECONDS, left))

    async def _follow_plan(self) -> None:
        """End the socket when the scenario says so."""
        ending = self._context.progress.ending
        if ending is not None:
            await asyncio.sleep(ending.after_seconds)
            await self._context.end(ending)

    async def go_away(self, seconds: float) -> None:
        """Announce the end of the connection, which then comes after so many seconds."""
        await self._context.connection.send({"goAway": {"timeLeft": f"{seconds:.3f}s"}})

        async def later() -> None:
            await asyncio.sleep(seconds)
            await self.leave(*_ABORTED)

        self._leaving = asyncio.create_task(later())

    async def leave(self, code: int, reason: str) -> None:
        """Close from the server's side."""
        await self._context.connection.close(code, reason)

    async def _updates(self) -> None:
        """A fresh handle every 1.2 s in which something happened and no answer is being made."""
        while True:
            await asyncio.sleep(UPDATE_SECONDS)
            if self._active and not self._turns.generating and not self._calls.any_out:
                self._active = False
                await self._context.offer_handle()
