"""Break each promise once, and see a test fail: `make mutants`, or `python -m tests.tools.mutants.run [words]`.

promises.toml lists what docs/security.md promises, and by which pieces of code it is kept. In a copy of the tree each
piece is taken out, one at a time, and the tests that hold the promise are run. They must pass before and fail after; a
piece that no test misses makes the exit code 1.
"""

import argparse
import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.tools.mutants.places import NotOnceError, changed

ROOT = Path(__file__).resolve().parents[3]
PROMISES = Path(__file__).with_name("promises.toml")
LEFT_OUT = (".*", "__pycache__", "node_modules", "vendor", "build", "mutants", "client", "examples", "bench")
SECONDS = 300  # for the tests of one piece
HANGING = 90  # seconds after which a test that goes on has failed
PASSED, FAILED = 0, 1  # pytest's exit codes


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One piece of code that keeps a promise.

    Attributes:
        keeps: the promise, in the words of docs/security.md.
        at: where the piece stands: the file, then the function, class or constant.
        find: the piece, as `places.py` reads it; empty where it is `text`.
        text: the piece where it is not Python: a part of a script or of a regular expression.
        without: what is left in its place.
        tests: which tests must fail then.
    """

    keeps: str
    at: str
    find: str = ""
    text: str = ""
    without: str = ""
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """Where it stands and what it is, in a line."""
        return f"{self.at.removeprefix('livetoken/')} {' '.join((self.find or self.text).split())}"

    def changed(self, root: Path) -> tuple[Path, str]:
        """Return its file below `root`, and the source without it; raises NotOnceError."""
        return changed(root, self.at, self.find or self.text, self.without, text=bool(self.text))

    @contextlib.contextmanager
    def removed(self, root: Path) -> Iterator[None]:
        """While the block runs, the tree in `root` is without this piece."""
        path, source = self.changed(root)
        before = path.read_text(encoding="utf-8")
        path.write_text(source, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")


def read_guards() -> list[Guard]:
    """Return the list; raises TypeError when an entry lacks a field or has one too many."""
    guards = []
    for promise in tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]:
        for guard in promise["guards"]:
            tests = tuple(guard.pop("tests", promise.get("tests", ())))
            guards.append(Guard(keeps=promise["keeps"], tests=tests, **guard))
    return guards


def copied_tree(folder: Path) -> Path:
    """Return a copy of the tree below `folder`."""
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(*LEFT_OUT)))


def run_tests(root: Path, tests: Sequence[str], seconds: float = SECONDS) -> tuple[int, str]:
    """Return pytest's exit code for `tests` in the tree at `root`, and what it printed."""
    options = ["-x", "-q", "-rfE", "-p", "no:cacheprovider", "-p", "pytest_timeout", f"--timeout={HANGING}"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    env = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",  # a file changed twice within a second would be taken for the same
        "HYPOTHESIS_STORAGE_DIRECTORY": str(root / ".hypothesis"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what plugins import is half of the time of one run
    }
    try:
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return -1, f"not done within {seconds} seconds"
    return done.returncode, done.stdout + done.stderr


def failures(root: Path, tests: Sequence[str]) -> tuple[list[str], str]:
    """Return which tests fail, all of them where they cannot even run, and what pytest printed."""
    code, said = run_tests(root, [*tests, "--maxfail=1000"], len(tests) * SECONDS)
    names = [
        line.split(" - ")[0].split(" ", 1)[1] for line in said.splitlines() if line.startswith(("FAILED", "ERROR "))
    ]
    return [] if code == PASSED else (names or list(tests)), said


def verdict(guard: Guard, trees: "queue.Queue[Path]") -> tuple[str, str]:
    """Return "killed", "survived" or "broken", and what the tests said."""
    root = trees.get()
    try:
        with guard.removed(root):
            code, said = run_tests(root, guard.tests)
    finally:
        trees.put(root)
    if code == FAILED:
        first = next((line for line in said.splitlines() if line.startswith("FAILED")), "")
        return "killed", first.partition(" - ")[0].removeprefix("FAILED ")
    return ("survived", "its tests pass without it") if code == PASSED else ("broken", said[-2000:])


def main() -> int:
    """Run it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only what has one of these words in its promise or its place")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="how many at once")
    options = parser.parse_args()
    guards = [
        guard
        for guard in read_guards()
        if not options.words or any(word in f"{guard.name} {guard.keeps}" for word in options.words)
    ]
    if not guards:
        parser.error("no promise and no place has such a word")
    lost = 0
    for guard in guards:
        try:
            guard.changed(ROOT)
        except NotOnceError as error:
            lost += 1
            print(f"lost      {guard.name}: {error}; mend promises.toml")
    if lost:
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        return judge(guards, options.jobs, Path(folder))


def judge(guards: list[Guard], jobs: int, folder: Path) -> int:
    """Take out one piece after the other, `jobs` at once; return the exit code."""
    started = time.monotonic()
    trees: queue.Queue[Path] = queue.Queue()
    for number in range(jobs):
        trees.put(copied_tree(folder / str(number)))
    print(f"{len(guards)} pieces of code; first their tests with all of them in place …", flush=True)
    root = trees.get()
    failed, said = failures(root, sorted({test for guard in guards for test in guard.tests}))
    if failed:
        failed, said = failures(root, failed)  # a busy machine is no mistake, unless it is one twice
    trees.put(root)
    if failed:
        print(said[-6000:], "\nThe tests fail with everything in place, so they can show nothing. Mend them first.")
        return 1
    print(f"They pass ({time.monotonic() - started:.0f} s). Now each piece is taken out once …", flush=True)
    bad = []
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(verdict, guard, trees): guard for guard in guards}
        for number, done in enumerate(as_completed(running), 1):
            guard, (outcome, said) = running[done], done.result()
            print(f"[{number}/{len(guards)}] {outcome:9} {guard.name}: {said}", flush=True)
            bad += [guard] if outcome != "killed" else []
    print(f"{len(guards) - len(bad)} of {len(guards)} are missed by a test ({time.monotonic() - started:.0f} s).")
    for guard in bad:
        print(f"Nobody misses {guard.name}, which keeps: {guard.keeps}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
