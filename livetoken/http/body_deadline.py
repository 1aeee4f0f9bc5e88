"""The time that a client has for its body: the reading side of its connection is ended when it is over."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from livetoken.http.server import connection_of, use_no_more
from livetoken.runtime.threads import start_thread


class BodyDeadlines:
    """Cuts off clients whose body takes too long; one thread, started by the first body."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic, pause: float = 0.25) -> None:
        self._seconds, self._clock, self._pause = seconds, clock, pause
        self._reading: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self._watching = False

    @contextlib.contextmanager
    def reading(self, environ: MutableMapping[str, Any]) -> Iterator[None]:
        """While the block runs, cut the client off from further input once the time for its body is over.

        A blocked read then returns as at the end of the stream, while an answer can still be written. What comes later
        is still delivered, so the connection carries no further request. The time is the request's: it begins with the
        first block and goes on for the next, so that a slow body is not waited for twice.
        """
        connection = connection_of(environ)
        if connection is None:  # not served by gunicorn, so there is no socket to watch
            yield
            return
        ends: float = environ.setdefault("livetoken.body_ends", self._clock() + self._seconds)
        with self._lock:
            self._reading[connection] = ends
            # where the system has no thread to give, the next body tries
            self._watching = self._watching or start_thread("body-deadlines", self._watch)
        try:
            yield
        finally:
            with self._lock:
                cut = self._reading.pop(connection, None) is None
            if cut:
                use_no_more(environ)

    def _watch(self) -> None:
        while True:
            self.expire()
            time.sleep(self._pause)

    def expire(self) -> None:
        """Cut off every connection whose time is over."""
        with self._lock:
            late = [connection for connection, end in self._reading.items() if end <= self._clock()]
            for connection in late:
                del self._reading[connection]
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
