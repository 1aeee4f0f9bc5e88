"""A cached value: whatever happens in whatever order, it is as fresh as can be, and the other side is not pestered."""

import threading
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from livetoken.runtime import cached as module
from livetoken.runtime.cached import Cached, NotFetchedError, Times
from tests.access.clock import Clock
from tests.runtime.test_threads import no_threads
from tests.support import within

TIMES = Times(fresh=10, stale=40, retry=2, retry_stale=5, forced=7)


class Elsewhere:
    """Where the value lives: a number that changes; counts how often it is fetched, and when that failed."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.number, self.fetches, self.down = clock, 0, 0, False

    def __call__(self) -> int:
        """Return it, or fail."""
        self.fetches += 1
        if self.down:
            raise OSError("words of the other side")
        return self.number


class CachedMachine(RuleBasedStateMachine):
    """Any order of steps, beside a plain model of what is known and when the other side may be asked again."""

    behind = False

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.elsewhere = Elsewhere(self.clock)
        self.told: list[str] = []
        report = (lambda missing: self.told.append(missing.failure)) if self.behind else None
        self.cached = Cached(self.elsewhere, TIMES, self.clock, report)
        self.known: tuple[int, float] | None = None  # value, and when it was fetched
        self.asks_from = self.forces_from = 0.0  # when it may be fetched again after a failure, and in vain
        self.fetches = self.failures = 0

    @property
    def age(self) -> float:
        """How old the value is."""
        return self.clock() - self.known[1] if self.known else float("inf")

    def fetch(self) -> bool:
        """Do in the model what a fetch does; return whether there is a new value."""
        if self.clock() < self.asks_from:
            return False
        self.fetches += 1
        if self.elsewhere.down:
            self.failures += 1
            self.asks_from = self.clock() + (TIMES.retry_stale if self.age < TIMES.stale else TIMES.retry)
            return False
        self.known, self.asks_from = (self.elsewhere.number, self.clock()), 0.0
        return True

    def outcome(self, *arguments: Any) -> int | None:
        """Ask for the value, or renew it; None when it cannot be had."""
        try:
            result = self.cached.renew(*arguments) if arguments else self.cached.get()
        except NotFetchedError:
            result = None
        with self.cached._fetching:  # until what goes on in the background has ended
            return result

    @rule(seconds=st.sampled_from([0.5, 1, 3, 9, 20]))
    def time_passes(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.forward(seconds)

    @rule()
    def it_changes(self) -> None:
        """Change the value elsewhere."""
        self.elsewhere.number += 1

    @rule(down=st.booleans())
    def it_goes_down_or_up(self, down: bool) -> None:  # noqa: FBT001 - a case, not an option
        """Let the other side fail, or not."""
        self.elsewhere.down = down

    @rule()
    def get(self) -> None:
        """Ask for the value."""
        before, usable = self.known, self.age < TIMES.stale
        if self.age >= TIMES.fresh:
            self.fetch()
        expected = before if self.behind and usable else self.known
        assert self.outcome() == (expected[0] if expected and self.age < TIMES.stale else None)
        assert (self.cached.value, self.elsewhere.fetches) == (self.known and self.known[0], self.fetches)

    @rule()
    def renew(self) -> None:
        """Ask for another value than the one that is known, which somebody has refused."""
        refused = self.known and self.known[0]
        expected: int | None = refused
        if self.clock() < self.asks_from:
            expected = None
        elif self.known is None or self.clock() >= self.forces_from:
            if self.fetch():
                expected = self.elsewhere.number
                self.forces_from = self.clock() + TIMES.forced if expected == refused else 0.0
            else:
                expected, self.forces_from = None, 0.0 if self.known else self.forces_from
        assert self.outcome(lambda value, _: value != refused) == expected
        assert self.elsewhere.fetches == self.fetches

    @rule()
    def renewed_meanwhile(self) -> None:
        """Ask for another value than one that is known no more: nothing is fetched, whatever has failed."""
        if self.known:
            assert self.outcome(lambda value, _: value > -1) == self.known[0]
            assert self.elsewhere.fetches == self.fetches

    def teardown(self) -> None:
        """What failed in the background has been told, nothing else."""
        assert not self.told or self.behind
        assert len(self.told) <= self.failures


class BehindMachine(CachedMachine):
    """The same, where a value that is not fresh is fetched in the background."""

    behind = True


TestCached: Any = CachedMachine.TestCase
TestBehind: Any = BehindMachine.TestCase


def test_no_thread_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no thread to give, the value serves on and is fetched behind as soon as there is one."""
    clock = Clock()
    elsewhere = Elsewhere(clock)
    cached = Cached(elsewhere, TIMES, clock, behind=lambda _: None)
    assert cached.get() == 0
    elsewhere.number = 1
    clock.forward(10)
    with monkeypatch.context() as patch:
        no_threads(patch)
        assert [cached.get() for _ in range(3)] == [0, 0, 0]
    assert cached.get() == 0
    with cached._fetching:
        assert (cached.value, elsewhere.fetches) == (1, 2)


def test_after_a_failure_nobody_waits_long() -> None:
    """Who finds an attempt under way after a failure waits for it a moment: enough for one that succeeds, not for a hang."""
    clock, begun, end = Clock(), threading.Event(), threading.Event()
    elsewhere = Elsewhere(clock)
    elsewhere.down = True

    def fetch() -> int:
        begun.set()
        end.wait(5)
        return elsewhere()

    cached = Cached(fetch, TIMES, clock)

    def fail() -> None:
        with pytest.raises(NotFetchedError, match="OSError"):
            cached.get()

    end.set()
    fail()
    clock.forward(2)
    for patience, expected in ((0.01, True), (5.0, False)):
        begun.clear()
        end.clear()
        other = threading.Thread(target=fail)
        other.start()
        assert begun.wait(5)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "PATIENCE_SECONDS", patience)
            threading.Timer(0.2, end.set).start()
            with within(2):
                with pytest.raises(NotFetchedError) as caught:
                    cached.get()
                assert caught.value.under_way is expected
        other.join()
        clock.forward(2)


def test_prefetch_binds_nobody() -> None:
    """A value that could not be fetched beforehand is fetched by whoever needs it, at once; one that is there stays."""
    clock = Clock()
    elsewhere = Elsewhere(clock)
    cached = Cached(elsewhere, TIMES, clock)
    elsewhere.down = True
    with pytest.raises(NotFetchedError):
        cached.prefetch()
    elsewhere.down = False
    assert cached.get() == 0
    elsewhere.number = 1
    cached.prefetch()
    assert (cached.get(), elsewhere.fetches) == (0, 2)
