"""Limits of one instance: whom they count, in which order, what is given back, and what a page is told."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from livetoken.access import limits
from livetoken.access.limits import Limits
from livetoken.access.remote import RETRY_SECONDS, RemoteWindows
from livetoken.access.windows import Full, Held, MemoryWindows, Window
from livetoken.errors import (
    BodyTooLarge,
    CallerNotVerified,
    Internal,
    InvalidJson,
    InvalidRequest,
    Misconfigured,
    OriginNotAllowed,
    RateLimited,
    Refusal,
    TemporarilyUnavailable,
    UnsupportedMediaType,
    UpstreamBusy,
    UpstreamError,
    UpstreamTimeout,
)
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import Deadlines
from livetoken.runtime.once import Once
from livetoken.settings.environment import Settings
from tests.access.clock import Clock

MakeSettings = Callable[..., Settings]
SITE = "https://shop.example"


def enter(counted: Limits, **who: str | None) -> int:
    """Mint one token for `who`; return 0, or the seconds of Retry-After."""
    try:
        with counted.reservation(**who):
            return 0
    except RateLimited as refusal:
        told = int(refusal.headers["Retry-After"])
        if told < 1:
            pytest.fail("nobody can wait for less than a second")
        return told


def test_window_moves(settings: MakeSettings) -> None:
    """Two tokens in any minute: each place comes back a minute after its own token, not at the turn of a minute."""
    clock = Clock()
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute"), Deadlines(), clock)
    assert enter(counted, address="a") == 0
    clock.forward(40)
    assert enter(counted, address="a") == 0
    assert enter(counted, address="a") == 21
    clock.forward(20.5)
    assert [enter(counted, address="a"), enter(counted, address="a")] == [0, 40]


@pytest.mark.parametrize("passed", [0.0, 0.25, 1.0, 59.0, 59.75])
def test_retry_after_is_exact(settings: MakeSettings, passed: float) -> None:
    """After the seconds that a page is told, and not one earlier, there is a place for it."""
    clock = Clock()
    counted = Limits(settings(LIMIT_PER_ADDRESS="1/minute"), Deadlines(), clock)
    enter(counted, address="a")
    clock.forward(passed)
    told = enter(counted, address="a")
    clock.forward(told - 1)
    assert enter(counted, address="a") == 1
    clock.forward(1)
    assert enter(counted, address="a") == 0


def test_retry_after_counts_every_window(settings: MakeSettings) -> None:
    """When the minute and the day are full, or the address and the site, the page is told the longest wait."""
    clock = Clock()
    counted = Limits(settings(LIMIT_PER_ADDRESS="1/minute;2/day", LIMIT_PER_ORIGIN="3/hour"), Deadlines(), clock)
    enter(counted, address="a", origin=SITE)
    clock.forward(100)
    enter(counted, address="a", origin=SITE)
    assert enter(counted, address="a", origin=SITE) == 86_400 - 100 + 1
    enter(counted, address="b", origin=SITE)
    assert enter(counted, address="b", origin=SITE) == 3600 - 100 + 1
    assert enter(counted, address="c", origin=SITE) == 3600 - 100 + 1


def test_full_window_is_named(settings: MakeSettings) -> None:
    """The owner reads which limit was met; the visitor does not."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute;1/day"), Deadlines(), Clock())
    enter(counted, address="a", origin=SITE)
    with pytest.raises(RateLimited) as caught, counted.reservation(address="a"):
        pass
    assert caught.value.cause == "1 per 1 day per address"
    assert "day" not in caught.value.sentence


def test_addresses_and_sites_are_counted_apart(settings: MakeSettings) -> None:
    """One address's limit is not another's, and one site's not another's."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", LIMIT_PER_ORIGIN="3/minute"), Deadlines(), Clock())
    assert [enter(counted, address="a", origin=SITE) for _ in range(3)] == [0, 0, 61]
    assert [enter(counted, address="b", origin=SITE) for _ in range(2)] == [0, 61]
    assert enter(counted, address="b", origin="https://other.example") == 0


def test_address_comes_before_the_site(settings: MakeSettings) -> None:
    """A single address that asks for ever uses up its own share and leaves the site's to the others."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", LIMIT_PER_ORIGIN="4/minute"), Deadlines(), Clock())
    for _ in range(100):
        enter(counted, address="greedy", origin=SITE)
    assert [enter(counted, address=name, origin=SITE) for name in ("b", "c", "d")] == [0, 0, 61]


def test_refused_request_takes_no_place_anywhere(settings: MakeSettings) -> None:
    """A request that the site's limit refuses has not used its address's share."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", LIMIT_PER_ORIGIN="1/minute"), Deadlines(), Clock())
    enter(counted, address="a", origin=SITE)
    assert [enter(counted, address="b", origin=SITE) for _ in range(5)] == [61] * 5
    assert [enter(counted, address="b", origin="https://other.example") for _ in range(2)] == [0, 61]
    assert [enter(counted, address="b", origin="https://third.example") for _ in range(2)] == [0, 61]


def reserve_and_fail(counted: Limits, failure: BaseException) -> None:
    """Reserve everything, and end with a failure."""

    def reserve() -> None:
        with counted.reservation(address="a") as reservation:
            reservation.take(origin=SITE, caller="somebody")
            raise failure

    with pytest.raises(type(failure)):
        reserve()


@pytest.mark.parametrize(
    "failure",
    [
        CallerNotVerified(),
        OriginNotAllowed(),
        Internal(),
        Misconfigured(),
        UpstreamError(),
        UpstreamBusy(),
        TemporarilyUnavailable(),
        UpstreamTimeout(),
        ValueError("a surprise"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_no_token_no_place(settings: MakeSettings, failure: BaseException) -> None:
    """What is not the request's own fault gives everything back: address, site and caller, minute and day."""
    counted = Limits(
        settings(LIMIT_PER_ADDRESS="1/minute;1/day", LIMIT_PER_ORIGIN="1/minute;1/day"), Deadlines(), Clock()
    )
    for _ in range(3):
        reserve_and_fail(counted, failure)
    with counted.reservation(address="a", origin=SITE) as reservation:
        reservation.take(caller="somebody")
    assert enter(counted, address="a") == enter(counted, origin=SITE) == enter(counted, caller="somebody") == 86_401


@pytest.mark.parametrize(
    "failure",
    [InvalidJson("broken"), InvalidRequest("voice", "is odd"), BodyTooLarge(), UnsupportedMediaType()],
    ids=repr,
)
def test_bad_request_counts_for_its_address(settings: MakeSettings, failure: Refusal) -> None:
    """A flood of bad requests meets the limit of its address, and uses up nothing of the site's or a caller's."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", LIMIT_PER_ORIGIN="1/minute"), Deadlines(), Clock())
    for _ in range(2):
        reserve_and_fail(counted, failure)
    assert enter(counted, address="a") == 61
    assert [enter(counted, origin=SITE), enter(counted, origin=SITE)] == [0, 61]
    assert [enter(counted, caller="somebody") for _ in range(3)] == [0, 0, 61]


def test_caller_has_a_limit_of_his_own(settings: MakeSettings) -> None:
    """A verified visitor has one share, from however many addresses; being refused costs the address nothing."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", CALLERS="firebase-auth:shop-1"), Deadlines(), Clock())

    def mint(address: str, caller: str | None) -> int:
        try:
            with counted.reservation(address=address) as reservation:
                reservation.take(caller=caller)
        except RateLimited as refusal:
            return refusal.retry_after or 0
        return 0

    assert [mint(name, "visitor") for name in "abcd"] == [0, 0, 61, 61]
    assert [mint("d", None), mint("d", None), mint("d", None)] == [0, 0, 61]


def test_app_check_counts_the_site_not_a_visitor(settings: MakeSettings) -> None:
    """App Check's subject is the site's app, which all visitors share: it has the site's limit, not one visitor's."""
    counted = Limits(
        settings(LIMIT_PER_ADDRESS="1/minute", LIMIT_PER_ORIGIN="3/minute", CALLERS="firebase-app-check:4711"),
        Deadlines(),
        Clock(),
    )
    assert [enter(counted, caller="1:4711:web:abc") for _ in range(4)] == [0, 0, 0, 61]


@pytest.mark.parametrize("limited", ["address", "origin"])
def test_exact_under_64_threads(settings: MakeSettings, limited: str) -> None:
    """64 requests at once, 20 tokens: exactly 20, by the address's limit and by the site's."""
    counted = Limits(
        settings(
            **{
                "LIMIT_PER_ADDRESS": "64/minute",
                "LIMIT_PER_ORIGIN": "64/minute",
                f"LIMIT_PER_{limited.upper()}": "20/minute",
            }
        ),
        Deadlines(),
        time.monotonic,
    )
    outcomes: list[int] = []
    gate = threading.Barrier(64)

    def ask(number: int) -> None:
        gate.wait()
        outcomes.append(enter(counted, address="a" if limited == "address" else f"a{number}", origin=SITE))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(0), len(outcomes)) == (20, 64)


def test_storage_is_opened_once(settings: MakeSettings) -> None:
    """However many ask first, there is one storage."""
    counted = Limits(settings(), Deadlines())
    opened: list[Any] = []
    threads = [threading.Thread(target=lambda: opened.append(counted.open())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(windows) for windows in opened}) == 1


class Elsewhere(MemoryWindows):
    """A storage that can fail, on the test's clock."""

    failure: Exception | None = None

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Fail, or do it."""
        if self.failure:
            raise self.failure
        return super().enter(entry, windows)

    def leave(self, entries: Iterable[Held]) -> None:
        """Fail, or do it."""
        if self.failure:
            raise self.failure
        super().leave(entries)


class Silent(MemoryWindows):
    """A storage behind a socket that never answers; notes how long it was waited for."""

    def __init__(self) -> None:
        super().__init__(time.monotonic)
        self.waited: list[float] = []

    def prepare(self) -> None:
        """Wait as a socket does: as long as the request lets it."""
        try:
            self.waited.append(sockets.time_left(60))
        except TimeoutError:
            self.waited.append(0.0)
        time.sleep(min(0.5, self.waited[-1]))

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Wait, and then do it."""
        self.prepare()
        return super().enter(entry, windows)

    def leave(self, entries: Iterable[Held]) -> None:
        """Wait, and then do it."""
        self.prepare()
        super().leave(entries)


@pytest.fixture(name="remote")
def _remote(settings: MakeSettings) -> tuple[Limits, Elsewhere]:
    """Limits that keep their windows elsewhere, and that place."""
    clock = Clock()
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute"), Deadlines(), clock)
    storage = Elsewhere(clock)
    counted.open = Once(lambda: RemoteWindows(storage, clock))
    return counted, storage


def test_work_with_the_storage_has_its_time(settings: MakeSettings) -> None:
    """All of one request's work with the storage shares 0.8 seconds, the refund included; so does the warm-up's."""
    counted, storage = Limits(settings(), Deadlines()), Silent()
    counted.open = Once(lambda: storage)

    def refused() -> None:
        with counted.reservation(address="a") as reservation:
            reservation.take(caller="somebody")
            raise InvalidJson

    with pytest.raises(InvalidJson):
        refused()
    assert 0.7 < storage.waited[0] <= limits.STORAGE_SECONDS
    assert storage.waited[1] <= limits.STORAGE_SECONDS - 0.5
    assert storage.waited[2] == 0.0
    counted.prepare()
    assert 0.7 < storage.waited[3] <= limits.STORAGE_SECONDS


def test_refund_that_fails_is_only_logged(remote: tuple[Limits, Elsewhere], caplog: pytest.LogCaptureFixture) -> None:
    """The request has its answer already; the owner reads that a reservation was kept, and it is made up for later."""
    counted, storage = remote

    def fail() -> None:
        with counted.reservation(address="a"):
            storage.failure = ConnectionError()
            raise UpstreamError

    with caplog.at_level(logging.WARNING, "livetoken.limits"), pytest.raises(UpstreamError):
        fail()
    assert "could not be given back: the storage of the limits did not answer (ConnectionError)" in caplog.text
    storage.failure = None
    storage._clock.forward(RETRY_SECONDS)  # type: ignore[attr-defined]
    assert [enter(counted, address="a") for _ in range(3)] == [0, 0, 61]


def test_storages(settings: MakeSettings) -> None:
    """The setting decides where the windows are; nothing is opened before it is needed."""
    assert isinstance(Limits(settings(), Deadlines()).open(), MemoryWindows)
    assert isinstance(Limits(settings(LIMITS_STORAGE="redis://127.0.0.1:1"), Deadlines()).open(), RemoteWindows)


def test_same_limit_twice_counts_once(settings: MakeSettings) -> None:
    """A limit that is written twice is one limit."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute;2/minute"), Deadlines(), Clock())
    assert [bool(enter(counted, address="a")) for _ in range(3)] == [False, False, True]
