"""A small server in front of the real function that spoils one thing, as a wrong deployment would."""

import contextlib
import http.client
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from dev.static_server import Server

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: Headers
    body: bytes = b""

    def with_header(self, name: str, value: str | None) -> "Reply":
        """Return the answer with a header set, or without it."""
        kept = [(known, old) for known, old in self.headers if known.lower() != name.lower()]
        return replace(self, headers=kept + ([(name, value)] if value is not None else []))


@dataclass(frozen=True)
class Asked:
    """An HTTP request, and how to have it answered by the real function."""

    method: str
    path: str
    headers: Message
    body: bytes
    relay: Callable[..., Reply] = field(repr=False)


Answering = Callable[[Asked], Reply]


def relay(target: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    """Send the request to the function and return its answer."""
    connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        skipped = ("connection", "content-length", "transfer-encoding")
        return Reply(answer.status, [(n, v) for n, v in answer.getheaders() if n.lower() not in skipped], answer.read())


@contextlib.contextmanager
def front(answering: Answering, target: str = "http://127.0.0.1:9", tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve `answering` while the block runs; yields the URL. `asked.relay(Origin=…)` asks `target` with that header, or without."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def passed_on(**changed: str | None) -> Reply:
                sent = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "connection", "content-length")
                }
                headers = {name: value for name, value in {**sent, **changed}.items() if value is not None}
                return relay(target, self.command, self.path, headers, body)

            reply = answering(Asked(self.command, self.path, self.headers, body, passed_on))
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - the base class calls them so

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(status: int, title: str, content_type: str = "text/html; charset=UTF-8") -> Reply:
    """An HTML page, as front ends and other websites send it."""
    text = f"<html><head>\n<title>{title}</title>\n</head><body><h1>{title}</h1></body></html>"
    return Reply(status, [("Content-Type", content_type)], text.encode())
