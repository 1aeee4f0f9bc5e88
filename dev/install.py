"""Installs exactly what a requirements file pins, the same way under every Python and with every pip.

    python -m dev.install new .venv requirements-run.txt    # makes the virtual environment anew
    python -m dev.install add .venv requirements-dev.txt    # adds to one that is there
    python -m dev.install uv pip compile …                  # runs that uv itself

uv installs, because its version is pinned like everything else. pip comes in whatever version the Python brings; before
23.3 it refuses a lock as unpinned as soon as a package that another one asks for with an extra has a newer release. So
pip only fetches uv. Where no uv fits, pip installs without resolving, and then checks that nothing is missing.

Runs before anything is installed, so it uses the standard library alone.
"""

import ast
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
UV_LOCK = ROOT / "dev" / "requirements" / "uv.txt"
# pip's option → uv's variable, and what joins several values there
_SAME = {
    "index-url": ("UV_DEFAULT_INDEX", ""),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", ""),
    "client-cert": ("SSL_CLIENT_CERT", ""),
    "proxy": ("ALL_PROXY", ""),
    "timeout": ("UV_HTTP_TIMEOUT", ""),
}
_OTHER_NAMES = {"default-timeout": "timeout", "pypi-url": "index-url"}
_OFF = ("", "0", "false", "no", "off", "n", "f")


class CannotInstallError(Exception):
    """The message says what to do."""


def pip_settings(listed: str) -> dict[str, str]:
    """Return what `pip install` uses, from what `pip config list` prints; the last one that sets an option counts."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        name, equals, value = line.partition("=")
        section, dot, option = name.rpartition(".")
        if equals and dot and section in found:
            option = option.replace("_", "-")
            found[section][_OTHER_NAMES.get(option, option)] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


def uv_environment(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for uv: the caller's, and for what the caller left to pip's configuration, pip's."""
    passed = {
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_CONFIG": "1",
        # as pip does: an index that has the package in another version only does not hide the one that has this version
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    for option, (name, joint) in _SAME.items():
        values = settings.get(option, "").split() if joint else [settings.get(option, "")]
        if option == "find-links":  # pip passes over a folder that is not there, uv does not
            values = [value for value in values if "://" in value or pathlib.Path(value).is_dir()]
        if value := joint.join(values):
            passed[name] = value
    return {**passed, **environment}


def _run(command: Sequence[str | os.PathLike[str]], environment: Mapping[str, str] | None = None) -> str:
    """Return what it printed; its errors are seen as they come, and it raises CannotInstallError where it fails."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotInstallError(f"{done.stdout.strip()}\n{' '.join(map(str, command))} has failed, see above.".strip())
    return done.stdout


class Environment:
    """A virtual environment, and the pip that its Python brought."""

    def __init__(self, folder: pathlib.Path, tools: pathlib.Path = ROOT / ".cache") -> None:
        self._tools = tools
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def pip(self, *arguments: str) -> str:
        """Run its pip."""
        quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
        return _run([self.python, "-m", "pip", *arguments], quiet)

    def uv(self) -> pathlib.Path | None:
        """Return the pinned uv, fetched on first use, or None where there is none for this machine."""
        digest = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()[:12]
        folder = self._tools / f"uv-{sysconfig.get_platform()}-{digest}"
        program = folder / "bin" / ("uv.exe" if os.name == "nt" else "uv")
        if not program.exists():
            self._tools.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._tools) as fetched:
                wheels_only = ("install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:")
                try:
                    self.pip(*wheels_only, "--target", f"{fetched}/uv", "--requirement", str(UV_LOCK))
                    _run([f"{fetched}/uv/bin/{program.name}", "--version"])
                except (CannotInstallError, OSError) as error:
                    print(f"No uv for this machine, so pip installs. ({error})", file=sys.stderr)
                    return None
                shutil.rmtree(folder, ignore_errors=True)
                pathlib.Path(fetched, "uv").rename(folder)
        return program

    def settings(self) -> dict[str, str]:
        """Return how its pip is configured."""
        return pip_settings(self.pip("config", "list"))

    def run_uv(self, program: pathlib.Path, arguments: Iterable[str]) -> str:
        """Run uv the way pip is configured."""
        settings = self.settings()
        no_index = settings.get("no-index", "").lower() not in _OFF and "install" in arguments
        return _run([program, *arguments, *(["--no-index"] if no_index else [])], uv_environment(settings, os.environ))

    def install(self, requirements: pathlib.Path) -> None:
        """Install what the file pins: hashes checked, nothing else, nothing missing."""
        program = self.uv()
        if program is None:
            self.pip("install", "--quiet", "--no-deps", "--require-hashes", "--requirement", str(requirements))
            self.pip("check")
            return
        into = ["--python", str(self.python), "--require-hashes", "--strict"]
        self.run_uv(program, ["pip", "install", "--quiet", *into, "--requirement", str(requirements)])


def fresh(folder: pathlib.Path) -> Environment:
    """Make a virtual environment of this Python, in place of what is there."""
    if folder.is_symlink():
        folder.unlink()  # what it points to is somebody else's
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    return Environment(folder)


def main(arguments: Sequence[str]) -> int:
    """Do what the module's docstring shows."""
    try:
        match arguments:
            case ["new", folder, requirements]:
                fresh(pathlib.Path(folder)).install(pathlib.Path(requirements))
            case ["add", folder, requirements]:
                Environment(pathlib.Path(folder)).install(pathlib.Path(requirements))
            case ["uv", *rest]:
                here = Environment(pathlib.Path(sys.prefix))
                if (program := here.uv()) is None:
                    return 1
                print(here.run_uv(program, rest), end="")
            case _:
                print(__doc__)
                return 2
    except CannotInstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
