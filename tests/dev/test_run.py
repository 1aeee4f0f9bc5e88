"""`python -m dev`: one command that starts everything and leaves nothing behind."""

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import processes, run
from dev.children import ROOT, listening
from dev.processes import minimal_env
from dev.static_server import site
from livetoken.settings.environment import TABLE

PATIENCE = 30.0


class Runner:
    """A running `python -m dev` with ports of its own, and what it printed."""

    def __init__(self, **env: str) -> None:
        self.ports = dict(
            zip(("SITE_PORT", "FUNCTION_PORT", "GOOGLE_PORT"), iter(processes.free_port, 0), strict=False)
        )
        settings = {name: str(port) for name, port in self.ports.items()} | env
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dev"],
            env=minimal_env(**settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self.lines.append(line.rstrip("\n"))

    def text(self) -> str:
        """What it printed so far."""
        return "\n".join(self.lines)

    def ready(self) -> None:
        """Wait for the last line of the welcome."""
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C ends everything" not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)

    def child(self, words: str) -> int:
        """The process id of a child whose command line has these words."""
        listed = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            pid, parent, command = line.split(None, 2)
            if int(parent) == self.process.pid and words in command:
                return int(pid)
        raise AssertionError(f"no child with {words!r}")

    def ended(self) -> int:
        """Its exit code, once everything that it started is gone, too."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(listening(port) for port in self.ports.values()):
            assert time.monotonic() < deadline, "a port is still open"
            time.sleep(0.05)
        return code


@contextlib.contextmanager
def runner(**env: str) -> Iterator[Runner]:
    """Start, and make sure of the end."""
    started = Runner(**env)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            started.ended()


def test_it_starts_and_the_curl_line_works_and_ctrl_c_ends_it() -> None:
    """Three URLs, what it talks to, a line to paste that answers with a token, the function's log; then nothing is left."""
    with runner() as started:
        started.ready()
        text = started.text()
        for url in (
            f"http://localhost:{started.ports['SITE_PORT']}",
            f"http://localhost:{started.ports['FUNCTION_PORT']}",
            f"http://127.0.0.1:{started.ports['GOOGLE_PORT']}",
        ):
            assert url in text
        assert "the emulator: no key, no cost" in text
        (line,) = [line for line in started.lines if line.startswith("  curl ")]
        done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=PATIENCE, check=True)
        answer = json.loads(done.stdout)
        assert answer["token"].startswith("auth_tokens/")
        assert answer["websocketUrl"].startswith(f"ws://127.0.0.1:{started.ports['GOOGLE_PORT']}/")
        with urllib.request.urlopen(f"http://localhost:{started.ports['SITE_PORT']}/") as page:
            html = page.read().decode()
        assert f"http://localhost:{started.ports['FUNCTION_PORT']}" in html
        assert "http://localhost:8080" not in html
        os.killpg(started.process.pid, signal.SIGINT)
        assert started.ended() == 0
        assert started.lines[-1] == "Everything has ended."
        assert any('"httpRequest"' in line for line in started.lines), "the function's log is shown"


@pytest.mark.parametrize(
    ("words", "name"), [("gemini_live_emulator", "The emulator"), ("functions_framework", "The function")]
)
def test_a_dead_part_ends_everything(words: str, name: str) -> None:
    """When one part dies the others are ended, and it says which one died."""
    with runner() as started:
        started.ready()
        os.kill(started.child(words), signal.SIGKILL)
        assert started.ended() == 1
        assert f"{name} has ended by itself, so everything ends." in started.text()


def test_nothing_survives_a_killed_runner() -> None:
    """SIGKILL leaves no time to clean up; the children end all the same."""
    with runner() as started:
        started.ready()
        started.process.kill()
        assert started.ended() == -signal.SIGKILL


@pytest.mark.parametrize("name", ["SITE_PORT", "FUNCTION_PORT", "GOOGLE_PORT"])
def test_a_taken_port_is_named(name: str) -> None:
    """One sentence: which port, and what to set; nothing was started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with runner(**{name: str(port)}) as started:
            started.ports.pop(name)
            assert started.ended() == 1
            assert started.lines == [
                f"Port {port} is taken: end what uses it, or choose another: {name}={port + 1} make run"
            ]


PORTS: list[tuple[dict[str, str], str]] = [
    ({"SITE_PORT": "http"}, "SITE_PORT must be a port number from 1 to 65535, not 'http'."),
    ({"GOOGLE_PORT": "0"}, "GOOGLE_PORT must be a port number from 1 to 65535, not '0'."),
    ({"SITE_PORT": "9090"}, "SITE_PORT and GOOGLE_PORT are both 9090: give them different ports."),
]


@pytest.mark.parametrize(("env", "sentence"), PORTS, ids=[row[1][:30] for row in PORTS])
def test_a_port_that_makes_no_sense(env: dict[str, str], sentence: str) -> None:
    """One sentence that names the variable."""
    with pytest.raises(run.CannotRunError) as caught:
        run.ports(env, emulator=False)
    assert str(caught.value) == sentence


def test_with_a_key_it_talks_to_google() -> None:
    """GEMINI_API_KEY set: no emulator, no base URL but Google's, and the key is not shown."""
    with runner(GEMINI_API_KEY="a-key-of-the-developers-own-0123456789") as started:
        started.ready()
        text = started.text()
        assert "Google itself: GEMINI_API_KEY is set" in text
        assert "emulator" not in text
        assert "a-key-of" not in text
        assert not listening(started.ports["GOOGLE_PORT"])


def test_a_function_that_refuses_to_start_says_why() -> None:
    """A wrong setting ends everything, with the function's own words."""
    with runner(TOKEN_SECONDS="7") as started:
        assert started.ended() == 1
        assert "the function ended with code" in started.text()
        assert "TOKEN_SECONDS" in started.text()


def test_a_wrong_prompt_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    """What the function would find only when a visitor asks is said at each start, with file, field and line."""
    (tmp_path / "voice-assistant.md").write_text("---\nconfig:\n  seed: x\n---\nHi.")
    with runner(PROMPTS=str(tmp_path)) as started:
        assert started.ended() == 1
        assert "voice-assistant.md: config.seed: line 3: " in started.text()
        assert "Nothing was started" in started.text()


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence with the version found and the version needed."""
    from dev import __main__ as entry

    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert entry.main() == 1
    assert capsys.readouterr().out.startswith("This is Python 3.9; livetoken needs 3.11 or newer")


def fetch(url: str) -> tuple[Any, bytes]:
    """Headers and body."""
    with urllib.request.urlopen(url) as answer:
        return answer.headers, answer.read()


def test_the_site_is_served_as_a_static_host_would(tmp_path: Path) -> None:
    """MIME types, no caching, no listing, nothing from outside; addresses are replaced in pages alone."""
    (tmp_path / "folder").mkdir()
    written = "http://localhost:8080 ws://127.0.0.1:9090 ws://localhost:9090"
    for name in ("index.html", "app.js", "folder/note.txt"):
        (tmp_path / name).write_text(written)
    with site("http://localhost:1234", 5678, folder=tmp_path) as url:
        headers, body = fetch(url + "/")
        assert body == b"http://localhost:1234 ws://127.0.0.1:5678 ws://localhost:5678"
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] is None
        assert fetch(url + "/index.html?x=1")[1] == body
        headers, body = fetch(url + "/app.js")
        assert body == written.encode()
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        for path in ("/folder/", "/../tests/conftest.py", "/nothing"):
            with pytest.raises(urllib.error.HTTPError, match="404") as caught:
                fetch(url + path)
            caught.value.close()


def test_processes_are_ended_with_their_block() -> None:
    """A child that refuses to start is reported with its words; a started one is gone after the block."""
    with (
        processes.google(strict_mask=True) as google,
        processes.function(google, ["http://localhost:8000"]) as function,
    ):
        assert listening(google.port)
        assert listening(function.port)
        assert google.lines()[0].startswith("Gemini Live emulator on ")
    assert not listening(google.port)
    assert not listening(function.port)
    with pytest.raises(processes.DiedError, match="ALLOWED_ORIGINS"), processes.function(None, []):
        pass


def test_the_function_gets_no_credentials_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's and Gemini's variables of whoever runs this stay outside."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/secret.json")
    monkeypatch.setenv("GEMINI_API_KEY", "mine")
    assert not [name for name in minimal_env() if name.startswith(("GOOGLE_", "GEMINI_"))]


def test_a_neighbour_on_ipv6_takes_the_port() -> None:
    """Somebody on `[::1]` would get the visitors of `localhost`, so that port is taken, too."""
    with socket.socket(socket.AF_INET6) as neighbour:
        try:
            neighbour.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback address")
        neighbour.listen()
        assert run.taken(neighbour.getsockname()[1])


def test_every_setting_passed_on_is_named() -> None:
    """The runner hands every setting to the function, but those that its README names as its own."""
    own = set(re.findall(r"`([A-Z_]+)`", (ROOT / "dev" / "README.md").read_text()))
    assert own == {
        "ALLOWED_ORIGINS",
        "GEMINI_API_KEY",
        "GEMINI_API_KEY_SECRET",
        "GEMINI_BASE_URL",
        "SECRET_MANAGER_BASE_URL",
    }
    assert set(run._PASSED_ON) == {setting.name for setting in TABLE} - own
