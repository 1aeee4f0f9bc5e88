"""The socket as the session sees it: JSON messages out in Google's form, a close with code and reason, a record."""

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.state.faults import Fault

if TYPE_CHECKING:
    from gemini_live_emulator.state.session_record import SessionRecord


class Connection:
    """One accepted WebSocket. Messages are binary frames of pretty-printed JSON with a newline at the end."""

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest, fault: Fault | None) -> None:
        self._socket = socket
        self._request = request
        self._fault = fault
        self._sent = 0
        self.record: SessionRecord | None = None
        self.muted = False

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._socket.closed

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message, unless the socket is closed or has gone silent."""
        if self.closed or self.muted:
            return
        text = json.dumps(message, indent=2, ensure_ascii=False) + "\n"
        with contextlib.suppress(ConnectionError):
            await self._socket.send_bytes(text.encode(errors="replace"))
        self._sent += 1
        if self._fault and self._fault.kind == "drop" and self._sent >= self._fault.messages:
            # What was written goes out first, or the client would miss messages that it was promised.
            await asyncio.sleep(0.02)
            self.drop()

    async def receive(self) -> str | None:
        """The next message's text; None when the socket has been closed."""
        message = await self._socket.receive()
        if message.type == WSMsgType.TEXT:
            return str(message.data)
        if message.type == WSMsgType.BINARY:
            try:
                return bytes(message.data).decode()
            except UnicodeDecodeError as error:
                raise LiveCloseError(1007, "Invalid JSON payload received.") from error
        if message.type == WSMsgType.CLOSE:
            self._note(int(message.data or 1005), str(message.extra or ""))
        else:
            self._note(1006, "")
        return None

    async def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason that browsers see."""
        self._note(code, reason)
        with contextlib.suppress(ConnectionError):
            await self._socket.close(code=code, message=reason.encode())

    def drop(self) -> None:
        """Cut the connection without a word."""
        self._note(1006, "")
        if self._request.transport is not None:
            self._request.transport.abort()

    def _note(self, code: int, reason: str) -> None:
        if self.record is not None and self.record.close is None:
            self.record.close = {"code": code, "reason": reason}
