"""Builds one of the sites: a copy of it with its own packages and ours."""

import contextlib
import fcntl
import functools
import hashlib
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.client.npm import INSTALL, ROOT

HERE = pathlib.Path(__file__).parent
CACHE = ROOT / ".cache"
NODE = "22.23.3"  # Astro, SvelteKit and Vite want at least 22
OLDEST_NODE = 22
QUIET = {"NEXT_TELEMETRY_DISABLED": "1", "ASTRO_TELEMETRY_DISABLED": "1", "CI": "1", "NO_COLOR": "1"}
PATIENCE = 600  # seconds for one step
OURS = ("npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--offline")


def run(*command: str, cwd: pathlib.Path, path: str) -> str:
    """Run a program; returns what it printed."""
    env = {**os.environ, **QUIET, "PATH": path}
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result.stdout


@functools.cache
def path_with_node() -> str:
    """A PATH with a Node.js that is new enough: the machine's, or the one that npm's package `node` holds. Skips without."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("Node.js or npm is missing: install Node.js 20 or newer")
    own = os.environ["PATH"]
    version = run("node", "--version", cwd=HERE, path=own)
    if int(version.strip().removeprefix("v").partition(".")[0]) >= OLDEST_NODE:
        return own
    folder = CACHE / f"node-{NODE}"
    with _alone(folder):
        if not (folder / "node_modules" / ".bin" / "node").exists():
            install = ["npm", "install", "--prefix", ".", "--no-save", "--no-audit", "--no-fund", f"node@{NODE}"]
            result = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
            if result.returncode:
                pytest.skip(f"Node.js {OLDEST_NODE} could not be had from npm: {result.stderr.strip()[-300:]}")
    return f"{folder / 'node_modules' / '.bin'}{os.pathsep}{own}"


def packed(folder: pathlib.Path, path: str) -> pathlib.Path:
    """The package, as `make dist` packs what is committed."""
    folder.mkdir(parents=True, exist_ok=True)
    name = run("npm", "pack", "--silent", "--pack-destination", str(folder), cwd=ROOT / "client", path=path).strip()
    return folder / name


def prepared(name: str, tarball: pathlib.Path, path: str) -> pathlib.Path:
    """A copy of the site, beside the package, with its packages and ours."""
    folder = tarball.parent / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / name, folder, ignore=shutil.ignore_patterns("node_modules", "out"))
    run(*INSTALL, cwd=folder, path=path)
    run(*OURS, str(tarball), cwd=folder, path=path)
    return folder


def built(name: str) -> pathlib.Path:
    """What the site's own build makes of it and of our sources; kept until one of them changes. Skips without Node.js."""
    path = path_with_node()
    kept = CACHE / "sites"
    out = kept / f"{name}-{_digest(HERE / name, ROOT / 'client' / 'src')}"
    with _alone(kept):
        if not out.exists():
            for old in kept.glob(f"{name}-*"):
                shutil.rmtree(old)
            folder = prepared(name, packed(kept, path), path)
            run("npm", "run", "build", cwd=folder, path=path)
            (folder / "out").rename(out)
            shutil.rmtree(folder)
    return out


def _digest(*folders: pathlib.Path) -> str:
    """Of all files of some folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not {"node_modules", "out"} & set(file.parts):
                digest.update(f"{file.relative_to(folder)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _alone(folder: pathlib.Path) -> Iterator[None]:
    """Let one worker of the test run at a time write there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
