"""How many requests may wait for others at once, so that threads are left for those that wait for nobody."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from livetoken.errors import TemporarilyUnavailable

RESERVE = 5  # one thread of so many is kept for health checks, preflights and refusals
STILL_SECONDS = 0.5  # when no slot was taken or given back for so long, whatever holds them hangs
LONGEST_SECONDS = 2.0  # nobody waits longer for a slot
START_SECONDS = 12.0  # but while the function itself starts, which is no sign that anything hangs
LOOK_SECONDS = 0.1  # between two looks at whether it still starts


class Capacity:
    """A bound on requests that read a body, a key or a token.

    While slots come free, a crowd waits for them; when none does, the others are refused at once.
    """

    def __init__(self, threads: int, started: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        """Remember the bound; `started` says whether the function's own start is over."""
        self._free = max(1, threads - max(1, threads // RESERVE))
        self._started, self._clock = started, clock
        self._changed = threading.Condition()
        self._changed_at = self._started_at = clock()

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one slot while the block runs.

        Raises:
            TemporarilyUnavailable: all are taken, and none comes free.
        """
        with self._changed:
            self._await_free(self._clock())
            self._change(-1)
        try:
            yield
        finally:
            with self._changed:
                self._change(+1)
                self._changed.notify()

    def _change(self, slots: int) -> None:
        self._free += slots
        self._changed_at = self._clock()

    def _await_free(self, since: float) -> None:
        while self._free == 0:
            now = self._clock()
            if not self._started():
                self._started_at = now
            waited, still = now - max(since, self._started_at), now - max(self._changed_at, self._started_at)
            if still >= STILL_SECONDS or waited >= LONGEST_SECONDS or now - since >= START_SECONDS:
                raise TemporarilyUnavailable("as many requests wait for Gemini or for bodies as there are threads for")
            self._changed.wait(LOOK_SECONDS)
