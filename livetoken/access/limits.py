"""Rate limits per address, origin and verified caller: moving windows.

What is counted is tokens: a request takes its places before anything costs, and one that gets no token gives them back.
"""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from livetoken.access.windows import Windows, open_windows
from livetoken.errors import RateLimited, TemporarilyUnavailable
from livetoken.runtime.deadlines import Deadlines
from livetoken.runtime.once import Once
from livetoken.settings.environment import Settings
from livetoken.settings.rules import Limit

T = TypeVar("T")
STORAGE_SECONDS = 0.8  # all of one request's work with a remote storage
RETRY_SECONDS = 1.0  # after a storage failed, requests are refused at once for so long, instead of all waiting for it
NEVER = float("-inf")
log = logging.getLogger("livetoken.limits")


class Place(NamedTuple):
    """One entry in one window, and when it was made by the storage's clock."""

    key: str
    at: float


class Reservation:
    """The places that one request holds, until it is known whether a token was minted."""

    def __init__(self, limits: "Limits") -> None:
        self._limits = limits
        self._held: list[Place] = []
        self._seconds = STORAGE_SECONDS

    def take(self, **who: str | None) -> None:
        """Take a place in every window of each kind (`address`, `origin`, `caller`) for who is named; None takes none.

        Raises:
            RateLimited: a window is full; `Retry-After` is when all windows of these kinds have room again.
            TemporarilyUnavailable: the storage does not answer. Without it nothing is minted.
        """
        named = {kind: name for kind, name in who.items() if name is not None}
        self._held += self._timed(lambda: self._limits.acquire(named, self._seconds))

    def give_back(self) -> None:
        """Give every place back; quietly, because the request already has its answer."""
        held, self._held = self._held, []
        if held:
            try:
                self._timed(lambda: self._limits.refund(held, self._seconds))
            except TemporarilyUnavailable as failure:
                log.warning("places could not be given back: %s", failure.cause)

    def _timed(self, work: Callable[[], T]) -> T:
        started = self._limits.clock()
        try:
            return work()
        finally:
            self._seconds -= self._limits.clock() - started


class Limits:
    """All the limits; opens its storage at the first request, after the server has forked."""

    def __init__(self, settings: Settings, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._deadlines, self.clock = settings, deadlines.for_upstream(), clock
        # opened at the first request, after the server has forked
        self.open = Once(lambda: open_windows(settings.limits_storage, self.clock))
        per_address, per_origin = settings.limit_per_address, settings.limit_per_origin
        # App Check verifies the site's own app, which all its visitors share; the others verify one person
        per_caller = per_origin if settings.callers.startswith("firebase-app-check:") else per_address
        self._limits = {"address": per_address, "origin": per_origin, "caller": per_caller}
        self._failed_at = NEVER

    @contextlib.contextmanager
    def reservation(self, **who: str | None) -> Iterator[Reservation]:
        """Take a place for each of `who`, and give them back when the block ends without a token, by an exception."""
        reservation = Reservation(self)
        try:
            reservation.take(**who)
            yield reservation
        except BaseException:
            reservation.give_back()
            raise

    def acquire(self, who: Mapping[str, str], seconds: float) -> list[Place]:
        """Count each name in every window of its kind, in the order of `who`, all or none; return what `refund` takes.

        Raises RateLimited; TemporarilyUnavailable when a remote storage has not done it within `seconds`.
        """
        windows = self.open()
        return self._guarded(seconds, lambda: self._acquire(windows, who), late=lambda places: _leave(windows, places))

    def refund(self, places: list[Place], seconds: float) -> None:
        """Take the entries back; raises TemporarilyUnavailable as `acquire` does."""
        windows = self.open()
        self._guarded(seconds, lambda: _leave(windows, places))

    def _guarded(self, seconds: float, work: Callable[[], T], late: Callable[[T], None] = lambda _: None) -> T:
        """Run `work` on the storage; a remote one has its time, and whatever goes wrong with it refuses the request.

        `late` gets a result that came when nobody waited for it any more.
        """
        if self._settings.limits_storage == "memory://":
            return work()
        if self.clock() - self._failed_at < RETRY_SECONDS:
            raise TemporarilyUnavailable("the storage of the limits failed a moment ago; see LIMITS_STORAGE")
        if self._failed_at > NEVER:
            self._failed_at = self.clock()  # this request tries; the others do not all wait for it
        ends = self.clock() + seconds

        def timely() -> T:
            result = work()
            if self.clock() > ends:
                late(result)
                raise TimeoutError
            return result

        try:
            result = self._deadlines.within(seconds, timely)
        except RateLimited:
            self._failed_at = NEVER
            raise
        except Exception as error:
            self._failed_at = self.clock()
            raise TemporarilyUnavailable(
                f"the storage of the limits did not answer ({type(error).__name__}); see LIMITS_STORAGE"
            ) from error
        self._failed_at = NEVER
        return result

    def _acquire(self, windows: Windows, who: Mapping[str, str]) -> list[Place]:
        at = windows.now()
        wanted = [(kind, limit, _key(kind, name, limit)) for kind, name in who.items() for limit in self._limits[kind]]
        held: list[Place] = []
        for kind, limit, key in wanted:
            if not windows.enter(key, limit.amount, limit.seconds, at):
                _leave(windows, held)
                wait = max(windows.wait(key, limit.amount, limit.seconds, at) for _, limit, key in wanted)
                # one more than the whole part: the oldest entry still counts at the very end of its time
                raise RateLimited(f"{limit} per {kind}", retry_after=math.floor(wait) + 1)
            held.append(Place(key, at))
        return held


def _key(kind: str, name: str, limit: Limit) -> str:
    """Return the window's name, as the `limits` library writes it: in Redis, instances of two versions share them."""
    return f"LIMITER/{kind}/{name}/{limit.amount}/{limit.multiple}/{limit.unit}"


def _leave(windows: Windows, places: list[Place]) -> None:
    for place in places:
        windows.leave(place.key, place.at)
