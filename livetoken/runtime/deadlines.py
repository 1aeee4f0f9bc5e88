"""Outer deadlines: nothing that we wait for may hold a request longer than it should.

The timeouts of HTTP libraries are per read, so a peer that drips one byte at a time passes them for ever.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Work = tuple[Callable[[], Any], "Future[Any]"]
IDLE_SECONDS = 10.0  # a thread that got no call for so long ends
REQUEST_SECONDS = 7.0  # from a request's first line to its token; what is left of 8 is for giving places back
OUTSTANDING = 250  # calls that may be under way at once, given-up ones included; far above any sensible concurrency


class Deadlines:
    """Runs calls in threads beside the caller's and stops waiting for them when their time is over.

    A thread that is done waits for the next call, because starting one costs more than everything else here together.
    """

    def __init__(
        self,
        outstanding: int = OUTSTANDING,
        clock: Callable[[], float] = time.monotonic,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._free = threading.BoundedSemaphore(outstanding)
        self._clock = clock
        self._request = threading.local()
        self._idle: list[SimpleQueue[Work]] = []  # the ways to threads that wait, the latest last
        self._idle_seconds = idle_seconds

    def begin(self) -> None:
        """Start the time of the request that this thread serves from now on."""
        self._request.ends = self._clock() + REQUEST_SECONDS

    def left(self, seconds: float) -> float:
        """Return `seconds`, or fewer where this thread's request has no more left, because its body came slowly."""
        ends: float = getattr(self._request, "ends", float("inf"))
        return min(seconds, ends - self._clock())

    def within(self, seconds: float, call: Callable[[], T]) -> T:
        """Return what `call` returns, or raise what it raises.

        Raises:
            TimeoutError: it was not done within `seconds`, or too many given-up calls still linger. The call itself
                goes on in a daemon thread until its own timeouts end it.
        """
        if not self._free.acquire(blocking=False):
            raise TimeoutError
        done: Future[T] = Future()
        try:
            thread = self._idle.pop()
        except IndexError:
            thread = self._new_thread()
        thread.put((call, done))
        try:
            return done.result(timeout=seconds)
        finally:
            del done  # an exception keeps this frame, and the frame would keep the exception

    def _new_thread(self) -> "SimpleQueue[Work]":
        thread: SimpleQueue[Work] = SimpleQueue()
        try:
            threading.Thread(target=self._work, args=(thread,), daemon=True, name="within").start()
        except RuntimeError as error:  # the system has no more threads to give
            self._free.release()
            raise TimeoutError from error
        return thread

    def _work(self, thread: "SimpleQueue[Work]") -> None:
        while True:
            try:
                self._run(thread, *thread.get(timeout=self._idle_seconds))
            except Empty:
                with contextlib.suppress(ValueError):  # somebody has just taken this thread, and its call is on the way
                    self._idle.remove(thread)
                    return

    def _run(self, thread: "SimpleQueue[Work]", call: Callable[[], Any], done: "Future[Any]") -> None:
        """Run one call; make room for another one before the waiting caller can ask for it."""
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            self._rest(thread)
            done.set_exception(error)
        else:
            self._rest(thread)
            done.set_result(result)
        finally:
            del done, call  # as above

    def _rest(self, thread: "SimpleQueue[Work]") -> None:
        self._idle.append(thread)
        self._free.release()
