"""Ends orphans: `python guardian.py` kills the process groups it was told about once its own standard input closes.

The parent writes `+PGID` when it starts a group and `-PGID` when that group is gone. Standard input closes when the
parent dies, however it dies: a parent that was killed with SIGKILL can run no clean-up of its own.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def alive(group: int) -> bool:
    """Whether the process group still has a member."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: set[int]) -> None:
    """Ask every group to stop, and after a grace of 3 s make it."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(alive, groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Keep the list while the parent lives, then end what is left on it."""
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[0], int(line[1:])
        (groups.add if change == "+" else groups.discard)(group)
    end(groups)


if __name__ == "__main__":
    main()
