"""What the parts of one session share: the setup that counts, the conversation, the socket, what is recorded."""

import dataclasses
from typing import Any

from gemini_live_emulator.live.connection import Connection
from gemini_live_emulator.protocol.models import Model
from gemini_live_emulator.state.conversation import Conversation
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
    token: Token | None = None

    @property
    def text_only(self) -> bool:
        """Whether the model writes its answers instead of speaking them."""
        return "TEXT" in self.model.modalities

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
