"""Whole HTTP requests as bytes, and a connection that sends them one by one."""

import json
import socket
import time
from typing import NamedTuple

ORIGIN = "https://shop.example"
_TEXT = "Hats, scarves and gloves — señor, aquí está la página — are listed here with sizes and prices. "
BODY = json.dumps(
    {
        "lang": "es",
        "pageTitle": "Hats and scarves",
        "pageUrl": f"{ORIGIN}/hats",
        "pageContent": (_TEXT * 100)[:8000],  # as long as what a page with some text sends
    },
    ensure_ascii=False,
)


def request(method: str, path: str, origin: str = ORIGIN) -> bytes:
    """Return a request such as a proxy in front of the function passes on."""
    body = BODY.encode() if method == "POST" else b""
    head = [f"{method} {path} HTTP/1.1", "Host: function.example", f"Origin: {origin}", "X-Forwarded-For: 203.0.113.7"]
    if method == "OPTIONS":
        head += ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"]
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


class Answer(NamedTuple):
    """An answer, and after how many milliseconds it was whole."""

    status: int
    body: bytes
    milliseconds: float


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> Answer:
        """Send a request and return its answer; raises ConnectionError when the server hangs up."""
        began = time.perf_counter()
        self._socket.sendall(sent)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._read()
        head, _, body = received.partition(b"\r\n\r\n")
        status, lower = int(head[9:12]), head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        while len(body) < length:
            body += self._read()
        return Answer(status, body, 1000 * (time.perf_counter() - began))

    def _read(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection in the middle of an answer")
        return piece

    def close(self) -> None:
        """Close it."""
        self._socket.close()
