"""What the parts of one session share: the setup that counts, the conversation, the socket, what is recorded."""

import dataclasses
from typing import Any

from gemini_live_emulator.live.connection import Connection
from gemini_live_emulator.protocol.models import Model
from gemini_live_emulator.protocol.setup_rules import check_tools
from gemini_live_emulator.state.conversation import Conversation
from gemini_live_emulator.state.scenario import Ending, Progress
from gemini_live_emulator.state.session_record import SessionRecord
from gemini_live_emulator.state.state import State
from gemini_live_emulator.state.tokens import Token


@dataclasses.dataclass
class SessionContext:
    """One admitted session; `token` is None where an API key opened it."""

    state: State
    connection: Connection
    record: SessionRecord
    model: Model
    conversation: Conversation
    setup: dict[str, Any]
    progress: Progress
    token: Token | None = None

    @property
    def text_only(self) -> bool:
        """Whether the model writes its answers instead of speaking them."""
        return "TEXT" in self.model.modalities

    @property
    def completes_with_call(self) -> bool:
        """Whether a turn is over with a call that is waited for; nobody has measured it for 2.5 models."""
        return self.model.turn_after_call_undecided and self.state.options.turn_after_call == "complete"

    def locks(self, field: str) -> bool:
        """Whether the token fixes this field of the setup, wholly or in part."""
        if self.token is None or self.token.setup is None:
            return False
        return not self.token.mask or any(path.split(".")[0] == field for path in self.token.mask)

    def update(self, given: dict[str, Any]) -> dict[str, Any]:
        """Replace instruction or tools by a `contextUpdate`; returns the part of it that was applied."""
        fields = {"tools": given["tools"].get("tools", [])} if "tools" in given else {}
        if "systemInstruction" in given:
            fields["systemInstruction"] = given["systemInstruction"]
        if self.state.options.locked_context_update == "ignored":
            fields = {name: value for name, value in fields.items() if not self.locks(name)}
        check_tools(self.model, fields.get("tools", []))
        self.setup = self.record.effective = {**self.setup, **fields}
        return fields

    async def end(self, ending: Ending) -> None:
        """End the socket as a scenario demands, at once."""
        if ending.code is None:
            self.connection.drop()
        else:
            await self.connection.close(ending.code, ending.reason)

    async def send_content(self, **fields: Any) -> None:
        """Send one message of `serverContent`."""
        await self.connection.send({"serverContent": fields})

    async def offer_handle(self) -> None:
        """Send a handle for the conversation as it stands, if the setup asks for session resumption."""
        if "sessionResumption" in self.setup:
            handle = self.state.handles.give(self.conversation)
            await self.connection.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    async def withdraw_handle(self) -> None:
        """Say that at this moment the session cannot be resumed; false and empty fields are left out on the wire."""
        if "sessionResumption" in self.setup:
            await self.connection.send({"sessionResumptionUpdate": {}})
