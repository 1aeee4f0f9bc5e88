"""The warm-up: everything slow that a first token needs, begun in the background by the first request of any kind.

It cannot begin at import, because the server imports in one process and serves in a forked other one.
"""

import contextlib
import gc
import logging
import threading
from collections.abc import Callable

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
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._waiting = threading.BoundedSemaphore(max(1, min(WAITING, threads - 1)))

    def start(self) -> None:
        """Begin, unless it has begun; returns at once."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, daemon=True, name="warm-up")
                with contextlib.suppress(RuntimeError):  # the system has no more threads to give; the next one tries
                    thread.start()
                    self._thread = thread

    def join(self) -> None:
        """Wait until every step has ended."""
        if self._thread is not None:
            self._thread.join()

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
            begun = [_quietly(step) for step in self._steps]
        finally:
            gc.freeze()
            gc.enable()
        for thread in begun:
            if isinstance(thread, threading.Thread):
                thread.join()
        self._over.set()


def in_background(step: Step) -> Step:
    """Return a step that begins `step` and does not wait for it, because it waits for others itself."""

    def begin() -> threading.Thread:
        # the thread is made when it is started: one made before the server forks counts as ended in the forked process
        thread = threading.Thread(target=_quietly, args=(step,), daemon=True, name="warm-up")
        thread.start()
        return thread

    return begin


def _quietly(step: Step) -> object:
    """Run one step; its failure is only reported: the request that needs the same will meet it and answer it."""
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - as the docstring says
        level = logging.ERROR if getattr(error, "severity", "") == "ERROR" else logging.WARNING
        log.log(level, "warm-up: %s", getattr(error, "cause", "") or type(error).__name__)
        return None
