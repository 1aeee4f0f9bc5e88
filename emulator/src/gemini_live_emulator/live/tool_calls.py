"""Function calls that are out: which are waited for, what their results do, and when they are called back."""

import dataclasses
from typing import Any

from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.setup_rules import INVALID_ARGUMENT

WHEN_IDLE, INTERRUPT, SILENT = "WHEN_IDLE", "INTERRUPT", "SILENT"


@dataclasses.dataclass(frozen=True)
class Results:
    """Results of functions (name and value) that are ready for the model, and how they reach it."""

    scheduling: str
    values: list[tuple[str, Any]]


@dataclasses.dataclass(frozen=True)
class _Call:
    name: str
    waited_for: bool


class ToolCalls:
    """The calls of one session; a model goes on talking while a NON_BLOCKING one is out."""

    def __init__(self, context: SessionContext) -> None:
        self._context = context
        self._out: dict[str, _Call] = {}
        self._gathered: list[tuple[str, Any]] = []

    @property
    def any_out(self) -> bool:
        """Whether a call has no final result yet."""
        return bool(self._out)

    @property
    def waiting(self) -> bool:
        """Whether the model says nothing until a result has come."""
        return any(call.waited_for for call in self._out.values())

    async def ask(self, calls: list[dict[str, Any]]) -> None:
        """Send one `toolCall`."""
        context = self._context
        for call in calls:
            context.conversation.calls[call["id"]] = call["name"]
            self._out[call["id"]] = _Call(call["name"], self._waited_for(call["name"]))
        await context.withdraw_handle()
        await context.connection.send({"toolCall": {"functionCalls": calls}})

    def _waited_for(self, name: str) -> bool:
        model = self._context.model
        declared = (f for tool in self._context.setup.get("tools", []) for f in tool.get("functionDeclarations", []))
        behavior = next((f.get("behavior") for f in declared if f.get("name") == name), None) or model.behavior
        return model.always_waits or behavior == "BLOCKING"

    def take(self, responses: list[dict[str, Any]]) -> list[Results]:
        """What is ready for the model after these `functionResponses`; raises LiveCloseError."""
        ready: dict[str, list[tuple[str, Any]]] = {}
        for response in responses:
            self._context.record.tool_responses.append(response)
            if "scheduling" in response and not self._context.model.scheduling:
                raise LiveCloseError(1007, "Function response scheduling is not supported for this model")
            call = self._take(response)
            if call is None:
                continue
            value = (call.name, response.get("response", {}))
            if call.waited_for:
                self._gathered.append(value)
            else:
                ready.setdefault(response.get("scheduling", WHEN_IDLE), []).append(value)
        if self._gathered and not self.waiting:
            ready.setdefault(WHEN_IDLE, [])[:0], self._gathered = self._gathered, []
        return [Results(scheduling, values) for scheduling, values in ready.items()]

    def _take(self, response: dict[str, Any]) -> _Call | None:
        """The call that is answered; None when it was answered finally, called back, or is ignored."""
        number = response.get("id", "")
        call = self._out.get(number)
        if call is None:
            context = self._context
            if number not in context.conversation.calls and context.state.options.unknown_calls == "refused":
                raise LiveCloseError(1007, INVALID_ARGUMENT)
            return None
        # Only calls that nobody waits for may have more than one result.
        if call.waited_for or not response.get("willContinue", False):
            del self._out[number]
        return call

    async def call_back(self) -> bool:
        """Cancel the calls that are waited for; whether there were any."""
        pending = [number for number, call in self._out.items() if call.waited_for]
        for number in pending:
            del self._out[number]
        self._gathered.clear()
        if pending:
            await self._context.connection.send({"toolCallCancellation": {"ids": pending}})
        return bool(pending)
