"""Starts, awaits and ends the real processes that tests and `python -m dev` share.

with google() as cloud, function(cloud, ["http://localhost:8000"]) as livetoken:
    requests.post(livetoken.url, json={}, headers={"Origin": "http://localhost:8000"})
    assert len(cloud.mints()) == 1
"""

import contextlib
import dataclasses
import itertools
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from gemini_live_emulator.control.client import Control

from dev.children import ROOT, Child, DiedError

__all__ = ["DiedError", "Function", "Google", "free_port", "function", "google"]

SECRET = "projects/livetoken-local/secrets/gemini-api-key/versions/latest"  # noqa: S105 - a name, not a value
_KEPT_FROM_CALLER = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "SYSTEMROOT",
    "VIRTUAL_ENV",
    "COVERAGE_PROCESS_START",
)

_FIRST_PORT, _PORTS, _STRIDE = 12_000, 20_000, 997
_named = itertools.count()

Echo = Callable[[str], None]


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment, and that this process has not named lately.

    It is below those that the system gives to outgoing connections, or one of these takes it before it is listened on.
    Processes with neighbouring ids, such as the workers of a test run, begin far from each other.
    """
    while True:
        port = _FIRST_PORT + (os.getpid() * _STRIDE + next(_named)) % _PORTS
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def minimal_env(**more: str) -> dict[str, str]:
    """The few variables every program needs; none of the caller's keys, credentials or Google settings."""
    return (
        {name: os.environ[name] for name in _KEPT_FROM_CALLER if name in os.environ} | {"PYTHONUNBUFFERED": "1"} | more
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Google(Control):
    """The emulator of Google's endpoints, running; its methods are those of `Control`."""

    port: int
    process: Child

    def lines(self) -> list[str]:
        """What it printed so far."""
        return self.process.lines()


@dataclasses.dataclass(frozen=True)
class Function:
    """The function, running in functions-framework's production server; it took `start_seconds` until it listened."""

    url: str
    port: int
    process: Child
    start_seconds: float = 0.0

    @property
    def pid(self) -> int:
        """Process id of the server's master, which deploys send SIGTERM to."""
        return self.process.pid

    def lines(self) -> list[str]:
        """What it printed so far: standard output and standard error in one list."""
        return self.process.lines()


@contextlib.contextmanager
def google(port: int | None = None, *, echo: Echo | None = None, **options: object) -> Iterator[Google]:
    """Run `python -m gemini_live_emulator`; options are its flags (`connection_seconds=3`, `strict_mask=True`)."""
    port = port or free_port()
    flags = []
    for name, value in options.items():
        flags += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
    command = [sys.executable, "-m", "gemini_live_emulator", "--port", str(port), *flags]
    process = Child("the emulator", command, minimal_env(PYTHONPATH=str(ROOT / "emulator" / "src")), echo)
    try:
        process.await_port(port)
        trusted = options.get("certfile") or ("https" in options and f"{options['https']}/authority.pem") or None
        scheme, certificate = ("https", str(trusted)) if trusted else ("http", None)
        yield Google(url=f"{scheme}://127.0.0.1:{port}", certfile=certificate, port=port, process=process)
    finally:
        process.end()


def function_env(google_url: str) -> dict[str, str]:
    """The settings that make the function talk to the emulator at `google_url` and to nobody else."""
    host = google_url.split("://", 1)[1]
    return {
        "GEMINI_API_KEY_SECRET": SECRET,
        "GEMINI_BASE_URL": google_url,
        "SECRET_MANAGER_BASE_URL": google_url,
        "GCE_METADATA_HOST": host,
        # google-auth looks for the server by this address before it asks the host above.
        "GCE_METADATA_IP": host,
    }


@contextlib.contextmanager
def function(
    google: Google | None,
    origins: Sequence[str],
    port: int | None = None,
    env: Mapping[str, str | None] | None = None,
    *,
    echo: Echo | None = None,
) -> Iterator[Function]:
    """Run the real functions-framework on `main.py`, listening on 127.0.0.1.

    `google` None: no emulator, the caller gives the settings in `env`. An `env` value of None removes a variable.
    Ready means that the port accepts connections: nothing has been requested yet, so the instance is still cold.
    Raises DiedError, with what the process printed, when it refuses to start.
    """
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="livetoken-") as empty:
        settings: dict[str, str | None] = {
            **minimal_env(THREADS="80", ALLOWED_ORIGINS=",".join(origins)),
            # No credentials that this machine's owner left for gcloud.
            "CLOUDSDK_CONFIG": empty,
            **(function_env(google.url) if google else {}),
            **(env or {}),
        }
        command = [sys.executable, "-m", "functions_framework", "--target", "mint_token", "--source", "main.py"]
        process = Child(
            "the function",
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            {name: value for name, value in settings.items() if value is not None},
            echo,
        )
        began = time.monotonic()
        try:
            process.await_port(port)
            yield Function(f"http://127.0.0.1:{port}", port, process, time.monotonic() - began)
        finally:
            process.end()
