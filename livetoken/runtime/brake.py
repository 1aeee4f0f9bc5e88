"""A brake: after a failure nothing is tried again too soon, and then by one at a time."""

import threading
import time
from collections.abc import Callable

NEVER = float("-inf")


class Brake:
    """Holds everybody for a while after `apply`, then lets one through each such while, until `release`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin released; `clock` gives seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._until, self._seconds = NEVER, 0.0

    def apply(self, seconds: float) -> None:
        """Hold everybody for so many seconds from now on."""
        with self._lock:
            self._until, self._seconds = self._clock() + seconds, seconds

    def release(self) -> None:
        """Hold nobody."""
        with self._lock:
            self._until = NEVER

    def holds(self) -> bool:
        """Return whether the asker must not try; when the time is over, only the first one to ask may."""
        with self._lock:
            now = self._clock()
            if now < self._until:
                return True
            if self._until > NEVER:
                self._until = now + self._seconds
            return False
