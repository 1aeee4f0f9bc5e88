"""The warm-up: everything slow that a first token needs, begun in the background by the first request of any kind.

It cannot begin at import, because the server imports in one process and serves in a forked other one.
"""

import gc
import logging
import threading
from collections.abc import Callable

from livetoken.runtime.threads import start_thread

WAIT_SECONDS = 10.0  # the longest that a request waits for it
WAITING = 4  # requests that may wait at once; fewer where there are hardly more threads
log = logging.getLogger("livetoken.warmup")
Step = Callable[[], object]


class WarmUp:
    """Runs each step once, whoever asks first.

    Steps compute, so they take turns: side by side they would only fight for the interpreter.
    """

    def __init__(self, *steps: Step, threads: int = WAITING + 1) -> None:
        self._steps = steps
        self._lock = threading.Lock()
        self._begun = False
        self._over = threading.Event()
        self._waiting = threading.BoundedSemaphore(max(1, min(WAITING, threads - 1)))

    def start(self) -> None:
        """Begin, unless it has begun; returns at once."""
        with self._lock:
            self._begun = self._begun or start_thread("warm-up", self._run)

    def join(self) -> None:
        """Wait until every step has ended; return at once where none has begun."""
        if self._begun:
            self._over.wait()

    def wait(self, seconds: float = WAIT_SECONDS) -> bool:
        """Begin, wait until every step has ended or the time is over, and return whether they have.

        Where as many wait as may, return at once: nobody can fill the threads by asking.
        """
        self.start()
        if not self._over.is_set() and self._waiting.acquire(blocking=False):
            try:
                self._over.wait(seconds)
            finally:
                self._waiting.release()
        return self._over.is_set()

    def _run(self) -> None:
        # imports make hardly any garbage and very many objects, which would be looked through again and again,
        # now and in every full collection from then on
        gc.disable()
        try:
            results = [_quietly(step) for step in self._steps]
        finally:
            gc.freeze()
            gc.enable()
        for result in results:
            if isinstance(result, threading.Event):
                result.wait()
        self._over.set()


def in_background(step: Step) -> Step:
    """Return a step that begins `step` and does not wait for it, because it waits for others itself.

    The warm-up is over when it has ended, too.
    """

    def begin() -> threading.Event:
        ended = threading.Event()

        def run() -> None:
            _quietly(step)
            ended.set()

        if not start_thread("warm-up", run):
            ended.set()  # the first request does what the step would have done before
        return ended

    return begin


def _quietly(step: Step) -> object:
    """Run one step; its failure is only reported: the request that needs the same will meet it and answer it."""
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - as the docstring says
        level = logging.ERROR if getattr(error, "severity", "") == "ERROR" else logging.WARNING
        log.log(level, "warm-up: %s", getattr(error, "cause", "") or type(error).__name__)
        return None
