"""Outer deadlines: nothing that we wait for may hold a request longer than it should.

Sockets end with the call that uses them (`sockets.py`). What else can wait, such as looking up a name, connecting or an
import, runs in a thread beside the caller's, who stops waiting for it when its time is over.
"""

import contextlib
import functools
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from queue import Empty, SimpleQueue
from typing import TypeVar

from livetoken.runtime import sockets
from livetoken.runtime.threads import start_thread

T = TypeVar("T")
Work = Callable[[], None]
IDLE_SECONDS = 10.0  # a thread that got no call for so long ends
REQUEST_SECONDS = 7.0  # from a request's first line to its token; what is left of 8 is for giving places back
START_SECONDS = 13.0  # the same, where a part of the start falls into it
SLOTS = 250  # calls to one upstream that may be under way at once, given-up ones included


def _nothing(_: object) -> None:
    """Do nothing."""


class Deadlines:
    """The time that a request has, and calls that may not outlast it.

    A thread that is done waits for the next call, because starting one costs more than everything else here together.
    """

    def __init__(
        self, slots: int = SLOTS, clock: Callable[[], float] = time.monotonic, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._free = threading.BoundedSemaphore(slots)
        self._slots, self._clock, self._idle_seconds = slots, clock, idle_seconds
        self._request = threading.local()
        self._idle: list[SimpleQueue[Work]] = []  # the ways to threads that wait, the latest last

    def for_upstream(self) -> "Deadlines":
        """Return deadlines of the same requests with slots of their own: an upstream that hangs takes no other's."""
        own = Deadlines(self._slots, self._clock, self._idle_seconds)
        own._request = self._request
        return own

    def begin(self) -> None:
        """Start the time of the request that this thread serves from now on."""
        self._request.began = now = self._clock()
        self._request.ends = now + REQUEST_SECONDS

    def left(self, seconds: float) -> float:
        """Return `seconds`, or fewer where this thread's request has no more left, because its body came slowly."""
        ends: float = getattr(self._request, "ends", math.inf)
        return min(seconds, ends - self._clock())

    def start(self, part: Callable[[], T]) -> T:
        """Return what `part` of the start, such as an import, returns; the request's time begins anew when it is done.

        Raises:
            TimeoutError: it was not done within the time that a request with a start in it has.
        """
        began: float = getattr(self._request, "began", self._clock())
        try:
            return self.within(began + START_SECONDS - self._clock(), part)
        finally:
            self._request.ends = min(began + START_SECONDS, self._clock() + REQUEST_SECONDS)

    def bounded(self, seconds: float) -> sockets.ending_in:
        """While the block runs, this thread's sockets and calls end within `seconds`, or with the request."""
        return sockets.ending_in(self.left(seconds))

    def within(self, seconds: float, call: Callable[[], T], late: Callable[[T], None] = _nothing) -> T:
        """Return what `call` returns, or raise what it raises; it runs in another thread.

        Args:
            seconds: how long it may take; its sockets end by themselves when the time is over.
            call: what is done.
            late: gets a result that came when nobody waited for it any more.

        Raises:
            TimeoutError: it was not done within `seconds`, or too many given-up calls still linger.
        """
        seconds = sockets.time_left(seconds)
        if not self._free.acquire(blocking=False):
            raise TimeoutError
        done: Future[T] = Future()
        try:
            thread = self._idle.pop()
        except IndexError:
            thread = self._new_thread()
        thread.put(functools.partial(self._run, thread, seconds, call, done, late))
        try:
            return done.result(timeout=seconds)
        except TimeoutError:
            if done.cancel():
                raise
            return done.result()  # it is done, just now, or it has raised this error itself
        finally:
            del done, call  # an exception keeps this frame, and the frame would keep the exception

    def _new_thread(self) -> "SimpleQueue[Work]":
        thread: SimpleQueue[Work] = SimpleQueue()
        if not start_thread("within", functools.partial(self._work, thread)):
            self._free.release()
            raise TimeoutError
        return thread

    def _work(self, thread: "SimpleQueue[Work]") -> None:
        while True:
            try:
                work = thread.get(timeout=self._idle_seconds)
            except Empty:
                with contextlib.suppress(ValueError):  # somebody has just taken this thread, and its call is on the way
                    self._idle.remove(thread)
                    return
            else:
                work()
                del work  # it holds the call, and what the call holds

    def _run(
        self,
        thread: "SimpleQueue[Work]",
        seconds: float,
        call: Callable[[], T],
        done: "Future[T]",
        late: Callable[[T], None],
    ) -> None:
        """Run one call; make room for another one before the waiting caller can ask for it."""
        try:
            with sockets.ending_in(seconds):
                result = call()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            self._rest(thread)
            with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
                done.set_exception(error)
        else:
            self._rest(thread)
            try:
                done.set_result(result)
            except InvalidStateError:
                late(result)
        finally:
            del done, call  # as above

    def _rest(self, thread: "SimpleQueue[Work]") -> None:
        self._idle.append(thread)
        self._free.release()
