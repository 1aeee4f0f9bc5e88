"""The load generator: a process of its own that keeps a number of connections busy and writes down every answer's time.

The connections stay open between requests, as those of a proxy in front of the function do.
"""

import argparse
import asyncio
import collections
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


class Connection(asyncio.Protocol):
    """Sends the same request again and again, each after the answer to the one before."""

    def __init__(self, run: "Run") -> None:
        self._run, self._received, self._length, self._sent_at = run, b"", -1, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._received, self._length, self._sent_at = b"", -1, time.perf_counter()
        self._transport.write(self._run.request)

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole."""
        self._received += data
        if self._length < 0:
            head_end = self._received.find(b"\r\n\r\n")
            if head_end < 0:
                return
            head = self._received[:head_end].lower()
            at = head.find(b"content-length:")
            self._length = head_end + 4 + (int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0)
        if len(self._received) < self._length:
            return
        self._run.answered(int(self._received[9:12]), time.perf_counter() - self._sent_at)
        if self._run.over():
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """Open another one, unless the run is over: servers may close a connection whenever they like."""
        if self._run.over():
            self._run.closed()
        else:
            self._run.lost += 1
            self._run.open()


class Run:
    """One run against one server."""

    def __init__(self, url: str, request: bytes, connections: int, seconds: float, requests: int) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self.request = request
        self._connections, self._seconds, self._requests = connections, seconds, requests
        self._times: list[float] = []
        self._statuses: collections.Counter[int] = collections.Counter()
        self.lost = 0
        self._opening: set[asyncio.Task[object]] = set()

    async def run(self) -> dict[str, object]:
        """Return how many answers of each status came in how many seconds, and every answer's milliseconds."""
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left, self._began = self._connections, time.perf_counter()
        for _ in range(self._connections):
            self.open()
        async with asyncio.timeout(self._seconds + 60):
            await self._done
        return {
            "seconds": self._ended - self._began,
            "statuses": self._statuses,
            "lost": self.lost,
            "milliseconds": [round(1000 * seconds, 3) for seconds in self._times],
        }

    def open(self) -> None:
        """Open one connection."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.create_connection(lambda: Connection(self), self._host, self._port))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def over(self) -> bool:
        """Whether no more requests are to be sent."""
        if self._requests:
            return len(self._times) >= self._requests
        return time.perf_counter() - self._began >= self._seconds

    def answered(self, status: int, seconds: float) -> None:
        """Write one answer down."""
        self._statuses[status] += 1
        self._times.append(seconds)
        self._ended = time.perf_counter()

    def closed(self) -> None:
        """Count a connection that has ended for good."""
        self._left -= 1
        if self._left == 0 and not self._done.done():
            self._done.set_result(None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--request", type=Path, required=True, help="file that holds the whole request, head and body")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=0, help="stop after so many answers instead")
    asked = parser.parse_args()
    run = Run(asked.url, asked.request.read_bytes(), asked.connections, asked.seconds, asked.requests)
    json.dump(asyncio.run(run.run()), sys.stdout)
