"""WebKitGTK, by WebDriver over HTTP: https://www.w3.org/TR/webdriver2/. Debian's driver, and its small browser MiniBrowser."""

import base64
import contextlib
import json
import pathlib
import shutil
import time
from collections.abc import Iterator, Sequence
from typing import Any

import requests

from dev.children import Child
from dev.processes import free_port
from tests.client.browsers import w3c_actions
from tests.client.browsers.browser import PATIENCE, SIZE, Browser, Missing, Step, Tab
from tests.client.browsers.sound_server import sound_server

PROGRAMS = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}
LIBRARIES = pathlib.Path("/usr/lib")
FILES = {
    "*/gstreamer-1.0/libgstpulseaudio.so": "gstreamer1.0-pulseaudio",
    "*/webkit2gtk-4.1/MiniBrowser": "webkit2gtk-driver",
}
TIMEOUT = 2 * PATIENCE


class WebDriver:
    """Commands of one session."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy stands before loopback

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a command and return its value."""
        sent = json.dumps(body or {}) if method == "POST" else None
        answer = self._http.request(method, f"{self._url}{path}", data=sent, timeout=TIMEOUT)
        value = answer.json()["value"]
        assert answer.ok, f"{path}: {value.get('error')}: {value.get('message')}"
        return value


class WebKitTab(Tab):
    """The window of a session."""

    def __init__(self, command: WebDriver) -> None:
        self._command = command

    def go(self, url: str) -> None:
        """Open an address."""
        self._command("POST", "/url", {"url": url})

    def back(self) -> None:
        """Press Back."""
        self._command("POST", "/back")

    def forward(self) -> None:
        """Press Forward."""
        self._command("POST", "/forward")

    def reload(self) -> None:
        """Press Reload."""
        self._command("POST", "/refresh")

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function in the page."""
        script = f"""const [given, done] = arguments;
          (async () => ({function})(...JSON.parse(given)))().then(
            (value) => done(JSON.stringify({{ value: value ?? null }})), (error) => done(JSON.stringify({{ error: String(error) }})));"""
        result = json.loads(
            self._command("POST", "/execute/async", {"script": script, "args": [json.dumps(arguments)]})
        )
        assert "error" not in result, result["error"]
        return result["value"]

    def point(self, steps: Sequence[Step]) -> None:
        """Use the mouse."""
        self._command("POST", "/actions", {"actions": [w3c_actions.pointer(steps)]})

    def strike(self, steps: Sequence[Step]) -> None:
        """Use the keyboard."""
        self._command("POST", "/actions", {"actions": [w3c_actions.keyboard(steps)]})

    def picture(self) -> bytes:
        """Take a picture."""
        return base64.b64decode(self._command("GET", "/screenshot"))


class WebKit(Browser):
    """Debian's driver. Each page has a driver and a browser of its own: a driver may hang when it begins a second session."""

    name = "WebKitGTK"
    version = ""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env

    @contextlib.contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a browser."""
        port = free_port()
        driver = Child("WebKitWebDriver", ["WebKitWebDriver", f"--port={port}"], self._env)
        try:
            driver.await_port(port)
            begin = WebDriver(f"http://127.0.0.1:{port}")
            options = {"binary": _mini_browser(), "args": ["--automation"]}
            timeouts = {"script": 1000 * TIMEOUT, "pageLoad": 1000 * PATIENCE}
            wanted = {"webkitgtk:browserOptions": options, "timeouts": timeouts}
            session = begin("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.version = session["capabilities"]["browserVersion"]
            command = WebDriver(f"http://127.0.0.1:{port}/session/{session['sessionId']}")
            tab = WebKitTab(command)
            # The window has bars around the page.
            inner = tab.evaluate("() => [innerWidth, innerHeight]")
            outer = command("GET", "/window/rect")
            bars = (outer["width"] - inner[0], outer["height"] - inner[1])
            command("POST", "/window/rect", {"width": SIZE[0] + bars[0], "height": SIZE[1] + bars[1]})
            yield tab
            command("DELETE", "")
        finally:
            driver.end()


@contextlib.contextmanager
def launched(folder: pathlib.Path) -> Iterator[Browser]:
    """Debian's WebKitGTK in a virtual display; it hears through PulseAudio. Raises Missing."""
    lacking = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    lacking |= {package for pattern, package in FILES.items() if not any(LIBRARIES.glob(pattern))}
    if lacking:
        raise Missing(f"WebKit, or what it needs here, is missing: apt-get install {' '.join(sorted(lacking))}")
    with sound_server(folder) as env, _display(env) as display:
        yield WebKit({**env, "DISPLAY": display})


def _mini_browser() -> str:
    """Where Debian's package puts it."""
    return str(next(LIBRARIES.glob("*/webkit2gtk-4.1/MiniBrowser")))


@contextlib.contextmanager
def _display(env: dict[str, str]) -> Iterator[str]:
    """A screen that nobody sees; yields its name."""
    options = ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    server = Child("Xvfb", ["Xvfb", *options], env)
    try:
        ends = time.monotonic() + PATIENCE
        while not (names := [line for line in server.lines() if line.isdecimal()]):
            assert time.monotonic() < ends, "Xvfb does not start: " + "\n".join(server.lines())
            time.sleep(0.02)
        yield f":{names[0]}"
    finally:
        server.end()
