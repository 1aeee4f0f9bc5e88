"""Threads beside the requests' own. The system may have none to give; whoever asks for one must go on without it."""

import threading
from collections.abc import Callable


def start_thread(name: str, work: Callable[[], object]) -> bool:
    """Run `work` in a daemon thread called `name`; return whether the system had one to give."""
    try:
        threading.Thread(target=work, daemon=True, name=name).start()
    except RuntimeError:
        return False
    return True
