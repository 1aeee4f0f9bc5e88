"""Whose turn it is: the turns of the user are answered one after the other, unless one of them interrupts."""

import asyncio
import collections
import contextlib
from typing import Any

from gemini_live_emulator.live import orders, script
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.model_turn import ModelTurn
from gemini_live_emulator.live.tool_calls import ToolCalls
from gemini_live_emulator.live.usage import usage_metadata
from gemini_live_emulator.state.conversation import UserTurn
from gemini_live_emulator.state.scenario import Planned


class TurnQueue:
    """Answers the turns of the user, in the order they came, by words or by calling functions."""

    def __init__(self, context: SessionContext, calls: ToolCalls) -> None:
        self._context = context
        self._calls = calls
        self._waiting: collections.deque[UserTurn] = collections.deque()
        self.task: asyncio.Task[None] | None = None
        # The turn that is being sent; None while there is none, or only its sound still plays.
        self._sending: ModelTurn | None = None
        self._first = True
        # The turn of a scenario whose functions have been called, and which speaks when their results have come.
        self._planned: Planned | None = None

    @property
    def playing(self) -> bool:
        """Whether a turn is not over: still generating, or the sound not yet played to its end."""
        return self.task is not None and not self.task.done()

    @property
    def _obeys(self) -> bool:
        return self._context.state.options.found_orders == "obeyed"

    @property
    def generating(self) -> bool:
        """Whether an answer is being made at this moment."""
        return self._sending is not None

    def add(self, turn: UserTurn) -> None:
        """Answer this turn; after the answers before it, and not while the result of a function is waited for."""
        if turn.results and self._waiting and self._waiting[0].results:
            self._waiting[0].results += turn.results
        elif turn.results:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        if not self.playing:
            self.task = asyncio.create_task(self._answer_all())

    def introduce_again(self) -> None:
        """The next answer says what the instruction is, as the first one did: it has changed."""
        self._first = True

    async def interrupt(self, *, pending: bool = False) -> None:
        """Stop at once and tell the client; `pending` says that a function call was interrupted."""
        if self.playing and self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            if self._sending:
                self._context.conversation.add("model", *self._sending.heard_so_far())
        elif not pending:
            return
        # Results that have come meanwhile are not lost; they are told with the next turn.
        self._waiting = collections.deque(turn for turn in self._waiting if turn.results)
        self._sending = None
        await self._context.send_content(interrupted=True)
        await self._complete()
        await self._context.offer_handle()

    async def _complete(self, seconds: float = 0.0) -> None:
        """Say that the turn is over, and what it cost."""
        usage = usage_metadata(self._context.setup, self._context.conversation, seconds)
        self._context.record.usage.append(usage)
        await self._context.connection.send({"serverContent": {"turnComplete": True}, "usageMetadata": usage})

    async def _answer_all(self) -> None:
        while self._waiting and not self._calls.waiting:
            turn = self._waiting.popleft()
            planned, self._planned = self._planned, None
            if not turn.results:
                planned = self._context.progress.answer_to(turn.described())
            found = self._calls_for(turn, planned)
            await asyncio.sleep(planned.wait_seconds if planned and not turn.results else 0)
            if found:
                # What it says comes with the results.
                self._planned = planned
                await self._call(turn, found)
                continue
            if not (planned and planned.only_ends):
                await self._answer(turn, planned.say if planned else "")
            if planned and planned.ending:
                await asyncio.sleep(planned.ending.after_seconds)
                await self._context.end(planned.ending)

    def _calls_for(self, turn: UserTurn, planned: Planned | None) -> list[dict[str, Any]]:
        """The calls that a scenario asks for; without one those that the user's words ask for."""
        context = self._context
        if planned is None and turn.results and self._obeys:
            ordered = orders.calls(turn.results, context.conversation)
            if ordered:
                return [script.called(call, context.state.chance) for call in ordered]
        if planned is None:
            return script.calls(context.setup, context.conversation, turn, context.state.chance)
        if turn.results:
            return []
        return [{"id": script.call_id(context.state.chance), **call} for call in planned.calls]

    async def _call(self, turn: UserTurn, calls: list[dict[str, Any]]) -> None:
        """Call functions instead of answering; the turn is over at once unless their results are waited for."""
        context = self._context
        if not turn.results:
            context.conversation.add_user_turn(turn)
        await self._calls.ask(calls)
        if not self._calls.waiting or context.completes_with_call:
            await self._complete()

    async def _answer(self, turn: UserTurn, text: str) -> None:
        context = self._context
        text = text or script.reply(context.setup, context.conversation, turn, first=self._first)
        if self._obeys:
            text = " ".join([text, *orders.words(turn.results, context.conversation)])
        self._first = False
        if not turn.results:
            context.conversation.add_user_turn(turn)
        sending = self._sending = ModelTurn(context, text)
        await context.withdraw_handle()
        await sending.send()
        context.conversation.add("model", text, sending.seconds)
        await context.send_content(generationComplete=True)
        self._sending = None
        await context.offer_handle()
        await asyncio.sleep(sending.remaining)
        await self._complete(sending.seconds)
