"""Moving windows, and the storage of them in memory; the one in Redis, for all instances, is `redis_windows.py`.

A window is a key, how many entries it may hold, and for how many seconds each of them counts.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

SWEEP_AT = 1000  # windows; twice as many as were left is when the next sweep comes


class Windows(Protocol):
    """A storage of moving windows that can take back what it gave. Times are seconds of the storage's own clock."""

    def now(self) -> float:
        """Return the time that the next entries are made at."""

    def enter(self, key: str, limit: int, seconds: int, at: float) -> bool:
        """Count an entry made `at`, unless `limit` entries are not older than `seconds`; return whether it counts."""

    def leave(self, key: str, at: float) -> None:
        """Take back the entry made `at`."""

    def wait(self, key: str, limit: int, seconds: int, at: float) -> float:
        """Return for how many seconds from `at` the window stays full; 0 when it has room."""


class MemoryWindows:
    """Windows of one process; one lock makes them exact under any number of threads.

    The `limits` library's own memory counts in wall-clock time, which jumps, keeps every key it has ever seen, and
    walks through all of them in a thread of its own whenever an entry is made.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, deque[float]]] = {}  # seconds; entries, the oldest first
        self._sweep_at = SWEEP_AT

    def __len__(self) -> int:
        """Return how many windows are kept."""
        return len(self._windows)

    def enter(self, key: str, limit: int, seconds: int, at: float) -> bool:
        """Count an entry made `at`, unless `limit` entries are not older than `seconds`; return whether it counts."""
        with self._lock:
            if len(self._windows) >= self._sweep_at:
                self._sweep(at)
            _, entries = self._windows.setdefault(key, (seconds, deque()))
            while entries and entries[0] < at - seconds:
                entries.popleft()
            if len(entries) >= limit:
                return False
            entries.append(at)
            return True

    def leave(self, key: str, at: float) -> None:
        """Take back the entry made `at`."""
        with self._lock:
            _, entries = self._windows.get(key, (0, deque()))
            with contextlib.suppress(ValueError):  # it may have left by itself meanwhile
                entries.remove(at)
            if not entries:
                self._windows.pop(key, None)

    def wait(self, key: str, limit: int, seconds: int, at: float) -> float:
        """Return for how many seconds from `at` the window stays full; 0 when it has room."""
        with self._lock:
            _, entries = self._windows.get(key, (0, deque()))
            return max(0.0, entries[-limit] + seconds - at) if len(entries) >= limit else 0.0

    def _sweep(self, at: float) -> None:
        """Forget windows whose last entry counts no more; rarely enough to cost nothing on average."""
        self._windows = {
            key: (seconds, entries) for key, (seconds, entries) in self._windows.items() if entries[-1] >= at - seconds
        }
        self._sweep_at = max(SWEEP_AT, 2 * len(self._windows))


def open_windows(uri: str, clock: Callable[[], float]) -> Windows:
    """Return the storage that `LIMITS_STORAGE` names; `clock` (seconds, never stepping back) is the memory's own."""
    if uri == "memory://":
        return MemoryWindows(clock)
    from livetoken.access.redis_windows import open_redis

    return open_redis(uri)
