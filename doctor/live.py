"""The Live API's WebSocket as a page would open it; the doctor's only user of websockets."""

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from doctor.finding import Failure
from doctor.trouble import no_answer
from doctor.web import is_loopback, proxy_for

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

ABNORMAL = 1006
LARGEST_MESSAGE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """How opening a session ended: ready, or closed with `code` and `reason` before it was.

    `upgrade` is the HTTP status when the server did not even become a WebSocket; seconds count from the first packet
    to the open socket, and from the setup message to `setupComplete`.
    """

    ready: bool
    code: int = 0
    reason: str = ""
    upgrade: int = 0
    open_seconds: float = 0.0
    setup_seconds: float = 0.0
    said: str = ""

    def described(self) -> str:
        """The end in a few words."""
        if self.upgrade:
            return f"HTTP {self.upgrade} instead of a WebSocket"
        return f"closed with {self.code}" + (f" “{self.reason}”" if self.reason else "")


@dataclass(frozen=True)
class Live:
    """Opens sessions; `timeout` is in seconds, for the socket and for `setupComplete` each."""

    timeout: float
    context: ssl.SSLContext
    clock: Callable[[], float] = time.perf_counter

    def open(self, url: str, token: str, setup: Mapping[str, Any], origin: str, say: str | None = None) -> Outcome:
        """Open a session with `setup`, `say` something if asked to, and leave.

        Raises:
            Failure: the server could not be reached, or stayed silent.
        """
        try:
            from websockets import exceptions
            from websockets.sync.client import connect
            from websockets.typing import Origin
        except ImportError as error:
            raise Failure(
                "Python's package websockets is not installed here.",
                "Run it as `make doctor URL=… ORIGIN=…`, which prepares everything.",
            ) from error
        begun = self.clock()
        try:
            with connect(
                f"{url}?access_token={quote(token, safe='')}",
                origin=Origin(origin),
                ssl=self.context if url.startswith("wss:") else None,
                proxy=None if is_loopback(url) else proxy_for("http" + url.removeprefix("ws")),
                open_timeout=self.timeout,
                close_timeout=1,
                max_size=LARGEST_MESSAGE,
            ) as socket:
                opened = self.clock()
                return self._session(socket, {"setup": setup}, opened - begun, say)
        except exceptions.InvalidStatus as refused:
            return Outcome(ready=False, upgrade=refused.response.status_code)
        except (OSError, EOFError, ValueError, OverflowError, exceptions.WebSocketException) as error:
            known = error if isinstance(error, OSError) else ConnectionError()
            raise no_answer(known, url, self.timeout) from error

    def _session(self, socket: "ClientConnection", first: object, open_seconds: float, say: str | None) -> Outcome:
        from websockets.exceptions import ConnectionClosed

        sent = self.clock()
        try:
            socket.send(json.dumps(first))
            while "setupComplete" not in _read(socket.recv(timeout=self.timeout)):
                pass
            setup_seconds = self.clock() - sent
        except ConnectionClosed as closed:
            close = closed.rcvd
            return Outcome(ready=False, code=close.code if close else ABNORMAL, reason=close.reason if close else "")
        said = self._conversation(socket, say) if say else ""
        return Outcome(ready=True, open_seconds=open_seconds, setup_seconds=setup_seconds, said=said)

    def _conversation(self, socket: "ClientConnection", say: str) -> str:
        """Return what was spoken in answer, as its transcription has it, as far as it came."""
        from websockets.exceptions import ConnectionClosed

        said, end = "", self.clock() + self.timeout
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            socket.send(json.dumps({"realtimeInput": {"text": say}}))
            while self.clock() < end:
                content = _read(socket.recv(timeout=self.timeout)).get("serverContent") or {}
                said += (content.get("outputTranscription") or {}).get("text") or ""
                for part in (content.get("modelTurn") or {}).get("parts") or []:
                    said += part.get("text") or ""
                if content.get("generationComplete") or content.get("turnComplete"):
                    break
        return said


def _read(message: str | bytes) -> dict[str, Any]:
    """The message's JSON object; Google sends text in binary frames."""
    with contextlib.suppress(ValueError):
        document = json.loads(message)
        if isinstance(document, dict):
            return document
    return {}
