"""The warm-up: once, side by side, and never in anybody's way."""

import logging
import threading

import pytest

from livetoken.refusals import TemporarilyUnavailable
from livetoken.warmup import WarmUp


def test_steps_run_once_and_side_by_side() -> None:
    """However many requests ask, each step runs once, and none waits for another."""
    met = threading.Barrier(2, timeout=5)
    runs: list[str] = []

    def step(name: str) -> None:
        met.wait()
        runs.append(name)

    warm_up = WarmUp(lambda: step("key"), lambda: step("sdk"))
    callers = [threading.Thread(target=warm_up.start) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    warm_up.start()
    warm_up.join()
    assert sorted(runs) == ["key", "sdk"]


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
