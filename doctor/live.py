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
from doctor.network_errors import no_answer
from doctor.quoting import quoted
from doctor.web import is_loopback, proxy_for

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection as Connection

ABNORMAL = 1006
LARGEST_MESSAGE = 4 * 1024 * 1024
_SAID = 1000  # characters of a conversation that are kept


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
        return f"closed with {self.code}" + (f" {quoted(self.reason)}" if self.reason else "")


@dataclass(frozen=True)
class Live:
    """Opens sessions; `timeout` is in seconds, for the socket, for `setupComplete` and for what is said each."""

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
            from websockets.sync.client import ClientConnection, connect
            from websockets.typing import Origin
        except ImportError as error:
            raise Failure(
                "Python's package websockets is not installed here.",
                "Run it as `make doctor URL=… ORIGIN=…`, which prepares everything.",
            ) from error

        class OneServer(ClientConnection):
            """Follows no redirect: the token would go along, to wherever a server likes."""

            def handshake(self, *args: Any, **options: Any) -> None:
                try:
                    super().handshake(*args, **options)
                except exceptions.InvalidStatus as refused:
                    raise _UpgradeRefusedError(refused.response.status_code) from refused

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
                create_connection=OneServer,
            ) as socket:
                opened = self.clock()
                return self._session(socket, {"setup": setup}, opened - begun, say)
        except _UpgradeRefusedError as refused:
            return Outcome(ready=False, upgrade=refused.status)
        except (OSError, EOFError, ValueError, OverflowError, exceptions.WebSocketException) as error:
            known = error if isinstance(error, OSError) else ConnectionError()
            raise no_answer(known, url, self.timeout) from error

    def _session(self, socket: "Connection", first: object, open_seconds: float, say: str | None) -> Outcome:
        from websockets.exceptions import ConnectionClosed

        sent = self.clock()
        try:
            socket.send(json.dumps(first))
            while "setupComplete" not in self._receive(socket, sent + self.timeout):
                pass
            setup_seconds = self.clock() - sent
        except ConnectionClosed as closed:
            close = closed.rcvd
            return Outcome(ready=False, code=close.code if close else ABNORMAL, reason=close.reason if close else "")
        said = self._conversation(socket, say) if say else ""
        return Outcome(ready=True, open_seconds=open_seconds, setup_seconds=setup_seconds, said=said)

    def _conversation(self, socket: "Connection", say: str) -> str:
        """Return what was spoken in answer, as its transcription has it, as far as it came."""
        from websockets.exceptions import ConnectionClosed

        said, end = "", self.clock() + self.timeout
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            socket.send(json.dumps({"realtimeInput": {"text": say}}))
            while len(said) < _SAID:
                content = _object(self._receive(socket, end).get("serverContent"))
                parts = _object(content.get("modelTurn")).get("parts")
                heard = [content.get("outputTranscription"), *(parts if isinstance(parts, list) else [])]
                said += "".join(str(_object(part).get("text") or "") for part in heard)
                if content.get("generationComplete") or content.get("turnComplete"):
                    break
        return said[:_SAID]

    def _receive(self, socket: "Connection", end: float) -> dict[str, Any]:
        """Return the JSON object of the next message, which Google sends as text in binary frames; empty for others.

        Raises:
            TimeoutError: the clock has reached `end`, whatever else has come until then.
        """
        left = end - self.clock()
        if left <= 0:
            raise TimeoutError
        with contextlib.suppress(ValueError, RecursionError):
            return _object(json.loads(socket.recv(timeout=left)))
        return {}


class _UpgradeRefusedError(Exception):
    """The server answered with another status than that of a WebSocket."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _object(value: object) -> dict[str, Any]:
    """Return a JSON object as it is, and an empty one for everything else."""
    return value if isinstance(value, dict) else {}
