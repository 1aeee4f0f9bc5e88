"""Delete each guard once, and see a test fail: `make mutants`, or `python tests/tools/mutants/run.py [words of names]`.

Every guard in guards.toml is taken out of a copy of the tree, one at a time, and the tests that it names are run. They
must pass before and fail after; a guard that no test misses is a survivor, and makes the exit code 1.
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

ROOT = Path(__file__).resolve().parents[3]
GUARDS = Path(__file__).with_name("guards.toml")
LEFT_OUT = (".*", "__pycache__", "node_modules", "vendor", "build", "terraform", "client", "examples", "bench")
SECONDS = 180  # for the tests of one guard
PASSED, FAILED = 0, 1  # pytest's exit codes


@dataclass(frozen=True)
class Guard:
    """One guard: where it stands, what stands there without it, what it keeps, and which tests show that."""

    name: str
    file: str
    find: str
    replace: str
    keeps: str
    tests: tuple[str, ...]

    def found(self, root: Path = ROOT) -> int:
        """Return how often its text stands in its file; once is right."""
        return (root / self.file).read_text(encoding="utf-8").count(self.find)

    @contextlib.contextmanager
    def removed(self, root: Path) -> Iterator[None]:
        """While the block runs, the tree in `root` is without this guard."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.find, self.replace), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def read_guards() -> list[Guard]:
    """Return the list; raises TypeError when an entry lacks a field or has one too many."""
    entries = tomllib.loads(GUARDS.read_text(encoding="utf-8"))["guard"]
    return [Guard(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]


def copied_tree(folder: Path) -> Path:
    """Return a copy of the tree below `folder`."""
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(*LEFT_OUT)))


def run_tests(root: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Return pytest's exit code for `tests` in the tree at `root`, and what it printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    # no byte code: a file changed twice within a second would be taken for the same
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": str(root / ".hypothesis")}
    try:
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return -1, f"not done within {SECONDS} seconds"
    return done.returncode, done.stdout + done.stderr


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
    parser.add_argument("words", nargs="*", help="only guards whose name or file contains one of these words")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="how many at once")
    options = parser.parse_args()
    guards = [
        guard
        for guard in read_guards()
        if not options.words or any(word in f"{guard.name} {guard.file}" for word in options.words)
    ]
    if not guards:
        parser.error("no guard has such a name or file")
    lost = [guard for guard in guards if guard.found() != 1]
    for guard in lost:
        print(f"lost      {guard.name}: its text is found {guard.found()} times in {guard.file}; mend guards.toml")
    if lost:
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        return judge(guards, options.jobs, Path(folder))


def judge(guards: list[Guard], jobs: int, folder: Path) -> int:
    """Take out one guard after the other, `jobs` at once; return the exit code."""
    started = time.monotonic()
    trees: queue.Queue[Path] = queue.Queue()
    for number in range(jobs):
        trees.put(copied_tree(folder / str(number)))
    tests = sorted({test for guard in guards for test in guard.tests})
    print(f"{len(guards)} guards; first their tests with every guard in place …", flush=True)
    root = trees.get()
    code, said = run_tests(root, tests)
    trees.put(root)
    if code != PASSED:
        print(said[-6000:], "\nThe tests fail with every guard in place, so they can show nothing. Mend them first.")
        return 1
    print(f"They pass ({time.monotonic() - started:.0f} s). Now each guard is taken out once …", flush=True)
    bad = []
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(verdict, guard, trees): guard for guard in guards}
        for number, done in enumerate(as_completed(running), 1):
            guard, (outcome, said) = running[done], done.result()
            print(f"[{number}/{len(guards)}] {outcome:9} {guard.name}: {said}", flush=True)
            bad += [guard] if outcome != "killed" else []
    print(
        f"{len(guards) - len(bad)} of {len(guards)} guards are missed by a test ({time.monotonic() - started:.0f} s)."
    )
    for guard in bad:
        print(f"Nobody misses {guard.name} in {guard.file}, which keeps: {guard.keeps}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
