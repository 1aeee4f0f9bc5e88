"""Real Chromium, the real function and the emulator, on loopback."""

import array
import contextlib
import functools
import http.server
import io
import math
import os
import pathlib
import shutil
import threading
import time
import wave
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

import dev.static_server
from dev.children import ROOT
from dev.processes import Function, Google, function, google
from tests.support import PATIENCE, until_ready

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
RATE = 48_000
# What the fake microphone hears, over and over: (hertz, seconds); 0 is silence. 12 kHz must not reach a 16 kHz stream.
TONES = ((400, 0.4), (1000, 0.4), (3000, 0.4), (6000, 0.4), (12_000, 0.4), (0, 1.0))
LOUDNESS = 0.25  # of full scale
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=user-gesture-required",
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium these tests cannot run; they say so."""
    if CHROMIUM:
        return
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="Chromium is missing: apt-get install chromium, or set CHROMIUM"))


def write_tones(path: pathlib.Path) -> None:
    """Write the WAV file that the fake microphone plays."""
    samples = array.array("h")
    for hertz, seconds in TONES:
        samples.extend(
            round(32767 * LOUDNESS * math.sin(2 * math.pi * hertz * i / RATE)) for i in range(int(RATE * seconds))
        )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


class Site:
    """Serves the examples as `make run` does, with the ports of this run, and pages that a test adds."""

    def __init__(self, client: pathlib.Path = dev.static_server.CLIENT) -> None:
        self.texts: dict[bytes, bytes] = {}
        pages: dict[str, tuple[bytes, dict[str, str]]] = {}  # path → body, headers
        self.pages = pages
        self.asked: list[str] = []  # paths, in the order of the requests
        asked = self.asked

        class Handler(dev.static_server.Handler):
            def send_head(self) -> io.BytesIO | io.BufferedReader | None:
                asked.append(self.path)
                if self.path.split("?", 1)[0] not in pages:
                    return super().send_head()
                body, headers = pages[self.path.split("?", 1)[0]]
                self.send_response(200)
                for name, value in {
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Length": str(len(body)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                return io.BytesIO(body)

        handler = functools.partial(Handler, texts=self.texts, directory=str(dev.static_server.EXAMPLES), client=client)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://localhost:{self.server.server_port}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Site"]:
        """Serve in a thread."""
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()

    def add(self, path: str, body: str, **headers: str) -> str:
        """Add a page; returns its address. Underscores in header names stand for hyphens."""
        self.pages[path] = (body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path


@pytest.fixture(scope="session")
def cloud() -> Iterator[Google]:
    """The emulator; it speaks much faster than people do, and puts several parts into a message."""
    with google(speaking_rate=8, sound_parts="bundled") as running:
        yield running


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The example site; the fixture `livetoken` tells it the ports."""
    with Site().running() as running:
        yield running


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The project's prompt files, and `shop-waits`: a shop whose model waits for the results of functions."""
    folder = tmp_path_factory.mktemp("prompts") / "prompts"
    shutil.copytree(ROOT / "prompts", folder)
    text = (folder / "shop.md").read_text(encoding="utf-8")
    waits = text.replace("gemini-3.8-live", "gemini-3.1-flash-live-preview").replace("NON_BLOCKING", "BLOCKING")
    (folder / "shop-waits.md").write_text(waits, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def livetoken(cloud: Google, site: Site, prompts: pathlib.Path) -> Iterator[Function]:
    """The function, for the origin of the example site and without a limit that tests would meet."""
    env = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute", "PROMPTS": str(prompts)}
    with function(cloud, [site.url], env=env) as running:
        until_ready(running.url, site.url)
        site.texts.update(dev.static_server.replacements(f"http://localhost:{running.port}", cloud.port))
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's Chromium; its microphone plays the tones. One for each module: Playwright's event loop must not run on in others."""
    tones = tmp_path_factory.mktemp("microphone") / "tones.wav"
    write_tones(tones)
    with sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={tones}"]
        )
        yield running
        running.close()


class Tab:
    """A page, with everything it complained about and asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.sockets: list[str] = []
        page.on("console", self._complaint)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def until(self, holds: Callable[[], object]) -> None:
        """Let the page go on until something comes true."""
        ends = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < ends, "what was waited for has not come"
            self.page.wait_for_timeout(20)

    def _complaint(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)


Open = Callable[..., Tab]


@pytest.fixture
def open_tab(browser: Any, cloud: Google, livetoken: Function) -> Iterator[Open]:
    """Opens tabs; at the end none of them may have complained, unless the test took the complaints away."""
    cloud.reset()
    contexts: list[Any] = []
    tabs: list[Tab] = []

    def open_one(url: str, *, microphone: bool = True, **options: Any) -> Tab:
        context = browser.new_context(permissions=["microphone"] if microphone else [], **options)
        contexts.append(context)
        tab = Tab(context.new_page())
        tabs.append(tab)
        tab.page.set_default_timeout(1000 * PATIENCE)
        tab.page.goto(url)
        return tab

    yield open_one
    for context in contexts:
        context.close()
    cloud.clear()
    assert [error for tab in tabs for error in tab.errors] == []


BLANK = "<!doctype html><html lang=en><title>A test page</title><link rel=icon href=/icon.svg><main><p>Some words.</p></main>"
# What the tests say in the page: `start()` opens a session and keeps its events, `next()` waits for one.
PRELUDE = """async (endpoint) => {
  window.lt = await import('/livetoken.js');
  window.endpoint = endpoint;
  window.events = [];
  window.make = (options = {}) => {
    window.session = new lt.Session({ endpoint, pageTitle: document.title, pageUrl: location.href, pageContent: 'Herons fish at dusk.', ...options });
    for (const type of ['ready', 'state', 'transcript', 'turn', 'interrupted', 'toolcall', 'usage', 'mute', 'reconnected', 'error', 'message']) {
      session.addEventListener(type, ({ detail }) => {
        const { error, fatal } = detail ?? {};
        events.push([type, error ? { ...error, message: error.message, fatal } : detail ?? null, performance.now()]);
      });
    }
    return session;
  };
  window.start = async (options) => { await make(options).open(); };
  window.next = (type, test = () => true) => new Promise((done, fail) => {
    const late = () => fail(new Error(`no ${type} in time: ${JSON.stringify(events.slice(-5)).slice(0, 2000)}`));
    const timer = setTimeout(late, 60000);
    session.addEventListener(type, function listen({ detail }) {
      if (!test(detail)) return;
      clearTimeout(timer);
      session.removeEventListener(type, listen);
      done(detail ?? null);
    });
  });
  window.of = (type) => events.filter(([name]) => name === type).map(([, detail]) => detail);
  window.ask = async (text) => { const turn = next('turn'); session.sendText(text); await turn; return session.transcript.at(-1).text; };
  window.askTool = async (text) => { const asked = next('turn'); session.sendText(text); await asked; await next('turn'); return session.transcript.at(-1).text; };
  window.wait = (ms) => new Promise((done) => setTimeout(done, ms));
}"""


Module = Callable[..., Tab]


@pytest.fixture
def module_tab(open_tab: Open, site: Site, livetoken: Function) -> Tab:
    """A page with nothing but the module and the words of PRELUDE; clicked, so that it may sound."""
    return with_module(open_tab(site.add("/blank.html", BLANK)), livetoken)


def with_module(tab: Tab, livetoken: Function) -> Tab:
    """Load the module and the PRELUDE into a page."""
    tab.page.mouse.click(5, 5)
    tab.page.evaluate(PRELUDE, f"http://localhost:{livetoken.port}")
    return tab
