"""HTTP to Gemini by the standard library, in the form that google-genai can be given: connections are kept open.

The SDK's own transport takes three times as long for the same exchange. Neither redirects nor the environment's proxies
are followed: the key goes to the base URL and nowhere else.
"""

import http.client
import select
import ssl
import time
import weakref
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2

ANSWER_BYTES = 1024 * 1024  # far above any answer to the making of a token
IDLE_SECONDS = 20.0  # far below what any side or anything between them waits before it forgets a connection
FINAL = 200  # answers below this status announce another one


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts the usual authorities. Loading them takes long: one context serves all clients."""
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


Resting = tuple[http.client.HTTPConnection, float]  # since when


class Transport(httpx2.BaseTransport):
    """Connections to one base URL, one for each call under way; those at rest are used again."""

    def __init__(
        self, base_url: str, tls: ssl.SSLContext, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Remember where to connect; `seconds` is the timeout of connecting and of each read."""
        url = urlsplit(base_url)
        self._secure, self._host = url.scheme == "https", url.hostname or ""
        self._port = url.port or (443 if self._secure else 80)
        self._tls, self._seconds, self._clock = tls, seconds, clock
        self._idle: list[Resting] = []
        weakref.finalize(self, _close, self._idle)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer, read whole.

        Raises:
            OSError, http.client.HTTPException: there is none, or it breaks off.
            ValueError: it is longer than any answer of Gemini's.
        """
        connection = self._kept() or self._new()
        try:
            path = request.url.raw_path.decode("ascii")
            connection.request(request.method, path, request.read(), dict(request.headers))
            with connection.getresponse() as answer:  # left open, it would keep a socket that nobody knows any more
                content = _read(answer)
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._idle.append((connection, self._clock()))
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
        return httpx2.Response(answer.status, headers=headers, content=content)

    def _kept(self) -> http.client.HTTPConnection | None:
        """Return a connection that has not rested for long and that the other side has not closed; else None."""
        while (resting := _pop(self._idle)) is not None:
            connection, since = resting
            poll = select.poll()
            poll.register(connection.sock, select.POLLIN)
            if self._clock() - since < IDLE_SECONDS and not poll.poll(0):
                return connection
            connection.close()  # nothing can have come that was asked for: it is the end
        return None

    def _new(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)

    def close(self) -> None:
        """Close the connections at rest."""
        _close(self._idle)


def _close(idle: list[Resting]) -> None:
    while (resting := _pop(idle)) is not None:
        resting[0].close()


def _pop(idle: list[Resting]) -> Resting | None:
    try:
        return idle.pop()
    except IndexError:  # perhaps another thread has just taken the last one
        return None


def _read(answer: http.client.HTTPResponse) -> bytes:
    if answer.status < FINAL:  # its successor would be taken for the answer to another call
        raise http.client.BadStatusLine(str(answer.status))
    content = answer.read(ANSWER_BYTES + 1)
    if len(content) > ANSWER_BYTES:
        raise ValueError("the answer is too long")
    if answer.length:  # read with a bound, it does not notice that by itself
        raise http.client.IncompleteRead(content, answer.length)
    return content
