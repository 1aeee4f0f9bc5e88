"""A conversation lives as long as its visitor wants: moves, calls, headsets, silence, folding, and pages with habits of their own."""

from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser.element import ask, part, start_muted
from tests.client.browser.test_quirks import Server
from tests.client.browser.test_widget import PAGE

pytestmark = pytest.mark.conversations

LIVE = "() => ['listening', 'speaking', 'muted'].includes(document.querySelector('live-voice').state)"
# A microphone that a test plays: silent until `sound.play()`.
PLAYED = """() => {
  window.sound = { context: new AudioContext() };
  sound.stream = sound.context.createMediaStreamDestination();
  sound.play = () => {
    const tone = sound.context.createOscillator();
    tone.connect(sound.stream);
    tone.start();
    sound.tone = tone;
  };
  navigator.mediaDevices.getUserMedia = async () => { sound.asked = (sound.asked ?? 0) + 1; return sound.stream.stream.clone(); };
}"""


@pytest.fixture
def widget(open_tab: Any, site: Any, livetoken: Function) -> Any:
    """Opens a page with the element."""

    def open_one(
        attributes: str = "", body: str = "", *, lang: str = "en", headers: dict[str, str] | None = None, **options: Any
    ) -> Any:
        element = f'{body}<live-voice endpoint="http://localhost:{livetoken.port}" {attributes}></live-voice>'
        tab = open_tab(site.add("/lasting.html", PAGE.format(lang=lang, body=element), **(headers or {})), **options)
        tab.page.wait_for_function(
            "() => customElements.get('live-voice') && document.querySelector('live-voice').shadowRoot.querySelector('.status').textContent"
        )
        return tab

    return open_one


MOVES = {
    "append": "other.append(voice)",
    "moveBefore": "other.parentElement.moveBefore(voice, other)",
    "replaced body": "const body = document.createElement('body'); document.body.replaceWith(body); body.append(voice)",
    "put back after some frames": "voice.replaceWith(other); setTimeout(() => other.replaceWith(voice), 200)",
    "into a shadow root": "other.attachShadow({ mode: 'open' }).append(voice)",
}


@pytest.mark.parametrize("how", MOVES)
def test_a_move_is_no_removal(how: str, widget: Any, cloud: Google) -> None:
    """Portals, permanent elements and transitions between pages move the element: the conversation goes on."""
    tab = widget(body="<div id=other></div>")
    ask(tab, "My name is Ada.")
    tab.page.evaluate(
        f"() => {{ const voice = window.voice = document.querySelector('live-voice'); window.before = voice.session; const other = document.getElementById('other'); {MOVES[how]} }}"
    )
    tab.page.wait_for_timeout(900)
    assert tab.page.evaluate("voice.isConnected && voice.session === before && voice.state !== 'ready'")
    tab.page.evaluate("voice.say('Who am I?')")
    tab.page.wait_for_function("() => voice.session.transcript.at(-1).text.includes('My name is Ada.')")
    assert len(cloud.sessions()) == 1


COUNT = """() => {
  window.contexts = [];
  const Real = AudioContext;
  window.AudioContext = class extends Real {
    constructor(...options) { super(...options); this.resumed = 0; contexts.push(this); }
    get state() { return this.pretended ?? super.state; }
    resume() { this.resumed++; return super.resume(); }
  };
}"""
OCCASIONS = {
    "a change of state": "contexts.forEach((context) => context.dispatchEvent(new Event('statechange')))",
    "a tab that comes back": "document.dispatchEvent(new Event('visibilitychange'))",
    "a touch": "document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))",
    "a key": "document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true }))",
}


@pytest.mark.parametrize("occasion", OCCASIONS)
@pytest.mark.parametrize("state", ["suspended", "interrupted"])
def test_sound_comes_back_after_a_call(state: str, occasion: str, module_tab: Any) -> None:
    """Loudspeaker and microphone are resumed on each occasion, and no more after the end."""
    page = module_tab.page
    page.evaluate(COUNT)
    page.evaluate("(async () => { await start(); await session.startMicrophone(); })()")
    page.evaluate(
        "(state) => contexts.forEach((context) => { context.pretended = state; context.resumed = 0; })", state
    )
    page.evaluate(f"() => {{ {OCCASIONS[occasion]} }}")
    assert page.evaluate("contexts.map(({ resumed }) => resumed > 0)") == [True, True]
    page.evaluate("() => { session.close(); contexts.forEach((context) => { context.resumed = 0; }); }")
    page.evaluate(f"() => {{ {OCCASIONS[occasion]} }}")
    assert page.evaluate("contexts.map(({ resumed }) => resumed)") == [0, 0]


# A browser that lets nothing sound before the visitor has touched the page
UNTOUCHED = """() => {
  const Real = AudioContext;
  window.AudioContext = class extends Real {
    constructor(...options) { super(...options); super.suspend(); }
    resume() { return window.touched ? super.resume() : new Promise(() => {}); }
  };
  addEventListener('pointerdown', () => { window.touched = true; }, { capture: true });
}"""


def test_who_must_touch_the_page_first_is_told(module_tab: Any) -> None:
    """A browser that waits for a touch keeps the answer silent: the visitor is told, touches, and hears it."""
    page = module_tab.page
    page.evaluate(UNTOUCHED)
    page.evaluate("(async () => { await start(); session.sendText('Hello'); })()")
    page.wait_for_function("() => of('error').length")
    assert page.evaluate("of('error').map(({ code, message, fatal }) => [code, message, fatal])") == [
        ["audio_waiting", "Touch the page to hear the answer.", False]
    ]
    assert page.evaluate("session.state") == "speaking"
    page.mouse.click(5, 5)
    page.wait_for_function("() => session.state === 'listening'")  # all of it was heard
    assert page.evaluate("of('error').length") == 1


# A loudspeaker that needs some seconds, such as a headset that is switched on
SLOW_DEVICE = """() => {
  const Real = AudioContext;
  window.AudioContext = class extends Real {
    constructor(...options) { super(...options); super.suspend(); setTimeout(() => super.resume(), 2500); }
    resume() { return new Promise(() => {}); }
  };
}"""


def test_a_slow_loudspeaker_asks_for_no_touch(module_tab: Any) -> None:
    """The visitor has touched the page already: nobody is told to do so again, and the answer is heard."""
    page = module_tab.page
    page.evaluate(SLOW_DEVICE)
    page.evaluate("(async () => { await start(); session.sendText('Hello'); await next('turn'); })()")
    page.wait_for_function("() => session.state === 'listening'")
    assert page.evaluate("session.outputNode.context.state") == "running"
    assert page.evaluate("of('error')") == []


def test_a_microphone_that_gives_nothing_is_no_listener(module_tab: Any, cloud: Google) -> None:
    """Zeros for some seconds: the page is told, no zeros are sent and paid for; with the first sound all is as before."""
    page = module_tab.page
    page.evaluate(PLAYED)
    page.evaluate(
        """(async () => {
          make();
          window.seen = [];
          session.addEventListener('microphone', ({ detail }) => seen.push(detail));
          await session.open();
          await session.startMicrophone();
        })()"""
    )
    page.wait_for_function("() => of('error').length", timeout=15_000)
    assert page.evaluate("of('error').map(({ code, fatal }) => [code, fatal])") == [["microphone_silent", False]]
    assert page.evaluate("seen") == [{"on": True, "silent": False}, {"on": True, "silent": True}]
    assert page.evaluate("session.microphoneSilent")
    sent = cloud.session()["audio"]["bytes"]
    page.wait_for_timeout(700)
    assert cloud.session()["audio"]["bytes"] == sent
    assert cloud.session()["received"]["realtimeInput.audioStreamEnd"] == 1
    page.evaluate("sound.play()")
    page.wait_for_function("() => !session.microphoneSilent")
    module_tab.until(lambda: cloud.session()["audio"]["bytes"] > sent)
    assert page.evaluate("seen.at(-1)") == {"on": True, "silent": False}


def test_a_microphone_without_any_chunk_is_noticed(module_tab: Any) -> None:
    """Where the audio thread never starts (no output device), nothing comes at all: told as well."""
    page = module_tab.page
    page.evaluate(PLAYED)
    page.evaluate(UNTOUCHED)
    page.evaluate("(async () => { sound.play(); await start(); await session.startMicrophone(); })()")
    page.wait_for_function("() => of('error').some(({ code }) => code === 'microphone_silent')", timeout=15_000)


def test_muting_and_the_models_answer_are_no_silence(module_tab: Any) -> None:
    """Who has muted himself is not told that nothing is heard."""
    page = module_tab.page
    page.evaluate(PLAYED)
    page.evaluate("(async () => { await start(); await session.startMicrophone(); session.muted = true; })()")
    page.wait_for_timeout(6500)
    assert page.evaluate("of('error')") == []
    assert page.evaluate("session.microphoneSilent") is False


def test_the_status_tells_the_truth_about_the_microphone(widget: Any) -> None:
    """Forbidden by the page's policy: the owner is named, not the visitor's browser; nobody is said to listen."""
    tab = widget(headers={"Permissions_Policy": "microphone=()"}, lang="de")
    part(tab, "main").click()
    part(tab, "note").wait_for()
    tab.page.wait_for_function("() => document.querySelector('live-voice').state === 'listening'")
    tab.errors.clear()  # Chromium reports the policy on the console
    assert (
        part(tab, "note").text_content()
        == "Der Betreiber dieser Website hat das Mikrofon hier nicht erlaubt. Sie können tippen."
    )
    assert part(tab, "status").text_content() == "Das Mikrofon ist aus"


def test_typing_then_voice_in_one_conversation(widget: Any, cloud: Google) -> None:
    """A conversation that began in writing offers the microphone; nothing that was said is lost."""
    tab = widget()
    ask(tab, "My name is Ada.")
    assert part(tab, "mute").is_hidden()
    assert part(tab, "status").text_content() in ("Microphone is off", "Speaking")
    assert part(tab, "voice").get_attribute("aria-label") == "Switch the microphone on"
    part(tab, "voice").click()
    part(tab, "mute").wait_for()
    assert part(tab, "voice").is_hidden()
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').session.transcript.length > 2"
    )  # it was heard
    assert "My name is Ada." in tab.page.evaluate("document.querySelector('live-voice').session.transcript[0].text")
    assert len(cloud.sessions()) == 1
    assert cloud.session()["audio"]["bytes"] > 0


def test_a_refused_microphone_can_be_asked_for_again(widget: Any) -> None:
    """First refused, then allowed: without ending the conversation."""
    tab = widget()
    tab.page.evaluate(
        """() => {
          const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async () => { navigator.mediaDevices.getUserMedia = real; throw new DOMException('no', 'NotAllowedError'); };
        }"""
    )
    part(tab, "main").click()
    part(tab, "note").wait_for()
    part(tab, "voice").click()
    part(tab, "mute").wait_for()
    tab.page.wait_for_function(LIVE)


@pytest.mark.parametrize("unplugged", [True, False])
def test_a_headset_that_is_unplugged_is_replaced(unplugged: bool, module_tab: Any) -> None:  # noqa: FBT001 - pytest's parameter
    """Another microphone is opened by itself; one that the visitor has stopped in the browser stays stopped."""
    page = module_tab.page
    page.evaluate(PLAYED)
    page.evaluate(
        """async (unplugged) => {
          sound.play();
          const real = navigator.mediaDevices.getUserMedia;
          navigator.mediaDevices.getUserMedia = async () => {
            const stream = await real();
            sound.track = stream.getAudioTracks()[0];
            sound.track.getSettings = () => ({ deviceId: 'headset' });
            return stream;
          };
          navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'audioinput', deviceId: unplugged ? 'built-in' : 'headset' }];
          await start();
          await session.startMicrophone();
          sound.track.dispatchEvent(new Event('ended'));
        }""",
        unplugged,
    )
    said = "[session.microphoneOn, sound.asked, of('error').map(({ code }) => code)]"
    module_tab.until(lambda: page.evaluate(said) == ([True, 2, []] if unplugged else [False, 1, ["microphone_lost"]]))


def test_folding_the_panel_is_not_ending(widget: Any, cloud: Google) -> None:
    """Folded, the conversation goes on and its button tells so; unfolded, it is the same; only End ends it."""
    tab = widget("floating")
    start_muted(tab, "bubble")
    assert part(tab, "bubble").get_attribute("aria-label") == "Hide the conversation"
    part(tab, "bubble").click()
    assert part(tab, "card").is_hidden()
    assert tab.page.evaluate("document.querySelector('live-voice').state") == "muted"
    assert part(tab, "bubble").text_content() == "Microphone is off"
    assert part(tab, "bubble").get_attribute("aria-label") == "Voice assistant: Microphone is off"
    assert part(tab, "bubble").get_attribute("aria-expanded") == "false"
    part(tab, "bubble").click()
    assert "Hello" in ask(tab, "Hello")
    assert len(cloud.sessions()) == 1
    part(tab, "main").click()
    assert tab.page.evaluate("document.querySelector('live-voice').state") == "ready"


# What a function of the page returns, or what answerTool gives → what the model hears
RESULTS: dict[str, dict[str, Any]] = {
    "{ price: 4.5 }": {"price": 4.5},
    "'text'": {"result": "text"},
    "''": {"result": ""},
    "0": {"result": 0},
    "false": {"result": False},
    "null": {"result": "done"},
    "undefined": {"result": "done"},
    "[1, 2]": {"result": [1, 2]},
    "new Date(0)": {"result": "1970-01-01T00:00:00.000Z"},
    "(() => { const circle = {}; circle.self = circle; return circle; })()": {"error": "circular"},
    "({ big: 10n })": {"error": "BigInt"},
    "({ toJSON() { throw new Error('no'); } })": {"error": "no"},
}


@pytest.mark.parametrize("by_hand", [False, True], ids=["a function", "answerTool"])
@pytest.mark.parametrize("result", RESULTS)
def test_whatever_a_page_answers_the_model_hears(result: str, by_hand: bool, module_tab: Any) -> None:  # noqa: FBT001 - pytest's parameter
    """An object, whatever was given; what JSON cannot hold is an error that says so, and the conversation goes on."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if "setup" in frame:
            server.say(number, {"toolCall": {"functionCalls": [{"id": "c1", "name": "give", "args": {}}]}})

    server = Server(module_tab.page, script)
    prevent = f"session.addEventListener('toolcall', (event) => {{ event.preventDefault(); setTimeout(() => session.answerTool('c1', {result})); }});"
    module_tab.page.evaluate(
        f"(async () => {{ make({{ functions: {{ give: () => ({result}) }} }}); {prevent if by_hand else ''} await session.open(); }})()"
    )
    module_tab.until(lambda: any("toolResponse" in frame for frame in server.received[0]))
    answers = [frame["toolResponse"] for frame in server.received[0] if "toolResponse" in frame]
    assert len(answers) == 1
    (answer,) = answers[0]["functionResponses"]
    assert (answer["id"], answer["name"]) == ("c1", "give")
    wanted = RESULTS[result]
    if "error" in wanted:
        assert str(wanted["error"]) in answer["response"]["error"]
    else:
        assert answer["response"] == wanted


GUARD = """<input id=search><script>
window.keys = [];
for (const type of ['keydown', 'keypress', 'keyup']) addEventListener(type, (event) => {
  keys.push(event.key);
  const { target } = event;
  if (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return;
  if (event.key === '/' && !event.ctrlKey) { event.preventDefault(); document.getElementById('search').focus(); }
});
</script>"""


def test_keys_in_the_text_box_are_no_shortcuts_of_the_page(widget: Any) -> None:
    """Letters stay in the box; Escape and combinations reach the page."""
    tab = widget(body=GUARD)
    part(tab, "type").click()
    tab.page.keyboard.type("see a/b")
    assert part(tab, "type").input_value() == "see a/b"
    assert tab.page.evaluate("keys") == []
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Control+k")
    assert tab.page.evaluate("[...new Set(keys)]") == ["Escape", "Control", "k"] or tab.page.evaluate(
        "[...new Set(keys)]"
    ) == ["Escape", "k"]


def test_an_input_method_does_not_close_the_panel(widget: Any) -> None:
    """Escape that only cancels a list of candidates ends nothing."""
    tab = widget("floating")
    part(tab, "bubble").click()
    tab.page.wait_for_function(LIVE)
    tab.page.evaluate(
        "() => document.querySelector('live-voice').shadowRoot.querySelector('.type').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, composed: true }))"
    )
    assert part(tab, "card").is_visible()
    tab.page.evaluate("() => document.querySelector('live-voice').stop()")


@pytest.mark.parametrize("attributes", ["", "floating"])
def test_it_is_not_printed(attributes: str, widget: Any) -> None:
    """Paper has no use for it."""
    tab = widget(attributes)
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate("getComputedStyle(document.querySelector('live-voice')).display") == "none"


IDLE = {
    'idle-minutes="2"': 120_000,
    'idle-minutes="0.5"': 30_000,
    'idle-minutes=" 3 "': 180_000,
    "": 300_000,
    'idle-minutes="5 min"': 300_000,
    'idle-minutes=""': 300_000,
    'idle-minutes="-1"': 300_000,
    'idle-minutes="never"': 300_000,
    'idle-minutes="Infinity"': 300_000,
    'idle-minutes="1e3"': 300_000,
    'idle-minutes="0"': None,
    'idle-minutes="1000000000"': None,
}


@pytest.mark.parametrize("attribute", IDLE)
def test_a_slip_does_not_switch_the_guard_off(attribute: str, widget: Any) -> None:
    """What is no number means the default; 0 means never, and so does more than a browser can count."""
    tab = widget(attribute)
    tab.page.evaluate(
        "() => { window.timers = []; const real = setTimeout; window.setTimeout = (call, time, ...more) => { timers.push(time); return real(call, time, ...more); }; }"
    )
    ask(tab, "Hello")
    longest = max(time for time in tab.page.evaluate("timers") if time is not None)
    assert longest == (IDLE[attribute] or longest)
    assert (longest > 20_000) == (IDLE[attribute] is not None)


# <html lang> → what the function is told, in a browser whose language is Dutch
LANGUAGES = {
    "es": "es",
    "ES-mx": "es-MX",
    "nl_NL": "nl-NL",
    "zh_Hans_CN": "zh-Hans-CN",
    "en-US@posix": "en-US",
    "de-DE-": "de-DE",
    "pt-BR-x-shop": "pt-BR",
    " fr ": "fr",
    "jp": "nl-BE",
    "cz": "nl-BE",
    "mul": "nl-BE",
    "und": "nl-BE",
    "English": "nl-BE",
    "{{ page.lang }}": "nl-BE",
    "日本語": "nl-BE",
    "": "en",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_odd_language_keeps_nobody_from_talking(lang: str, widget: Any, cloud: Google) -> None:
    """What belongs to no language is left out, else the browser's language is asked for; the owner reads it on the console."""
    tab = widget(lang=lang, locale="nl-BE")
    warnings: list[str] = []
    tab.page.on("console", lambda message: warnings.append(message.text))
    tab.page.evaluate("document.querySelector('live-voice').toggleAttribute('floating', false)")
    with tab.page.expect_response(lambda response: response.request.method == "POST") as answered:
        part(tab, "main").hover()
    assert answered.value.request.post_data_json["lang"] == LANGUAGES[lang]
    assert answered.value.status == 200


def test_the_owner_is_told_of_an_odd_language_once(open_tab: Any, site: Any, livetoken: Function) -> None:
    """One warning, however often the language is looked at."""
    tab = open_tab("about:blank")
    warnings: list[str] = []
    tab.page.on("console", lambda message: warnings.append(message.text))
    body = f'<live-voice endpoint="http://localhost:{livetoken.port}"></live-voice>'
    tab.page.goto(site.add("/odd.html", PAGE.format(lang="jp", body=body)))
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').shadowRoot.querySelector('.status').textContent"
    )
    part(tab, "main").hover()
    tab.page.wait_for_timeout(200)
    assert warnings == ['<live-voice>: lang="jp" is no language; it is left out.']


def test_the_language_is_found_across_shadow_trees(open_tab: Any, site: Any, livetoken: Function) -> None:
    """An element within another component speaks the page's language."""
    html = (
        "<!doctype html><html lang=de><meta charset=utf-8><title>Hülle</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script>"
        "<main>Hallo</main><x-shell></x-shell><script>customElements.define('x-shell', class extends HTMLElement { constructor() { super(); "
        f"this.attachShadow({{ mode: 'open' }}).innerHTML = '<live-voice endpoint=http://localhost:{livetoken.port}></live-voice>'; }} }});</script>"
    )
    tab = open_tab(site.add("/shell.html", html))
    tab.page.wait_for_function(
        "() => document.querySelector('x-shell').shadowRoot.querySelector('live-voice').shadowRoot?.querySelector('.status').textContent === 'Bereit'"
    )
    with tab.page.expect_request(lambda request: request.method == "POST") as sent:
        part(tab, "main").hover()
    assert sent.value.post_data_json["lang"] == "de"
