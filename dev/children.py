"""One child process: started in a group of its own, its output readable while it runs, never left behind."""

import atexit
import collections
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

KEPT_LINES = 200_000
ROOT = pathlib.Path(__file__).resolve().parent.parent

_guardian: "subprocess.Popen[str] | None" = None
_lock = threading.Lock()


class DiedError(RuntimeError):
    """A child ended, or did not listen, before it was ready; the message holds what it printed."""


def _tell_guardian(change: str) -> None:
    """Start the guardian with the first child, then keep it informed."""
    global _guardian  # noqa: PLW0603 - one guardian for all children of this process
    with _lock:
        if _guardian is None:
            script = pathlib.Path(__file__).with_name("guardian.py")
            # A session of its own, or Ctrl-C in the terminal would end it before its work.
            command = [sys.executable, "-S", "-E", str(script)]
            _guardian = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                # Its own: a pipe that reads our output must end with us, not seconds later with the guardian.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            atexit.register(_dismiss_guardian, _guardian)
        assert _guardian.stdin is not None  # noqa: S101 - for the type checker: it was asked for above
        with contextlib.suppress(BrokenPipeError):
            _guardian.stdin.write(change)
            _guardian.stdin.flush()


def _dismiss_guardian(guardian: "subprocess.Popen[str]") -> None:
    guardian.communicate()


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


class Child:
    """A running process and what it has printed so far.

    `echo` is called with every line of standard output and standard error as it comes, without its line end.
    """

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], echo: Callable[[str], None] | None = None
    ) -> None:
        self.name = name
        self._kept: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._echo = echo
        self.process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        _tell_guardian(f"+{self.process.pid}\n")
        self._reader = threading.Thread(target=self._read, name=f"{name} output", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - for the type checker: it was asked for above
        with self.process.stdout as out:
            for line in out:
                self._kept.append(line.rstrip("\n"))
                if self._echo:
                    self._echo(self._kept[-1])

    def lines(self) -> list[str]:
        """What it printed so far, oldest first (the last 200 000 lines)."""
        return list(self._kept)

    def await_port(self, port: int, seconds: float = 30.0) -> None:
        """Return when the port answers; raise DiedError when the process ends first or the time is up."""
        deadline = time.monotonic() + seconds
        while not listening(port):
            if self.process.poll() is not None:
                self._reader.join(2)
                raise DiedError(f"{self.name} ended with code {self.process.returncode}:\n" + "\n".join(self._kept))
            if time.monotonic() > deadline:
                raise DiedError(
                    f"{self.name} does not listen on port {port} after {seconds:.0f} s:\n" + "\n".join(self._kept)
                )
            time.sleep(0.02)

    def end(self, grace: float = 5.0) -> int:
        """Stop it and all its children: SIGTERM, after `grace` seconds SIGKILL. Returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        # Whatever is left of the group, also when its leader was killed by somebody else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self.process.wait()
        self._reader.join(2)
        _tell_guardian(f"-{self.pid}\n")
        return code
