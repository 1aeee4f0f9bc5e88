"""What a visitor does with <live-voice>, in each browser."""

import time
from collections.abc import Callable, Iterator

import pytest

from dev.processes import Function, Google, function
from tests.client.browsers.widget import Widget
from tests.client.site import Site
from tests.support import soon, until_ready

Open = Callable[..., Widget]
A_WHILE = 48_000  # bytes: longer than the tones are silent
LONG = "Please tell me a long story about the herons of this page and about the sea. " * 6


def test_typed(widget: Open, cloud: Google) -> None:
    """A typed question is answered about this page, without the microphone; it can be switched on later."""
    voice = widget()
    assert voice.status == "Ready"
    assert "Herons fish at dusk." in voice.ask("What do herons do?")
    assert cloud.session()["audio"]["bytes"] == 0
    assert not voice.shows("mute")
    voice.click("voice")
    voice.until_shown("mute")
    assert soon(lambda: cloud.sessions() and cloud.session()["audio"]["bytes"] > 0)
    assert len(cloud.sessions()) == 1


def test_spoken(widget: Open, cloud: Google) -> None:
    """A click starts it; what the microphone hears is understood, answered, and heard."""
    cloud.hear("What is the tide?")
    voice = widget()
    voice.click("main")
    voice.until("voice.session?.levels.output > 0.01")
    assert "You said: “What is the tide?”." in voice.answer("What is the tide?")
    assert voice.look("voice.session.outputNode.context.state") == "running"
    assert cloud.session(0)["audio"]["mimeTypes"].keys() == {"audio/pcm;rate=16000"}


def test_remembered(widget: Open, cloud: Google, site: Site) -> None:
    """Ten page loads keep what was said and what the model knows; nothing is minted before the visitor goes on; End forgets it."""
    voice = widget("remember")
    text, headers = site.pages["/herons.html"]
    site.pages["/egrets.html"] = (text.replace(b"Herons", b"Egrets"), headers)
    voice.ask("My name is Ada.")
    for number in range(1, 11):
        shown = voice.lines
        voice.tab.go(f"{site.url}/{'egrets' if number % 2 else 'herons'}.html")
        voice.until("voice.shadowRoot?.querySelector('.status').textContent")
        voice.until_lines(shown)
        minted = len(cloud.mints())  # Firefox closes sockets before it leaves a page, which asks for a token there
        time.sleep(0.3)
        assert len(cloud.mints()) == minted
        # for each page a question, and a note of what it is
        assert f"Turn {2 * number + 1}." in voice.ask(f"Question {number}")
    voice.click("main")
    voice.tab.go(f"{site.url}/herons.html")
    voice.until("voice.shadowRoot?.querySelector('.status').textContent")
    assert voice.look("[part('main').textContent, sessionStorage.length]") == ["Talk about this page", 0]


# Notes the moment of the last sample that is not silent, and of the first interruption, by the clock of the sound.
RECORDER = """registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([[samples]]) { if (samples?.some((sample) => Math.abs(sample) > 0.001)) this.port.postMessage(currentTime); return true; }
});"""
TAP = """(async () => {
  const { outputNode } = voice.session, { context } = outputNode;
  await context.audioWorklet.addModule('/recorder.js');
  const recorder = new AudioWorkletNode(context, 'recorder');
  recorder.port.onmessage = ({ data }) => { window.loud = data; };
  outputNode.connect(recorder).connect(context.destination);
  voice.addEventListener('live-voice-interrupted', () => {
    const at = context.currentTime;
    setTimeout(() => { window.heardOn = { seconds: window.loud - at, level: voice.session.levels.output }; }, 400);
  }, { once: true });
})()"""


def test_interrupted(widget: Open, cloud: Google, site: Site) -> None:
    """Who speaks while the answer is heard interrupts it: it falls silent at once, and the sentence is answered."""
    site.add("/recorder.js", RECORDER, Content_Type="text/javascript")
    cloud.hear("Stop.")
    voice = widget()
    voice.say(LONG)
    voice.until_state("speaking")
    voice.look(TAP)
    voice.click("voice")
    heard_on = voice.until("window.heardOn")
    assert heard_on["seconds"] < 0.15
    assert heard_on["level"] == 0
    assert "You said: “Stop.”." in voice.answer("Stop.")
    voice.until_state("listening")
    assert voice.look("voice.session.levels.output") == 0


def test_reconnected(widget: Open, cloud: Google) -> None:
    """Gemini ends the connection: the next one knows what was said, and the visitor notices nothing."""
    voice = widget()
    voice.ask("My name is Ada.")
    voice.look(
        "(window.states = [], voice.addEventListener('live-voice-state', ({ detail }) => states.push(detail.state)), voice.addEventListener('live-voice-reconnected', ({ detail }) => { window.reconnected = detail; }))"
    )
    cloud.go_away(2)
    assert voice.until("window.reconnected") == {"contextKept": True}
    assert "Turn 2. Before that you said: “My name is Ada.”" in voice.ask("Who am I?")
    assert "reconnecting" not in voice.look("states")
    assert len(cloud.sessions()) == 2


def test_cut_off(widget: Open, cloud: Google) -> None:
    """The connection breaks and the function is busy for a while: the state says so, what is typed meanwhile is answered."""
    voice = widget()
    voice.ask("My name is Ada.")
    cloud.fault("gemini", "error", name="internal")
    cloud.go_away(0.01)
    voice.until_state("reconnecting")
    assert voice.status == "Reconnecting…"
    voice.type("Who am I?")
    cloud.clear()
    assert "Before that you said: “My name is Ada.”" in voice.answer("Who am I?")


def test_floating(widget: Open) -> None:
    """The button in the corner opens the panel and starts; Escape ends it and gives the focus back."""
    voice = widget("floating")
    assert not voice.shows("card")
    voice.click("bubble")
    voice.until_shown("card")
    voice.until_state("listening", "speaking")
    x, y, right, bottom = voice.look(
        "(({ left, top, right, bottom }) => [left, top, right, bottom])(part('card').getBoundingClientRect())"
    )
    width, height = voice.look("[innerWidth, innerHeight]")
    assert 0 <= x < right <= width
    assert 0 <= y < bottom <= height
    voice.tab.press("Escape")
    voice.until("!voice.session && voice.shadowRoot.activeElement === part('bubble')")
    assert not voice.shows("card")


def test_folded(widget: Open) -> None:
    """Folding the panel ends nothing: the button shows how it stands, and what was said is there when it is opened again."""
    voice = widget("floating")
    voice.click("bubble")
    voice.muted()
    voice.ask("What do herons do?")
    voice.click("bubble")
    assert not voice.shows("card")
    voice.until("voice.state === 'muted' && part('bubble').textContent === 'Microphone is off'")
    voice.click("bubble")
    voice.until_shown("card")
    assert "What do herons do?" in voice.look("part('log').textContent")


def test_strict_policy(widget: Open, cloud: Google, livetoken: Function) -> None:
    """Under the strictest Content-Security-Policy, with Trusted Types: voice and text work, and nothing is blocked."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src http://localhost:{livetoken.port} ws://127.0.0.1:{cloud.port}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    voice = widget(lang="de", Content_Security_Policy=policy)
    voice.click("main")
    voice.until_shown("mute")
    assert soon(lambda: cloud.sessions() and cloud.session()["audio"]["bytes"] > 0)
    voice.muted()
    assert "You said: “What do herons do?”." in voice.ask("What do herons do?")
    assert voice.look("getComputedStyle(part('card')).display") == "flex"


def test_muted(widget: Open, cloud: Google) -> None:
    """Muted, not one sample leaves the page, and Gemini is told; unmuted, they flow again."""
    voice = widget()
    voice.click("main")
    voice.until_shown("mute")
    assert soon(lambda: cloud.sessions() and cloud.session()["audio"]["bytes"] > 0)
    voice.muted()
    voice.until("part('status').textContent === 'Microphone is off'")
    assert soon(lambda: cloud.session()["received"].get("realtimeInput.audioStreamEnd") == 1)
    sent = cloud.session()["audio"]["bytes"]
    voice.look("new Promise((done) => setTimeout(done, 500))")
    assert cloud.session()["audio"]["bytes"] == sent
    voice.click("mute")
    voice.until_state("listening", "speaking")
    assert soon(lambda: cloud.session()["audio"]["bytes"] > sent)


def test_ended(widget: Open, cloud: Google) -> None:
    """The button ends it: socket and microphone are closed, and it can be started again."""
    voice = widget()
    voice.click("main")
    voice.until_shown("mute")
    voice.until_state("listening", "speaking")
    voice.click("main")
    voice.until("voice.state === 'ready' && !voice.session")
    assert soon(lambda: cloud.sessions()[-1]["close"])
    assert cloud.sessions()[-1]["close"]["code"] == 1000
    voice.click("main")
    voice.until_state("listening", "speaking")
    assert len(cloud.sessions()) == 2


@pytest.mark.parametrize("way", ["pointer", "keyboard"])
def test_push_to_talk(way: str, widget: Open, cloud: Google) -> None:
    """Nothing is sent before the button is held; what is said until it is let go is answered."""
    cloud.hear("When does it sail?")
    voice = widget('prompt="push-to-talk" push-to-talk')
    voice.click("main")
    voice.until_shown("hold")
    voice.until_state("listening")
    assert "realtimeInput.audio" not in cloud.session()["received"]
    if way == "pointer":
        with voice.holding("hold"):
            assert soon(lambda: cloud.session()["audio"]["bytes"] > A_WHILE)
    else:
        voice.look("part('hold').focus()")
        voice.tab.strike([("down", "Space")])
        assert soon(lambda: cloud.session()["audio"]["bytes"] > A_WHILE)
        voice.tab.strike([("up", "Space")])
    assert "You said: “When does it sail?”." in voice.answer("When does it sail?")
    received = cloud.session()["received"]
    assert received["realtimeInput.activityStart"] == received["realtimeInput.activityEnd"] == 1


@pytest.mark.parametrize(
    ("lang", "talk", "direction"),
    [
        ("es-MX", "Hablar sobre esta página", "ltr"),
        ("ar", "تحدث عن هذه الصفحة", "rtl"),
        ("nl_NL", "Over deze pagina praten", "ltr"),
    ],
)
def test_language(lang: str, talk: str, direction: str, widget: Open, cloud: Google) -> None:
    """The words follow the page's language, its direction too; the function is told it."""
    voice = widget(lang=lang)
    voice.until(f"part('main').textContent === '{talk}'")
    assert voice.look("getComputedStyle(part('card')).direction") == direction
    text, send = voice.look("['type', 'send'].map((name) => part(name).getBoundingClientRect().x)")
    assert (text > send) == (direction == "rtl")
    voice.type("Hola")
    voice.until_state("listening", "speaking")
    names = {"es-MX": "Spanish", "ar": "Arabic", "nl_NL": "Dutch"}
    assert names[lang] in str(cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]["systemInstruction"])


def test_other_persona(widget: Open, cloud: Google) -> None:
    """`prompt` and `voice` choose another prompt file and another of its voices; words of the owner's own stand on the button."""
    voice = widget('prompt="shop" voice="Kore" label-talk="Ask the shop"')
    assert voice.look("part('main').textContent") == "Ask the shop"
    voice.ask("Hello")
    setup = str(cloud.mints()[-1]["body"]["bidiGenerateContentSetup"])
    assert "You are the shop assistant" in setup
    assert "Kore" in setup


def test_page_function(widget: Open, cloud: Google) -> None:
    """A function of the owner is called with what the model says, and the model hears its result."""
    voice = widget('prompt="shop"')
    voice.look("(window.basket = [], voice.functions = { add_to_basket: (args) => ({ items: basket.push(args) }) }, 0)")
    voice.type("add two lanterns")
    voice.until(
        "voice.session?.transcript.some(({ role, text, final }) => role === 'model' && final && text.includes('add_to_basket answered'))"
    )
    assert voice.look("basket") == [{"item": "lanterns", "quantity": 2}]
    assert cloud.session()["toolResponses"][0]["response"] == {"items": 1}


@pytest.fixture(scope="session")
def paused(cloud: Google, site: Site) -> Iterator[Function]:
    """A function that its owner has switched off."""
    with function(cloud, [site.url], env={"PAUSED": "We are on holiday."}) as running:
        yield running


@pytest.fixture(scope="session")
def elsewhere(cloud: Google) -> Iterator[Function]:
    """A function whose owner has forgotten this site."""
    with function(cloud, ["https://shop.example"]) as running:
        until_ready(running.url)
        yield running


def test_paused(widget: Open, paused: Function) -> None:
    """The owner has paused it: his sentence, and a button to try again."""
    voice = widget('label-again="Once more"', endpoint=f"http://localhost:{paused.port}")
    voice.click("main")
    voice.until_state("failed")
    assert voice.status == "We are on holiday."
    assert voice.look("part('main').textContent") == "Once more"


def test_refused(widget: Open, elsewhere: Function) -> None:
    """An origin that is not on the list: browsers let no page read why, and the page says what it can."""
    voice = widget(endpoint=f"http://localhost:{elsewhere.port}")
    voice.look("voice.addEventListener('live-voice-error', ({ detail }) => { window.code = detail.error.code; })")
    voice.click("main")
    voice.until_state("failed")
    assert voice.look("code") == "unreachable"
    assert voice.status == "The voice service does not answer this site. Please tell the owner of this site."
    assert [line for line in voice.complaints() if "ALLOWED_ORIGINS" in line]


def test_consent(widget: Open, cloud: Google) -> None:
    """Nothing leaves the page before the visitor has agreed."""
    voice = widget(inside='<p slot="consent">Your voice goes to Google. <a href="/privacy">More</a></p>')
    assert voice.look("part('main').textContent") == "Agree and start"
    assert voice.look("part('type').disabled")
    voice.hover("main")
    assert cloud.mints() == []
    voice.click("main")
    voice.until_shown("mute")
    assert not voice.shows("consent")
    assert not voice.look("part('type').disabled")
    assert soon(lambda: len(cloud.mints()) == 1)


def test_keyboard_only(widget: Open) -> None:
    """Tab reaches everything in order, each has a name and a visible focus; starting, muting, asking and ending work."""
    voice = widget()
    voice.tab.press("Tab", "Tab")
    assert voice.focus() == "main"
    voice.tab.press("Enter")
    voice.until_shown("mute")
    voice.until_state("listening", "speaking")
    order = []
    for _ in range(4):
        voice.tab.press("Tab")
        order.append(voice.focus())
        assert voice.look("getComputedStyle(voice.shadowRoot.activeElement).outlineStyle") == "solid"
        assert voice.look("voice.shadowRoot.activeElement.ariaLabel")
        if order[-1] == "mute":
            voice.tab.press("Space")
            voice.until_state("muted")
        if order[-1] == "volume":
            voice.tab.press("Home")
            assert voice.look("voice.session.volume") == 0
        if order[-1] == "type":
            voice.tab.type("Hello")
    assert order == ["mute", "volume", "type", "send"]
    voice.tab.press("Enter")
    # an answer to what the microphone gave before it was muted may come first
    voice.until(
        "voice.session.transcript.some(({ role, text }) => role === 'model' && text.includes('You said: “Hello”.'))"
    )
    voice.tab.press(*["Shift+Tab"] * 4)
    assert voice.focus() == "main"
    voice.tab.press("Enter")
    voice.until("!voice.session")


@pytest.mark.parametrize(
    ("scheme", "attributes", "background"),
    [
        ("light", "", "rgb(255, 255, 255)"),
        ("dark", "", "rgb(29, 31, 36)"),
        ("light", "theme=dark", "rgb(29, 31, 36)"),
        ("dark", "theme=light", "rgb(255, 255, 255)"),
    ],
)
def test_light_and_dark(scheme: str, attributes: str, background: str, widget: Open) -> None:
    """The element follows the colour scheme of the page, or its own attribute."""
    voice = widget(attributes, scheme=scheme)
    assert voice.look("getComputedStyle(part('card')).backgroundColor") == background
