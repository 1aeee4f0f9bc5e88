"""Firefox, by WebDriver BiDi: https://www.w3.org/TR/webdriver-bidi/. It speaks it by itself; nothing stands between."""

import base64
import contextlib
import itertools
import json
import os
import pathlib
import shutil
import time
from collections.abc import Iterator, Sequence
from typing import Any

import websockets.sync.client

from dev.children import Child
from tests.client.browsers import w3c_actions
from tests.client.browsers.browser import PATIENCE, SIZE, Browser, Missing, Step, Tab
from tests.client.browsers.sound_server import sound_server

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
# What a visitor would have clicked, and nothing that Firefox asks the internet by itself
PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "media.gmp-manager.updateEnabled": False,
    "extensions.systemAddon.update.enabled": False,
}


class Bidi:
    """Commands over one WebSocket."""

    def __init__(self, socket: websockets.sync.client.ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; events that come before it are dropped."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        ends = time.monotonic() + 2 * PATIENCE
        while True:
            answer = json.loads(self._socket.recv(timeout=max(0.0, ends - time.monotonic())))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer.get('error')}: {answer.get('message')}"
                return dict(answer["result"])


class FirefoxTab(Tab):
    """A browsing context."""

    def __init__(self, bidi: Bidi, context: str) -> None:
        self._bidi = bidi
        self._context = context

    def go(self, url: str) -> None:
        """Open an address."""
        self._bidi("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def back(self) -> None:
        """Press Back."""
        self._bidi("browsingContext.traverseHistory", context=self._context, delta=-1)

    def forward(self) -> None:
        """Press Forward."""
        self._bidi("browsingContext.traverseHistory", context=self._context, delta=1)

    def reload(self) -> None:
        """Press Reload."""
        self._bidi("browsingContext.reload", context=self._context, wait="complete")

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function in the page; JSON goes there and back, so that no value needs BiDi's own notation."""
        result = self._bidi(
            "script.callFunction",
            functionDeclaration=f"async (given) => JSON.stringify((await ({function})(...JSON.parse(given))) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            awaitPromise=True,
            target={"context": self._context},
        )
        assert result["type"] == "success", result["exceptionDetails"]["text"]
        return json.loads(result["result"]["value"])

    def point(self, steps: Sequence[Step]) -> None:
        """Use the mouse."""
        self._bidi("input.performActions", context=self._context, actions=[w3c_actions.pointer(steps)])

    def strike(self, steps: Sequence[Step]) -> None:
        """Use the keyboard."""
        self._bidi("input.performActions", context=self._context, actions=[w3c_actions.keyboard(steps)])

    def picture(self) -> bytes:
        """Take a picture."""
        return base64.b64decode(self._bidi("browsingContext.captureScreenshot", context=self._context)["data"])


class Firefox(Browser):
    """A running Firefox."""

    name = "Firefox"

    def __init__(self, bidi: Bidi, version: str) -> None:
        self._bidi = bidi
        self.version = version

    @contextlib.contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a page with storage and cache of its own."""
        user = self._bidi("browser.createUserContext")["userContext"]
        context = self._bidi("browsingContext.create", type="tab", userContext=user)["context"]
        width, height = SIZE
        self._bidi("browsingContext.setViewport", context=context, viewport={"width": width, "height": height})
        try:
            yield FirefoxTab(self._bidi, context)
        finally:
            self._bidi("browser.removeUserContext", userContext=user)


@contextlib.contextmanager
def launched(folder: pathlib.Path) -> Iterator[Browser]:
    """Debian's Firefox ESR, which hears through PulseAudio. Raises Missing."""
    if not FIREFOX:
        raise Missing("Firefox is missing: apt-get install firefox-esr, or set FIREFOX")
    profile = folder / "profile"
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    with sound_server(folder) as env:
        options = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
        process = Child("Firefox", [FIREFOX, *options], {**env, "MOZ_CRASHREPORTER_DISABLE": "1"})
        try:
            with websockets.sync.client.connect(f"{_address(process)}/session", max_size=None, proxy=None) as socket:
                bidi = Bidi(socket)
                version = bidi("session.new", capabilities={})["capabilities"]["browserVersion"]
                yield Firefox(bidi, version)
        finally:
            process.end()


def _address(process: Child) -> str:
    """Where it listens, as it prints."""
    ends = time.monotonic() + PATIENCE
    while True:
        for line in process.lines():
            if "WebDriver BiDi listening on " in line:
                return line.split()[-1]
        assert process.process.poll() is None, "Firefox ended: " + "\n".join(process.lines())
        assert time.monotonic() < ends, "Firefox does not listen: " + "\n".join(process.lines())
        time.sleep(0.05)
