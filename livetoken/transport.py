"""HTTP to Gemini by the standard library, in the form that google-genai can be given: connections are kept open.

The SDK's own transport takes three times as long for the same exchange. Neither redirects nor the environment's proxies
are followed: the key goes to the base URL and nowhere else.
"""

import http.client
import select
import ssl
import weakref
from urllib.parse import urlsplit

import httpx2

ANSWER_BYTES = 1024 * 1024  # far above any answer to the making of a token


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts the usual authorities. Loading them takes long and leaves the interpreter free."""
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Transport(httpx2.BaseTransport):
    """Connections to one base URL, one for each call under way; those at rest are used again."""

    def __init__(self, base_url: str, tls: ssl.SSLContext, seconds: float) -> None:
        """Remember where to connect; `seconds` is the timeout of connecting and of each read."""
        url = urlsplit(base_url)
        self._secure, self._host, self._port = url.scheme == "https", url.hostname or "", url.port
        self._tls, self._seconds = tls, seconds
        self._idle: list[http.client.HTTPConnection] = []
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
            self._idle.append(connection)
        return httpx2.Response(answer.status, headers=answer.getheaders(), content=content)

    def _kept(self) -> http.client.HTTPConnection | None:
        """Return a connection at rest that the other side has not closed; None where there is none."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            poll = select.poll()
            poll.register(connection.sock, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()  # nothing can have come that was asked for: it is the end

    def _new(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)

    def close(self) -> None:
        """Close the connections at rest."""
        _close(self._idle)


def _close(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _read(answer: http.client.HTTPResponse) -> bytes:
    content = answer.read(ANSWER_BYTES + 1)
    if len(content) > ANSWER_BYTES:
        raise ValueError("the answer is too long")
    if answer.length:  # read with a bound, it does not notice that by itself
        raise http.client.IncompleteRead(content, answer.length)
    return content
