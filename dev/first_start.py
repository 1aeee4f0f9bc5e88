"""`make first-start`: what a newcomer does, with every supported Python of this machine.

In a fresh clone for each interpreter: `make run`, the curl line that it prints, Ctrl-C. Once more without naming a
Python. A supported version that is not here is resolved only: every pin must have a wheel for it.
"""

import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from dev.processes import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUPPORTED = [(3, minor) for minor in range(11, 15)]
# where version managers and distributions keep interpreters off the path
FOLDERS = (
    ("PYENV_ROOT", "~/.pyenv", "versions/*/bin"),
    ("ASDF_DATA_DIR", "~/.asdf", "installs/python/*/bin"),
    ("MISE_DATA_DIR", "~/.local/share/mise", "installs/python/*/bin"),
    ("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python", "*/bin"),
    ("RYE_HOME", "~/.rye", "py/*/bin"),
    ("RUNNER_TOOL_CACHE", "/opt/hostedtoolcache", "Python/*/*/bin"),
    ("", "/opt", "*/bin"),
    ("", "/opt/python", "*/bin"),
    ("", "/usr", "local/bin"),
    ("", "/usr", "bin"),
)
ASK = "import os, sys, ensurepip; print(*sys.version_info[:3], ensurepip.version(), os.path.realpath(sys.executable))"
START_SECONDS = 300
END_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """A Python that one may name to make."""

    path: pathlib.Path
    version: tuple[int, ...]
    pip: str


def folders() -> Iterator[pathlib.Path]:
    """Folders that may hold interpreters, those on the path last."""
    for variable, usual, pattern in FOLDERS:
        yield from sorted(pathlib.Path(os.environ.get(variable) or usual).expanduser().glob(pattern))
    yield from map(pathlib.Path, os.environ["PATH"].split(os.pathsep))


def interpreters() -> list[Interpreter]:
    """Every CPython from 3.11 on, each once; says which it leaves out, and why."""
    found: dict[str, Interpreter] = {}
    for folder in folders():
        for path in sorted(folder.glob("python3.[0-9]*")):
            if not re.fullmatch(r"python3\.(1[1-9]|[2-9]\d)", path.name):
                continue
            said = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=False)
            if said.returncode:
                print(f"{path}: left out, it does not run here: {said.stderr.strip().partition(chr(10))[0]}")
                continue
            major, minor, patch, pip, itself = said.stdout.split(maxsplit=4)
            one = Interpreter(path, (int(major), int(minor), int(patch)), pip)
            if one.version[:2] not in SUPPORTED:
                print(f"{path}: left out: Python {major}.{minor} is not supported yet")
                continue
            found.setdefault(itself, one)  # a version manager's shim is another way to the same
    return sorted(found.values(), key=lambda one: one.version)


def first_start(folder: pathlib.Path, *named: str) -> float:
    """`make run` in a fresh clone until its curl line brings a token, then Ctrl-C; returns the seconds to the token."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    ports = {name: str(free_port()) for name in ("SITE_PORT", "FUNCTION_PORT", "GOOGLE_PORT")}
    environment = {name: value for name, value in os.environ.items() if name != "GEMINI_API_KEY"} | ports
    printed = folder.with_suffix(".log")
    started = time.monotonic()
    with printed.open("wb") as log:
        running = subprocess.Popen(
            ["make", "run", *named], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not (lines := re.findall(r"^ +(curl .*)$", printed.read_text(), re.MULTILINE)):
            if running.poll() is not None or time.monotonic() > started + START_SECONDS:
                raise RuntimeError(f"make run does not come up:\n{printed.read_text()}")
            time.sleep(0.1)
        answer = subprocess.run(["bash", "-c", f"{lines[0]} -sS"], capture_output=True, text=True, check=False)
        if answer.returncode or not json.loads(answer.stdout).get("token"):
            raise RuntimeError(f"{lines[0]}\n{answer.stdout}{answer.stderr}\n{printed.read_text()}")
        seconds = time.monotonic() - started
        os.killpg(running.pid, signal.SIGINT)
        running.wait(END_SECONDS)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    if "Everything has ended." not in printed.read_text():
        raise RuntimeError(f"Ctrl-C does not end make run in order:\n{printed.read_text()}")
    return seconds


def resolves(version: str, scratch: pathlib.Path) -> None:
    """Every pin of requirements-dev.txt has a wheel for that Python."""
    subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "dev.install",
                "uv",
                "pip",
                "install",
                "--quiet",
                "--dry-run",
                "--only-binary",
                ":all:",
            ),
            *("--python-version", version, "--target", str(scratch), "--require-hashes", "-r", "requirements-dev.txt"),
        ],
        cwd=ROOT,
        check=True,
    )


def main() -> int:
    """Try them all; 1 where one fails."""
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        here = interpreters()
        for number, one in enumerate([*here, None]):
            named = [f"PYTHON={one.path}"] if one else []
            title = f"make run {' '.join(named)}".strip() + (
                f" ({'.'.join(map(str, one.version))}, pip {one.pip})" if one else ""
            )
            try:
                seconds = first_start(pathlib.Path(scratch, str(number)), *named)
            except (RuntimeError, subprocess.SubprocessError, ValueError) as error:
                failed += 1
                print(f"{title}: FAILED: {error}", flush=True)
            else:
                print(f"{title}: a token after {seconds:.1f} s", flush=True)
        for version in SUPPORTED:
            if version not in {one.version[:2] for one in here}:
                resolves(".".join(map(str, version)), pathlib.Path(scratch))
                print(f"Python {'.'.join(map(str, version))} is not here: every pin has a wheel for it", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
