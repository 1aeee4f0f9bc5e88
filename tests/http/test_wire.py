"""A body in, an answer out: what the raw requests cannot reach because a server stands before it."""

import contextlib
import io
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Request
from gunicorn.http.body import Body
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from livetoken.errors import (
    BodyTooLarge,
    InvalidJson,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Refusal,
    UnsupportedMediaType,
)
from livetoken.http import answers, body, routes
from livetoken.http.body_deadline import BodyDeadlines
from livetoken.http.request_log import RequestLog
from livetoken.http.server import use_no_more
from livetoken.runtime.logs import Logs
from tests.support import Lateness, allowing


class Broken(io.RawIOBase):
    """A body whose reading ends in an error of the server's own, and which would look whole if it were read again."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def readable(self) -> bool:
        """It can be read, so to speak."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Fail once, then give what came before."""
        self.reads += 1
        if self.reads == 1:
            raise Exception("InvalidChunkSize: kept-secret-words")  # noqa: TRY002 - as broad as what servers raise
        return b"{}"


def request(body: Any = b"{}", length: int | None = None, **headers: str) -> Request:
    """Return a request as gunicorn hands it on; its body may be a stream, and as long as it says or not."""
    usual = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    environ = EnvironBuilder("/", method="POST", headers=list(usual.items())).get_environ()
    environ["CONTENT_LENGTH"] = str(len(body) if length is None else length)
    environ["wsgi.input"] = io.BytesIO(body) if isinstance(body, bytes) else body
    environ["wsgi.input_terminated"] = True
    return Request(environ)


def test_reads_an_object() -> None:
    """A small strict object in UTF-8 is what everybody sends."""
    assert body.read_json(request('{"pageTitle": "Tee für zwei"}'.encode())) == {"pageTitle": "Tee für zwei"}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "",
        "application/json;charset=latin-1",
        "application/jsonx",
        "application/json;;",
        "application/json\n",
    ],
)
def test_other_types(kind: str) -> None:
    """Another type is refused before a byte is read."""
    asked = request(Broken(), length=2)
    asked.environ["CONTENT_TYPE"] = kind
    with pytest.raises(UnsupportedMediaType):
        body.read_json(asked)


def test_content_encoding() -> None:
    """Nothing is unpacked."""
    with pytest.raises(UnsupportedMediaType):
        body.read_json(request(Content_Encoding="gzip"))


def test_body_limit() -> None:
    """64 KiB are read, one more is refused, and of a longer one no more than that is kept."""
    assert body.read_json(request(b"{}" + b" " * (body.BODY_BYTES - 2))) == {}
    stream = io.BytesIO(b" " * (10 * body.BODY_BYTES))
    with pytest.raises(BodyTooLarge):
        body.read_json(request(stream, length=10 * body.BODY_BYTES))
    assert stream.tell() == body.BODY_BYTES + 1


def test_shorter_than_announced() -> None:
    """A document that came whole in a body that did not is refused."""
    with pytest.raises(InvalidJson):
        body.read_json(request(b"{}", length=3))


def test_broken_body_is_not_read_twice() -> None:
    """After the server's parser has failed, what a second read would give is never used, nor its error's words."""
    stream = Broken()
    asked = request(stream, length=2)
    with pytest.raises(InvalidJson) as caught:
        body.read_json(asked)
    body.drain(asked)
    assert stream.reads == 1
    assert caught.value.cause == "the body broke off"


def test_drain_reads_in_pieces_and_ends() -> None:
    """What nobody read is read away in pieces, up to the most that the platform lets through; then the body is empty."""
    stream = io.BytesIO(b"x" * (3 * body.PIECE_BYTES + 1))
    asked = request(stream, length=3 * body.PIECE_BYTES + 1)
    body.drain(asked)
    assert stream.tell() == 3 * body.PIECE_BYTES + 1
    assert asked.stream.read() == b""

    class Endless(io.RawIOBase):
        """A body that never ends."""

        given = 0

        def readable(self) -> bool:
            """It can be read."""
            return True

        def read(self, size: int = -1) -> bytes:
            """Give what is asked for."""
            self.given += size
            return b"x" * size

    endless = Endless()
    body.drain(request(endless, length=2**40))
    assert endless.given == body.DRAIN_BYTES


def test_drain_survives_a_broken_body() -> None:
    """A body that breaks off is drained."""
    asked = request(Broken(), length=9)
    body.drain(asked)
    assert asked.get_data() == b""


def test_rest_is_read_away_before_the_answer() -> None:
    """A body that nobody has read is gone when the line is written, and the framework finds nothing more of it."""
    asked = request(rest := io.BytesIO(b"x" * 300_000), 300_000)
    RequestLog(asked, Logs(stream=io.StringIO())).finish(answers.answer(200, {}))
    assert rest.tell() == 300_000
    assert asked.get_data() == b""


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(sent: bytes) -> None:
    """Any bytes are an object or a refusal of the contract, never another exception."""
    with contextlib.suppress(InvalidJson, InvalidRequest):
        assert isinstance(body.parse_object(sent), dict)


@pytest.mark.parametrize(
    "sent", [b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff"]
)
def test_not_strict(sent: bytes) -> None:
    """What Python would read, or fail at in its own way, is refused."""
    with pytest.raises(InvalidJson):
        body.parse_object(sent)


@pytest.mark.parametrize(
    ("method", "path", "asked_for"),
    [
        ("POST", "/", routes.TOKEN),
        ("POST", "/api/token", routes.TOKEN),
        ("GET", "/", routes.HEALTH),
        ("OPTIONS", "/", routes.PREFLIGHT),
        ("GET", "/api/token", MethodNotAllowed),
        ("POS", "/", MethodNotAllowed),
        ("", "/", MethodNotAllowed),
        (" ", "/", MethodNotAllowed),
        ("POST", "/api", NotFound),
        ("POST", "", NotFound),
    ],
)
def test_route(method: str, path: str, asked_for: str | type[Refusal]) -> None:
    """Two paths, each with its methods; a method's beginning is no method."""
    asked = request()
    asked.method, asked.path = method, path
    if isinstance(asked_for, str):
        assert routes.route(asked) == asked_for
    else:
        with pytest.raises(asked_for):
            routes.route(asked)


@pytest.fixture(name="sockets")
def _sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's socket and the server's."""
    client, server = socket.socketpair()
    yield client, server
    client.close()
    server.close()


def test_body_that_never_ends_is_cut_off(sockets: tuple[socket.socket, socket.socket]) -> None:
    """Input ends when its time is over, and an answer can still be written."""
    client, server = sockets
    deadlines = BodyDeadlines(0.1, pause=0.02)
    started = time.monotonic()
    with Lateness() as late, deadlines.reading({"gunicorn.socket": server}):
        assert server.recv(1) == b""
    assert 0.1 <= time.monotonic() - started < allowing(2, late.seconds)
    server.sendall(b"refused")
    assert client.recv(7) == b"refused"


def test_time_of_a_body_is_one(sockets: tuple[socket.socket, socket.socket]) -> None:
    """Reading, then draining, share one time: a slow body is not waited for twice."""
    _, server = sockets
    now = [0.0]
    deadlines, environ = BodyDeadlines(5, lambda: now[0], pause=60), {"gunicorn.socket": server}
    for _ in range(2):
        with deadlines.reading(environ):
            deadlines.expire()
            assert deadlines._reading == {server: 5.0}
        now[0] += 3
    with deadlines.reading(environ):
        deadlines.expire()
        assert deadlines._reading == {}
        server.settimeout(0)
        assert server.recv(1) == b""


@pytest.mark.parametrize("late", [True, False])
def test_connection_whose_body_was_cut_carries_no_more(
    sockets: tuple[socket.socket, socket.socket], *, late: bool
) -> None:
    """The server learns that it must not look for requests in what comes later; a body that came in time says nothing."""
    _, server = sockets
    now, received = [0.0], Body(io.BytesIO())
    deadlines = BodyDeadlines(1, lambda: now[0], pause=60)
    with deadlines.reading({"gunicorn.socket": server, "wsgi.input": received}):
        now[0] = 2.0 if late else 0.5
        deadlines.expire()
    assert received.failed == late


def test_connection_that_is_used_no_more(sockets: tuple[socket.socket, socket.socket]) -> None:
    """Nothing more is read from it, whoever still waits."""
    _, connection = sockets
    connection.settimeout(1)
    use_no_more({"gunicorn.socket": connection})
    assert connection.recv(1) == b""


def test_cutting_off_who_is_gone(sockets: tuple[socket.socket, socket.socket]) -> None:
    """A connection that is closed already is no error."""
    _, server = sockets
    now = [0.0]
    deadlines = BodyDeadlines(1, lambda: now[0], pause=60)
    with deadlines.reading({"gunicorn.socket": server}):
        server.close()
        now[0] = 2
        deadlines.expire()
        assert deadlines._reading == {}


def test_without_a_socket() -> None:
    """Under another server there is no socket to watch, and no thread."""
    deadlines = BodyDeadlines(1)
    with deadlines.reading({}):
        pass
    assert not deadlines._watching
