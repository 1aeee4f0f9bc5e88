"""Slots for what waits for others: a crowd is served, a hang is not waited for."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.capacity import STILL_SECONDS, Capacity


@pytest.mark.parametrize(("threads", "slots"), [(1, 1), (2, 1), (5, 4), (20, 16), (80, 64)])
def test_threads_are_left(threads: int, slots: int) -> None:
    """So many may hold a slot at once; the next one is refused when nothing moves, and served again afterwards."""
    now = [100.0]
    capacity = Capacity(threads, lambda: True, lambda: now[0])
    with contextlib.ExitStack() as held:
        for _ in range(slots):
            held.enter_context(capacity.slot())
        now[0] += STILL_SECONDS
        with pytest.raises(TemporarilyUnavailable), capacity.slot():
            pass
    with capacity.slot():
        pass


def test_crowd_is_served() -> None:
    """Many more than there are slots are all served while slots come free."""
    capacity, most, inside = Capacity(5, lambda: True), [0], [0]
    lock = threading.Lock()

    def visit(_: int) -> None:
        with capacity.slot():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.005)
            with lock:
                inside[0] -= 1

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(visit, range(60)))
    assert most[0] == 4


def test_nobody_waits_for_ever() -> None:
    """Where slots come free for others only, the wait has an end."""
    now = [100.0]

    def clock() -> float:
        now[0] += 0.3
        return now[0]

    capacity = Capacity(1, lambda: True, clock)
    with capacity.slot():
        capacity._changed_at = float("inf")  # something always moves
        with pytest.raises(TemporarilyUnavailable), capacity.slot():
            pass
    assert now[0] > 101.5


def test_start_is_waited_for() -> None:
    """While the function starts, nothing moves, and that is no hang; a start that never ends is."""
    now, started = [100.0], [False]
    capacity = Capacity(1, lambda: started[0], lambda: now[0])
    ended = threading.Event()

    def first() -> None:
        with capacity.slot():
            ended.wait(5)

    holder = threading.Thread(target=first)
    holder.start()
    while capacity._free:
        time.sleep(0.001)
    now[0] += 60
    threading.Timer(0.2, ended.set).start()
    with capacity.slot():
        holder.join(5)
        ended.clear()
        waiting = threading.Timer(0.05, lambda: now.__setitem__(0, now[0] + 60))
        waiting.start()
        with pytest.raises(TemporarilyUnavailable), capacity.slot():
            pass
        waiting.join()
