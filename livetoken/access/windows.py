"""Moving windows, and the storage of them in memory; the one in Redis, for all instances, is `redis_windows.py`."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

SWEEP_AT = 1000  # windows; twice as many as were left is when the next sweep comes


class Window(NamedTuple):
    """So many entries in any so many seconds."""

    key: str
    amount: int
    seconds: int


class Full(NamedTuple):
    """Why nothing could be entered.

    Attributes:
        first: the position of the first window that is full.
        wait: seconds until none of the windows is full any more.
    """

    first: int
    wait: float


Held = tuple[str, Sequence[Window]]  # the entry of one request, by its id, and the windows that it may stand in


class Windows(Protocol):
    """A storage of moving windows that can take back what it gave, on a clock of its own."""

    def prepare(self) -> None:
        """Do what takes time before a request waits for it; part of the warm-up."""

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Count `entry` in all the windows, or in none because one is full; one that stands in them counts once."""

    def leave(self, entries: Iterable[Held]) -> None:
        """Take entries back, also those that stand in none of their windows."""


class MemoryWindows:
    """Windows of one process; one lock makes them exact under any number of threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin empty; `clock` gives seconds and never steps back."""
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, dict[str, float]]] = {}  # seconds; when entries were made, the oldest first
        self._sweep_at = SWEEP_AT

    def __len__(self) -> int:
        """Return how many windows are kept."""
        return len(self._windows)

    def prepare(self) -> None:
        """Do nothing: memory is there."""

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Count `entry` in all the windows, or in none because one is full; one that stands in them counts once."""
        with self._lock:
            now = self._clock()
            waits = [self._wait(entry, window, now) for window in windows]
            full = [position for position, wait in enumerate(waits) if wait is not None]
            if full:
                return Full(full[0], max(wait for wait in waits if wait is not None))
            if len(self._windows) >= self._sweep_at:
                self._sweep(now)
            for window in windows:
                self._windows.setdefault(window.key, (window.seconds, {}))[1].setdefault(entry, now)
            return None

    def leave(self, entries: Iterable[Held]) -> None:
        """Take entries back, also those that stand in none of their windows."""
        with self._lock:
            for entry, windows in entries:
                for window in windows:
                    _, made = self._windows.get(window.key, (0, {}))
                    made.pop(entry, None)
                    if not made:
                        self._windows.pop(window.key, None)

    def _wait(self, entry: str, window: Window, now: float) -> float | None:
        """Return for how many seconds the window stays full for `entry`; None when it is not full."""
        _, made = self._windows.get(window.key, (0, {}))
        while made and (oldest := next(iter(made.items())))[1] < now - window.seconds:
            del made[oldest[0]]
        if len(made) < window.amount or entry in made:
            return None
        return next(iter(made.values())) + window.seconds - now

    def _sweep(self, now: float) -> None:
        """Forget windows whose last entry counts no more; rarely enough to cost nothing on average."""
        self._windows = {
            key: (seconds, made)
            for key, (seconds, made) in self._windows.items()
            if made and next(reversed(made.values())) >= now - seconds
        }
        self._sweep_at = max(SWEEP_AT, 2 * len(self._windows))
