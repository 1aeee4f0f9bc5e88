"""Rate limits per address, origin and verified caller: moving windows.

What is counted is tokens: a request reserves one before anything costs, and one that gets none gives it back, apart
from the share of its address where the request itself was at fault.
"""

import contextlib
import logging
import math
import secrets
import time
from collections.abc import Callable, Container, Iterator

from livetoken.access.windows import Held, MemoryWindows, Window, Windows
from livetoken.errors import RateLimited, Refusal
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import Deadlines
from livetoken.runtime.once import Once
from livetoken.settings.environment import Settings
from livetoken.settings.rules import Limit

REPORTS = 4  # of usage, for each token that an address may have
STORAGE_SECONDS = 0.8  # all of one request's work with a remote storage
_OF_ADDRESSES = ("address", "reporter")
log = logging.getLogger("livetoken.limits")


class Reservation:
    """What one request holds in the windows, until it is known whether a token was minted."""

    def __init__(self, limits: "Limits") -> None:
        self._limits = limits
        self._entry = secrets.token_hex(8)
        self._held: dict[str, list[Window]] = {}  # by kind
        self._seconds = STORAGE_SECONDS

    def take(self, **who: str | None) -> None:
        """Reserve a place for each kind (`address`, `origin`, `caller`, `reporter`) of who is named, all or none.

        None needs none.

        Raises:
            RateLimited: a window is full; `Retry-After` is when none of these kinds is any more.
            TemporarilyUnavailable, Misconfigured: the storage does not do its work. Without it nothing is minted.
        """
        named = {kind: name for kind, name in who.items() if name is not None}
        wanted = [(kind, limit, name) for kind, name in named.items() for limit in self._limits.per[kind]]
        windows = [Window(_key(kind, name, limit), limit.amount, limit.seconds) for kind, limit, name in wanted]
        if not windows:
            return
        storage = self._limits.open()
        with self._timed():
            full = storage.enter(self._entry, windows)
        if full:
            kind, limit, _ = wanted[full.first]
            # one more than the whole part: the oldest entry still counts at the very end of its time
            raise RateLimited(f"{limit} per {kind}", retry_after=math.floor(full.wait) + 1)
        for (kind, _, _), window in zip(wanted, windows, strict=True):
            self._held.setdefault(kind, []).append(window)

    def give_back(self, *, kept: Container[str] = ()) -> None:
        """Give everything back but the kinds that are `kept`; quietly, because the request already has its answer."""
        windows = [window for kind, held in self._held.items() if kind not in kept for window in held]
        self._held = {}
        if windows:
            held: Held = self._entry, windows
            try:
                with self._timed():
                    self._limits.open().leave([held])
            except Refusal as failure:
                log.warning("a reservation could not be given back: %s", failure.cause)

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        started = self._limits.clock()
        try:
            with sockets.ending_in(self._seconds):
                yield
        finally:
            self._seconds -= self._limits.clock() - started


class Limits:
    """All the limits; opens its storage at the first request, after the server has forked."""

    def __init__(self, settings: Settings, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.open = Once(lambda: _open(settings.limits_storage, deadlines.for_upstream(), clock))
        per_address, per_origin = settings.limit_per_address, settings.limit_per_origin
        # App Check verifies the site's own app, which all its visitors share; the others verify one person
        per_caller = per_origin if settings.callers.startswith("firebase-app-check:") else per_address
        # a conversation asks for few tokens, and reports what it used more often
        per_reporter = tuple(limit._replace(amount=REPORTS * limit.amount) for limit in per_address)
        self.per = {"address": per_address, "origin": per_origin, "caller": per_caller, "reporter": per_reporter}

    def prepare(self) -> None:
        """Let the storage do what takes time, such as connecting; part of the warm-up."""
        storage = self.open()
        with sockets.ending_in(STORAGE_SECONDS):
            storage.prepare()

    @contextlib.contextmanager
    def reservation(self, **who: str | None) -> Iterator[Reservation]:
        """Reserve a token for each of `who`; when the block ends by an exception, without a token, it is given back.

        A refusal that `counts` keeps what is reserved for the address: a flood of bad requests meets its limit.
        """
        reservation = Reservation(self)
        try:
            reservation.take(**who)
            yield reservation
        except BaseException as error:
            reservation.give_back(kept=_OF_ADDRESSES if isinstance(error, Refusal) and error.counts else ())
            raise


def _open(uri: str, deadlines: Deadlines, clock: Callable[[], float]) -> Windows:
    """Return the storage that `LIMITS_STORAGE` names; `clock` (seconds, never stepping back) is the memory's own."""
    if uri == "memory://":
        return MemoryWindows(clock)
    from livetoken.access.redis_windows import open_redis
    from livetoken.access.remote import RemoteWindows

    return RemoteWindows(open_redis(uri, deadlines), clock)


def _key(kind: str, name: str, limit: Limit) -> str:
    """Return the window's name, as the `limits` library writes it."""
    return f"LIMITER/{kind}/{name}/{limit.amount}/{limit.multiple}/{limit.unit}"
