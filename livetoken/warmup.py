"""The warm-up: everything slow that a first token needs, begun in the background by the first request of any kind.

It cannot begin at import, because the server imports in one process and serves in a forked other one.
"""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("livetoken.warmup")


class WarmUp:
    """Runs each step once, side by side, whoever asks first."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self._steps = steps
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, unless it has begun; returns at once."""
        if self._threads:
            return
        with self._lock:
            if not self._threads:
                self._threads = [
                    threading.Thread(target=_run, args=(step,), daemon=True, name="warm-up") for step in self._steps
                ]
                for thread in self._threads:
                    thread.start()

    def join(self) -> None:
        """Wait until every step has ended."""
        for thread in self._threads:
            thread.join()


def _run(step: Callable[[], object]) -> None:
    """Run one step; its failure is only reported: the request that needs the same will meet it and answer it."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - as the docstring says
        log.warning("warm-up: %s", getattr(error, "cause", "") or type(error).__name__)
