"""The function as it is deployed: the archive's files, the locked dependencies and nothing else, bytecode compiled.

Google's build compiles the dependencies to bytecode that is never checked against its source, and the function's own
files too; the same is done here, so that no start pays for compiling.
"""

import contextlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
OLDEST, NEWEST = (3, 11), (3, 14)  # Pythons that are supported
DEPLOYED = (
    "main.py",
    "livetoken/**/*.py",
    "livetoken/prompts/languages.json",
    "livetoken/usage/prices.json",
    "prompts/**/*.md",
    "requirements.txt",
)


@dataclass(frozen=True)
class Deployment:
    """Where the deployed files and programs are."""

    archive: Path
    others: Path
    python: Path
    interpreter: str  # its version, and whether it was built with optimizations

    @property
    def framework(self) -> Path:
        """The program that serves a function."""
        return self.python.with_name("functions-framework")

    def archive_kilobytes(self) -> float:
        """Return how large the zipped archive is."""
        target = CACHE / "archive.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in sorted(self.archive.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    zipped.write(path, path.relative_to(self.archive))
        return target.stat().st_size / 1000

    def dependencies_megabytes(self) -> float:
        """Return how large the installed dependencies are, bytecode included."""
        folder = next((self.python.parent.parent / "lib").glob("python*/site-packages"))
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def interpreter() -> tuple[str, str]:
    """Return the interpreter that serves, the fastest of those that are here, and what it is.

    Google's is built with optimizations; one that a version manager has compiled often is not, and is a third slower.
    Which are, no interpreter says reliably, but a loop shows it.
    """
    ask = (
        "import sys, time, timeit; "  # processor time: others on this machine change it little
        "loop = timeit.Timer('sum(i * i for i in range(1000))', timer=time.process_time); "
        "print(sys.version.split()[0], min(loop.repeat(number=300, repeat=9)))"
    )
    found: list[tuple[float, str, str]] = []
    for program in (sys.executable, "/usr/bin/python3.13", "/usr/bin/python3", "/usr/local/bin/python3"):
        with contextlib.suppress(OSError, ValueError):
            done = subprocess.run([program, "-c", ask], capture_output=True, text=True, check=False)
            version, _, seconds = done.stdout.partition(" ")
            if done.returncode == 0 and OLDEST <= tuple(map(int, version.split(".")[:2])) <= NEWEST:
                found.append((float(seconds), program, version))
    seconds_taken, program, version = min(found)
    slowest = max(found)[0]
    return program, f"Python {version} ({program}), {slowest / seconds_taken:.1f} times as fast as the slowest here"


def deploy(say: Callable[[str], None]) -> Deployment:
    """Return the deployment, made where it is missing or out of date."""
    environment, stamp = CACHE / "environment", CACHE / "stamp"
    python = environment / "bin" / "python"
    program, says = interpreter()
    wanted = f"{program}\n{(ROOT / 'requirements.txt').read_text(encoding='utf-8')}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say("installing what is deployed into .cache/bench (about half a minute, once) …")
        shutil.rmtree(CACHE, ignore_errors=True)
        uv = [sys.executable, "-m", "dev.install", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--python", program, str(environment)], cwd=ROOT, check=True)
        install = [*uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes"]
        subprocess.run([*install, "-r", str(ROOT / "requirements.txt")], cwd=ROOT, check=True)
        never_checked = ["-m", "compileall", "--invalidation-mode", "unchecked-hash", "-qq"]
        subprocess.run([python, *never_checked, environment], check=False)  # some packages hold what never compiles
        stamp.write_text(wanted, encoding="utf-8")
    archive = _copy(ROOT, DEPLOYED, CACHE / "archive")
    others = _copy(ROOT / "bench" / "others", ("*.py",), CACHE / "others")
    subprocess.run([python, "-m", "compileall", "-q", archive, others], check=True)
    return Deployment(archive, others, python, says)


def _copy(source: Path, patterns: tuple[str, ...], target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    for path in (path for pattern in patterns for path in source.glob(pattern)):
        (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / path.relative_to(source))
    return target
