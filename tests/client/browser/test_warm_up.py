"""The page's warm-up: begun once for each function, waited for by a click, in nobody's way when it fails."""

from collections.abc import Callable
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser.conftest import BLANK, with_module
from tests.client.browser.element import part

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Herons</title><link rel="icon" href="/icon.svg">
<script type="module" src="/live-voice.js"></script></head><body><main><p>Herons fish at dusk.</p>{elements}</main></body></html>"""
# What a page would wait for is written down; for the warm-up it waits 0.4 s of its 12.
SHORT = "const { timeout } = AbortSignal; window.bounds = []; AbortSignal.timeout = (ms) => timeout.call(AbortSignal, bounds.push(ms) === 1 ? 400 : ms);"
LISTENING = "() => document.querySelector('live-voice').session?.state === 'listening'"
HEALTH = {"headers": {"Access-Control-Allow-Origin": "*"}, "json": {"status": "ok", "warm": True}}
Waking = Callable[..., Any]


@pytest.fixture
def address(livetoken: Function) -> str:
    """The function's address, as a page gives it."""
    return f"http://localhost:{livetoken.port}/"


@pytest.fixture
def waking(open_tab: Any, site: Any, address: str) -> Waking:
    """Opens a page whose warm-up is answered by `answer(route)`: what the function is asked stands in `tab.asked()`."""

    def open_one(answer: Callable[[Any], object], elements: int = 1, init: str = "") -> Any:
        tab = open_tab(site.add("/blank.html", BLANK))
        tab.page.add_init_script(init)
        tab.page.route("**/*warm=1*", lambda route: answer(route))  # noqa: PLW0108 - Playwright takes no built-in method
        tab.asked = lambda: [line.replace(address, "/") for line in tab.requests if address in line]
        tags = f'<live-voice endpoint="{address}"></live-voice>' * elements
        tab.page.goto(site.add("/waking.html", PAGE.format(elements=tags)))
        tab.until(lambda: "GET /?warm=1" in tab.asked())
        return tab

    return open_one


def test_a_click_waits_for_the_warm_up_that_is_under_way(waking: Waking, cloud: Google) -> None:
    """No token is asked for before it is over, and no second warm-up begins; pointer and click share the token."""
    held: list[Any] = []
    tab = waking(held.append)
    part(tab, "main").hover()
    part(tab, "main").click()
    tab.page.wait_for_function("() => document.querySelector('live-voice').state === 'asking'")
    tab.page.wait_for_timeout(500)
    assert tab.asked() == ["GET /?warm=1"]
    held[0].fulfill(**HEALTH)
    tab.page.wait_for_function(LISTENING)
    assert tab.asked() == ["GET /?warm=1", "POST /"]
    assert len(cloud.mints()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=500, body="oops"),
        lambda route: route.fulfill(**{**HEALTH, "json": {"status": "ok", "warm": False}}),
        lambda _: None,
    ],
    ids=["no network", "no CORS headers", "not warm in time", "no answer"],
)
def test_a_warm_up_that_fails_stops_no_click(answer: Callable[[Any], object], waking: Waking) -> None:
    """The click asks for its token all the same; where no answer comes, after 12 s, and a token has 16 s from then on."""
    tab = waking(answer, init=SHORT)
    part(tab, "main").click()
    tab.page.wait_for_function(LISTENING)
    tab.errors.clear()  # Chromium writes about the answer on the console
    assert tab.asked() == ["GET /?warm=1", "POST /"]
    assert tab.page.evaluate("bounds") == [12_000, 16_000]


def test_a_page_with_several_parts_wakes_the_function_once(waking: Waking, address: str) -> None:
    """Two elements and the module, with the address spelled in another way, share one warm-up; the module's token waits for it."""
    held: list[Any] = []
    tab = waking(held.append, elements=2)
    tab.page.evaluate(
        """async (endpoint) => {
          const { Tokens } = await import('/livetoken.js');
          const tokens = new Tokens({ endpoint });
          tokens.warmUp();
          tokens.take().then(({ model }) => { window.model = model; });
        }""",
        address.rstrip("/"),
    )
    tab.page.wait_for_timeout(300)
    assert tab.asked() == ["GET /?warm=1"]
    held[0].fulfill(**HEALTH)
    tab.page.wait_for_function("() => window.model")
    assert tab.asked() == ["GET /?warm=1", "POST /"]


def test_what_stands_in_the_address_stays_there(module_tab: Any, address: str) -> None:
    """A query of the page's own is kept; a relative address is one of the page."""
    module_tab.page.route("**/*warm=1*", lambda route: route.fulfill(**HEALTH))
    warm_up = "(endpoint) => new lt.Tokens({ endpoint }).warmUp()"
    module_tab.page.evaluate(warm_up, f"{address}?tenant=a%26b")
    module_tab.page.evaluate(warm_up, "/token")
    origin = module_tab.page.evaluate("origin")

    def asked() -> list[str]:
        return [line for line in module_tab.requests if "warm=1" in line]

    module_tab.until(lambda: len(asked()) > 1)
    assert asked() == [f"GET {address}?tenant=a%26b&warm=1", f"GET {origin}/token?warm=1"]


def test_no_warm_up_comes_after_a_token(module_tab: Any, address: str) -> None:
    """What a click has begun before the page was ready needs none, and what is no address is told by the click."""
    module_tab.page.evaluate("start()")
    module_tab.page.evaluate("(endpoint) => new lt.Tokens({ endpoint }).warmUp()", address)
    module_tab.page.evaluate("new lt.Tokens({ endpoint: 'http://' }).warmUp()")
    module_tab.page.wait_for_timeout(300)
    assert [line for line in module_tab.requests if "warm=1" in line] == []


def test_the_function_itself_answers_when_it_is_warm(open_tab: Any, site: Any, livetoken: Function) -> None:
    """Its answer may be read by the page, so nothing is written on the console."""
    tab = with_module(open_tab(site.add("/blank.html", BLANK)), livetoken)
    with tab.page.expect_response(lambda response: response.url.endswith("/?warm=1")) as answered:
        tab.page.evaluate("new lt.Tokens({ endpoint }).warmUp()")
    assert answered.value.ok


def test_the_answer_ends_the_request(open_tab: Any, site: Any, address: str) -> None:
    """The browser does not take the warm-up for one under way, which it would end itself after twelve seconds."""
    tab = open_tab(site.add("/ended.html", PAGE.format(elements=f'<live-voice endpoint="{address}"></live-voice>')))
    ended = "() => performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('warm=1'))"
    tab.page.wait_for_function(ended, timeout=8000)
