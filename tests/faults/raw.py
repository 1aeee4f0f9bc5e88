"""HTTP by hand over a socket, for what no HTTP client would send, and the contract that every answer is held against."""

import json
import re
import socket
import time
from collections.abc import Iterable
from typing import Any, BinaryIO, NamedTuple

from tests.support import ORIGIN

WORDS = "kept-secret-words-7f3a"  # stands in every request; must never come out again, neither answered nor logged
ADDRESS = "203.0.113.77"  # the visitor's; only its hash may be logged
PATIENCE = 12.0  # seconds; longer than any answer may take, so that a late one is seen as late


class Answer(NamedTuple):
    """One HTTP answer as it came over the wire; `seconds` from the first byte sent to the last one received."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    def header(self, name: str) -> str | None:
        """Return a header's value; fails when it stands twice."""
        values = [value for given, value in self.headers if given.lower() == name.lower()]
        assert len(values) <= 1, (name, values)
        return values[0] if values else None

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def outcome(self) -> str:
        """Status and code, such as '403 origin_not_allowed'; '200 ok' for a token."""
        return f"{self.status} {self.json.get('code', 'ok')}"


def request(body: bytes | object = b"{}", path: str = "/", method: str = "POST", **headers: str | None) -> bytes:
    """Return a request as a page on ORIGIN sends it; `headers` replace or add, with _ for -, and None leaves one out.

    Text outside latin-1 cannot stand in a header; characters up to U+00FF go out as single bytes.
    """
    if not isinstance(body, bytes):  # as browsers write it: UTF-8, with escapes for half a surrogate pair alone
        body = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    usual = {
        "Host": "livetoken.example",
        "Origin": ORIGIN,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Forwarded-For": ADDRESS,
        "X-Cloud-Trace-Context": f"{WORDS}/1;o=1",
        "User-Agent": WORDS,
        "Referer": f"{ORIGIN}/{WORDS}",
    }
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def exchange(port: int, *pieces: bytes, close: bool = False, count: int = 1, pause: float = 0.0) -> list[Answer]:
    """Send `pieces`, `pause` seconds between them, and return the next `count` answers, fewer when the server hangs up.

    Args:
        port: of the server on 127.0.0.1.
        pieces: sent one after another; what the server no longer wants to hear is dropped.
        close: whether the sending side ends after the last piece.
        count: how many answers to wait for.
        pause: between two pieces.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        started = time.perf_counter()
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(pause)
                connection.sendall(piece)
            if close:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered already
        with connection.makefile("rb") as stream:
            bodiless = pieces[0].startswith(b"HEAD ")
            answers = (_read(stream, started, bodiless=bodiless) for _ in range(count))
            return [answer for answer in answers if answer]


def ask(port: int, *pieces: bytes, close: bool = False, pause: float = 0.0) -> Answer:
    """Send `pieces` and return the one answer."""
    (answer,) = exchange(port, *pieces, close=close, pause=pause)
    return answer


def _read(stream: BinaryIO, started: float, *, bodiless: bool) -> Answer | None:
    status = 100
    while status == 100:
        line = stream.readline().split()
        if not line:
            return None
        status = int(line[1])
        headers = tuple(_headers(stream))
    lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
    body = b"" if bodiless or status == 204 else stream.read(lengths[0]) if lengths else stream.read()
    return Answer(status, headers, body, time.perf_counter() - started)


def _headers(stream: BinaryIO) -> Iterable[tuple[str, str]]:
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        yield name, value.strip()


def keeps_the_contract(answer: Answer, *, readable: bool, head: bool = False) -> None:
    """Assert what every answer of the function's carries, and that only a page on ORIGIN may read it.

    Args:
        answer: what came.
        readable: whether the request's Origin was the allowed one.
        head: whether the request was a HEAD, which has no body.
    """
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Vary") == "Origin"
    assert answer.header("Access-Control-Allow-Origin") == (ORIGIN if readable else None)
    assert answer.header("Access-Control-Allow-Credentials") is None
    assert answer.header("Access-Control-Allow-Private-Network") in (None, "false")
    assert answer.seconds <= 8, "every request ends within 8 seconds"
    if answer.status == 204 or head:
        assert answer.body == b""
        return
    assert answer.header("Content-Type") == "application/json"
    if answer.status >= 400:
        refusal = answer.json
        assert set(refusal) == {"error", "code", "requestId"}
        assert re.fullmatch(r"[0-9a-f]{16}", refusal["requestId"])
        assert isinstance(refusal["error"], str)
        assert refusal["error"].endswith(".")
        assert (answer.header("Allow") is not None) == (answer.status == 405)
        assert (answer.header("Retry-After") is not None) == (answer.status in (429, 503))
    assert WORDS.encode() not in answer.body
    assert WORDS not in str(answer.headers)
