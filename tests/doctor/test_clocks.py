"""Time: a slow first answer, and clocks that disagree, provoked."""

import datetime as dt
import time
from collections.abc import Callable
from email.utils import format_datetime

import pytest

from dev import processes
from tests.doctor.conftest import Examine
from tests.doctor.front import Answering, Asked, Reply

InFront = Callable[[Answering], str]


def dated(shift: dt.timedelta | None) -> Answering:
    """Return a way of answering with the Date header shifted, or without it."""

    def answering(asked: Asked) -> Reply:
        now = dt.datetime.now(dt.UTC)
        return asked.relay().with_header("Date", None if shift is None else format_datetime(now + shift, usegmt=True))

    return answering


def slow(*, method: str, seconds: float) -> Answering:
    """Return a way of answering in which the first request of that kind takes long."""
    waited: list[str] = []

    def answering(asked: Asked) -> Reply:
        if asked.method == method and asked.method not in waited and b"doctor" not in asked.body:
            waited.append(asked.method)
            time.sleep(seconds)
        return asked.relay()

    return answering


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_slow_cold_start(examine: Examine, in_front: InFront, method: str) -> None:
    """A first answer, or a first token, that takes too long fails, with what was measured."""
    told = examine(in_front(slow(method=method, seconds=0.8)), slow_seconds=0.7).blames("cold-start")
    assert "later" in told
    assert "min_instances" in told


def test_bearable_cold_start(examine: Examine, in_front: InFront) -> None:
    """A first answer that is slower than the later ones, but bearable, passes and is called cold."""
    seen = examine(in_front(slow(method="GET", seconds=0.6)))
    assert seen.failed == []
    assert "probably cold" in seen["cold-start"].detail


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (dt.timedelta(minutes=5), "5 min behind"),
        (dt.timedelta(hours=-3), "3 h ahead of"),
        (dt.timedelta(seconds=-45), "4"),
    ],
)
def test_server_and_machine_disagree(examine: Examine, in_front: InFront, shift: dt.timedelta, words: str) -> None:
    """A Date header that disagrees with this machine's clock fails, in the right direction; the token is not blamed."""
    seen = examine(in_front(dated(shift)))
    told = seen.blames("clock")
    assert f"This machine's clock is {words}" in told
    assert "timedatectl" in told


def test_machine_is_wrong(examine: Examine, function: processes.Function) -> None:
    """A wrong clock of this machine is found without anything in between; a good token stays plausible."""
    seen = examine(function.url, now=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    assert "24 h ahead of the server's" in seen.blames("clock")


def test_little_skew_passes(examine: Examine, in_front: InFront) -> None:
    """Some seconds are told, but are no failure."""
    seen = examine(in_front(dated(dt.timedelta(seconds=10))))
    assert seen.failed == []
    assert "s apart" in seen["clock"].detail


def test_no_date(examine: Examine, in_front: InFront) -> None:
    """An answer without a Date header leaves nothing to compare."""
    assert "no readable Date header" in examine(in_front(dated(None))).blames("clock")


def test_clock_without_token(examine: Examine, function: processes.Function) -> None:
    """Where no token was minted the clocks are compared all the same."""
    seen = examine(function.url, "https://blog.example")
    assert seen["clock"].detail == "this machine and the server agree to the second"
