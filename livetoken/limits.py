"""Rate limits per address, per origin and per verified caller: moving windows of the `limits` library.

What is counted is tokens: a request that gets none gives its place back.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from livetoken.deadlines import Deadlines
from livetoken.refusals import RateLimited, TemporarilyUnavailable
from livetoken.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem

T = TypeVar("T")
STORAGE_SECONDS = 1.0  # all of one request's work with the storage
log = logging.getLogger("livetoken.limits")


class Windows(Protocol):
    """A storage of moving windows that can take back what it gave."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count one entry, unless `limit` entries are younger than `expiry` seconds."""

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest counted entry was made (POSIX seconds), and how many count."""

    def refund(self, key: str, acquired_at: float) -> None:
        """Take back the entry made at or just before `acquired_at`."""


class Reservation:
    """The places that one request holds, until it is known whether a token was minted."""

    def __init__(self, limits: "Limits") -> None:
        self._limits = limits
        self._held: list[tuple[str, float]] = []

    def take(self, **who: str | None) -> None:
        """Take a place in every window of each kind (`address`, `origin`, `caller`) for who is named; None takes none.

        Raises:
            RateLimited: one of the windows is full; `Retry-After` is when its oldest entry leaves it.
            TemporarilyUnavailable: the storage does not answer. Without it nothing is minted.
        """
        for kind, name in who.items():
            if name is not None:
                self._held += self._limits.acquire(kind, name)

    def give_back(self) -> None:
        """Give every place back; quietly, because the request already has its answer."""
        held, self._held = self._held, []
        if held:
            try:
                self._limits.refund(held)
            except TemporarilyUnavailable as failure:
                log.warning("places could not be given back: %s", failure.cause)


class Limits:
    """All the limits; opens its storage at the first request, after the server has forked."""

    def __init__(self, settings: Settings, deadlines: Deadlines, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._deadlines, self._clock = settings, deadlines, clock
        self._opening = threading.Lock()
        self._windows: Windows | None = None
        self._items: dict[str, list[RateLimitItem]] = {}

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

    def acquire(self, kind: str, name: str) -> list[tuple[str, float]]:
        """Count `name` in each window of `kind`, all or none; return what `refund` takes back."""
        return self._guarded(lambda: self._acquire(kind, name))

    def refund(self, held: list[tuple[str, float]]) -> None:
        """Take back the entries of `held`."""
        self._guarded(lambda: self._refund(held))

    def open(self) -> Windows:
        """Return the storage, made on first use."""
        with self._opening:
            if self._windows is None:
                from limits import parse_many

                from livetoken.windows import open_windows

                per_address, per_origin = (
                    parse_many(self._settings.limit_per_address),
                    parse_many(self._settings.limit_per_origin),
                )
                self._items = {"address": per_address, "caller": per_address, "origin": per_origin}
                self._windows = open_windows(self._settings.limits_storage)
            return self._windows

    def _guarded(self, work: Callable[[], T]) -> T:
        """Run `work` on the storage; a remote one has a second, and whatever goes wrong with it refuses the request."""
        if self._settings.limits_storage == "memory://":
            return work()
        try:
            return self._deadlines.within(STORAGE_SECONDS, work)
        except RateLimited:
            raise
        except Exception as error:
            raise TemporarilyUnavailable(
                f"the storage of the limits did not answer ({type(error).__name__}); see LIMITS_STORAGE"
            ) from error

    def _acquire(self, kind: str, name: str) -> list[tuple[str, float]]:
        windows = self.open()
        held: list[tuple[str, float]] = []
        for item in self._items[kind]:
            key = item.key_for(kind, name)
            if not windows.acquire_entry(key, item.amount, item.get_expiry()):
                oldest, _ = windows.get_moving_window(key, item.amount, item.get_expiry())
                self._refund(held)
                raise RateLimited(
                    f"{item} per {kind}", retry_after=max(1, math.ceil(oldest + item.get_expiry() - self._clock()))
                )
            held.append((key, self._clock()))
        return held

    def _refund(self, held: list[tuple[str, float]]) -> None:
        windows = self.open()
        for key, acquired_at in held:
            windows.refund(key, acquired_at)
