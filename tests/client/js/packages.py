"""The npm packages of the tests: installed on first use, exactly as the lock file says."""

import contextlib
import fcntl
import functools
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

import pytest

HERE = pathlib.Path(__file__).parent
BUNDLE = HERE.parents[2] / "examples" / "vendor" / "genai.js"


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one worker of the test run at a time write here."""
    with (HERE / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@functools.cache
def problem() -> str:
    """Why there are no packages; empty when there are."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "Node.js is missing: install Node.js 20 or newer"
    stamp = HERE / "node_modules" / ".package-lock.json"
    with alone():
        if stamp.exists() and stamp.stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime:
            return ""
        install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        result = subprocess.run(install, cwd=HERE, capture_output=True, text=True, timeout=110, check=False)
    return f"npm ci failed (no registry?): {result.stderr.strip()[-300:]}" if result.returncode else ""


def require() -> None:
    """Skip the test, with the reason, where the packages cannot be had."""
    if problem():
        pytest.skip(problem())


def run(*command: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a program in this folder."""
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=timeout, check=False)


@functools.cache
def bundle() -> pathlib.Path:
    """The official SDK as one file for browsers, as `make sdk` makes it."""
    with alone():
        result = run("npm", "run", "--silent", "bundle")
    assert result.returncode == 0, result.stderr
    return BUNDLE
