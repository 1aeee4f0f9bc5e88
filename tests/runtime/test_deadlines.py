"""Outer deadlines: a call gets its time and no more, in a thread that is kept for the next one."""

import functools
import gc
import threading
import time
import weakref
from concurrent.futures import Future
from queue import SimpleQueue

import pytest

from livetoken.runtime.deadlines import Deadlines, Work
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
    deadlines, end = Deadlines(outstanding=2), threading.Event()
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
    calls.put((lambda: "done", done))
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

    deadlines = Deadlines(outstanding=1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                deadlines.within(1, lambda: None)
    assert deadlines.within(1, lambda: "done") == "done"
