"""A value that lives elsewhere: fetched once for all who wait, kept, and used on while it cannot be fetched anew."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from livetoken.runtime.brake import NEVER, Brake
from livetoken.runtime.threads import start_thread

T = TypeVar("T")
PATIENCE_SECONDS = 0.25  # after a failure the next attempt is waited for no longer: the other side may hang


@dataclass(frozen=True, kw_only=True)
class Times:
    """How a value ages, in seconds.

    Attributes:
        fresh: it is used without asking.
        stale: it is used when it cannot be fetched anew.
        retry: from a failed fetch to the next, where there is no value to use.
        retry_stale: the same, where there is one.
        forced: from a forced fetch that did not help to the next one.
    """

    fresh: float
    stale: float
    retry: float
    retry_stale: float
    forced: float = 0.0


class NotFetchedError(Exception):
    """There is no value that may be used. `failure` is the type of what ended the last fetch, never its text.

    `under_way` says that the next attempt is being made, and was not waited for.
    """

    def __init__(self, failure: str, *, under_way: bool = False) -> None:
        super().__init__(failure)
        self.failure, self.under_way = failure, under_way


class _Held(NamedTuple, Generic[T]):
    value: T
    fetched_at: float


class Cached(Generic[T]):
    """One value for all threads. `fetch` returns it as it is now and raises when it cannot; `clock` gives seconds.

    With `behind`, a value that is no longer fresh is fetched anew in a thread of its own while it serves on, and
    `behind` hears why it could not be. Without, whoever comes first fetches it.
    """

    def __init__(
        self,
        fetch: Callable[[], T],
        times: Times,
        clock: Callable[[], float] = time.monotonic,
        behind: Callable[[NotFetchedError], None] | None = None,
    ) -> None:
        self._fetch, self._times, self._clock, self._behind = fetch, times, clock, behind
        self._fetching = threading.Lock()
        self._held: _Held[T] | None = None  # one value, so that nobody sees half a change
        self._failure = ""
        self._failed, self._forced = Brake(clock), Brake(clock)

    @property
    def value(self) -> T | None:
        """The last value that was fetched, however old; None when there is none."""
        return self._held and self._held.value

    def get(self) -> T:
        """Return the value, fetching it when there is none that is fresh.

        Raises:
            NotFetchedError: there is none, or it is more than stale, and it cannot be fetched.
        """
        held = self._held
        age = self._age(held)
        if held is not None and age < self._times.fresh:
            return held.value
        if held is None or age >= self._times.stale:
            return self._renewed(held)
        if self._behind is not None:
            self._renew_behind(held, self._behind)
            return held.value
        try:
            return self._renewed(held)
        except NotFetchedError:
            return held.value

    def prefetch(self) -> None:
        """Fetch the value before anybody needs it, where there is none yet.

        A failure binds nobody, who needs it tries at once: the processor may have been taken away in the middle of it,
        as Cloud Run does when no request is under way, and that is no doing of the other side's.

        Raises:
            NotFetchedError: it could not be fetched.
        """
        with self._fetching:
            if self._held is None and not self._failed.holds():
                try:
                    self._fetched()
                except NotFetchedError:
                    self._failure = ""
                    self._failed.release()
                    raise

    def renew(self, settled: Callable[[T, float], bool]) -> T:
        """Return the value as it is, if it is `settled` (asked with its age), or else fetched once more.

        It may not be settled even then: a fetch that did not help is not repeated for a while.

        Raises:
            NotFetchedError: it could not be fetched, now or a moment ago.
        """
        held = self._held
        # this comes before any brake, or requests that still use the former value would fail beside the new one
        if held is not None and settled(held.value, self._age(held)):
            return held.value
        return self._renewed(held, settled)

    def _age(self, held: _Held[T] | None) -> float:
        return self._clock() - (held.fetched_at if held else NEVER)

    def _renewed(self, seen: _Held[T] | None, settled: Callable[[T, float], bool] | None = None) -> T:
        """Return the value that others have fetched since `seen` while we waited for our turn, or fetch it."""
        if not self._fetching.acquire(timeout=PATIENCE_SECONDS if self._failure else -1):
            raise NotFetchedError(self._failure, under_way=True)
        try:
            if self._held is not None and self._held is not seen:
                return self._held.value
            if self._failed.holds():
                raise NotFetchedError(self._failure)
            if self._held is not None and settled is not None and self._forced.holds():
                return self._held.value
            self._forced.release()
            value = self._fetched()
            if settled is not None and not settled(value, 0.0):
                self._forced.apply(self._times.forced)
            return value
        finally:
            self._fetching.release()

    def _renew_behind(self, seen: _Held[T], report: Callable[[NotFetchedError], None]) -> None:
        """Begin to fetch the value anew, unless somebody does, or it failed a moment ago, or there is no thread."""

        def work() -> None:
            try:
                self._fetched()
            except NotFetchedError as failure:
                report(failure)
            finally:
                self._fetching.release()

        if not self._fetching.acquire(blocking=False):
            return
        if self._held is not seen or self._failed.holds() or not start_thread("fetch", work):
            self._fetching.release()

    def _fetched(self) -> T:
        """Fetch the value; only for whoever holds the lock."""
        try:
            value = self._fetch()
        except Exception as error:
            self._failure = type(error).__name__
            usable = self._age(self._held) < self._times.stale
            self._failed.apply(self._times.retry_stale if usable else self._times.retry)
            raise NotFetchedError(self._failure) from error
        self._held = _Held(value, self._clock())
        self._failure = ""
        self._failed.release()
        return value
