"""A conversation that is remembered, on the way back and forward and over reloads, in each browser: pages that are kept, and pages that load anew."""

from collections.abc import Callable

import pytest

from dev.processes import Google
from tests.client.browsers.browser import Browser
from tests.client.browsers.widget import Widget
from tests.client.site import Site

Open = Callable[..., Widget]
# How the page came: kept as it was left, or loaded
COME = "addEventListener('pageshow', ({ persisted }) => { window.kept = persisted; })"


def open_two(widget: Open, site: Site, cache_control: str) -> Widget:
    """Open the first of two pages."""
    voice = widget("remember", Cache_Control=cache_control)
    text, headers = site.pages["/herons.html"]
    site.pages["/egrets.html"] = (text.replace(b"Herons", b"Egrets"), headers)
    voice.look(COME)
    return voice


def arrive(voice: Widget, path: str, shown: list[str]) -> bool:
    """Wait until a page is there and shows what was said; returns whether the browser had kept it."""
    voice.until(
        f"location.pathname === '{path}' && document.readyState === 'complete' && voice.shadowRoot?.querySelector('.status').textContent"
    )
    voice.until_lines(shown)
    kept = bool(voice.look("window.kept ?? false"))
    voice.look(f"window.kept ??= ({COME}, false)")
    return kept


# Chromium and WebKit keep the pages; `no-store` asks them not to. Firefox keeps none that has opened a WebSocket or holds a claim.
@pytest.mark.parametrize("cache_control", ["no-cache", "no-store"])
def test_back_forward_and_again(cache_control: str, widget: Open, site: Site, cloud: Google, browser: Browser) -> None:
    """Each page shows what was said since it was left; typing goes on there, and the model knows which page it is."""
    voice = open_two(widget, site, cache_control)
    voice.ask("My name is Ada.")
    shown = voice.lines
    voice.tab.go(f"{site.url}/egrets.html")
    assert not arrive(voice, "/egrets.html", shown)
    voice.ask("I live in Bath.")
    kept = []
    for number, (go, path) in enumerate(
        ((voice.tab.back, "/herons.html"), (voice.tab.forward, "/egrets.html"), (voice.tab.back, "/herons.html"))
    ):
        shown, minted = voice.lines, len(cloud.mints())
        go()
        kept.append(arrive(voice, path, shown))
        assert (
            len(cloud.mints()) - minted <= 1
        )  # Firefox closes sockets before it leaves a page, which asks for a token there
        answer = voice.ask(f"Question {number}")
        # for each page a question, and a note of what it is
        assert f"Turn {2 * number + 5}. Before that you said: “[Not said by the visitor: another page of" in answer
        assert path in cloud.session()["texts"][0]
        assert cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]["sessionResumption"]["handle"]
    if cache_control == "no-cache":
        assert kept == 3 * [browser.name != "Firefox"]
    shown = voice.lines
    voice.tab.reload()
    assert not arrive(voice, "/herons.html", shown)
    # the same page: no note of it
    assert "Turn 10. Before that you said: “Question 2”" in voice.ask("And now?")
    assert sum(not session["close"] for session in cloud.sessions()) == 1


def test_a_conversation_that_began_or_ended_on_the_next_page(widget: Open, site: Site, browser: Browser) -> None:
    """A page on which nobody has talked shows on the way back what was said since; and nothing any more once it was ended."""
    voice = open_two(widget, site, "no-cache")
    voice.until("voice.shadowRoot.querySelector('[part=forget]') !== null")
    voice.tab.go(f"{site.url}/egrets.html")
    arrive(voice, "/egrets.html", [])
    voice.ask("My name is Ada.")
    shown = voice.lines
    voice.tab.back()
    # a page that Firefox kept would see an old sessionStorage
    assert arrive(voice, "/herons.html", shown) == (browser.name != "Firefox")
    assert voice.look("part('main').textContent") == "Go on talking"
    assert "Turn 3." in voice.ask("Who am I?")
    voice.click("main")
    assert voice.look("sessionStorage.length") == 0
    voice.tab.forward()
    arrive(voice, "/egrets.html", [])
    assert voice.look("[part('main').textContent, sessionStorage.length]") == ["Talk about this page", 0]
