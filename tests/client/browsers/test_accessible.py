"""axe-core looks at each state of <live-voice>, in light and dark; `make browsers SHOTS=folder` keeps a picture of each."""

import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dev.processes import Function, Google, function
from tests.client.browsers.browser import Browser, Tab
from tests.client.browsers.widget import Widget
from tests.client.npm import Packages
from tests.client.site import Site

AXE = Packages(pathlib.Path(__file__).parent)
SHOTS = os.environ.get("SHOTS")
CONSENT = '<p slot="consent">Your voice is sent to Google. <a href="/privacy">More about this</a></p>'
Reach = Callable[[Widget, Google], object]


def talking(voice: Widget, cloud: Google) -> None:
    """A conversation whose microphone is on and muted, with some lines."""
    voice.click("main")
    voice.muted()
    voice.ask("What do herons do?")


def listening(voice: Widget, cloud: Google) -> None:
    """Its microphone is on; nothing is said yet."""
    voice.click("main")
    voice.until_shown("mute")
    voice.until_state("listening", "speaking")


def silent(voice: Widget, cloud: Google) -> None:
    """The microphone gives nothing; a note says so, too."""
    voice.look(
        "(navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream, 0)"
    )
    voice.click("main")
    voice.until("voice.session?.microphoneSilent && part('note') !== null")


def missing(voice: Widget, cloud: Google) -> None:
    """There is no microphone."""
    voice.look(
        "(navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('none', 'NotFoundError'); }, 0)"
    )
    voice.click("main")
    voice.until_shown("note")
    voice.until_state("listening")


def speaking(voice: Widget, cloud: Google) -> None:
    """The answer is heard."""
    voice.say("Please tell me a long story about the herons of this page and about the sea. " * 12)
    voice.until_state("speaking")


def asking(voice: Widget, cloud: Google) -> None:
    """No answer yet."""
    voice.look("(globalThis.fetch = () => new Promise(() => {}), voice.start({ voice: false }), 0)")
    voice.until_state("asking")


def reconnecting(voice: Widget, cloud: Google) -> None:
    """The connection is lost, and the function is in trouble."""
    voice.ask("What do herons do?")
    cloud.fault("gemini", "error", name="internal")
    cloud.go_away(0.01)
    voice.until_state("reconnecting")


def held(voice: Widget, cloud: Google) -> None:
    """The button to talk is pressed."""
    voice.click("main")
    voice.until_shown("hold")
    voice.until_state("listening")
    voice.look("part('hold').focus()")
    voice.tab.strike([("down", "Space")])
    voice.until("part('hold').ariaPressed === 'true'")


def failed(voice: Widget, cloud: Google) -> None:
    """Refused."""
    voice.click("main")
    voice.until_state("failed")


def unfolded(voice: Widget, cloud: Google) -> None:
    """The panel is open."""
    voice.click("bubble")
    voice.muted()
    voice.ask("What do herons do?")


def folded(voice: Widget, cloud: Google) -> None:
    """The panel is folded, the conversation goes on."""
    unfolded(voice, cloud)
    voice.click("bubble")
    voice.until("part('card').hidden")


STATES: dict[str, tuple[dict[str, Any], Reach]] = {
    "ready": ({}, lambda *_: None),
    "consent": ({"inside": CONSENT}, lambda *_: None),
    "asking": ({}, asking),
    "listening": ({}, listening),
    "speaking": ({}, speaking),
    "talking": ({}, talking),
    "arabic": ({"lang": "ar"}, talking),
    "silent": ({}, silent),
    "missing": ({}, missing),
    "reconnecting": ({}, reconnecting),
    "held": ({"attributes": 'prompt="push-to-talk" push-to-talk'}, held),
    "paused": ({"refusing": True}, failed),
    "bubble": ({"attributes": "floating"}, lambda *_: None),
    "panel-consent": ({"attributes": "floating", "inside": CONSENT}, lambda voice, _: voice.click("bubble")),
    "panel": ({"attributes": "floating"}, unfolded),
    "folded": ({"attributes": "floating"}, folded),
}


@pytest.fixture(scope="session")
def refusing(cloud: Google, site: Site) -> Iterator[Function]:
    """A function that its owner has switched off."""
    with function(cloud, [site.url], env={"PAUSED": "We are on holiday until Monday; please write to us."}) as running:
        yield running


LOOK = """axe.run('live-voice', { resultTypes: ['violations', 'incomplete'] }).then(({ violations, incomplete, passes }) => ({
  passes: passes.length,
  violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`),
  incomplete: incomplete.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('; ')}`),
}))"""


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(
    state: str, browser: Browser, tab: Tab, site: Site, cloud: Google, livetoken: Function, refusing: Function
) -> None:
    """No violation of any rule of axe-core, in light and dark."""
    AXE.require()
    site.add("/axe.js", (AXE.folder / "node_modules/axe-core/axe.min.js").read_text(), Content_Type="text/javascript")
    options, reach = STATES[state]
    options = {"attributes": "", **options}
    backend = refusing if options.pop("refusing", False) else livetoken
    voice = Widget.open(tab, site, endpoint=f"http://localhost:{backend.port}", **options)
    reach(voice, cloud)
    tab.evaluate("() => import('/axe.js')")
    for scheme in ("light", "dark"):
        tab.evaluate("(scheme) => { document.querySelector('meta[name=color-scheme]').content = scheme; }", scheme)
        found = voice.look(LOOK)
        if SHOTS:
            pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
            (pathlib.Path(SHOTS) / f"{state}-{scheme}-{browser.name}.png").write_bytes(tab.picture())
        print(scheme, found)
        assert found["violations"] == []
        assert found["passes"] > 5
