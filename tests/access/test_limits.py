"""Limits of one instance: whom they count, in which order, what is given back, and what a page is told."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from livetoken.access import limits
from livetoken.access.limits import Limits
from livetoken.access.windows import MemoryWindows
from livetoken.errors import InvalidJson, RateLimited, TemporarilyUnavailable
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


def test_no_token_no_place(settings: MakeSettings) -> None:
    """Whatever ends a request without a token gives every place back: address, site and caller, minute and day."""
    counted = Limits(
        settings(LIMIT_PER_ADDRESS="1/minute;1/day", LIMIT_PER_ORIGIN="1/minute;1/day"), Deadlines(), Clock()
    )

    def fail(failure: BaseException) -> None:
        with counted.reservation(address="a", origin=SITE) as places:
            places.take(caller="somebody")
            raise failure

    for failure in (InvalidJson("broken"), ValueError("a surprise"), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            fail(failure)
    with counted.reservation(address="a", origin=SITE) as places:
        places.take(caller="somebody")
    assert enter(counted, address="a") == enter(counted, origin=SITE) == enter(counted, caller="somebody") == 86_401


def test_caller_has_a_limit_of_his_own(settings: MakeSettings) -> None:
    """A verified visitor has one share, from however many addresses; being refused costs the address nothing."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute", CALLERS="firebase-auth:shop-1"), Deadlines(), Clock())

    def mint(address: str, caller: str | None) -> int:
        try:
            with counted.reservation(address=address) as places:
                places.take(caller=caller)
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


class Remote(MemoryWindows):
    """A remote storage that can fail or be slow, on the test's clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.clock, self.asked = clock, 0
        self.failure: Exception | None = None
        self.takes = 0.0
        self.meanwhile: Callable[[], None] | None = None

    def enter(self, key: str, limit: int, seconds: int, at: float) -> bool:
        """Count one more question; fail, or take long, or do it."""
        self.asked += 1
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.failure:
            raise self.failure
        self.clock.forward(self.takes)
        return super().enter(key, limit, seconds, at)

    def leave(self, key: str, at: float) -> None:
        """Fail, or do it."""
        if self.failure:
            raise self.failure
        super().leave(key, at)


class Slow(MemoryWindows):
    """A remote storage that takes its time for each entry."""

    def __init__(self, takes: float) -> None:
        super().__init__(time.monotonic)
        self.takes = takes

    def enter(self, key: str, limit: int, seconds: int, at: float) -> bool:
        """Take it."""
        time.sleep(self.takes)
        return super().enter(key, limit, seconds, at)


@pytest.fixture(name="remote")
def _remote(settings: MakeSettings) -> tuple[Limits, Remote]:
    """Limits that keep their windows elsewhere, and that place."""
    clock = Clock()
    counted = Limits(settings(LIMITS_STORAGE="redis://127.0.0.1:1", LIMIT_PER_ADDRESS="2/minute"), Deadlines(), clock)
    windows = Remote(clock)
    counted.open = Once(lambda: windows)
    return counted, windows


def test_storage_that_fails_refuses(remote: tuple[Limits, Remote]) -> None:
    """Without the storage nothing is minted: 503, and the log says where to look, without the failure's own words."""
    counted, windows = remote
    windows.failure = ConnectionError("redis://user:password@host")
    with pytest.raises(TemporarilyUnavailable) as caught, counted.reservation(address="a"):
        pass
    assert caught.value.cause == "the storage of the limits did not answer (ConnectionError); see LIMITS_STORAGE"


def test_storage_that_failed_is_left_alone_for_a_second(remote: tuple[Limits, Remote]) -> None:
    """While the storage is down, requests are refused at once, so that they do not all wait; then one tries again."""
    counted, windows = remote
    windows.failure = ConnectionError()
    for expected in (1, 1, 1):
        with pytest.raises(TemporarilyUnavailable), counted.reservation(address="a"):
            pass
        assert windows.asked == expected
    windows.failure = None
    windows.clock.forward(limits.RETRY_SECONDS)
    assert enter(counted, address="a") == 0


def test_only_one_request_tries_again(remote: tuple[Limits, Remote]) -> None:
    """While one request finds out whether the storage is back, the others are refused at once."""
    counted, windows = remote
    windows.failure = ConnectionError()
    outcomes: list[int] = []

    def ask() -> None:
        with pytest.raises(TemporarilyUnavailable), counted.reservation(address="a"):
            pass
        outcomes.append(windows.asked)

    ask()
    windows.clock.forward(limits.RETRY_SECONDS)
    windows.meanwhile = ask  # a second request, while the first one has not yet heard from the storage
    ask()
    assert outcomes == [1, 2, 2]


@pytest.mark.parametrize("full", [False, True])
def test_storage_that_is_back_is_back_for_all(remote: tuple[Limits, Remote], full: bool) -> None:  # noqa: FBT001 - a case, not an option
    """The first answer after a failure, also that a window is full, opens the storage for everybody."""
    counted, windows = remote
    if full:
        assert [enter(counted, address="a"), enter(counted, address="a")] == [0, 0]
    windows.failure = ConnectionError()
    with pytest.raises(TemporarilyUnavailable), counted.reservation(address="b"):
        pass
    windows.failure = None
    windows.clock.forward(limits.RETRY_SECONDS)
    assert enter(counted, address="a") == (60 if full else 0)
    assert enter(counted, address="b") == 0


def test_full_window_is_no_failure(remote: tuple[Limits, Remote]) -> None:
    """A remote window that is full says so like a near one."""
    counted, _ = remote
    assert [enter(counted, address="a") for _ in range(3)] == [0, 0, 61]
    assert enter(counted, address="b") == 0


def test_storage_that_hangs_is_given_up(settings: MakeSettings) -> None:
    """A storage that does not answer holds a request for 0.8 seconds."""
    counted = Limits(settings(LIMITS_STORAGE="redis://127.0.0.1:1"), Deadlines())
    counted.open = Once(lambda: Slow(4))
    started = time.monotonic()
    with pytest.raises(TemporarilyUnavailable), counted.reservation(address="a"):
        pass
    assert 0.7 < time.monotonic() - started < 2.5  # on a busy machine


def test_slow_answers_do_not_add_up(settings: MakeSettings) -> None:
    """All of one request's work with the storage shares those 0.8 seconds, the refund included."""
    counted = Limits(settings(LIMITS_STORAGE="redis://127.0.0.1:1"), Deadlines())
    counted.open = Once(lambda: Slow(0.5))
    with pytest.raises(TemporarilyUnavailable), counted.reservation(address="a") as places:
        places.take(caller="somebody")


def test_places_that_come_too_late_are_given_back(remote: tuple[Limits, Remote]) -> None:
    """A slow storage that answers when nobody waits any more does not keep the places."""
    counted, windows = remote
    windows.takes = 5.0
    with pytest.raises(TemporarilyUnavailable), counted.reservation(address="a"):
        pass
    assert len(windows) == 0
    windows.takes = 0.0
    windows.clock.forward(limits.RETRY_SECONDS)
    assert [enter(counted, address="a") for _ in range(3)] == [0, 0, 61]


def test_refund_that_fails_is_only_logged(remote: tuple[Limits, Remote], caplog: pytest.LogCaptureFixture) -> None:
    """The request has its answer already; the owner reads that a place was lost."""
    counted, windows = remote

    def fail() -> None:
        with counted.reservation(address="a"):
            windows.failure = ConnectionError()
            raise InvalidJson("broken")

    with caplog.at_level(logging.WARNING, "livetoken.limits"), pytest.raises(InvalidJson):
        fail()
    assert "could not be given back: the storage of the limits did not answer (ConnectionError)" in caplog.text


def test_same_limit_twice_counts_once(settings: MakeSettings) -> None:
    """A limit that is written twice is one limit."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="2/minute;2/minute"), Deadlines(), Clock())
    assert [bool(enter(counted, address="a")) for _ in range(3)] == [False, False, True]
