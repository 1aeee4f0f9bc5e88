"""Sound in and out: what the microphone gave is what Gemini gets, what Gemini says is what the page plays."""

import base64
import json
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser import sound
from tests.client.browser.conftest import Tab

AS_IT_IS = "{ echoCancellation: false, noiseSuppression: false, autoGainControl: false }"
TONES = (400, 1000, 3000, 6000)


@pytest.fixture
def module_tab(reloaded_tab: Tab) -> Tab:
    """One page for all: none of these tests changes its browser."""
    return reloaded_tab


def test_what_the_microphone_gives_is_what_gemini_gets(module_tab: Any, cloud: Google) -> None:
    """16 kHz PCM16 mono: the tones have their pitch, length and loudness within 1 dB, clean by 35 dB; 12 kHz is gone, not folded to 4 kHz."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate(f"session.startMicrophone({AS_IT_IS})")
    page.evaluate("wait(6500)")
    page.evaluate("session.close()")
    assert list(cloud.session()["audio"]["mimeTypes"]) == ["audio/pcm;rate=16000"]
    samples = sound.samples_of(cloud.audio())
    assert 16_000 * 5.5 < len(samples) < 16_000 * 7

    runs = sound.stretches(sound.heard(samples, TONES))
    whole = {tone: (first, count) for tone, first, count in runs[1:-1] if tone and count > 15}
    print([(tone, count * 0.02) for tone, _, count in runs])
    assert sorted(whole) == list(TONES)
    for tone, (first, count) in whole.items():
        assert 0.36 <= count * 0.02 <= 0.44
        inner = samples[(first + 3) * sound.FRAME : (first + 13) * sound.FRAME]  # 200 ms without the edges
        level = sound.amplitude(inner, tone)
        noise = max(1e-9, sound.loudness(inner) ** 2 - level**2 / 2) ** 0.5
        print(
            f"{tone} Hz: amplitude {level:.4f} (sent 0.25), everything else {sound.decibels(noise / level):.1f} dB below"
        )
        assert abs(sound.decibels(level / 0.25)) < 1
        assert sound.decibels(noise / level) < -35
    after_6000 = whole[6000][0] + whole[6000][1]
    above = samples[(after_6000 + 3) * sound.FRAME : (after_6000 + 13) * sound.FRAME]  # 12 kHz in the file
    print(f"12 kHz: {sound.decibels(sound.loudness(above) / 0.177):.1f} dB")
    assert sound.decibels(sound.loudness(above) / 0.177) < -40


RECORDER = """registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([[samples]]) { if (samples) this.port.postMessage([currentFrame, samples.slice()]); return true; }
});"""
# Taps the node that everything spoken passes through: blocks of [frame, samples].
TAP = """(async () => {
  const { outputNode } = session;
  await outputNode.context.audioWorklet.addModule('/recorder.js');
  const recorder = new AudioWorkletNode(outputNode.context, 'recorder');
  window.tape = [];
  recorder.port.onmessage = ({ data }) => tape.push(data);
  outputNode.connect(recorder).connect(outputNode.context.destination);
})()"""


# Waits until all that was queued has been heard and recorded: a while of silence has passed the tap.
HEARD = """(async () => {
  const silent = () => tape.length > 50 && tape.slice(-50).every(([, samples]) => samples.every((sample) => !sample));
  while (of('state').at(-1).state === 'speaking' || !tape.some(([, samples]) => samples.some((sample) => sample)) || !silent()) await wait(20);
})()"""


@pytest.fixture
def tapped_tab(module_tab: Any, site: Any) -> Any:
    """A page with an open session whose output is recorded."""
    site.add("/recorder.js", RECORDER, Content_Type="text/javascript")
    module_tab.page.evaluate("start()")
    module_tab.page.evaluate(TAP)
    return module_tab


def test_what_gemini_says_is_what_the_page_plays(tapped_tab: Any) -> None:
    """Sample for sample, without a gap, at 24 kHz, at the volume that was set."""
    page = tapped_tab.page
    # the sound clock stands while the speech arrives: it goes on without a page that a busy machine lets wait
    page.evaluate("session.outputNode.context.suspend()")
    page.evaluate("ask('Tell me more.')")
    page.evaluate("session.outputNode.context.resume()")
    page.evaluate(HEARD)
    sent = b"".join(
        base64.b64decode(part["inlineData"]["data"])
        for message in page.evaluate("of('message')")
        for part in message.get("serverContent", {}).get("modelTurn", {}).get("parts", [])
        if "inlineData" in part
    )
    played = json.loads(
        page.evaluate(
            "JSON.stringify(tape.flatMap(([, samples]) => Array.from(samples, (sample) => Math.round(sample * 32768))))"
        )
    )
    said = list(sound.samples_of(sent))
    assert page.evaluate("session.outputNode.context.sampleRate") == 24_000
    first = next(i for i, sample in enumerate(played) if sample)
    lead = next(i for i, sample in enumerate(said) if sample)
    start = first - lead
    differing = sum(a != b for a, b in zip(said, played[start:], strict=False))
    print(f"{len(said)} samples ({len(said) / 24000:.2f} s), {differing} differ")
    assert len(played) >= start + len(said)
    assert differing == 0

    page.evaluate("(async () => { session.volume = 0.25; tape.length = 0; await ask('Again.'); })()")
    page.evaluate(HEARD)
    quieter = page.evaluate("Math.max(...tape.map(([, samples]) => Math.max(...samples)))")
    assert 0.2 < quieter * 32768 / max(said) < 0.3


def test_an_interruption_stops_the_sound_within_100_ms(tapped_tab: Any) -> None:
    """From Gemini's `interrupted` to silence, with seconds of speech still queued."""
    page = tapped_tab.page
    result = page.evaluate(
        """(async () => {
          const { context } = session.outputNode;
          const long = 'A long story, please. '.repeat(8);
          session.sendText(long);
          await next('state', ({ state }) => state === 'speaking');
          await wait(400);
          const stopped = next('interrupted').then(() => context.currentTime);
          session.sendTurns('Stop.', { turnComplete: false }); // told, not asked: no new answer begins
          const at = await stopped;
          await wait(500);
          const loud = tape.filter(([, samples]) => samples.some((sample) => Math.abs(sample) > 0.001));
          return { at, before: loud.length, silentAfter: loud.at(-1)[0] / context.sampleRate + 128 / context.sampleRate - at, state: session.state };
        })()"""
    )
    print(result)
    assert result["before"] > 10
    assert result["silentAfter"] < 0.1
    assert result["state"] == "listening"


def test_speech_is_heard_transcribed_and_answered(module_tab: Any, cloud: Google) -> None:
    """Automatic activity detection ends the utterance; what was understood stands in front of the answer."""
    page = module_tab.page
    cloud.hear("What is the tide?")
    page.evaluate("start()")
    page.evaluate(
        f"(async () => {{ const turn = next('turn'); await session.startMicrophone({AS_IT_IS}); await turn; }})()"
    )
    entries = page.evaluate("session.transcript")
    assert [entry["role"] for entry in entries][:2] == ["user", "model"]
    assert entries[0]["text"] == "What is the tide?"
    assert entries[0]["final"]
    assert "You said: “What is the tide?”." in entries[1]["text"]
    levels = page.evaluate(
        "(async () => { let most = 0; for (let i = 0; i < 60; i++) { most = Math.max(most, session.levels.input); await wait(50); } return most; })()"
    )
    assert 0.1 < levels < 0.3


def test_muting_ends_the_audio_stream(module_tab: Any, cloud: Google) -> None:
    """Muted, not one sample leaves the page, Gemini is told with audioStreamEnd; unmuted, speech goes on."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate("session.startMicrophone().then(() => wait(500))")
    page.evaluate("session.muted = true")
    module_tab.until(lambda: "realtimeInput.audioStreamEnd" in cloud.session()["received"])
    muted = cloud.session()
    page.evaluate("wait(400)")
    still = cloud.session()
    page.evaluate("(() => { session.muted = false; })()")
    module_tab.until(lambda: cloud.session()["audio"]["bytes"] > still["audio"]["bytes"])
    assert muted["received"]["realtimeInput.audioStreamEnd"] == 1
    assert still["audio"]["bytes"] == muted["audio"]["bytes"]
    assert page.evaluate("of('mute')") == [{"muted": True}, {"muted": False}]


def test_push_to_talk_sends_what_is_said_between_press_and_release(module_tab: Any, cloud: Google) -> None:
    """Nothing before startTalking(); then activityStart, audio, activityEnd, and an answer."""
    page = module_tab.page
    page.evaluate("start({ prompt: 'push-to-talk', pushToTalk: true })")
    page.evaluate("session.startMicrophone().then(() => wait(500))")
    assert "realtimeInput.audio" not in cloud.session()["received"]
    talked = page.evaluate(
        "(async () => { const turn = next('turn'); session.startTalking(); const began = performance.now(); await wait(900); session.stopTalking(); const talked = performance.now() - began; await turn; return talked / 1000; })()"
    )
    received = cloud.session()["received"]
    bytes_then = cloud.session()["audio"]["bytes"]
    page.evaluate("wait(300)")
    assert received["realtimeInput.activityStart"] == received["realtimeInput.activityEnd"] == 1
    assert "realtimeInput.audioStreamEnd" not in received
    assert abs(bytes_then / 32_000 - talked) < 0.2
    assert cloud.session()["audio"]["bytes"] == bytes_then


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000, 96_000])
def test_any_device_rate_becomes_16_khz(rate: int, module_tab: Any) -> None:
    """The worklet resamples whatever a device gives: pitch and loudness stay, what 16 kHz cannot hold is 60 dB down."""
    page = module_tab.page
    result = page.evaluate(
        """async (rate) => {
          const play = async (hertz) => {
            const context = new OfflineAudioContext(1, rate, rate);
            await context.audioWorklet.addModule('/livetoken-worklet.js');
            const worklet = new AudioWorkletNode(context, 'livetoken-microphone', { numberOfOutputs: 0 });
            const chunks = [];
            worklet.port.onmessage = ({ data }) => chunks.push(...new Int16Array(data));
            const oscillator = new OscillatorNode(context, { frequency: hertz });
            const gain = new GainNode(context, { gain: 0.5 });
            oscillator.connect(gain).connect(worklet);
            oscillator.start();
            await context.startRendering();
            await new Promise((done) => setTimeout(done, 100));
            return chunks;
          };
          return { low: await play(1000), high: rate > 20000 ? await play(10000) : [] };
        }""",
        rate,
    )
    low = result["low"][3200:12_800]
    level = sound.amplitude(low, 1000)
    noise = max(1e-12, sound.loudness(low) ** 2 - level**2 / 2) ** 0.5
    print(f"{rate} Hz: {len(result['low'])} samples, level {level:.4f}, noise {sound.decibels(noise / level):.1f} dB")
    assert 15_200 <= len(result["low"]) <= 16_000
    assert abs(sound.decibels(level / 0.5)) < 0.1
    assert sound.decibels(noise / level) < -60
    if result["high"]:
        assert sound.decibels(sound.loudness(result["high"][3200:12_800]) / 0.354) < -60


REFUSALS = {
    "NotAllowedError": "microphone_denied",
    "NotFoundError": "microphone_missing",
    "NotReadableError": "microphone_busy",
    "OverconstrainedError": "microphone_missing",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_of_the_microphone_has_its_own_code(name: str, module_tab: Any) -> None:
    """The browser's reason becomes a code and a sentence; the conversation goes on in writing."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate(
        "(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', name); }; }", name
    )
    code = page.evaluate("session.startMicrophone().catch(({ code }) => code)")
    assert code == REFUSALS[name]
    assert page.evaluate("of('error')[0].fatal") is False
    assert "You said: “Hello”." in page.evaluate("ask('Hello')")


def test_a_page_without_the_permission_is_told_so(open_tab: Any, site: Any, livetoken: Function) -> None:
    """A Permissions-Policy without microphone is a real refusal by the browser."""
    tab = open_tab(
        site.add("/no-microphone.html", "<!doctype html><title>A</title>", Permissions_Policy="microphone=()")
    )
    tab.page.mouse.click(5, 5)
    code = tab.page.evaluate(
        "async (endpoint) => { const { Session } = await import('/livetoken.js'); return new Session({ endpoint }).startMicrophone().catch(({ code }) => code); }",
        livetoken.url,
    )
    tab.errors.clear()  # Chromium reports the policy on the console
    assert code == "microphone_denied"


def test_an_insecure_page_is_told_so(open_tab: Any, site: Any) -> None:
    """Over http, on a host that is not this machine's own, browsers give no microphone."""
    tab = open_tab(
        site.add("/insecure.html", "<!doctype html><title>A</title><link rel=icon href=/icon.svg>").replace(
            "localhost", "insecure.test"
        )
    )
    code = tab.page.evaluate(
        "async () => { const { Session } = await import('/livetoken.js'); return new Session({ endpoint: '/' }).startMicrophone().catch(({ code }) => code); }"
    )
    assert code == "insecure_context"
