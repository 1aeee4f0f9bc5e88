"""Sockets whose every wait ends with the call that waits, so that a peer which drips holds nobody longer than another.

The timeouts of HTTP libraries are per read: a peer that sends one byte at a time passes them for ever.
"""

import math
import socket
import ssl
import threading
import time
from typing import Any

_call = threading.local()


class ending_in:  # noqa: N801 - used as a function, which as a generator would take three times as long
    """While the block runs, sockets that this thread uses wait so many seconds and no longer; a nearer end stays."""

    __slots__ = ("_before", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._before = _end()
        _call.end = min(self._before, time.monotonic() + self._seconds)

    def __exit__(self, *_: object) -> None:
        _call.end = self._before


def time_left(seconds: float) -> float:
    """Return `seconds`, or what is left where this thread's call has less.

    Raises:
        TimeoutError: nothing is left.
    """
    left = min(seconds, _end() - time.monotonic())
    if left <= 0:
        raise TimeoutError
    return left


def connect(host: str, port: int, seconds: float) -> "Socket":
    """Return a connection to the first address of `host` that takes it; `seconds` is the timeout of each wait.

    Raises:
        OSError: there is no such host, nobody listens, or the time is over. A name is looked up without any bound.
    """
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = Socket(family, kind, protocol)
        try:
            connection.settimeout(seconds)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def encrypted(connection: "Socket", tls: ssl.SSLContext, host: str) -> "TlsSocket":
    """Return `connection` with TLS, the name of `host` verified; the handshake is a wait like any other.

    Raises:
        OSError: the handshake fails, or its time is over; the connection is closed then.
    """
    tls.sslsocket_class = TlsSocket
    made = tls.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
    assert isinstance(made, TlsSocket)  # noqa: S101 - for the type checker: it was asked for above
    try:
        made.do_handshake()
    except OSError:
        made.close()
        raise
    return made


def _end() -> float:
    return getattr(_call, "end", math.inf)


class _Bounded(socket.socket):
    """What both kinds of sockets have: the timeout that a library sets, bounded anew before each wait."""

    _seconds: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        """Remember what is wanted."""
        self._seconds = value
        super().settimeout(value)

    def gettimeout(self) -> float | None:
        """Return what is wanted."""
        return self._seconds

    def _bound(self) -> None:
        if self._seconds != 0:  # a socket that does not block waits for nothing
            left = time_left(math.inf if self._seconds is None else self._seconds)
            super().settimeout(None if left == math.inf else left)

    def connect(self, address: Any, /) -> None:
        """Connect in time."""
        self._bound()
        super().connect(address)

    def recv(self, *arguments: Any) -> bytes:
        """Receive in time."""
        self._bound()
        return super().recv(*arguments)

    def recv_into(self, *arguments: Any) -> int:
        """Receive in time."""
        self._bound()
        return super().recv_into(*arguments)

    def send(self, *arguments: Any) -> int:
        """Send in time."""
        self._bound()
        return super().send(*arguments)

    def sendall(self, *arguments: Any) -> None:
        """Send in time."""
        self._bound()
        super().sendall(*arguments)


class Socket(_Bounded):
    """A plain socket."""


class TlsSocket(_Bounded, ssl.SSLSocket):
    """A socket with TLS; made by `encrypted`, or by any context whose `sslsocket_class` it is."""

    def do_handshake(self, *arguments: Any) -> None:
        """Shake hands in time."""
        self._bound()
        super().do_handshake(*arguments)
