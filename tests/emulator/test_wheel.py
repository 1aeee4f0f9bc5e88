"""The emulator installs by itself: its wheel, in an environment with nothing of this project in it."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dev.children import ROOT

pytestmark = pytest.mark.installs

# What somebody else's tests look like: sockets of a client of their own, a scenario, TLS.
THEIRS = '''
import asyncio, json, os, socket, ssl
from pathlib import Path
import aiohttp, pytest

SETUP = {"setup": {"model": "models/gemini-3.8-live", "generationConfig": {"responseModalities": ["AUDIO"]},
                   "outputAudioTranscription": {}}}

async def said(text):
    base = os.environ["GOOGLE_GEMINI_BASE_URL"].replace("http", "ws", 1)
    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    trust = os.environ.get("SSL_CERT_FILE")
    context = ssl.create_default_context(cafile=trust) if trust else True
    words = ""
    sockets = []

    def open_socket(address):
        sockets.append(socket.socket(*address[:3]))
        sockets[-1].setblocking(False)
        return sockets[-1]

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=open_socket)) as http:
        async with http.ws_connect(f"{base}{path}?key={os.environ['GEMINI_API_KEY']}", ssl=context) as talk:
            await talk.send_json(SETUP)
            await talk.receive()
            await talk.send_json({"realtimeInput": {"text": text}})
            async for frame in talk:
                content = json.loads(frame.data).get("serverContent", {})
                words += content.get("outputTranscription", {}).get("text", "")
                if content.get("turnComplete"):
                    break
    while any(opened.fileno() != -1 for opened in sockets):  # TLS says goodbye after the session has closed
        await asyncio.sleep(0.01)
    return words or talk.close_code

def test_talk(gemini_live):
    assert asyncio.run(said("Hello")).endswith("You said: “Hello”.")
    assert gemini_live.session()["texts"] == ["Hello"]

def test_scenario(gemini_live, tmp_path):
    file = tmp_path / "shop.toml"
    file.write_text("""[[session]]
[[session.turn]]
say = "Welcome to the shop."
[[session]]
[[session.turn]]
close = { code = 1008, reason = "The operation was aborted." }
""")
    gemini_live.follow(file)
    assert asyncio.run(said("Hello")) == "Welcome to the shop."
    assert asyncio.run(said("Hello")) == 1008

@pytest.mark.gemini_live(https=True, key="a-key-of-my-own")
def test_tls(gemini_live):
    assert os.environ["GEMINI_API_KEY"] == gemini_live.api_key == "a-key-of-my-own"
    assert gemini_live.url.startswith("https://127.0.0.1:")
    assert asyncio.run(said("Hello")).endswith("You said: “Hello”.")

def test_a_fresh_one_each_time(gemini_live):
    assert gemini_live.sessions() == []
    assert "SSL_CERT_FILE" not in os.environ
'''


def pins(folder: Path) -> Path:
    """The locked versions as constraints, so that the environment is the same tomorrow."""
    text = (ROOT / "requirements-dev.txt").read_text()
    path = folder / "constraints.txt"
    path.write_text("\n".join(re.findall(r"^[\w.-]+==[^ ;\\]+(?: ; [^\\\n]+)?", text, re.MULTILINE)))
    return path


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make dist-emulator` does."""
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "dev.install",
        "uv",
        "build",
        "--quiet",
        "--wheel",
        "--out-dir",
        str(folder),
        "emulator",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("gemini_live_emulator-*.whl")
    return wheel


def test_the_wheel_needs_aiohttp_alone(wheel: Path) -> None:
    """Its metadata name one dependency, Python 3.11, the console script, the fixture's entry point and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("METADATA"))
        (entries,) = (archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    required = re.findall(r"^Requires-Dist: ([\w-]+)(.*)$", metadata, re.MULTILINE)
    assert [name for name, rest in required if "extra ==" not in rest] == ["aiohttp"]
    assert "Requires-Python: >=3.11" in metadata
    assert "gemini-live-emulator = gemini_live_emulator.__main__:main" in entries
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "gemini_live_emulator/py.typed" in names


def test_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed with its extra, the fixture serves tests in a folder far from ours, and the script prints its help."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    bin_ = environment / "bin"
    install = [
        str(bin_ / "pip"),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        str(pins(tmp_path)),
    ]
    subprocess.run([*install, f"{wheel}[pytest]"], check=True, timeout=110)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "test_theirs.py").write_text(THEIRS)
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [str(bin_ / "python"), "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=theirs,
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    shown = subprocess.run([bin_ / "gemini-live-emulator", "--help"], capture_output=True, text=True, check=True)
    assert "--scenario" in shown.stdout
