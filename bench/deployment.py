"""The function as it is deployed: the archive's files, the locked dependencies and nothing else, bytecode compiled.

Google's build compiles the dependencies to bytecode that is never checked against its source, and the function's own
files too; the same is done here, so that no start pays for compiling.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
DEPLOYED = ("main.py", "livetoken/**/*.py", "prompts/*.md", "requirements.txt")


@dataclass(frozen=True)
class Deployment:
    """Where the deployed files and programs are."""

    archive: Path
    others: Path
    python: Path
    aiohttp: Path

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


def deploy(say: Callable[[str], None]) -> Deployment:
    """Return the deployment, made where it is missing or out of date."""
    uv: str | None = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise SystemExit("bench: uv is missing; `make bench` installs it, or: pip install uv")
    environment, aiohttp = CACHE / "environment", CACHE / "aiohttp"
    wanted = "\n".join(
        [sys.version, (ROOT / "requirements.txt").read_text(), (ROOT / "requirements-dev.txt").read_text()]
    )
    stamp = CACHE / "stamp"
    if not stamp.exists() or stamp.read_text() != wanted:
        say("installing what is deployed into .cache/bench (once, about half a minute) …")
        shutil.rmtree(CACHE, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", environment / "bin" / "python"]
        subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements.txt"], check=True)
        versions: list[str | Path] = ["--constraint", ROOT / "requirements-dev.txt"]
        subprocess.run([*install, "--target", aiohttp, *versions, "aiohttp"], check=True)
        compiled: list[str | Path] = [
            environment / "bin" / "python",
            "-m",
            "compileall",
            "--invalidation-mode",
            "unchecked-hash",
            "-qq",
        ]
        subprocess.run(
            [*compiled, environment, aiohttp], check=False
        )  # some packages hold templates that never compile
        stamp.write_text(wanted)
    archive, others = (
        _copy(ROOT, DEPLOYED, CACHE / "archive"),
        _copy(ROOT / "bench" / "others", ("*.py",), CACHE / "others"),
    )
    subprocess.run([environment / "bin" / "python", "-m", "compileall", "-q", archive, others], check=True)
    return Deployment(archive, others, environment / "bin" / "python", aiohttp)


def _copy(source: Path, patterns: tuple[str, ...], target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    for path in (path for pattern in patterns for path in source.glob(pattern)):
        (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / path.relative_to(source))
    return target
