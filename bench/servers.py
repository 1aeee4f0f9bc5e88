"""Starts and ends the processes that are measured, and reads how much memory they hold."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.deployment import ROOT
from bench.designs import Design
from bench.messages import Answer, Connection
from dev.processes import free_port

START_SECONDS = 30.0


@dataclass(frozen=True)
class Server:
    """A server under measurement: a process group of its own."""

    port: int
    process: subprocess.Popen[str]
    started: float

    def first_answer(self, sent: bytes) -> tuple[Answer, float]:
        """Ask as soon as the port opens; return the answer, and the milliseconds since the start of the process."""
        while True:
            try:
                connection = Connection(self.port)
                answer = connection.ask(sent)
            except (ConnectionError, TimeoutError):
                if self.process.poll() is not None or time.perf_counter() - self.started > START_SECONDS:
                    raise RuntimeError(f"{self.process.args!r} does not answer; see what it printed below") from None
                time.sleep(0.001)
            else:
                connection.close()
                return answer, 1000 * (time.perf_counter() - self.started)

    def processor_seconds(self) -> float:
        """Return the processor time that the whole group has taken so far; 0 where the system cannot say."""
        ticks = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ProcessLookupError):
                if os.getpgid(int(folder.name)) == self.process.pid:
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float | None:
        """Return the memory that the whole group holds, shared pages counted once; None where the system cannot say."""
        if not Path("/proc/self/smaps_rollup").exists():
            return None
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ProcessLookupError):
                if os.getpgid(int(folder.name)) == self.process.pid:
                    found = re.search(r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                    total += int(found[1]) if found else 0
        return total * 1024 / 1e6


def processors(process: int = 0, *, measured: bool) -> None:
    """Bind a process, by default this one, to the last processor or to all others; where there is one alone, to nothing."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        last = (os.cpu_count() or 1) - 1
        os.sched_setaffinity(process, {last} if measured else set(range(last)))


@contextlib.contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    environment: dict[str, str] | None,
    port: int,
    *,
    piped: bool = False,
    measured: bool = True,
) -> Iterator[Server]:
    """Run a program while the block runs; when the block fails, show the end of what the program printed.

    What is `measured` has one processor, as an instance has; everything else takes the others.
    """
    pipe = subprocess.PIPE if piped else None
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=pipe or subprocess.DEVNULL,
            stdout=pipe or output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
        if measured:
            processors(process.pid, measured=True)
        try:
            yield Server(port, process, started)
        except Exception:
            output.seek(0)
            print(output.read()[-3000:], file=sys.stderr)
            raise
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in filter(None, (process.stdin, process.stdout)):
                stream.close()


@contextlib.contextmanager
def serving(design: Design, upstream_port: int, *, piped: bool = False) -> Iterator[Server]:
    """Run a design against the upstream on that port."""
    port = free_port()
    with running(design.command, design.folder, design.settings(port, upstream_port), port, piped=piped) as server:
        yield server


@contextlib.contextmanager
def upstream(mint_seconds: float = 0.0, secret_seconds: float = 0.0) -> Iterator[int]:
    """Run Google's endpoints with these delays; yields their port."""
    port = free_port()
    delays = ["--mint-seconds", str(mint_seconds), "--secret-seconds", str(secret_seconds)]
    command = [sys.executable, "-m", "bench.upstream", "--port", str(port), *delays]
    with running(command, ROOT, None, port, measured=False) as server:
        server.first_answer(b"GET /minted HTTP/1.1\r\nHost: upstream\r\n\r\n")
        yield port


def minted(upstream_port: int) -> int:
    """Return how many tokens the upstream has made."""
    connection = Connection(upstream_port)
    try:
        return int(connection.ask(b"GET /minted HTTP/1.1\r\nHost: upstream\r\n\r\n").body)
    finally:
        connection.close()
