"""Outer deadlines: a call gets its time and no more, in a thread that is kept for the next one."""

import functools
import gc
import threading
import time
import weakref
from concurrent.futures import Future
from queue import SimpleQueue

import pytest

from livetoken.runtime import sockets
from livetoken.runtime.deadlines import REQUEST_SECONDS, START_SECONDS, Deadlines, Work
from tests.support import soon


def test_threads_are_reused() -> None:
    """Calls one after the other, failing ones among them, run in one thread, which is not the caller's."""
    deadlines = Deadlines()
    first = deadlines.within(5, threading.get_ident)
    with pytest.raises(ZeroDivisionError):
        deadlines.within(5, lambda: 1 // 0)
    assert {deadlines.within(5, threading.get_ident) for _ in range(20)} == {first}
    assert first != threading.get_ident()


def test_late_call_holds_nobody_up() -> None:
    """A call that is given up keeps its thread and its place until it ends; others get other threads, up to the bound."""
    deadlines, end = Deadlines(slots=2), threading.Event()
    with pytest.raises(TimeoutError):
        deadlines.within(0.01, end.wait)
    lingering = deadlines.within(5, threading.get_ident)
    with pytest.raises(TimeoutError):
        deadlines.within(0.01, end.wait)
    with pytest.raises(TimeoutError):
        deadlines.within(5, lambda: "there is no place for this one")
    end.set()
    assert soon(lambda: deadlines._free._value == 2)
    assert deadlines.within(5, lambda: lingering) == lingering


def test_idle_threads_end() -> None:
    """A burst leaves no threads behind: each ends when it has had nothing to do for a while."""
    deadlines, together = Deadlines(idle_seconds=0.05), threading.Barrier(8)
    callers = [threading.Thread(target=deadlines.within, args=(5, together.wait)) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert soon(lambda: not deadlines._idle)
    assert deadlines.within(5, lambda: "still served") == "still served"


def test_thread_taken_at_its_last_moment() -> None:
    """A thread that was taken just as it wanted to end stays for the call that is on its way."""
    deadlines = Deadlines(idle_seconds=0.01)
    calls: SimpleQueue[Work] = SimpleQueue()
    thread = threading.Thread(target=deadlines._work, args=(calls,), daemon=True)
    thread.start()
    time.sleep(0.1)
    done: Future[str] = Future()
    deadlines._free.acquire()
    calls.put(lambda: deadlines._run(calls, 5, lambda: "done", done, print))
    assert done.result(timeout=5) == "done"
    thread.join(5)
    assert not thread.is_alive()


def test_failure_leaves_no_garbage() -> None:
    """An exception is gone when nobody holds it, and whatever its frames held with it: no collection is needed."""

    class Held:
        """Something that the failing call holds."""

    held = Held()
    gone = weakref.ref(held)

    def fail(held: Held) -> None:
        raise ValueError(held)

    gc.disable()
    try:
        with pytest.raises(ValueError, match="Held"):
            Deadlines().within(5, functools.partial(fail, held))
        del held
        assert soon(lambda: gone() is None)
    finally:
        gc.enable()


def test_no_more_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system has no more threads to give, the call is given up, and its place is free again."""

    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    deadlines = Deadlines(slots=1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                deadlines.within(1, lambda: None)
    assert deadlines.within(1, lambda: "done") == "done"


def test_late_result_is_handed_on() -> None:
    """What comes when nobody waits for it any more goes to whoever can close it; a late failure goes nowhere."""
    deadlines, end, came = Deadlines(), threading.Event(), threading.Event()
    late: list[str] = []

    def keep(result: str) -> None:
        late.append(result)
        came.set()

    def fail() -> str:
        end.wait(5)
        raise ValueError

    with pytest.raises(TimeoutError):
        deadlines.within(0.01, lambda: "late" * end.wait(5), keep)
    with pytest.raises(TimeoutError):
        deadlines.within(0.01, fail, keep)
    end.set()
    assert came.wait(5)
    assert late == ["late"]


def test_error_of_the_call_is_its_own() -> None:
    """A call that raises TimeoutError by itself has not run out of our time."""

    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        Deadlines().within(5, fail)


def test_upstreams_have_slots_of_their_own() -> None:
    """An upstream that hangs takes no other's slots; the request's time is one."""
    now = [100.0]
    deadlines, end = Deadlines(slots=1, clock=lambda: now[0]), threading.Event()
    other = deadlines.for_upstream()
    with pytest.raises(TimeoutError):
        deadlines.within(0.01, end.wait)
    with pytest.raises(TimeoutError):
        deadlines.within(5, lambda: "no slot")
    assert other.within(5, lambda: "its own") == "its own"
    other.begin()
    now[0] += 5
    assert deadlines.left(5.5) == REQUEST_SECONDS - 5
    end.set()


def test_start_does_not_count() -> None:
    """A part of the start gives the request its time anew, up to the bound of a request with a start in it."""
    now = [100.0]
    deadlines = Deadlines(clock=lambda: now[0])

    def part(seconds: float) -> str:
        now[0] += seconds
        return "imported"

    deadlines.begin()
    assert deadlines.start(lambda: part(5)) == "imported"
    assert deadlines.left(100) == REQUEST_SECONDS
    with pytest.raises(ZeroDivisionError):
        deadlines.start(lambda: 1 // 0)
    assert deadlines.start(lambda: part(4)) == "imported"
    assert deadlines.left(100) == START_SECONDS - 9
    now[0] += START_SECONDS - 9
    with pytest.raises(TimeoutError):
        deadlines.start(lambda: part(0))


def test_what_is_bounded() -> None:
    """Calls of a block have what is left of it, and nothing is begun when nothing is left."""
    deadlines, end = Deadlines(), threading.Event()
    with deadlines.bounded(0.05):
        with pytest.raises(TimeoutError):
            deadlines.within(5, end.wait)
        with pytest.raises(TimeoutError):
            deadlines.within(5, lambda: "too late")
    assert deadlines.within(5, lambda: "in time") == "in time"
    assert deadlines.within(5, lambda: sockets.time_left(60)) <= 5


def test_what_is_left_of_a_request() -> None:
    """A call gets its own time, or what the request has left; where no request has begun, all of it."""
    now = [100.0]
    deadlines = Deadlines(clock=lambda: now[0])
    assert deadlines.left(5.5) == 5.5
    deadlines.begin()
    assert deadlines.left(5.5) == 5.5
    now[0] += 5
    assert deadlines.left(5.5) == 2.0
    deadlines.begin()
    assert deadlines.left(5.5) == 5.5
