"""The archive that a plan writes: what is in it, and that it is enough to mint a token from."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dev import install
from dev.children import listening
from dev.processes import Google, free_port, google
from tests.deploy.configuration import BASIC, DEPLOYED, ROOT, Configuration, planned

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

ORIGIN = "https://shop.example"
EMULATED = {**BASIC, "project_id": "livetoken-local"}  # the project that the emulator knows
DEPLOYED_PYTHON = "3.13"


@pytest.fixture(scope="module", name="emulated_plan")
def _emulated_plan(configuration: Configuration) -> dict[str, Any]:
    return configuration.plan(EMULATED)


@pytest.fixture(scope="module", name="archive")
def _archive(configuration: Configuration, emulated_plan: dict[str, Any]) -> Path:
    """The zip that the planned bucket object would upload."""
    return configuration.folder / str(planned(emulated_plan)["google_storage_bucket_object.source"]["source"])


def listing(archive: Path) -> set[str]:
    """Return the names in the zip."""
    with zipfile.ZipFile(archive) as opened:
        return set(opened.namelist())


def test_the_archive_holds_what_is_deployed_and_nothing_else(archive: Path, emulated_plan: dict[str, Any]) -> None:
    """main.py, livetoken/, prompts/ and requirements.txt: every file of them, and no other."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for name in DEPLOYED
        for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert listing(archive) == expected
    assert emulated_plan["planned_values"]["outputs"]["archive"]["value"]["files"] == sorted(expected)
    assert all((ROOT / name).read_bytes() == content for name, content in read(archive).items())


def read(archive: Path) -> dict[str, bytes]:
    """Return the contents of the zip by name."""
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_archive_is_small(archive: Path) -> None:
    """The upload takes a moment on any line: well below a megabyte, most of it hashes of dependencies."""
    print(f"{archive.name}: {archive.stat().st_size} bytes, {len(listing(archive))} files")
    assert archive.stat().st_size < 500_000


def test_gcloud_would_upload_the_same_files(archive: Path, tmp_path: Path) -> None:
    """.gcloudignore leaves exactly the archive's files to `gcloud functions deploy`, whatever lies around."""
    if shutil.which("git") is None:
        pytest.skip("git is not on PATH, and its rules are those of .gcloudignore")
    deployed = {*listing(archive), "prompts/knowledge/opening-hours.md"}
    for name in (*deployed, "prompts/knowledge/prices.csv", "prompts/knowledge/old/hours.md", "README.md", ".env", "tests/test_x.py", "livetoken/__pycache__/x.pyc", "terraform/main.tf", "dev/x.py",
                 "examples/index.html", "prompts/notes.txt", "livetoken/data.json", ".venv/lib/x.py", "key.json"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    command = ["git", "ls-files", "--others", f"--exclude-from={ROOT / '.gcloudignore'}"]
    left = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.splitlines()
    assert set(left) == deployed


@pytest.fixture(scope="module", name="installed")
def _installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the archive unzipped in it, and its requirements, hashes checked, in `.venv` beside it."""
    folder = tmp_path_factory.mktemp("platform")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "workspace")
    here = install.Environment(Path(sys.prefix))
    uv = here.uv()
    if uv is None:
        pytest.skip("there is no uv for this machine")
    environment = {**install.uv_environment(here.settings(), os.environ), "VIRTUAL_ENV": ""}
    wanted = [str(uv), "venv", "--quiet", "--no-project", str(folder / ".venv"), "--python"]
    ours = ".".join(map(str, sys.version_info[:2]))
    found = (
        ours != DEPLOYED_PYTHON
        and subprocess.run([*wanted, DEPLOYED_PYTHON], env=environment, capture_output=True, check=False).returncode
        == 0
    )
    if not found:
        subprocess.run([*wanted, sys.executable], env=environment, check=True)
    if not found and ours != DEPLOYED_PYTHON:
        print(f"no Python {DEPLOYED_PYTHON} here: the archive is tried on {ours}")
    hashed = [str(uv), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    done = subprocess.run(
        [*hashed, "--python", str(folder / ".venv"), "-r", str(folder / "workspace" / "requirements.txt")],
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode and any(word in done.stderr for word in ("dns error", "Could not connect", "Failed to fetch")):
        pytest.skip(f"the requirements cannot be downloaded: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder


@contextlib.contextmanager
def platform(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Start what is in `folder` as the platform does, and yield its URL once it listens."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "CLOUDSDK_CONFIG": str(folder),
        "FUNCTION_TARGET": "mint_token", "FUNCTION_SIGNATURE_TYPE": "http", "PORT": str(port), "K_SERVICE": "livetoken", **settings,
    }  # fmt: skip
    with (folder / "printed").open("w+") as printed:
        process = subprocess.Popen(
            [str(folder / ".venv/bin/functions-framework"), "--host", "127.0.0.1"],
            cwd=folder / "workspace", env=environment, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            while not listening(port):
                assert process.poll() is None, (folder / "printed").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)


@pytest.fixture(scope="module", name="cloud")
def _cloud() -> Iterator[Google]:
    with google() as cloud:
        yield cloud


@pytest.mark.installs
def test_the_archive_mints_with_terraforms_own_settings(
    installed: Path, emulated_plan: dict[str, Any], cloud: Google
) -> None:
    """Unzipped alone, with its own requirements and the planned settings, the archive mints a token."""
    key = "AQ.the-key-that-terraform-stored-0123"
    cloud.secret(key, name="livetoken-gemini-api-key")
    planned_settings = planned(emulated_plan)["google_cloudfunctions2_function.main"]["service_config"][0][
        "environment_variables"
    ]
    host = cloud.url.removeprefix("http://")
    at_the_emulator = {
        "GEMINI_BASE_URL": cloud.url,
        "SECRET_MANAGER_BASE_URL": cloud.url,
        "GCE_METADATA_HOST": host,
        "GCE_METADATA_IP": host,
    }
    with platform(installed, {**planned_settings, **at_the_emulator}) as url:
        asked = urllib.request.Request(
            f"{url}/", json.dumps({"lang": "en"}).encode(), {"Content-Type": "application/json", "Origin": ORIGIN}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            token = json.loads(answer.read())
    assert token["token"] == cloud.mints()[-1]["token"]
    assert token["prompt"] == "voice-assistant"
    assert key not in (installed / "printed").read_text()
