"""The warm-up: once, in turn, and never in anybody's way."""

import gc
import logging
import threading

import pytest

from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.warm_up import WarmUp, in_background
from tests.runtime.test_threads import no_threads
from tests.support import soon, within


def test_steps_run_once_and_in_turn() -> None:
    """However many requests ask, each step runs once, one after the other; what waits for others does not hold them up."""
    runs: list[str] = []
    answered = threading.Event()

    def fetch() -> None:
        assert answered.wait(5)
        runs.append("key")

    warm_up = WarmUp(lambda: runs.append("imports"), in_background(fetch), lambda: runs.append("sdk"))
    callers = [threading.Thread(target=warm_up.start) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    warm_up.start()
    assert soon(lambda: runs == ["imports", "sdk"])
    assert not warm_up.wait(0.05)
    answered.set()
    assert warm_up.wait(5)
    assert runs == ["imports", "sdk", "key"]


def test_few_wait() -> None:
    """As many requests wait for the warm-up as may; the others are told at once that it is not over."""
    ends = threading.Event()
    warm_up = WarmUp(lambda: ends.wait(5), threads=3)
    told: list[bool] = []
    waiting = [threading.Thread(target=lambda: told.append(warm_up.wait(5))) for _ in range(2)]
    for request in waiting:
        request.start()
    assert soon(lambda: warm_up._waiting._value == 0)
    with within(1):
        assert not warm_up.wait(5)
    ends.set()
    for request in waiting:
        request.join(5)
    assert told == [True, True]
    assert warm_up.wait(0)
    assert [WarmUp(threads=threads)._waiting._value for threads in (1, 2, 3, 5, 80)] == [1, 1, 2, 4, 4]


def test_no_more_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm-up whose thread cannot be started is begun by the next request."""

    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    runs: list[str] = []
    warm_up = WarmUp(lambda: runs.append("run"))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        warm_up.start()
    assert not runs
    assert warm_up.wait(5)
    assert runs == ["run"]


def test_collector_rests_meanwhile() -> None:
    """The garbage collector does not run during the warm-up, does so after it, and then leaves what was made alone."""
    enabled: list[bool] = []
    before = gc.get_freeze_count()
    try:
        warm_up = WarmUp(lambda: enabled.append(gc.isenabled()))
        warm_up.start()
        warm_up.join()
        assert enabled == [False]
        assert gc.isenabled()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


def test_nothing_to_wait_for() -> None:
    """Whoever waits for a warm-up that nobody began does not wait."""
    WarmUp(lambda: None).join()


def test_failure_is_reported_by_its_cause_or_kind(caplog: pytest.LogCaptureFixture) -> None:
    """A step that fails ends quietly: with the owner's sentence, or with the exception's type, never its text."""

    def no_key() -> None:
        raise TemporarilyUnavailable("grant the role")

    def odd() -> None:
        raise ZeroDivisionError("sentinel")

    with caplog.at_level(logging.WARNING):
        for step in (no_key, odd):
            warm_up = WarmUp(step)
            warm_up.start()
            warm_up.join()
    assert [record.getMessage() for record in caplog.records] == [
        "warm-up: grant the role",
        "warm-up: ZeroDivisionError",
    ]


def test_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no thread to give, nobody fails for it, and the next request begins what this one could not."""
    runs: list[str] = []
    warm_up = WarmUp(lambda: runs.append("imports"))
    with monkeypatch.context() as patch:
        no_threads(patch)
        warm_up.start()
        warm_up.join()
        in_background(lambda: runs.append("key"))()
    assert runs == []
    warm_up.start()
    warm_up.join()
    assert runs == ["imports"]
