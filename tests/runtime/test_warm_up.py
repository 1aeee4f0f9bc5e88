"""The warm-up: once, in turn, and never in anybody's way."""

import gc
import logging
import threading

import pytest

from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.warm_up import WarmUp, in_background
from tests.runtime.test_threads import no_threads
from tests.support import soon


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
    warm_up.join()
    assert runs == ["imports", "sdk"]
    answered.set()
    assert soon(lambda: runs == ["imports", "sdk", "key"])


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
