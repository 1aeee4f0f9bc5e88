"""Sockets end with the call that uses them: silence, drips and a peer that reads nothing hold nobody longer."""

import contextlib
import http.client
import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livetoken.runtime import sockets
from tests.access.issuer import certificates
from tests.support import within

Serve = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(serve: Serve) -> Iterator[int]:
    """Let `serve` have one connection, in a thread; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


def drip(connection: socket.socket) -> None:
    """Send a byte now and then."""
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.02)


def silent(connection: socket.socket) -> None:
    """Neither read nor write."""
    connection.recv(1, socket.MSG_PEEK)
    time.sleep(3)


def read_on(connection: socket.socket) -> None:
    """Read until there is nothing more."""
    while connection.recv(1):
        pass


def test_drip_ends() -> None:
    """However often something comes, reading ends with the call."""
    with serving(drip) as port, sockets.ending_in(0.2), sockets.connect("localhost", port, 5) as connection:
        with within(2), pytest.raises(TimeoutError):
            read_on(connection)
        with pytest.raises(TimeoutError):
            connection.recv_into(bytearray(1))


def test_peer_that_reads_nothing() -> None:
    """Sending ends with the call, too."""
    with serving(silent) as port, sockets.ending_in(0.2), sockets.connect("localhost", port, 5) as connection:
        with pytest.raises(TimeoutError):
            connection.sendall(b"x" * 50_000_000)
        with pytest.raises(TimeoutError):
            connection.send(b"x")


def test_every_wait_is_bounded_anew() -> None:
    """A connection that was made in another call's time has none left when this one's is over."""
    with serving(lambda peer: peer.sendall(b"xx")) as port, sockets.connect("localhost", port, 60) as connection:
        assert connection.recv(1, socket.MSG_PEEK) == b"x"
        for wait in (
            lambda: connection.recv(1),
            lambda: connection.recv_into(bytearray(1)),
            lambda: connection.send(b"x"),
            lambda: connection.sendall(b"x"),
        ):
            with sockets.ending_in(-1), pytest.raises(TimeoutError):
                wait()
        assert connection.recv(2) == b"xx"


def test_own_timeout_stays() -> None:
    """The timeout that a library sets counts where it is shorter, is what it is told, and nothing else ends a wait."""
    with serving(silent) as port, sockets.connect("localhost", port, 5) as connection:
        assert connection.gettimeout() == 5
        connection.settimeout(0.05)
        with sockets.ending_in(60), pytest.raises(TimeoutError):
            connection.recv(1)
        assert connection.gettimeout() == 0.05
        connection.settimeout(None)
        assert connection.send(b"x") == 1
        connection.settimeout(0)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_nearer_end_stays() -> None:
    """A call within a call has no more time than the outer one."""
    with sockets.ending_in(0.1):
        with sockets.ending_in(60):
            assert sockets.time_left(60) <= 0.1
        with sockets.ending_in(-1), pytest.raises(TimeoutError):
            sockets.time_left(60)
        assert sockets.time_left(0.01) == 0.01
    assert sockets.time_left(math.inf) == math.inf


def test_nobody_listens() -> None:
    """A refused connection is an error; so is a name without addresses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        sockets.connect("127.0.0.1", port, 1)


def test_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for nothing is an error."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(OSError, match="no address"):
        sockets.connect("shop.example", 443, 1)


def test_tls(tmp_path: Path) -> None:
    """With TLS a whole answer comes, and a drip ends."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificates(tmp_path))
    client = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))

    def answer(plain: socket.socket) -> None:
        with server.wrap_socket(plain, server_side=True) as connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nok")
            drip(connection)

    with serving(answer) as port:
        plain = sockets.connect("localhost", port, 5)
        with sockets.ending_in(0.5), sockets.encrypted(plain, client, "127.0.0.1") as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200
            with response, pytest.raises(TimeoutError):
                response.read()


def test_handshake_that_never_ends() -> None:
    """A handshake ends with the call; its connection is closed, which a warning would tell of otherwise."""
    with serving(silent) as port:
        plain = sockets.connect("localhost", port, 5)
        with sockets.ending_in(0.2), pytest.raises(TimeoutError):
            sockets.encrypted(plain, ssl.create_default_context(), "localhost")
