"""The function as it is deployed: the archive's files, the locked dependencies and nothing else, bytecode compiled.

Google's build compiles the dependencies to bytecode that is never checked against its source, and the function's own
files too; the same is done here, so that no start pays for compiling.
"""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
DEPLOYED = ("main.py", "livetoken/**/*.py", "livetoken/prompts/languages.json", "prompts/*.md", "requirements.txt")


@dataclass(frozen=True)
class Deployment:
    """Where the deployed files and programs are."""

    archive: Path
    others: Path
    python: Path

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
    environment, stamp = CACHE / "environment", CACHE / "stamp"
    python = environment / "bin" / "python"
    wanted = f"{sys.version}\n{(ROOT / 'requirements.txt').read_text(encoding='utf-8')}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say("installing what is deployed into .cache/bench (about half a minute, once) …")
        shutil.rmtree(CACHE, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.txt")], check=True)
        never_checked = ["-m", "compileall", "--invalidation-mode", "unchecked-hash", "-qq"]
        subprocess.run([python, *never_checked, environment], check=False)  # some packages hold what never compiles
        stamp.write_text(wanted, encoding="utf-8")
    archive = _copy(ROOT, DEPLOYED, CACHE / "archive")
    others = _copy(ROOT / "bench" / "others", ("*.py",), CACHE / "others")
    subprocess.run([python, "-m", "compileall", "-q", archive, others], check=True)
    return Deployment(archive, others, python)


def _copy(source: Path, patterns: tuple[str, ...], target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    for path in (path for pattern in patterns for path in source.glob(pattern)):
        (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / path.relative_to(source))
    return target
