"""The files of client/dist/, as an owner copies them beside his pages."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from dev.processes import Function, Google
from dev.static_server import replacements
from tests.client.browser.conftest import PRELUDE
from tests.client.browser.element import ask, part
from tests.client.npm import ROOT
from tests.client.site import Site

DIST = ROOT / "client" / "dist"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The example site with client/dist/ in place of the sources."""
    with Site(DIST).running() as running:
        yield running


@pytest.fixture(scope="session")
def livetoken(cloud: Google, site: Site) -> Iterator[Function]:
    """The function, for the origin of this site."""
    from dev.processes import function
    from tests.support import until_ready

    env = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute"}
    with function(cloud, [site.url], env=env) as running:
        until_ready(running.url, site.url)
        site.texts.update(replacements(f"http://localhost:{running.port}", cloud.port))
        yield running


def scripts(site: Site) -> list[str]:
    """Names of the client's files that were asked for since the last call; the worklet's request is seen here only."""
    names = [path.removeprefix("/") for path in site.asked if path.endswith(".js")]
    site.asked.clear()
    return names


def test_the_element_is_one_request(open_tab: Any, site: Site, cloud: Google) -> None:
    """One script makes the page ready; what counts a conversation and the worklet follow when one begins."""
    site.asked.clear()
    tab = open_tab(f"{site.url}/index.html")
    tab.page.wait_for_function("() => customElements.get('live-voice')")
    assert scripts(site) == ["live-voice.js"]
    part(tab, "main").click()
    part(tab, "mute").wait_for()
    tab.page.wait_for_function("() => ['listening', 'speaking'].includes(document.querySelector('live-voice').state)")
    assert sorted(scripts(site)) == ["livetoken-usage.js", "livetoken-worklet.js"]
    part(tab, "mute").click()
    assert "Why did they stop?" in ask(tab, "Why did they stop?")
    assert cloud.session(0)["audio"]["bytes"] > 0


def test_words_and_pictures_come_when_they_are_needed(open_tab: Any, site: Site, livetoken: Function) -> None:
    """A German page loads the German words; a picture loads the module for pictures."""
    html = (
        '<!doctype html><html lang="de"><title>Mühle</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script>'
        f'<main>Korn</main><live-voice endpoint="http://localhost:{livetoken.port}"></live-voice>'
    )
    site.asked.clear()
    tab = open_tab(site.add("/german.html", html))
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').shadowRoot.querySelector('.main').textContent === 'Über diese Seite sprechen'"
    )
    assert scripts(site) == ["live-voice.js", "words/de.js"]
    tab.page.mouse.click(5, 5)
    tab.page.evaluate(PRELUDE, f"http://localhost:{livetoken.port}")
    tab.page.evaluate(
        """async () => {
          await start();
          const canvas = new OffscreenCanvas(8, 8);
          canvas.getContext('2d').fillRect(0, 0, 8, 8);
          await session.sendImage(await canvas.convertToBlob());
        }"""
    )
    assert scripts(site) == ["livetoken.js", "livetoken-usage.js", "livetoken-video.js"]


def test_the_page_tools_come_when_they_are_called(open_tab: Any, site: Site) -> None:
    """The search loads its ranking beside it, and nothing before."""
    site.add("/llms.txt", "- [Locks](/locks.html): How boats are lifted", Content_Type="text/plain")
    html = "<!doctype html><title>Tools</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script><main>Words</main>"
    tab = open_tab(site.add("/tools.html", html))
    tab.page.wait_for_function("() => customElements.get('live-voice')")
    site.asked.clear()
    found = tab.page.evaluate(
        """async () => {
          const { PAGE_TOOLS } = await import('/livetoken-site.js');
          return PAGE_TOOLS.search_site({ query: 'locks' }, { index: () => '/llms.txt' }, new AbortController().signal);
        }"""
    )
    assert found["results"][0]["address"] == f"{site.url}/locks.html"
    assert scripts(site) == ["livetoken-site.js", "livetoken-search.js"]
    site.pages.pop("/llms.txt")


@pytest.mark.parametrize("second", ["/live-voice.js?v=2", "/copy/live-voice.js"], ids=["after an update", "two copies"])
def test_it_may_be_loaded_twice(second: str, open_tab: Any, site: Site, livetoken: Function) -> None:
    """The first definition stays; nothing is thrown, and the element works."""
    site.add("/copy/live-voice.js", (DIST / "live-voice.js").read_text(), Content_Type="text/javascript")
    html = (
        f"<!doctype html><title>Twice</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script><script type=module src={second}></script>"
        f'<main>Words</main><live-voice endpoint="http://localhost:{livetoken.port}"></live-voice>'
    )
    tab = open_tab(site.add("/twice.html", html))
    assert "You said: “Hello”." in ask(tab, "Hello")
    assert tab.errors == []


@pytest.mark.parametrize("intact", [True, False])
def test_integrity_pins_the_bundle(intact: bool, open_tab: Any, site: Site, livetoken: Function) -> None:  # noqa: FBT001 - pytest's parameter
    """The attribute that `make dist` prints: with the file's own hash all is well, with another one nothing runs."""
    pinned = (DIST / ("live-voice.js" if intact else "livetoken.js")).read_bytes()
    digest = base64.b64encode(hashlib.sha384(pinned).digest()).decode()
    html = (
        f'<!doctype html><title>Pinned</title><link rel=icon href=/icon.svg><script type="module" src="/live-voice.js" integrity="sha384-{digest}"></script>'
        f'<live-voice endpoint="http://localhost:{livetoken.port}"></live-voice>'
    )
    tab = open_tab(site.add("/pinned.html", html))
    if intact:
        tab.page.evaluate("customElements.whenDefined('live-voice').then(() => {})")
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("Boolean(customElements.get('live-voice'))") is intact
    tab.errors[:] = tab.errors if intact else []  # Chromium reports the mismatch on the console


def test_it_works_under_the_strictest_policy(open_tab: Any, site: Site, cloud: Google, livetoken: Function) -> None:
    """The bundle, too, needs no inline style, no blob:, no data:, and it honours Trusted Types."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src http://localhost:{livetoken.port} ws://127.0.0.1:{cloud.port}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    html = (
        "<!doctype html><title>Strict</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script>"
        f'<main>Herons fish at dusk.</main><live-voice endpoint="http://localhost:{livetoken.port}"></live-voice>'
    )
    tab = open_tab(site.add("/strict.html", html, Content_Security_Policy=policy))
    assert "Herons fish at dusk." in ask(tab, "What do herons do?")
    part(tab, "voice").click()
    part(tab, "mute").wait_for()
    tab.until(lambda: cloud.session()["audio"]["bytes"] > 0)
