"""An install means the same everywhere: what pip is told, what uv is told, and what both do with an index on loopback."""

import ast
import base64
import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import install

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to make an environment

OLD_PIP = "23.0.1"  # what Debian 12 and Python 3.11 bring: before 23.3


def test_pip_says_how_it_is_configured() -> None:
    """The environment counts before `[install]`, that before `[global]`; other sections do not count; names have two spellings."""
    listed = """:env:.find-links='/wheels /more'
:env:.default-timeout='60'
download.index-url='https://download.example/simple'
global.index-url='https://global.example/simple'
global.no-index='false'
global.trusted-host='one.example\\ntwo.example'
install.extra_index_url='https://a.example/simple https://b.example/simple'
install.index-url='https://user:word@install.example/simple?a=b'
"""
    assert install.pip_settings(listed) == {
        "find-links": "/wheels /more",
        "timeout": "60",
        "index-url": "https://user:word@install.example/simple?a=b",
        "no-index": "false",
        "trusted-host": "one.example\ntwo.example",
        "extra-index-url": "https://a.example/simple https://b.example/simple",
    }


def test_uv_hears_what_pip_was_told(tmp_path: Path) -> None:
    """Every option becomes uv's variable; a folder that is not there is left out; what the caller tells uv itself stays."""
    settings = {
        "index-url": "https://index.example/simple",
        "extra-index-url": "https://a.example/simple\nhttps://b.example/simple",
        "find-links": f"{tmp_path} /not/there https://links.example/",
        "trusted-host": "one.example two.example",
        "cert": "/etc/ca.pem",
        "client-cert": "/etc/client.pem",
        "proxy": "http://proxy.example:3128",
        "timeout": "60",
    }
    told = install.uv_environment(settings, {"UV_DEFAULT_INDEX": "https://mine.example/simple", "PATH": "/bin"})
    assert told == {
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_CONFIG": "1",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://mine.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": f"{tmp_path},https://links.example/",
        "UV_INSECURE_HOST": "one.example two.example",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "SSL_CLIENT_CERT": "/etc/client.pem",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "60",
        "PATH": "/bin",
    }
    assert not {name for name in install.uv_environment({}, {}) if "INDEX" in name or "LINKS" in name} - {
        "UV_INDEX_STRATEGY"
    }


def wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Write an empty wheel and return its line for a lock."""
    lines = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""])
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{name}-{version}.dist-info/METADATA": lines,
        f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in files.items()
    )
    path = folder / name / f"{name}-{version}-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
        archive.writestr(f"{name}-{version}.dist-info/RECORD", f"{record}{name}-{version}.dist-info/RECORD,,\n")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module", name="index")
def _index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An index on loopback, and a lock for it: b needs a[x], and a newer a than the pinned one is offered."""
    folder = tmp_path_factory.mktemp("index")
    lock = wheel(folder, "a", "1.0", "Provides-Extra: x")
    wheel(folder, "a", "1.1", "Provides-Extra: x")
    lock += wheel(folder, "b", "1.0", "Requires-Dist: a[x] >=1.0")
    (folder / "lock.txt").write_text(lock)
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder / "lock.txt"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(name="lock")
def _lock(index: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The lock; pip is configured for that index alone, by a file, and knows nothing from before."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(f"[install]\nindex-url = {index[0]}\n[global]\nno-cache-dir = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return index[1]


@pytest.fixture(scope="module", name="old_pip")
def _old_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of an old pip: Debian's own, or downloaded."""
    name = f"pip-{OLD_PIP}-py3-none-any.whl"
    if (debian := Path("/usr/share/python-wheels", name)).exists():
        return debian
    folder = tmp_path_factory.mktemp("pip")
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), f"pip=={OLD_PIP}"]
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip {OLD_PIP} cannot be downloaded: {done.stderr.strip().splitlines()[-1]}")
    return folder / name


@pytest.fixture(scope="module", name="uv")
def _uv() -> Path:
    """The pinned uv, fetched before anybody configures another index."""
    if (uv := install.Environment(Path(sys.prefix)).uv()) is None:
        pytest.skip("there is no uv for this machine")
    return uv


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory, old_pip: Path) -> Path:
    """The folder of a virtual environment whose pip is the old one."""
    folder = tmp_path_factory.mktemp("old") / "venv"
    environment = install.fresh(folder)
    environment.pip("install", "--quiet", "--no-index", "--force-reinstall", str(old_pip))
    assert OLD_PIP in environment.pip("--version")
    return folder


@pytest.fixture(name="environment")
def _environment(made: Path) -> install.Environment:
    """That environment, without what an earlier test installed."""
    for path in made.glob("lib/python*/site-packages/[ab]*"):
        if path.name.split("-")[0].removesuffix(".py") in {"a", "b"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return install.Environment(made)


def installed(environment: install.Environment) -> dict[str, tuple[str, str]]:
    """Version and installer of what came from the index."""
    ask = "import importlib.metadata as m; print({d.name: (d.version, d.read_text('INSTALLER').strip()) for d in m.distributions()})"
    said = subprocess.run([environment.python, "-c", ask], capture_output=True, text=True, check=True).stdout
    return {name: how for name, how in ast.literal_eval(said).items() if name in "ab"}


@pytest.mark.installs
def test_pip_alone_would_refuse(
    environment: install.Environment, lock: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The index shows the fault: this pip takes the pinned lock for unpinned."""
    with pytest.raises(install.CannotInstallError):
        environment.pip("install", "--require-hashes", "--requirement", str(lock))
    assert "must have their versions pinned" in capfd.readouterr().err


@pytest.mark.installs
def test_uv_installs_what_is_pinned(uv: Path, environment: install.Environment, lock: Path) -> None:
    """With that pip at hand and the index in pip's own configuration, the pinned ones come."""
    environment.install(lock)
    assert installed(environment) == {"a": ("1.0", "uv"), "b": ("1.0", "uv")}


@pytest.mark.installs
def test_both_check_the_hashes(
    uv: Path, made: Path, environment: install.Environment, lock: Path, tmp_path: Path
) -> None:
    """A wheel that is not the one that was pinned is refused, by uv and, where there is none, by pip."""
    forged = tmp_path / "forged.txt"
    forged.write_text(re.sub(r"sha256:.{8}", "sha256:" + "0" * 8, lock.read_text()))
    with pytest.raises(install.CannotInstallError):
        environment.install(forged)
    with pytest.raises(install.CannotInstallError):
        install.Environment(made, tools=tmp_path / "tools").install(forged)
    assert installed(environment) == {}


@pytest.mark.installs
def test_pip_installs_the_same_where_there_is_no_uv(
    made: Path, environment: install.Environment, lock: Path, tmp_path: Path
) -> None:
    """The index has no uv: pip installs without resolving, and complains of what is missing."""
    without = install.Environment(made, tools=tmp_path / "tools")
    without.install(lock)
    assert installed(environment) == {"a": ("1.0", "pip"), "b": ("1.0", "pip")}
    environment.pip("uninstall", "--quiet", "--yes", "a", "b")
    (tmp_path / "incomplete.txt").write_text(lock.read_text().splitlines()[1])
    with pytest.raises(install.CannotInstallError, match="requires a, which is not installed"):
        without.install(tmp_path / "incomplete.txt")
