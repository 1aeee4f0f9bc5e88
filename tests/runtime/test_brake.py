"""The brake: it holds everybody for a while, then lets one through at a time, until it is released."""

import threading
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from livetoken.runtime.brake import Brake
from tests.access.clock import Clock


class BrakeMachine(RuleBasedStateMachine):
    """Any order of steps; of those who ask, one each `seconds` is let through, and none in the first."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.brake = Brake(self.clock)
        self.applied: float | None = None
        self.last = 0.0

    @rule(seconds=st.integers(0, 5))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.forward(seconds)

    @rule(seconds=st.integers(1, 10))
    def apply(self, seconds: int) -> None:
        """Apply it."""
        self.brake.apply(seconds)
        self.applied, self.last = seconds, self.clock()

    @rule()
    def release(self) -> None:
        """Release it."""
        self.brake.release()
        self.applied = None

    @rule()
    def ask(self) -> None:
        """Ask whether one may try."""
        if self.brake.holds():
            assert self.applied is not None
            assert self.clock() - self.last < self.applied
        elif self.applied is not None:
            assert self.clock() - self.last >= self.applied
            self.last = self.clock()

    @invariant()
    def released_holds_nobody(self) -> None:
        """A brake that is not applied never holds, however often it is asked."""
        if self.applied is None:
            assert not self.brake.holds()


TestBrake: Any = BrakeMachine.TestCase


def test_one_of_many() -> None:
    """However many ask at once when the time is over, one is let through."""
    clock, passed, gate = Clock(), [], threading.Barrier(32)
    brake = Brake(clock)
    brake.apply(5)
    clock.forward(5)

    def ask() -> None:
        gate.wait()
        if not brake.holds():
            passed.append(1)

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 1
