"""HTTP to Gemini: connections to one base URL that are kept open between calls.

The SDK's own transport takes several times as long for an exchange. Neither redirects nor the environment's proxies
are followed: the key goes to the base URL and nowhere else.
"""

import contextlib
import select
import ssl
import time
import weakref
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2

from livetoken.gemini.answer import Answer, read_answer
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import Deadlines

IDLE_SECONDS = 20.0  # far below what any side or anything between them waits before it forgets a connection
WAIT_SECONDS = 4.0  # for connecting, and for each read; the call's own deadline bounds them all together


class NotConnectedError(TimeoutError):
    """No connection came about in time, so nothing was sent."""


Connection = sockets.Socket | sockets.TlsSocket
Resting = tuple[Connection, float]  # since when


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts the usual authorities. Loading them takes long: one context serves all clients."""
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Connections:
    """Connections to one base URL, one for each call under way; those at rest are used again."""

    def __init__(
        self, base_url: str, tls: ssl.SSLContext, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Remember where to connect; nothing is opened yet."""
        url = urlsplit(base_url)
        self._secure, self._host = url.scheme == "https", url.hostname or ""
        self._port = url.port or (443 if self._secure else 80)
        self._tls, self._deadlines, self._clock = tls, deadlines, clock
        self._idle: list[Resting] = []
        weakref.finalize(self, _close, self._idle)

    def exchange(self, request: bytes) -> Answer:
        """Send a whole POST request; return its answer.

        Raises:
            NotConnectedError: there was no connection in time.
            OSError, http.client.HTTPException: there is none, it breaks off, or it does not come in time.
            ValueError: it is longer than any answer of Gemini's.
        """
        try:
            connection = self._kept() or self._deadlines.within(WAIT_SECONDS, self._new, _discard)
        except TimeoutError as error:
            raise NotConnectedError from error
        try:
            connection.sendall(request)
            answer = read_answer(connection)
        except BaseException:
            connection.close()
            raise
        if answer.keeps:
            self._idle.append((connection, self._clock()))
        else:
            connection.close()
        return answer

    def prepare(self) -> None:
        """Open a connection that the next exchange finds."""
        with contextlib.suppress(OSError):
            self._idle.append((self._new(), self._clock()))

    def _kept(self) -> Connection | None:
        """Return a connection that has not rested for long and that the other side has not closed; else None."""
        while (resting := _pop(self._idle)) is not None:
            connection, since = resting
            poll = select.poll()
            poll.register(connection, select.POLLIN)
            if self._clock() - since < IDLE_SECONDS and not poll.poll(0):
                return connection
            connection.close()  # nothing can have come that was asked for: it is the end
        return None

    def _new(self) -> Connection:
        """Return a new connection; runs beside the request, because a name is looked up without any bound."""
        connection = sockets.connect(self._host, self._port, WAIT_SECONDS)
        return sockets.encrypted(connection, self._tls, self._host) if self._secure else connection


def _discard(connection: Connection) -> None:
    connection.close()


def _close(idle: list[Resting]) -> None:
    while (resting := _pop(idle)) is not None:
        resting[0].close()


def _pop(idle: list[Resting]) -> Resting | None:
    try:
        return idle.pop()
    except IndexError:  # perhaps another thread has just taken the last one
        return None
