"""What happens in a session: answers, interruptions, functions, sound and pictures, resumption, going away."""

import asyncio
import base64
import struct
from typing import Any

import pytest
from gemini_live_emulator.live import speech
from gemini_live_emulator.protocol.models import VOICES

from tests.emulator.talk import (
    MODEL,
    TOOLS,
    TRANSCRIBED,
    Live,
    contents,
    in_process,
    live,
    setup,
    sounds,
    state_token,
    talk,
    tone,
    words,
)
from tests.support import Lateness, allowing

PAGE = """You are the voice of a page.

<page-title 1f2e3d4c5b>
Blue mugs of Bolesławiec
</page-title 1f2e3d4c5b>
<page-content 1f2e3d4c5b>
Once upon a time there was a mug that nobody would drink from.
</page-content 1f2e3d4c5b>"""


def typed(text: str) -> Any:
    """Steps that type one text and return the turn's messages."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say(text)
        return await session.turn()

    return steps


def test_the_page_is_heard_back() -> None:
    """The answer quotes the fenced title and content, so that everybody sees that this page reached the model."""
    said = words(talk(typed("Hello there"), systemInstruction={"parts": [{"text": PAGE}]}))
    assert "This page is called “Blue mugs of Bolesławiec”." in said
    assert "It begins: “Once upon a time there was a mug …”." in said
    assert said.endswith("You said: “Hello there”.")


def test_without_a_fence_the_instruction_is_quoted() -> None:
    """The instruction's first words stand in for the page; no instruction is said, too."""
    said = words(talk(typed("x"), systemInstruction={"parts": [{"text": "Be brief and kind."}]}))
    assert "My instruction begins: “Be brief and kind.”." in said
    assert "I was given no system instruction." in words(talk(typed("x")))


def test_a_turn_has_its_parts_in_order() -> None:
    """Sound and fragments, generationComplete, turnComplete with usage; some messages are empty, some hold sound and words."""
    messages = talk(typed("Hello"))
    kinds = [next(iter(message.get("serverContent", message)), "empty") for message in messages]
    assert kinds.index("generationComplete") > max(i for i, kind in enumerate(kinds) if kind == "modelTurn")
    assert kinds[-1] == "turnComplete"
    assert kinds.count("generationComplete") == kinds.count("turnComplete") == 1
    assert {} in messages
    assert any({"modelTurn", "outputTranscription"} <= set(message.get("serverContent", {})) for message in messages)
    assert len(contents(messages, "outputTranscription")) > 3
    assert contents(messages, "inputTranscription") == []
    usage = messages[-1]["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["responseTokenCount"]
    assert usage["responseTokensDetails"] == [{"modality": "AUDIO", "tokenCount": usage["responseTokenCount"]}]


def test_the_turn_ends_when_the_sound_would() -> None:
    """Sound comes faster than real time; turnComplete is held until it would have been played."""

    async def steps(session: Live, _: Any) -> None:
        asked = asyncio.get_running_loop().time()
        with Lateness() as late:
            await session.say("Hello, how are you on this fine day?")
            messages = await session.turn()
        first = next(i for i, message in enumerate(session.messages) if "modelTurn" in message.get("serverContent", {}))
        generated = next(i for i, message in enumerate(session.messages) if "generationComplete" in str(message))
        length = len(sounds(messages)) / 48_000
        assert length > 1
        assert session.times[generated] - session.times[first] < allowing(length * 0.8, late.seconds)
        assert length - 0.1 <= session.times[-1] - asked
        assert session.times[-1] - session.times[first] < allowing(length + 1, late.seconds)

    talk(steps, speaking_rate=2)


def test_without_transcription_there_is_none() -> None:
    """Each transcription comes only when the effective setup has it."""

    async def go() -> None:
        async with (
            in_process() as (url, state, _),
            live(url, state_token(state, bidiGenerateContentSetup=setup())) as session,
        ):
            await session.sound(tone(0.5) + bytes(20_000))
            messages = await session.turn()
        assert words(messages) == words(messages, "inputTranscription") == ""
        assert sounds(messages)

    asyncio.run(go())


def test_a_text_session_answers_in_text() -> None:
    """A model of modality TEXT sends text parts and no sound."""
    model: dict[str, Any] = {
        "model": "models/gemini-3.5-transcribe-live",
        "generationConfig": {"responseModalities": ["TEXT"]},
    }
    messages = talk(typed("Hello"), **model)
    text = "".join(part["text"] for turn in contents(messages, "modelTurn") for part in turn["parts"])
    assert text.endswith("You said: “Hello”.")


def test_speech_is_heard_when_silence_follows() -> None:
    """Sound, then half a second of silence: the start is told, the length and loudness are understood."""

    async def steps(session: Live, _: Any) -> Any:
        await session.sound(bytes(16_000) + tone(1.0) + bytes(32_000))
        return await session.turn()

    messages = talk(steps)
    activity = [message["voiceActivity"] for message in messages if "voiceActivity" in message]
    assert [each["type"] for each in activity] == ["ACTIVITY_START", "ACTIVITY_END"]
    assert 0.45 <= float(activity[0]["audioOffset"].rstrip("s")) <= 0.65
    heard = words(messages, "inputTranscription")
    seconds, _, _, _, _, loudness, _ = heard.strip("()").split()
    assert 0.8 <= float(seconds) <= 1.1
    assert -30 < float(loudness) < -10
    assert "seconds of sound" in words(messages)


def test_what_was_heard_can_be_given() -> None:
    """The control route `hear` gives the words of the next utterance."""

    async def steps(session: Live, state: Any) -> Any:
        state.utterances.append("what is this")
        await session.sound(tone(0.5) + bytes(32_000))
        return await session.turn()

    messages = talk(steps)
    assert words(messages, "inputTranscription") == "what is this"
    assert "You said: “what is this”." in words(messages)


def test_silence_and_quiet_are_no_speech() -> None:
    """Nothing is answered to silence, nor to a hum below the threshold."""

    async def steps(session: Live, _: Any) -> None:
        await session.sound(bytes(32_000) + struct.pack("<16000h", *([60, -60] * 8000)))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.next(), 0.4)

    talk(steps)


LONG_PADDING = {"automaticActivityDetection": {"prefixPaddingMs": 500}}


@pytest.mark.parametrize("closure", [0.02, 0.06, 0.1])
def test_speech_has_gaps(closure: float) -> None:
    """A long prefixPaddingMs, as Google's example page asks for, hears speech: closed lips between syllables are part of it."""

    async def steps(session: Live, _: Any) -> Any:
        syllable = tone(0.1)[:3200] + bytes(int(16_000 * closure) * 2)
        await session.sound(syllable * 10 + bytes(32_000))
        return await session.turn()

    messages = talk(steps, realtimeInputConfig=LONG_PADDING)
    offsets = [message["voiceActivity"]["audioOffset"] for message in messages if "voiceActivity" in message]
    assert float(offsets[0].rstrip("s")) >= 0.5
    seconds = float(words(messages, "inputTranscription").strip("()").split()[0])
    assert seconds == pytest.approx(1.0 + 9 * closure, abs=0.1)


@pytest.mark.parametrize(("click", "pause"), [(0.06, 0.1), (0.2, 0.3), (0.4, 0.4)])
def test_sounds_that_are_too_short_are_no_speech(click: float, pause: float) -> None:
    """What pauses longer than speech does is not added up to the required length."""

    async def steps(session: Live, _: Any) -> None:
        await session.sound((tone(click) + bytes(int(16_000 * pause) * 2)) * 12)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.next(), 0.4)

    talk(steps, realtimeInputConfig=LONG_PADDING)


@pytest.mark.parametrize(("duration", "ends"), [(100, True), (2_000, False)])
def test_the_silence_duration_counts(duration: int, ends: bool) -> None:  # noqa: FBT001 - a row of the table
    """SilenceDurationMs decides how much silence ends a turn; audioStreamEnd ends it at once."""

    async def steps(session: Live, _: Any) -> None:
        await session.sound(tone(0.5) + bytes(16_000))
        await session.until(lambda message: "voiceActivity" in message)
        if not ends:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.next(), 0.3)
            await session.send({"realtimeInput": {"audioStreamEnd": True}})
        await session.turn()

    talk(steps, realtimeInputConfig={"automaticActivityDetection": {"silenceDurationMs": duration}})


MANUAL = {"automaticActivityDetection": {"disabled": True}}


def test_push_to_talk() -> None:
    """With detection disabled the client says where speech starts and ends; text between belongs to that turn."""

    async def steps(session: Live, _: Any) -> Any:
        await session.sound(tone(0.3))
        await session.send({"realtimeInput": {"activityStart": {}}})
        await session.sound(tone(0.6) + bytes(32_000))
        await session.say("in between")
        await session.send({"realtimeInput": {"activityEnd": {}}})
        messages = await session.turn()
        assert "You said: “in between”." in words(messages)
        await session.send({"realtimeInput": {"activityStart": {}}})
        await session.sound(tone(0.6))
        await session.send({"realtimeInput": {"activityEnd": {}}})
        return await session.turn()

    messages = talk(steps, realtimeInputConfig=MANUAL)
    assert words(messages, "inputTranscription").startswith("(0.6 seconds of sound")


def test_activity_signals_need_detection_disabled() -> None:
    """With automatic detection on they close the session."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send({"realtimeInput": {"activityStart": {}}})
        return await session.closed()

    assert talk(steps)[0] == 1007


INTERRUPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("text", {}),
    ("speech", {}),
    ("activityStart", {"realtimeInputConfig": MANUAL}),
    ("clientContent", {}),
]


@pytest.mark.parametrize(("how", "more"), INTERRUPTIONS, ids=[row[0] for row in INTERRUPTIONS])
def test_the_user_interrupts(how: str, more: dict[str, Any]) -> None:
    """Speech, text, turns and activityStart stop an answer: interrupted, turnComplete, and no generationComplete."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Tell me a long story about everything that you have ever heard of, please. " * 20)
        await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
        match how:
            case "text":
                await session.say("Stop")
            case "speech":
                await session.sound(tone(0.3))
            case "activityStart":
                await session.send({"realtimeInput": {"activityStart": {}}})
            case _:
                await session.send({"clientContent": {"turns": [{"role": "user", "parts": [{"text": "Stop"}]}]}})
        return await session.turn()

    messages = talk(steps, speaking_rate=0.2, **more)  # so slowly that it still speaks when a busy machine gets to it
    assert contents(messages, "interrupted") == [True]
    assert contents(messages, "generationComplete") == []
    assert contents(messages, "turnComplete") == [True]


def test_an_interruption_while_the_sound_still_plays() -> None:
    """All was generated, but the listener has not heard it: that is an interruption, too."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Hello")
        await session.until(lambda message: "generationComplete" in message.get("serverContent", {}))
        await session.say("Stop")
        first = await session.turn()
        second = await session.turn()
        return first, second

    first, second = talk(steps, speaking_rate=1.5)
    assert contents(first, "interrupted") == [True]
    assert "Before that you said: “Hello”." in words(second)


def test_no_interruption_when_the_setup_says_so() -> None:
    """NO_INTERRUPTION: the answer is heard to its end, then the next one begins."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("One")
        await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
        await session.say("Two")
        return [await session.turn(), await session.turn()]

    first, second = talk(steps, realtimeInputConfig={"activityHandling": "NO_INTERRUPTION"})
    assert contents(first, "interrupted") == contents(second, "interrupted") == []
    assert "You said: “Two”." in words(second)


def test_turns_of_a_conversation() -> None:
    """ClientContent adds turns; only a complete turn is answered, and earlier ones are known."""

    async def steps(session: Live, _: Any) -> Any:
        history = [
            {"role": "user", "parts": [{"text": "My name is Ada."}]},
            {"role": "model", "parts": [{"text": "Hello Ada."}]},
        ]
        await session.send({"clientContent": {"turns": history, "turnComplete": False}})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.next(), 0.3)
        question = [{"role": "user", "parts": [{"text": "Who am I?"}]}]
        await session.send({"client_content": {"turns": question, "turn_complete": True}})
        return await session.turn()

    said = words(talk(steps))
    assert "Turn 2. Before that you said: “My name is Ada.”." in said
    assert "You said: “Who am I?”." in said


CALLS = [
    ("add 2 blue mugs", [("add_to_basket", {"item": "blue mugs", "quantity": 2})]),
    ("Please add a teapot to my basket", [("add_to_basket", {"item": "teapot", "quantity": 1})]),
    ("show me the teapot", [("show_item", {"item": "teapot"})]),
    (
        "add three red cups and show the red cups",
        [("add_to_basket", {"item": "red cups", "quantity": 3}), ("show_item", {"item": "red cups"})],
    ),
    ("call show_item", [("show_item", {"item": "call"})]),
]


@pytest.mark.parametrize(("text", "wanted"), CALLS, ids=[row[0] for row in CALLS])
def test_functions_are_called(text: str, wanted: list[Any]) -> None:
    """A text that asks for declared functions gets one toolCall with all of them; their results are in the answer."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say(text)
        found = await session.until(lambda message: "toolCall" in message)
        calls = found[-1]["toolCall"]["functionCalls"]
        await session.turn()
        responses = [{"id": call["id"], "name": call["name"], "response": {"ok": 1}} for call in calls]
        await session.send({"toolResponse": {"functionResponses": responses}})
        return calls, await session.turn()

    calls, messages = talk(steps, tools=TOOLS)
    assert [(call["name"], call["args"]) for call in calls] == wanted
    assert all(call["id"].startswith("call_") for call in calls)
    for name, _ in wanted:
        assert f'{name} answered {{"ok": 1}}.' in words(messages)


def test_a_call_is_cancelled_when_the_user_goes_on() -> None:
    """An unanswered call is called back by its id; a late answer to it is ignored."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("add 2 blue mugs")
        found = await session.until(lambda message: "toolCall" in message)
        call = found[-1]["toolCall"]["functionCalls"][0]
        await session.say("Never mind")
        cancelled = await session.until(lambda message: "toolCallCancellation" in message)
        assert cancelled[-1]["toolCallCancellation"] == {"ids": [call["id"]]}
        await session.send({"toolResponse": {"functionResponses": [{"id": call["id"], "name": "x", "response": {}}]}})
        return await session.turn(), await session.turn()

    interrupted, after = talk(steps, model="models/gemini-3.1-flash-live-preview", tools=TOOLS)
    assert contents(interrupted, "interrupted") == [True]
    assert "You said: “Never mind”." in words(after)


JPEG = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x01\xe0\x02\x80" + bytes(20)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 33, 44) + bytes(9)


def test_pictures_are_counted() -> None:
    """The answer says how many pictures came, and the size of the last."""

    async def steps(session: Live, state: Any) -> Any:
        for kind, data in (("png", PNG), ("jpeg", JPEG)):
            blob = {"data": base64.b64encode(data).decode(), "mimeType": f"image/{kind}"}
            await session.send({"realtimeInput": {"video": blob}})
        await session.say("What do you see?")
        messages = await session.turn()
        return messages, state.sessions[0].detail()["images"]

    messages, images = talk(steps)
    assert "I have seen 2 pictures, the last one 640 by 480." in words(messages)
    assert [image["size"] for image in images] == ["33 by 44", "640 by 480"]


BAD = [
    ({"realtimeInput": {"audio": {"data": "AAA", "mimeType": "audio/pcm"}}}, "Base64 decoding failed"),
    ({"realtimeInput": {"audio": {"data": "AAAA", "mimeType": "audio/mp3"}}}, "Unsupported mime type: audio/mp3"),
    ({"setup": {}}, "A setup message was sent already."),
    ({"realtimeInput": {"speech": 1}}, "Unknown name \"speech\" at 'realtime_input'"),
]


@pytest.mark.parametrize(("message", "reason"), BAD, ids=[row[1] for row in BAD])
def test_a_message_that_does_not_fit_closes(message: Any, reason: str) -> None:
    """1007, and a reason that says what was wrong."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send(message)
        return await session.closed()

    code, said = talk(steps)
    assert code == 1007
    assert reason in said


def test_resumption_keeps_the_conversation() -> None:
    """Over twelve connections, each with a token of its own, the conversation goes on."""

    async def go() -> None:
        async with in_process(speaking_rate=40) as (url, state, _):
            resumption: dict[str, str] = {}
            for turn in range(12):
                locked = setup(**TRANSCRIBED, sessionResumption=resumption)
                async with live(url, state_token(state, bidiGenerateContentSetup=locked)) as session:
                    await session.say(f"fact {turn}")
                    messages = await session.turn()
                    handles = [m["sessionResumptionUpdate"] for m in session.messages if "sessionResumptionUpdate" in m]
                    assert handles[0]["resumable"]
                    assert {} in handles, "no handle while the answer is made"
                    resumption = {"handle": handles[-1]["newHandle"]}
                if turn:
                    assert f"Turn {turn + 1}. Before that you said: “fact {turn - 1}”." in words(messages)

    asyncio.run(go())


def test_an_old_handle_leads_to_its_own_moment() -> None:
    """What was said after a handle was given is not part of what it resumes."""

    async def go() -> str:
        async with in_process() as (url, state, _):
            locked = setup(**TRANSCRIBED, sessionResumption={})
            async with live(url, state_token(state, bidiGenerateContentSetup=locked)) as session:
                early = await session.handle()
                await session.say("something later")
                await session.turn()
            locked = setup(**TRANSCRIBED, sessionResumption={"handle": early})
            async with live(url, state_token(state, bidiGenerateContentSetup=locked)) as session:
                await session.say("and now")
                return words(await session.turn())

    assert "Before that" not in asyncio.run(go())


def test_handles_come_while_something_happens() -> None:
    """About every 1.2 s with traffic, and none without."""

    async def steps(session: Live, _: Any) -> None:
        with Lateness() as late:
            await session.handle()
            start = session.times[-1]
            await session.sound(bytes(3_200))
            await session.handle()
        assert 0.8 - late.seconds < session.times[-1] - start < allowing(2.5, late.seconds)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.next(), 1.5)

    talk(steps, sessionResumption={})


def test_go_away_then_closed() -> None:
    """A connection has a life: goAway with the time left, then the close."""

    async def steps(session: Live, _: Any) -> Any:
        start = session.times[0]
        message = await session.next()
        noticed = session.times[-1] - start
        code, reason = await session.closed()
        return message, noticed, asyncio.get_running_loop().time() - start, (code, reason)

    with Lateness() as late:
        message, noticed, ended, close = talk(steps, connection_seconds=1.2, go_away_seconds=0.4)
    assert 0 < float(message["goAway"]["timeLeft"].rstrip("s")) <= 0.4
    assert 0.6 - late.seconds < noticed < ended
    assert 1.0 - late.seconds < ended < allowing(2.2, late.seconds)
    assert close == (1008, "The operation was aborted.")


def test_the_voice_is_a_voice() -> None:
    """Neither silence nor one tone: loud enough, never clipped, with pauses, and voices differ in pitch."""

    def measured(voice: str) -> tuple[int, float, float]:
        sound = b"".join(sound for _, sound in speech.speak("Good morning, how are you today?", voice))
        samples = memoryview(sound).cast("h")
        frames = [samples[place : place + 480] for place in range(0, len(samples) - 480, 480)]
        loudness = [sum(abs(sample) for sample in frame) / 480 for frame in frames]
        quiet = sum(each < 60 for each in loudness) / len(loudness)
        return max(abs(sample) for sample in samples), quiet, max(loudness)

    def heard_pitch(voice: str) -> float:
        """The pitch in the middle of a long vowel, from the period after which the sound repeats."""
        sound = memoryview(speech.pronounce("aaa", voice, 0.5, 0.5)).cast("h")
        middle = sound[len(sound) // 3 : len(sound) // 3 + 1_200]
        likeness = {
            period: sum(a * b for a, b in zip(middle[: 1_200 - period], middle[period:], strict=True))
            / (1_200 - period)
            for period in range(80, 280)
        }
        # Two periods are as like as one: the shortest counts.
        return 24_000 / min(period for period in likeness if likeness[period] > 0.9 * max(likeness.values()))

    for voice in ("Kore", "Puck", "Sulafat"):
        assert heard_pitch(voice) == pytest.approx(speech.pitch(voice), rel=0.15)
        peak, quiet, loudest = measured(voice)
        assert 8_000 < peak < 32_767
        assert 0.02 < quiet < 0.6
        assert loudest > 1_000
    assert len({round(speech.pitch(voice), 2) for voice in VOICES}) == 30
    assert 90 < min(map(speech.pitch, VOICES)) < max(map(speech.pitch, VOICES)) < 250


@pytest.mark.parametrize(
    ("text", "count"), [("hello", 2), ("Bolesławiec", 4), ("你好", 2), ("42", 2), ("“…”", 0), ("rhythm", 1)]
)
def test_every_script_has_syllables(text: str, count: int) -> None:
    """Letters of any script are spoken; signs alone are a pause."""
    assert len(speech.syllables(text)) == count


def test_fragments_put_together_are_the_text() -> None:
    """Transcription fragments lose no word."""
    text = "One two, three: four five."
    assert "".join(fragment for fragment, _ in speech.speak(text, "Kore")) == text


def test_the_model_is_the_locked_one() -> None:
    """The setup that counts is the token's."""

    async def steps(_: Live, state: Any) -> Any:
        return state.sessions[0].effective["model"]

    assert talk(steps) == MODEL


def test_broken_text_harms_nobody() -> None:
    """Half a surrogate pair cannot be sent as UTF-8; the session goes on without it."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("a \ud800 b")
        return await session.turn()

    assert "You said: “a ? b”." in words(talk(steps))
