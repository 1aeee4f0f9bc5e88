"""The connections to Gemini: kept, replaced when closed, bounded, and never to anywhere else."""

import contextlib
import gzip
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from livetoken.gemini import answer as answer_module
from livetoken.gemini.connection import Connections, tls_context
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import Deadlines
from tests.access.issuer import certificates

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[int, socket.socket], None]


@contextlib.contextmanager
def peer(serve: Serve, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain) -> Iterator[int]:
    """Let `serve` have each connection and its number, in a thread of its own; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_ones: list[socket.socket] = []

    def each(number: int, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), wrap(plain) as connection:
            serve(number, connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                open_ones.append(plain)
                threading.Thread(target=each, args=(len(open_ones), plain), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_ones:
            connection.close()


def read(connection: socket.socket) -> bytes:
    """Return one whole request; raise OSError when there is no more."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("the client hung up")
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]).get(b"content-length", 0))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Serve:
    """Return what gives these answers, one after the other, on every connection, and then waits for more requests."""

    def serve(_: int, connection: socket.socket) -> None:
        for answer in answers:
            read(connection)
            connection.sendall(answer)
        read(connection)

    return serve


class Client:
    """Sends requests over connections of ours, and reads the answers as the SDK reads them."""

    def __init__(
        self,
        base_url: str,
        tls: ssl.SSLContext | None = None,
        seconds: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deadlines, self._seconds = Deadlines(), seconds
        self._connections = Connections(base_url, tls or ssl.create_default_context(), self._deadlines, clock)

    def post(self, path: str = "/", content: bytes = b"{}", **headers: str) -> httpx2.Response:
        """Return the answer to one request."""
        lines = [f"{name.replace('_', '-')}: {value}".encode() for name, value in headers.items()]
        head = b"\r\n".join([b"POST %s HTTP/1.1" % path.encode(), *lines, b"Content-Length: %d" % len(content)])
        with self._deadlines.bounded(self._seconds):
            answer = self._connections.exchange(head + b"\r\n\r\n" + content)
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.content)


@contextlib.contextmanager
def client_of(port: int) -> Iterator[Client]:
    """Yield a client whose connections end with the block."""
    yield Client(f"http://localhost:{port}")


def test_connection_is_kept() -> None:
    """Calls one after the other share a connection, whatever form their answers have."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
    packed = gzip.compress(b"ok")
    zipped = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
    empty = b"HTTP/1.1 204 No Content\r\n\r\n"
    seen: list[tuple[int, bytes]] = []

    def serve(number: int, connection: socket.socket) -> None:
        for answer in (OK, chunked, zipped, empty, OK):
            seen.append((number, read(connection)))
            connection.sendall(answer)

    with peer(serve) as port, client_of(port) as client:
        texts = [client.post("/v1/auth_tokens?x=1", content=b"{}", X_Goog_Api_Key="k").text for _ in "12345"]
    assert texts == ["ok", "ok", "ok", "", "ok"]
    assert [number for number, _ in seen] == [1] * 5
    head = seen[0][1].split(b"\r\n")
    assert head[0] == b"POST /v1/auth_tokens?x=1 HTTP/1.1"
    assert b"x-goog-api-key: k" in [line.lower() for line in head]
    assert seen[0][1].endswith(b"\r\n\r\n{}")


def test_calls_at_the_same_time_have_connections_of_their_own() -> None:
    """Nobody waits for another's answer, and nobody gets it."""
    together = threading.Barrier(8)

    def serve(_: int, connection: socket.socket) -> None:
        while True:
            asked = read(connection).rpartition(b"\r\n\r\n")[2]
            together.wait(5)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(asked) + asked)

    answers: dict[str, list[str]] = {}
    with peer(serve) as port, client_of(port) as client:

        def call(name: str) -> None:
            answers[name] = [client.post("/", content=(name * length).encode()).text for length in (1, 1000)]

        callers = [threading.Thread(target=call, args=(name,)) for name in "abcdefgh"]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(10)
    assert answers == {name: [name, name * 1000] for name in "abcdefgh"}


@pytest.mark.parametrize("last", [OK, OK.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent")])
def test_closed_meanwhile(last: bytes) -> None:
    """A connection that the other side closed, announced or not, is replaced before anything is sent on it."""
    closed = threading.Semaphore(0)

    def serve(_: int, connection: socket.socket) -> None:
        read(connection)
        connection.sendall(last)
        connection.shutdown(socket.SHUT_RDWR)
        closed.release()

    with peer(serve) as port, client_of(port) as client:
        for _ in range(3):
            assert client.post("/", content=b"{}").text == "ok"
            assert closed.acquire(timeout=5)


@pytest.mark.parametrize("status", [102, 103])
def test_answers_that_only_announce(status: int) -> None:
    """What comes after an announcement is not taken for the answer to the next call, which gets its own."""

    def serve(number: int, connection: socket.socket) -> None:
        read(connection)
        if number == 1:
            connection.sendall(b"HTTP/1.1 %d Soon\r\n\r\n" % status)
            time.sleep(0.1)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers")
        else:
            connection.sendall(OK)

    with peer(serve) as port, client_of(port) as client:
        with pytest.raises(http.client.HTTPException):
            client.post("/", content=b"{}")
        assert client.post("/", content=b"{}").text == "ok"
        time.sleep(0.2)
        assert client.post("/", content=b"{}").text == "ok"


def test_rested_too_long() -> None:
    """A connection that rested for long is replaced: what lies between may have forgotten it without a word."""
    now, numbers = [0.0], list[int]()

    def serve(number: int, connection: socket.socket) -> None:
        while True:
            read(connection)
            numbers.append(number)
            connection.sendall(OK)

    with peer(serve) as port:
        client = Client(f"http://localhost:{port}", seconds=5, clock=lambda: now[0])
        for now[0] in (0.0, 19.0, 38.0, 58.0, 59.0):
            client.post()
        del client
    assert numbers == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("base_url", "host", "port"),
    [
        ("https://[2001:db8::abcd]", "2001:db8::abcd", 443),
        ("http://[::1]", "::1", 80),
        ("https://gateway.example/gemini", "gateway.example", 443),
        ("http://127.0.0.1:9090", "127.0.0.1", 9090),
    ],
)
def test_where_it_connects(monkeypatch: pytest.MonkeyPatch, base_url: str, host: str, port: int) -> None:
    """It connects to the base URL's host and port, or the scheme's usual port, whatever form the host has."""
    asked: list[object] = []

    def connect(host: str, port: int, _: float) -> None:
        asked.append((host, port))
        raise ConnectionRefusedError

    monkeypatch.setattr(sockets, "connect", connect)
    with pytest.raises(ConnectionRefusedError):
        Client(base_url).post()
    assert asked == [(host, port)]


def test_odd_bytes_in_a_header() -> None:
    """A header that is not ASCII, from a gateway in between, costs nobody a token."""
    with peer(answering(OK.replace(b"\r\n\r\n", b"\r\nX-Caf\xe9: caf\xe9\r\n\r\n"))) as port, client_of(port) as client:
        assert client.post("/", content=b"{}").text == "ok"


def test_silence_ends() -> None:
    """A peer that says nothing is given up when the call's time is over."""
    with peer(answering(b"")) as port, client_of(port) as client, pytest.raises(TimeoutError):
        client.post("/", content=b"{}")


def test_late_answer_is_nobodys() -> None:
    """What comes on a connection that was given up is not taken for the answer to the next call."""
    given_up = threading.Event()

    def serve(number: int, connection: socket.socket) -> None:
        read(connection)
        if number == 1:
            given_up.wait(5)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
        else:
            connection.sendall(OK)

    with peer(serve) as port, client_of(port) as client:
        with pytest.raises(TimeoutError):
            client.post("/", content=b"{}")
        given_up.set()
        assert client.post("/", content=b"{}").text == "ok"


def test_endless_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without end is cut off, and its connection is not used again."""
    monkeypatch.setattr(answer_module, "ANSWER_BYTES", 100_000)
    written: list[int] = []

    def serve(number: int, connection: socket.socket) -> None:
        read(connection)
        if number > 1:
            connection.sendall(OK)
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3000):
            connection.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            written.append(0x4000)

    with peer(serve) as port, client_of(port) as client:
        with pytest.raises(ValueError, match="too long"):
            client.post("/", content=b"{}")
        assert client.post("/", content=b"{}").text == "ok"
    assert sum(written) < 20_000_000  # what fits into the system's buffers, not all that was to come


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", b"hello\r\n\r\n", b"HTTP/1.1 999999999999\r\n\r\n"],
    ids=["hangs up", "half", "no HTTP", "no status"],
)
def test_broken_answers_raise(answer: bytes) -> None:
    """What is no whole answer is an error for the caller to word, and the next call is served."""

    def serve(number: int, connection: socket.socket) -> None:
        read(connection)
        connection.sendall(OK if number > 1 else answer)

    with peer(serve) as port, client_of(port) as client:
        with pytest.raises((OSError, http.client.HTTPException)):
            client.post("/", content=b"{}")
        assert client.post("/", content=b"{}").text == "ok"


def test_closing_closes_what_rests() -> None:
    """Connections that nobody holds any more are closed."""
    ended = threading.Semaphore(0)

    def serve(_: int, connection: socket.socket) -> None:
        read(connection)
        connection.sendall(OK)
        if connection.recv(1) == b"":
            ended.release()

    with peer(serve) as port:
        for _ in range(2):
            client = Client(f"http://localhost:{port}")
            assert client.post().status_code == 200
            del client
            assert ended.acquire(timeout=5)


def test_neither_proxies_nor_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is not asked, and a redirect is only an answer."""
    moved = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.2:9/\r\nContent-Length: 0\r\n\r\n"
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.2:9")
    with peer(answering(moved, OK)) as port, client_of(port) as client:
        assert client.post("/", content=b"{}").status_code == 307
        assert client.post("/", content=b"{}").text == "ok"


@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", "yes"), ("127.0.0.1", ""), ("localhost", "yes")])
def test_certificate_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, trusted: str) -> None:
    """Only a certificate of a known authority for that very host will do; the owner's SSL_CERT_FILE counts."""
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificates(tmp_path))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    else:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    tls = tls_context()
    with peer(answering(OK), lambda plain: served.wrap_socket(plain, server_side=True)) as port:
        client = Client(f"https://{host}:{port}", tls, 5)
        if trusted and host == "127.0.0.1":
            assert client.post().text == "ok"
        else:
            with pytest.raises(OSError, match=r"certificate verify failed|refused"):
                client.post()
        del client


def test_connection_that_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that nobody waits for any more is closed: a warning would tell of it otherwise."""
    looked_up, closed = threading.Event(), threading.Event()

    class Late:
        """Stands for a connection."""

        def close(self) -> None:
            closed.set()

    def connect(*_: object) -> Late:
        looked_up.wait(5)
        return Late()

    monkeypatch.setattr(sockets, "connect", connect)
    with pytest.raises(TimeoutError):
        Client("http://localhost:9", seconds=0.05).post()
    looked_up.set()
    assert closed.wait(5)
