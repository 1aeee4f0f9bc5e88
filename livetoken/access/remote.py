"""A storage of windows that may fail: it is left alone for a moment then, and gets back later what it may have kept."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from livetoken.access.windows import Full, Held, Window, Windows
from livetoken.errors import Refusal, TemporarilyUnavailable
from livetoken.runtime.brake import Brake

T = TypeVar("T")
RETRY_SECONDS = 1.0  # after a failure requests are refused at once for so long, instead of all waiting for the storage
OWED = 1000  # entries that wait to be taken back, at most; older ones count until their time is over


class RemoteWindows:
    """Windows elsewhere. Whatever goes wrong with them refuses the request."""

    def __init__(self, storage: Windows, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._failed = Brake(clock)
        self._lock = threading.Lock()
        self._owed: list[Held] = []  # what is still to be taken back

    def prepare(self) -> None:
        """Connect; part of the warm-up, and a failure binds nobody."""
        try:
            self._asked(self._storage.prepare)
        except TemporarilyUnavailable:
            self._failed.release()
            raise

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Count `entry` in all the windows, or in none because one is full.

        Raises:
            TemporarilyUnavailable: the storage does not answer; should it have counted, that is taken back later.
        """
        return self._asked(lambda: self._storage.enter(entry, windows), (entry, windows))

    def leave(self, entries: Iterable[Held]) -> None:
        """Take entries back; raises TemporarilyUnavailable when that has to wait until the storage answers."""
        self._owe(*entries)
        self._asked(lambda: None)

    def _asked(self, work: Callable[[], T], *unknown: Held) -> T:
        """Do `work`, after what is owed; when it fails, nobody knows about what is `unknown`, and it is owed."""
        if self._failed.holds():
            raise TemporarilyUnavailable("the storage of the limits failed a moment ago; see LIMITS_STORAGE")
        try:
            self._pay()
            result = work()
        except Refusal:
            self._failed.release()
            raise
        except Exception as error:
            self._failed.apply(RETRY_SECONDS)
            self._owe(*unknown)
            raise TemporarilyUnavailable(
                f"the storage of the limits did not answer ({type(error).__name__}); see LIMITS_STORAGE"
            ) from error
        self._failed.release()
        return result

    def _owe(self, *entries: Held) -> None:
        with self._lock:
            self._owed = [*self._owed, *entries][-OWED:]

    def _pay(self) -> None:
        with self._lock:
            owed, self._owed = self._owed, []
        try:
            if owed:
                self._storage.leave(owed)
        except Exception:
            self._owe(*owed)
            raise
