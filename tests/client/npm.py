"""npm packages of the tests and of the client's build: installed on first use, exactly as the lock file says."""

import contextlib
import fcntl
import functools
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parents[2]
INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


class Packages:
    """The packages of one folder that holds a package.json and its lock file."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let one worker of the test run at a time write here."""
        with (self.folder / "package.json").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @functools.cached_property
    def problem(self) -> str:
        """Why there are no packages; empty when there are."""
        if not (shutil.which("node") and shutil.which("npm")):
            return "Node.js is missing: install Node.js 20 or newer"
        stamp = self.folder / "node_modules" / ".package-lock.json"
        with self.alone():
            if stamp.exists() and stamp.stat().st_mtime >= (self.folder / "package-lock.json").stat().st_mtime:
                return ""
            result = subprocess.run(INSTALL, cwd=self.folder, capture_output=True, text=True, timeout=110, check=False)
        return f"npm ci failed (no registry?): {result.stderr.strip()[-300:]}" if result.returncode else ""

    def require(self) -> None:
        """Skip the test, with the reason, where the packages cannot be had."""
        if self.problem:
            pytest.skip(self.problem)

    def run(
        self, *command: str, cwd: pathlib.Path | None = None, timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of node_modules/.bin, or of the machine, in this folder or another."""
        own = self.folder / "node_modules" / ".bin" / command[0]
        program = str(own) if own.exists() else command[0]
        return subprocess.run(
            (program, *command[1:]),
            cwd=cwd or self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


BUILD = Packages(ROOT / "client")
CHECKS = Packages(ROOT / "tests" / "client" / "package")
