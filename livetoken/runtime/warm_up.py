"""The warm-up: everything slow that a first token needs, begun in the background by the first request of any kind.

It cannot begin at import, because the server imports in one process and serves in a forked other one.
"""

import gc
import logging
import threading
from collections.abc import Callable

from livetoken.runtime.threads import start_thread

log = logging.getLogger("livetoken.warmup")
Step = Callable[[], object]


class WarmUp:
    """Runs each step once, whoever asks first.

    Steps compute, so they take turns: side by side they would only fight for the interpreter.
    """

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self._lock = threading.Lock()
        self._begun = False
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin, unless it has begun; returns at once."""
        with self._lock:
            self._begun = self._begun or start_thread("warm-up", self._run)

    def join(self) -> None:
        """Wait until every step has ended; return at once where none has begun."""
        if self._begun:
            self._ended.wait()

    def _run(self) -> None:
        # imports make hardly any garbage and very many objects, which would be looked through again and again,
        # now and in every full collection from then on
        gc.disable()
        try:
            for step in self._steps:
                _quietly(step)
        finally:
            gc.freeze()
            gc.enable()
            self._ended.set()


def in_background(step: Step) -> Step:
    """Return a step that begins `step` and does not wait for it, because it waits for others itself."""
    # where the system has no thread to give, the first request does what the step would have done before
    return lambda: start_thread("warm-up", lambda: _quietly(step))


def _quietly(step: Step) -> None:
    """Run one step; its failure is only reported: the request that needs the same will meet it and answer it."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - as the docstring says
        level = logging.ERROR if getattr(error, "severity", "") == "ERROR" else logging.WARNING
        log.log(level, "warm-up: %s", getattr(error, "cause", "") or type(error).__name__)
