"""The warm-up: everything slow that a first token needs, begun in the background by the first request of any kind.

It cannot begin at import, because the server imports in one process and serves in a forked other one.
"""

import gc
import logging
import threading
from collections.abc import Callable

log = logging.getLogger("livetoken.warmup")
Step = Callable[[], object]


class WarmUp:
    """Runs each step once, whoever asks first.

    Steps compute, so they take turns: side by side they would only fight for the interpreter.
    """

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun; returns at once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="warm-up")
                self._thread.start()

    def join(self) -> None:
        """Wait until every step has ended."""
        if self._thread is not None:
            self._thread.join()

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


def in_background(step: Step) -> Step:
    """Return a step that begins `step` and does not wait for it, because it waits for others itself."""
    # the thread is made when it is started: one made before the server forks counts as ended in the forked process
    return lambda: threading.Thread(target=_quietly, args=(step,), daemon=True, name="warm-up").start()


def _quietly(step: Step) -> None:
    """Run one step; its failure is only reported: the request that needs the same will meet it and answer it."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - as the docstring says
        level = logging.ERROR if getattr(error, "severity", "") == "ERROR" else logging.WARNING
        log.log(level, "warm-up: %s", getattr(error, "cause", "") or type(error).__name__)
