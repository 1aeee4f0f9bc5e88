"""Google's endpoints for measuring: fast, with a fixed delay, and deaf to everything but the path.

The emulator checks what it is asked and remembers it, which costs more than a mint should here.
"""

import argparse
import asyncio
import gzip
import itertools
import json
import random
from collections.abc import Callable

from gemini_live_emulator.state.metadata import HEADERS, Metadata
from gemini_live_emulator.state.secrets import Secrets

KEY = "a-key-for-measuring-on-this-machine-only"
# what we expect of Google's front end: an answer in chunks, compressed where the client takes it
USUAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nVary: Origin\r\nVary: X-Origin\r\n"
    b"Vary: Referer\r\nServer: ESF\r\nX-XSS-Protection: 0\r\nX-Frame-Options: SAMEORIGIN\r\n"
    b"X-Content-Type-Options: nosniff\r\nTransfer-Encoding: chunked\r\n"
)


class Upstream(asyncio.Protocol):
    """One connection: HTTP/1.1 with keep-alive, bodies by Content-Length only, one request at a time."""

    def __init__(self, answer: Callable[[bytes, bytes], tuple[float, bytes]]) -> None:
        self._answer, self._loop = answer, asyncio.get_running_loop()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect until a request is whole, then answer it after its delay."""
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._received[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < head_end + 4 + length:
            return
        path = self._received.split(b" ", 2)[1]
        self._received = self._received[head_end + 4 + length :]
        seconds, answer = self._answer(path, head)
        if seconds:
            self._loop.call_later(seconds, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def message(content: str, status: str = "200 OK", content_type: str = "application/json", **headers: str) -> bytes:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(content.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", content]).encode()


def chunked(content: str, *, packed: bool) -> bytes:
    """Return a whole HTTP answer in the form of `USUAL`."""
    body = gzip.compress(content.encode(), 1) if packed else content.encode()
    coding = b"Content-Encoding: gzip\r\n\r\n" if packed else b"\r\n"
    return b"%s%s%x\r\n%s\r\n0\r\n\r\n" % (USUAL, coding, len(body), body)


def answers(mint_seconds: float, secret_seconds: float) -> Callable[[bytes, bytes], tuple[float, bytes]]:
    """Return what answers a path and a head in lower case: the delay in seconds, and the whole answer."""
    metadata, numbers = Metadata(random.Random(1)), itertools.count(1)
    access = Secrets(KEY).access(
        f"Bearer {metadata.token}", metadata.token, "livetoken-local", "gemini-api-key", "latest"
    )
    secret = message(json.dumps(access))
    minted = 0

    def answer(path: bytes, head: bytes) -> tuple[float, bytes]:
        nonlocal minted
        if path.endswith(b"/auth_tokens"):
            minted = next(numbers)
            return mint_seconds, chunked(f'{{"name": "auth_tokens/{minted:064x}"}}', packed=b"gzip" in head)
        if b":access" in path:
            return secret_seconds, secret
        if path == b"/minted":
            return 0.0, message(str(minted))
        flavor = "Google" if b"metadata-flavor: google" in head else None
        status, kind, content = metadata.answer(path.decode().partition("?")[0], flavor)
        return 0.0, message(content, str(status), kind, **{"Metadata-Flavor": HEADERS["Metadata-Flavor"]})

    return answer


async def serve(port: int, mint_seconds: float, secret_seconds: float) -> None:
    """Serve for ever on 127.0.0.1."""
    answer = answers(mint_seconds, secret_seconds)
    server = await asyncio.get_running_loop().create_server(lambda: Upstream(answer), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mint-seconds", type=float, default=0.0)
    parser.add_argument("--secret-seconds", type=float, default=0.0)
    asked = parser.parse_args()
    asyncio.run(serve(asked.port, asked.mint_seconds, asked.secret_seconds))
