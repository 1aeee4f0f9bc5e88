"""Real Chromium before the site."""

import pathlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.chromium import CHROMIUM, MISSING
from tests.client.site import Site
from tests.support import PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium these tests cannot run; they say so."""
    if CHROMIUM:
        return
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=MISSING))


class Tab:
    """A page, with everything it complained about and asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.answered: list[str] = []
        self.sockets: list[str] = []
        self._posts: set[Any] = set()  # under way
        page.on("console", self._complaint)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)
        page.on("requestfinished", self._over)
        page.on("requestfailed", self._over)
        page.on("response", lambda response: self.answered.append(f"{response.request.method} {response.url}"))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def until(self, holds: Callable[[], object]) -> None:
        """Let the page go on until something comes true."""
        ends = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < ends, "what was waited for has not come"
            self.page.wait_for_timeout(20)

    def settle(self) -> None:
        """Let tokens come that were asked for: the next test would find them at the emulator. Some are never to come."""
        ends = time.monotonic() + 5
        while self._posts and not self.page.is_closed() and time.monotonic() < ends:
            self.page.wait_for_timeout(20)

    def _asked(self, request: Any) -> None:
        self.requests.append(f"{request.method} {request.url}")
        if request.method == "POST":
            self._posts.add(request)

    def _over(self, request: Any) -> None:
        self._posts.discard(request)

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
    for tab in tabs:
        tab.settle()
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


@pytest.fixture(scope="module")
def one_tab(browser: Any) -> Iterator[Tab]:
    """A page for a whole module: to load it anew costs a tenth of a new one."""
    context = browser.new_context(permissions=["microphone"])
    tab = Tab(context.new_page())
    tab.page.set_default_timeout(1000 * PATIENCE)
    yield tab
    context.close()


@pytest.fixture
def reloaded_tab(one_tab: Tab, cloud: Google, site: Site, livetoken: Function) -> Iterator[Tab]:
    """What `module_tab` is, loaded anew, for tests that leave neither a clock nor a script behind in their browser."""
    cloud.reset()
    one_tab.page.goto(site.add("/blank.html", BLANK))
    for seen in (one_tab.errors, one_tab.requests, one_tab.answered, one_tab.sockets):
        seen.clear()
    yield with_module(one_tab, livetoken)
    one_tab.settle()
    errors = list(one_tab.errors)
    one_tab.page.unroute_all()
    one_tab.page.goto("about:blank")  # which ends its conversation
    cloud.clear()
    assert errors == []
