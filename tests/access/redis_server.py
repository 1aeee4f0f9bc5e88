"""A real redis-server of a test's own."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis

from dev.processes import free_port


class RedisServer:
    """Starts, freezes, ends and starts again on the same port; keeps nothing on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self._options = options
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For LIMITS_STORAGE."""
        return f"redis://127.0.0.1:{self.port}"

    def client(self) -> "redis.Redis":
        """Return a client of the test's own."""
        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._folder),
            *self._options,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 10
        while True:
            with self.client() as client, suppress(redis.RedisError):
                if client.ping():
                    return
            assert time.monotonic() < ends, "redis-server does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process is not None:
            self._process.kill()  # also where it is frozen
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it hang: connections are accepted by the kernel, and nothing is ever answered."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """End the hanging."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[RedisServer]:
    """Run a server; skip the test, with the reason, where the program is missing."""
    if shutil.which("redis-server") is None:
        pytest.skip(
            "there is no redis-server here (Debian: apt install redis-server), so LIMITS_STORAGE=redis:// is not tested"
        )
    server = RedisServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
