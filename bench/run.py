"""What a run of the bench has at hand, and how long it takes its time for each measure."""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.deployment import ROOT, Deployment
from bench.designs import Design
from bench.figures import quantile


@dataclass(frozen=True)
class Bench:
    """One run: the designs by name, the deployment, and how thorough it is."""

    deployment: Deployment
    designs: dict[str, Design]
    quick: bool

    def rounds(self, thorough: int) -> int:
        """Return how often to measure."""
        return 1 if self.quick else thorough

    def seconds(self, thorough: float) -> float:
        """Return how long one run under load lasts."""
        return 0.3 if self.quick else thorough

    def has(self, *names: str) -> list[str]:
        """Return those of the named designs that take part in this run."""
        return [name for name in names if name in self.designs]

    def interleaved(self, what: str, rounds: int, names: Iterable[str]) -> Iterator[str]:
        """Yield the names again and again, A B C A B C, and tell how far it is."""
        listed = list(names)
        total = rounds * len(listed)
        for done, (_, name) in enumerate(itertools.product(range(rounds), listed), 1):
            print(f"\r\033[K{what}: {done} of {total}, {name}", end="", file=sys.stderr, flush=True)
            yield name
        print("\r\033[K", end="", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Load:
    """What one run under load gave."""

    per_second: float
    milliseconds: list[float]
    statuses: dict[str, int]
    processor_milliseconds: float = 0.0  # of the server, for each answer

    def quantile(self, part: float) -> float:
        """Return the milliseconds below which `part` of the answers came."""
        return quantile(self.milliseconds, part)


def load(port: int, sent: bytes, connections: int, seconds: float = 0.0, requests: int = 0) -> Load:
    """Run the load generator against a port of this machine, for some seconds or until so many answers came."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(sent)
        file.flush()
        arguments = ["--url", f"http://127.0.0.1:{port}", "--request", file.name, "--connections", str(connections)]
        arguments += ["--seconds", str(seconds), "--requests", str(requests)]
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", *arguments],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    got: dict[str, Any] = json.loads(done.stdout)
    times = sorted(got["milliseconds"])
    return Load(len(times) / got["seconds"], times, got["statuses"])


def run_script(design: Design, upstream_port: int) -> dict[str, Any]:
    """Run a design that prints one JSON object and ends; return the object."""
    environment = design.settings(0, upstream_port)
    done = subprocess.run(
        design.command, cwd=design.folder, env=environment, check=True, capture_output=True, text=True
    )
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def write_json(path: Path, document: Any) -> None:
    """Write `document` to a file, readable."""
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
