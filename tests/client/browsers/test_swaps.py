"""A conversation on sites that swap the body, by the real frameworks, in each browser."""

import re
from collections.abc import Callable, Iterator

import pytest

from dev.processes import Function, Google
from tests.client.browsers.browser import Tab
from tests.client.browsers.swapping import FRAMEWORKS, Visit
from tests.client.browsers.widget import SHOWN, Widget
from tests.client.site import Site
from tests.support import soon

Begin = Callable[..., Visit]


@pytest.fixture
def begin(tab: Tab, site: Site, livetoken: Function) -> Iterator[Begin]:
    """Opens the first page of a site by a framework; at the end nothing may have complained."""
    voice = Widget(tab)

    def at(framework: str, folder: str, **options: str) -> Visit:
        FRAMEWORKS[framework](site, f"http://localhost:{livetoken.port}", **options)
        return Visit(voice, site, folder)

    yield at
    site.slow.clear()
    assert voice.complaints() == []


def open_sessions(cloud: Google) -> int:
    """How many connections there are."""
    return sum(not session["close"] for session in cloud.sessions())


LONG = "Please tell me a long story about the herons of this page and about the sea." + " And about the tide." * 12


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_element_is_made_anew(framework: str, begin: Begin, cloud: Google) -> None:
    """Each page has its own element: it shows what was said at once, mints nothing by itself, and goes on when the visitor does, with the context."""
    visit = begin(framework, "swapped")
    voice = visit.voice
    voice.click("bubble")
    voice.click("main")
    voice.muted()
    assert visit.microphones == 1
    voice.ask("My name is Ada.")
    ways = (
        (visit.follow, "egrets"),
        (visit.follow, "bitterns"),
        (visit.back, "egrets"),
        (visit.back, "herons"),
        (visit.forward, "egrets"),
        (visit.follow, "herons"),
    )
    for number, (way, bird) in enumerate(ways):
        shown, minted = voice.lines, len(cloud.mints())
        way(bird)
        voice.until_lines(shown)
        assert voice.shows("card")
        assert not voice.shows("consent")
        assert voice.look("part('main').textContent") == "Go on talking"
        assert soon(lambda: open_sessions(cloud) == 0)
        assert visit.microphones == 0
        assert len(cloud.mints()) == minted
        answer = said(voice, f"Question {number}")
        assert f"called “{bird.capitalize()}”" in answer
        assert "Before that you said: “[Not said by the visitor: another page of" in answer
        assert f"{bird.capitalize()} fish at dusk." in note_of_page(cloud)
        assert len(cloud.mints()) == minted + 1
        assert cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]["sessionResumption"]["handle"]
    voice.click("main")
    assert soon(lambda: open_sessions(cloud) == 0)
    visit.follow("bitterns")
    voice.until("part('main').textContent === 'Agree and start'")
    assert voice.look("sessionStorage.length") == 0


def said(voice: Widget, text: str) -> str:
    """Ask something; returns the whole answer."""
    voice.say(text)
    return voice.answer(text)


def note_of_page(cloud: Google) -> str:
    """What the model was told last of another page."""
    notes = [text for text in cloud.session()["texts"] if text.startswith("[Not said by the visitor: another page")]
    return str(notes[-1]) if notes else ""


def turn(answer: str) -> int:
    """Which turn of the conversation an answer is, as the model knows it."""
    found = re.search(r"Turn (\d+)\.", answer)
    return int(found[1]) if found else 1


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_element_is_kept(framework: str, begin: Begin, cloud: Google) -> None:
    """data-turbo-permanent and transition:persist: one connection and one microphone for all pages, an answer goes on; the model is told each page."""
    visit = begin(framework, "kept")
    voice = visit.voice
    voice.click("main")
    voice.muted()
    voice.ask("My name is Ada.")
    voice.say(LONG)
    voice.until_state("speaking")
    voice.look(
        "(window.kept = voice, window.states = [], voice.addEventListener('live-voice-state', ({ detail }) => states.push(detail.state)), 0)"
    )
    visit.follow("egrets")
    assert "You said: “Please tell me" in voice.answer(LONG)
    ways = ((visit.follow, "bitterns"), (visit.back, "egrets"), (visit.back, "herons"), (visit.forward, "egrets"))
    for number, (way, bird) in enumerate(ways):
        shown = voice.lines
        way(bird)
        assert voice.lines == shown
        assert soon(lambda: f"{bird.capitalize()} fish at dusk." in note_of_page(cloud))  # noqa: B023 - asked at once
        assert "Before that you said: “[Not said by the visitor: another page of" in said(voice, f"Question {number}")
        assert voice.look("[voice === kept, voice.session.muted]") == [True, True]
    assert visit.microphones == 1
    assert len(cloud.sessions()) == 1
    assert set(voice.look("states")) == {"speaking", "listening"}


@pytest.mark.parametrize(("framework", "folder"), [("turbo", "swapped"), ("astro", "kept")])
def test_the_model_opens_a_page(framework: str, folder: str, begin: Begin, cloud: Google) -> None:
    """open_page goes there by the framework's own way, without a load; the talk goes on there."""
    visit = begin(framework, folder)
    voice = visit.voice
    call = {"name": "open_page", "args": {"address": f"/{folder}/bitterns.html"}}
    cloud.scenario({"session": [{"turn": [{"when": "go", "call": call, "repeat": True}]}]})
    voice.say("go there")
    assert soon(lambda: cloud.sessions() and cloud.session()["toolResponses"])
    cloud.scenario({})
    assert cloud.session()["toolResponses"][-1]["response"] == {"opened": True}
    visit.arrive("bitterns")
    voice.until(f"{SHOWN}[0] === 'go there'")
    assert "You said: “Where am I?”." in said(voice, "Where am I?")
    assert soon(lambda: "Bitterns fish at dusk." in note_of_page(cloud))
    assert soon(lambda: open_sessions(cloud) == 1)


def test_turbo_shows_a_preview(begin: Begin, cloud: Google, site: Site) -> None:
    """A copy of the page from before stands there until the answer comes: what is asked meanwhile is not lost."""
    visit = begin("turbo", "swapped")
    voice = visit.voice
    said(voice, "My name is Ada.")
    visit.follow("egrets")
    site.slow["/swapped/herons.html"] = 2
    shown = voice.lines
    visit.press("herons")
    voice.until("document.documentElement.hasAttribute('data-turbo-preview')")
    voice.until_lines(shown)
    said(voice, "Who am I?")
    visit.arrive("herons")
    voice.until(f"{SHOWN}.includes('Who am I?')")
    assert soon(lambda: open_sessions(cloud) == 0)
    assert turn(said(voice, "Question")) >= 3
    assert soon(lambda: open_sessions(cloud) == 1)


def test_a_preview_is_gone_at_once(begin: Begin, cloud: Google, site: Site) -> None:
    """Its element has hardly begun to look for the conversation when the page's own comes."""
    visit = begin("turbo", "swapped")
    voice = visit.voice
    said(voice, "My name is Ada.")
    shown = voice.lines
    assert shown
    visit.follow("egrets")
    visit.follow("herons")
    voice.until_lines(shown)
    # three bodies within one task, as a preview and its page may come
    voice.look("""(() => {
      for (let times = 0; times < 3; times += 1) document.documentElement.replaceChild(document.body.cloneNode(true), document.body);
    })()""")
    voice.until_lines(shown)
    assert turn(said(voice, "Who am I?")) >= 2  # where a page was slow, the model was told of it, too
    assert soon(lambda: open_sessions(cloud) == 1)


@pytest.mark.parametrize(("framework", "folder"), [("turbo", "swapped"), ("turbo", "kept"), ("astro", "kept")])
def test_the_page_is_slower_than_its_address(
    framework: str, folder: str, begin: Begin, cloud: Google, site: Site
) -> None:
    """Back changes the address at once, and the page when it has come: the model is not told that the old text stands there."""
    visit = begin(framework, folder, head='<meta name="turbo-cache-control" content="no-cache">')
    voice = visit.voice
    visit.follow("egrets")
    said(voice, "My name is Ada.")
    site.slow[f"/{folder}/herons.html"] = 2
    voice.tab.back()
    voice.until(f"location.pathname === '/{folder}/herons.html'")
    said(voice, "Who am I?")
    assert voice.look("document.querySelector('h1').textContent") == "Egrets"
    assert note_of_page(cloud) == ""
    visit.arrive("herons")
    voice.until(f"{SHOWN}.includes('Who am I?')")
    if folder == "swapped":
        said(voice, "And now?")
    assert soon(lambda: "Herons fish at dusk." in note_of_page(cloud))


def test_turbo_morphs_the_page(begin: Begin, cloud: Google) -> None:
    """A refresh that only changes what differs keeps the element, and what the visitor has chosen."""
    visit = begin("turbo", "swapped", head='<meta name="turbo-refresh-method" content="morph">')
    voice = visit.voice
    voice.click("bubble")
    said(voice, "My name is Ada.")
    voice.look(
        "(window.kept = voice, voice.silent = true, window.rendered = 0, addEventListener('turbo:render', ({ detail }) => { rendered = detail.renderMethod; }), Turbo.visit(location.href, { action: 'replace' }), 0)"
    )
    voice.until("window.rendered === 'morph'")
    assert voice.look("[voice === kept, voice.silent]") == [True, True]
    assert "Before that you said: “My name is Ada.”" in said(voice, "Who am I?")
    assert len(cloud.sessions()) == 1


def test_a_page_without_the_element_lies_between(begin: Begin, cloud: Google) -> None:
    """The conversation ends its connection there, and waits."""
    visit = begin("turbo", "kept")
    voice = visit.voice
    said(voice, "My name is Ada.")
    shown = voice.lines
    visit.press("gulls")
    voice.until("location.pathname === '/bare/gulls.html' && !voice")
    assert soon(lambda: open_sessions(cloud) == 0)
    visit.back("herons")
    voice.until_lines(shown)
    assert turn(said(voice, "Who am I?")) >= 3
    assert "Herons fish at dusk." in note_of_page(cloud)
