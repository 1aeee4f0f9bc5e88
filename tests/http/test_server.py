"""The server's connections: a body that was cut off ends one, and nobody is asked for a body before it is wanted."""

import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Request
from gunicorn.http.body import Body
from werkzeug.test import EnvironBuilder

from dev import processes
from livetoken.http import server
from livetoken.http.body import drain
from livetoken.http.server import threads
from tests.support import ORIGIN, PATIENCE, within

HEAD = f"POST / HTTP/1.1\r\nHost: f\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\n"
HEALTH = b"GET / HTTP/1.1\r\nHost: f\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"


@pytest.fixture(scope="module", name="livetoken")
def _livetoken(cloud: processes.Google) -> Iterator[processes.Function]:
    """The function, with enough threads for a crowd."""
    with processes.function(cloud, [ORIGIN], env={"THREADS": "20"}) as function:
        yield function


@contextlib.contextmanager
def connected(function: processes.Function) -> Iterator[socket.socket]:
    """Yield a connection to the function."""
    with socket.create_connection(("127.0.0.1", function.port), timeout=10) as connection:
        yield connection


def everything(connection: socket.socket) -> bytes:
    """Return what comes until the connection ends, or nothing has come for a while."""
    received = b""
    with contextlib.suppress(OSError):
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("origin", [ORIGIN, "https://stranger.example"])
def test_rest_of_a_body_is_no_request(livetoken: processes.Function, origin: str) -> None:
    """A declared body that drips on after it was cut off is answered once; none of it is taken for requests."""
    with connected(livetoken) as connection:
        connection.sendall(f"{HEAD.replace(ORIGIN, origin)}Content-Length: 60000\r\n\r\n".encode())
        ends = time.monotonic() + 8
        with contextlib.suppress(OSError):
            while time.monotonic() < ends:
                for position in range(0, len(HEALTH), 20):
                    connection.sendall(HEALTH[position : position + 20])
                    time.sleep(0.003)
        received = everything(connection)
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 4")


def test_waiting_body_is_asked_for(livetoken: processes.Function) -> None:
    """A client that waits for "100 Continue" hears it when its request has got as far as its body."""
    with connected(livetoken) as connection:
        connection.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert everything(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("refused", ["origin", "path", "type"])
def test_refused_body_is_not_asked_for(livetoken: processes.Function, refused: str) -> None:
    """Who is refused before the body is not told to send it; the connection ends with the answer, at once."""
    head = {
        "origin": HEAD.replace(ORIGIN, "https://stranger.example"),
        "path": HEAD.replace("POST /", "POST /elsewhere"),
        "type": HEAD.replace("application/json", "text/plain"),
    }[refused]
    with within(4), connected(livetoken) as connection:
        connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n".encode())
        received = connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 4")
        assert b"Continue" not in received + everything(connection)


def test_slow_strangers_hold_few_threads(livetoken: processes.Function) -> None:
    """However many refused requests send their bodies slowly, others are answered."""
    with contextlib.ExitStack() as crowd:
        for _ in range(25):
            stranger = crowd.enter_context(connected(livetoken))
            stranger.sendall(f"{HEAD.replace(ORIGIN, 'https://stranger.example')}Content-Length: 9\r\n\r\n{{".encode())
        time.sleep(0.3)
        with within(3), connected(livetoken) as connection:
            connection.sendall(HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert everything(connection).startswith(b"HTTP/1.1 200 ")


def test_clients_that_stay(livetoken: processes.Function) -> None:
    """A client that asks for the end of its connection and never ends its own side holds nobody up."""
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with contextlib.ExitStack() as crowd, within(4):
        for number in range(8):
            connection = crowd.enter_context(connected(livetoken))
            connection.sendall(last.replace(b"HTTP/1.1", b"HTTP/1.0") if number % 2 else last)
            assert everything(connection).startswith(b"HTTP/1.")


def test_mints_leave_threads(cloud: processes.Google) -> None:
    """With a Gemini that hangs, a crowd on two sites is refused or waits, and health is answered meanwhile."""
    sites = [ORIGIN, "https://second.example"]
    with (
        processes.google() as google,
        processes.function(google, sites, env={"THREADS": "10", "LIMIT_PER_ADDRESS": "1000/minute"}) as function,
    ):
        wanted = f"{HEAD}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"

        def answer(text: str) -> bytes:
            with connected(function) as connection:
                connection.sendall(text.encode())
                return everything(connection)

        assert answer(wanted).startswith(b"HTTP/1.1 200 ")
        google.fault("gemini", "hang")
        answers: list[bytes] = []
        crowd = [
            threading.Thread(target=lambda site=site: answers.append(answer(wanted.replace(ORIGIN, site))))
            for site in sites
            for _ in range(10)
        ]
        for visitor in crowd:
            visitor.start()
        time.sleep(0.5)
        with within(2):
            assert answer(HEALTH.decode().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).startswith(
                b"HTTP/1.1 200 "
            )
        for visitor in crowd:
            visitor.join(PATIENCE)
        codes = {
            code
            for code in ("temporarily_unavailable", "upstream_timeout")
            for text in answers
            if code.encode() in text
        }
        assert codes == {"temporarily_unavailable", "upstream_timeout"}


def test_threads() -> None:
    """THREADS is what counts; without it, what functions-framework makes of none."""
    assert threads({"THREADS": "80"}) == 80
    assert threads({"THREADS": "0"}) == 1
    assert threads({}) == threads({"THREADS": ""}) >= 4


def asked(connection: socket.socket, **headers: str) -> Request:
    """Return a request as the server hands it over, on this connection."""
    builder = EnvironBuilder("/", method="POST", data=b"{}", headers=[*headers.items()])
    return Request({**builder.get_environ(), "gunicorn.socket": connection, "wsgi.input": Body(io.BytesIO(b"{}"))})


def test_what_the_client_is_told() -> None:
    """A waiting client is asked once, an older one never; an end that was asked for does not linger; a body may be lost."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        waiting = asked(ours, Expect="100-Continue")
        server.continue_reading(waiting)
        assert theirs.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        server.continue_reading(waiting)
        waiting.environ |= {"HTTP_EXPECT": "100-continue", "SERVER_PROTOCOL": "HTTP/1.0"}
        server.continue_reading(waiting)
        ours.settimeout(0.01)
        server.end_promptly(asked(ours, Connection="keep-alive"))
        with pytest.raises(TimeoutError):
            ours.recv(1)
        lost = asked(ours)
        server.use_no_more(lost.environ)
        assert lost.environ["wsgi.input"].failed
        assert ours.recv(1) == b""
        server.end_promptly(asked(ours, Connection="close"))
        theirs.settimeout(0.01)
        with pytest.raises(TimeoutError):
            theirs.recv(1)
    server.use_no_more({})
    server.use_no_more(lost.environ)


def test_body_that_nobody_asked_for_is_not_drained() -> None:
    """A refused client that waits to be asked for its body is not waited for."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        waiting = asked(ours, Expect="100-continue")
        drain(waiting)
        assert waiting.environ["wsgi.input"].failed
