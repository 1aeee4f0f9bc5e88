"""What other people's clients and measurements have shown of Google, row by row; each row was wrong here once."""

import asyncio
import base64
import json
from typing import Any

import pytest
from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.protocol import setup_rules
from gemini_live_emulator.protocol.errors import LiveCloseError
from websockets.asyncio.client import connect

from dev.processes import Google
from tests.emulator.talk import (
    MODEL,
    TOOLS,
    Live,
    contents,
    in_process,
    live,
    refusal,
    setup,
    sounds,
    state_token,
    talk,
    token,
    tone,
    words,
)

AUDIO = {"responseModalities": ["AUDIO"]}
THREE_ONE = "models/gemini-3.1-flash-live-preview"
NATIVE = "models/gemini-2.5-flash-native-audio-latest"
THINKING: dict[str, Any] = {
    "model": f"{MODEL}-extended-thinking",
    "generationConfig": {**AUDIO, "thinkingConfig": {"thinkingLevel": "LOW"}},
}
INVALID = "Request contains an invalid argument"
QUIET = 0.3


def content(*turns: tuple[str, str], complete: bool = True) -> dict[str, Any]:
    """A clientContent of turns by role and text."""
    made = [{"role": role, "parts": [{"text": text}]} for role, text in turns]
    return {"clientContent": {"turns": made, "turnComplete": complete}}


def tools(behavior: str | None = None) -> list[dict[str, Any]]:
    """One function, with or without a behaviour."""
    return [{"functionDeclarations": [{"name": "look_up", **({"behavior": behavior} if behavior else {})}]}]


async def silent(session: Live) -> bool:
    """Whether nothing comes for a while."""
    try:
        await asyncio.wait_for(session.next(), QUIET)
    except TimeoutError:
        return True
    return False


async def called(session: Live, text: str = "look up") -> str:
    """Ask for the function; returns the id of the call."""
    await session.say(text)
    found = await session.until(lambda message: "toolCall" in message)
    return str(found[-1]["toolCall"]["functionCalls"][0]["id"])


async def result(session: Live, number: str, value: Any = None, **more: Any) -> None:
    """Send a function response."""
    answer = {"id": number, "name": "look_up", "response": {"ok": 1} if value is None else value, **more}
    await session.send({"toolResponse": {"functionResponses": [answer]}})


HISTORY: dict[str, Any] = {"historyConfig": {"initialHistoryInClientContent": True}}
SEED = content(("user", "My name is Ada."), ("model", "Hello Ada."), ("user", "Remember it."))


@pytest.mark.parametrize("model", [MODEL, THREE_ONE])
def test_initial_history_is_only_recorded(model: str) -> None:
    """1: on 3.x the seed gets no answer, whoever has the last word in it; the next content is answered as ever."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send(content(("user", "One more thing."), complete=False))
        await session.send(SEED)
        assert await silent(session)
        await session.send(content(("user", "Who am I?")))
        return await session.turn()

    messages = talk(steps, model=model, **HISTORY)
    assert contents(messages, "interrupted") == []
    assert "Turn 4. Before that you said: “Remember it.”." in words(messages)


def test_initial_history_is_answered_by_2_5() -> None:
    """1: the 2.5 models answer the seed all the same."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send(SEED)
        return await session.turn()

    assert "You said: “Remember it.”." in words(talk(steps, model=NATIVE, **HISTORY))


TRANSCRIPTIONS: list[dict[str, Any]] = [
    {"languageAuto": {}},
    {"language_auto": {}, "language_codes": ["pl-PL"], "languageHints": {"languageCodes": ["pl"]}},
    {"customVocabulary": ["Bolesławiec"], "adaptation_phrases": ["mug"]},
    {"mode": "SMART", "sourceText": "A draft."},
    {"word_timestamp": True, "diarization": True},
]


@pytest.mark.parametrize("transcription", TRANSCRIPTIONS, ids=[next(iter(row)) for row in TRANSCRIPTIONS])
def test_transcription_fields_are_known(transcription: dict[str, Any]) -> None:
    """2: every field of AudioTranscriptionConfig is taken, for both directions; a misspelt one is not."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Hello")
        return await session.turn()

    both: dict[str, Any] = {"inputAudioTranscription": transcription, "outputAudioTranscription": transcription}
    assert words(talk(steps, **both))

    async def go() -> Any:
        async with in_process() as (url, state, _):
            wrong = {"setup": setup(inputAudioTranscription={"languageAutomatic": {}})}
            return await refusal(url, state_token(state), wrong)

    code, reason = asyncio.run(go())
    assert code == 1007
    assert reason.startswith(
        "Invalid JSON payload received. Unknown name \"languageAutomatic\" at 'setup.input_audio_transcription'"
    )


UPDATES = {"contextUpdate": {"systemInstruction": {"parts": [{"text": "Speak of tea."}]}, "tools": {"tools": tools()}}}


@pytest.mark.parametrize(
    ("mask", "how", "applied"),
    [
        ("model", {}, {"systemInstruction", "tools"}),
        ("model,tools", {}, {"systemInstruction"}),
        ("model,systemInstruction.parts", {}, {"tools"}),
        ("", {}, set()),
        ("", {"locked_context_update": "applied"}, {"systemInstruction", "tools"}),
    ],
)
def test_context_updates(mask: str, how: dict[str, str], applied: set[str]) -> None:
    """3: instruction and tools are replaced, but not what the token locks; inspection shows what was sent and applied."""

    async def go() -> Any:
        async with in_process(**how) as (url, state, _):
            locked = setup(systemInstruction={"parts": [{"text": "Speak of mugs."}]}, outputAudioTranscription={})
            body = {"bidiGenerateContentSetup": locked, **({"fieldMask": mask} if mask else {})}
            async with live(url, state_token(state, **body), {"setup": locked}) as session:
                await session.next()
                await session.send(UPDATES)
                await session.say("Hello")
                said = words(await session.turn())
                await session.say("look up")
                told = await session.until(lambda message: "toolCall" in message or "turnComplete" in str(message))
                return said, "toolCall" in told[-1], state.sessions[0].detail()

    said, calls, seen = asyncio.run(go())
    assert ("Speak of tea." in said) == ("systemInstruction" in applied)
    assert ("Speak of mugs." in said) == ("systemInstruction" not in applied)
    assert calls == ("tools" in applied)
    (update,) = seen["contextUpdates"]
    assert update["sent"] == UPDATES["contextUpdate"]
    assert set(update["applied"]) == applied
    assert ("tools" in seen["effective"]) == ("tools" in applied)


def test_an_update_with_no_tools_takes_them_away() -> None:
    """3: an empty list replaces the list; without a token nothing is locked."""

    async def go() -> Any:
        async with in_process() as (url, _, _):
            base = url.replace("http", "ws") + "/ws/google.ai.generativelanguage.v1beta.GenerativeService."
            async with connect(f"{base}BidiGenerateContent?key={DEFAULT_KEY}") as socket:
                session = Live(socket)
                await session.send({"setup": setup(tools=tools(), outputAudioTranscription={})})
                await session.next()
                await session.send({"context_update": {"tools": {"tools": []}}})
                await session.say("look up")
                return words(await session.turn())

    assert asyncio.run(go()).endswith("You said: “look up”.")


def affective(value: bool) -> dict[str, Any]:  # noqa: FBT001 - the value of the field
    """The part of a setup that asks for affective dialog, or says that it is not wanted."""
    return {"generationConfig": {**AUDIO, "enableAffectiveDialog": value}}


@pytest.mark.parametrize("model", [MODEL, THREE_ONE, NATIVE])
def test_no_affective_dialog_is_taken_by_all(model: str) -> None:
    """4: `enableAffectiveDialog: false` is no mistake."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Hello")
        return await session.turn()

    assert sounds(talk(steps, model=model, **affective(value=False)))


@pytest.mark.parametrize(
    "message", [{"realtimeInput": {"text": "hi"}}, content(("user", "hi")), {"toolResponse": {}}], ids=str
)
def test_affective_dialog_is_refused_late_by_3_8(message: dict[str, Any]) -> None:
    """4: 3.8 sets the session up and closes at the first message; 3.1 refuses the setup (test_live_door.py)."""

    async def steps(session: Live, _: Any) -> Any:
        assert await silent(session)
        await session.send(message)
        return await session.closed()

    assert talk(steps, **affective(value=True)) == (1007, INVALID)


@pytest.mark.parametrize("model", [MODEL, THREE_ONE, NATIVE, THINKING["model"]])
def test_proactivity_is_unknown_to_v1beta(model: str) -> None:
    """5: for every model, whatever its value."""
    generation = THINKING["generationConfig"] if model == THINKING["model"] else AUDIO
    wanted = setup(model=model, generationConfig=generation, proactivity={})
    with pytest.raises(LiveCloseError, match=r"Unknown name \"proactivity\" at 'setup': Cannot find field"):
        setup_rules.check(wanted, "v1beta", by_token=True, locked_model=True)


@pytest.mark.parametrize("behavior", [None, "NON_BLOCKING"])
def test_a_call_that_nobody_waits_for(behavior: str | None) -> None:
    """6: on 3.8 the turn is complete with the call; a text meanwhile is answered, and cancels nothing."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        with_call = await session.turn()
        await session.say("Meanwhile")
        meanwhile = await session.turn()
        await result(session, number)
        return with_call, meanwhile, await session.turn()

    with_call, meanwhile, last = talk(steps, tools=tools(behavior))
    assert contents(with_call, "turnComplete") == [True]
    assert contents(with_call, "modelTurn") == []
    assert "You said: “Meanwhile”." in words(meanwhile)
    assert not [message for message in (*with_call, *meanwhile, *last) if "toolCallCancellation" in message]
    assert contents(with_call + meanwhile + last, "interrupted") == []
    assert 'look_up answered {"ok": 1}.' in words(last)


def test_a_text_stops_an_answer_and_not_the_call() -> None:
    """6: an answer that plays beside the call is interrupted as ever, and the call stays out."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        await session.turn()
        await session.say("Tell me a long story about everything that you have ever heard of, please")
        await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
        await session.say("Stop")
        stopped = await session.turn()
        await session.turn()
        await result(session, number)
        return stopped, await session.turn()

    stopped, last = talk(steps, tools=tools(), speaking_rate=2)
    assert contents(stopped, "interrupted") == [True]
    assert not [message for message in stopped if "toolCallCancellation" in message]
    assert "look_up answered" in words(last)


WAITS = [(THREE_ONE, None), (THREE_ONE, "BLOCKING"), (THREE_ONE, "NON_BLOCKING"), (MODEL, "BLOCKING"), (NATIVE, None)]


@pytest.mark.parametrize(("model", "behavior"), WAITS)
def test_a_call_that_is_waited_for(model: str, behavior: str | None) -> None:
    """7: 3.1 takes NON_BLOCKING and waits all the same, as every model does for BLOCKING; then it answers."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        assert await silent(session)
        await result(session, number)
        return await session.turn()

    messages = talk(steps, model=model, tools=tools(behavior))
    assert 'look_up answered {"ok": 1}.' in words(messages)
    assert contents(messages, "turnComplete") == [True]


def test_a_call_beside_an_answer_on_2_5() -> None:
    """7: with NON_BLOCKING the native audio models go on talking."""

    async def steps(session: Live, _: Any) -> Any:
        await called(session)
        await session.turn()
        await session.say("Meanwhile")
        return await session.turn()

    assert "You said: “Meanwhile”." in words(talk(steps, model=NATIVE, tools=tools("NON_BLOCKING")))


@pytest.mark.parametrize("scheduling", ["SILENT", "WHEN_IDLE", "INTERRUPT"])
def test_extended_thinking_takes_no_scheduling(scheduling: str) -> None:
    """8: the field closes the session."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        await result(session, number, scheduling=scheduling)
        return await session.closed()

    reason = "Function response scheduling is not supported for this model"
    assert talk(steps, tools=tools(), **THINKING) == (1007, reason)


@pytest.mark.parametrize("value", ["text", "", [1], 7, True], ids=repr)
def test_a_result_is_an_object(value: Any) -> None:
    """9: `response` is a Struct."""

    async def steps(session: Live, _: Any) -> Any:
        await result(session, await called(session), value)
        return await session.closed()

    code, reason = talk(steps, tools=tools())
    assert code == 1007
    assert reason.startswith("Invalid value at 'tool_response.function_responses[0].response'")


def test_an_unknown_call_is_no_call() -> None:
    """9: an id that was never given out closes the session, unless the switch says that it is ignored."""

    async def steps(session: Live, _: Any) -> Any:
        await result(session, "call_0")
        return await session.closed()

    assert talk(steps, tools=tools()) == (1007, INVALID)

    async def ignored(session: Live, _: Any) -> bool:
        await result(session, "call_0")
        return await silent(session)

    assert talk(ignored, tools=tools(), unknown_calls="ignored")


def test_a_silent_result_is_not_spoken() -> None:
    """10: SILENT adds to the conversation and starts no answer."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        await session.turn()
        await result(session, number, scheduling="SILENT")
        assert await silent(session)
        await session.say("And now?")
        return await session.turn()

    assert "answered" not in words(talk(steps, tools=tools()))


def test_a_result_waits_or_interrupts() -> None:
    """10: WHEN_IDLE (and nothing at all) lets an answer play to its end, INTERRUPT cuts it short."""

    async def steps(session: Live, _: Any) -> Any:
        found = []
        for more in ({}, {"scheduling": "WHEN_IDLE"}, {"scheduling": "INTERRUPT"}):
            number = await called(session)
            await session.turn()
            await session.say("Tell me something")
            await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
            await result(session, number, **more)
            found.append((contents(await session.turn(), "interrupted"), words(await session.turn())))
        return found

    idle, named, cut = talk(steps, tools=tools(), speaking_rate=4)
    assert [interrupted for interrupted, _ in (idle, named, cut)] == [[], [], [True]]
    assert all("look_up answered" in said for _, said in (idle, named, cut))


def test_a_result_in_parts() -> None:
    """10: `willContinue` keeps the call open: each part is told, and the last one ends it."""

    async def steps(session: Live, _: Any) -> Any:
        number = await called(session)
        await session.turn()
        told = []
        for part, more in enumerate((True, True, False)):
            await result(session, number, {"part": part}, willContinue=more)
            told.append(words(await session.turn()))
        await result(session, number, {"part": 3})
        assert await silent(session)
        return told

    told = talk(steps, tools=tools())
    assert [f'look_up answered {{"part": {part}}}.' in said for part, said in enumerate(told)] == [True] * 3


PART = {"functionCall": {"name": "look_up", "args": {}}}, {"functionResponse": {"name": "look_up", "response": {}}}


@pytest.mark.parametrize(("model", "closes"), [(NATIVE, True), (MODEL, False), (THREE_ONE, False)])
@pytest.mark.parametrize("part", PART, ids=["functionCall", "functionResponse"])
def test_function_parts_in_turns(part: dict[str, Any], model: str, closes: bool) -> None:  # noqa: FBT001 - a row
    """11: the native audio models close the session on them, the others take them."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send({"clientContent": {"turns": [{"role": "user", "parts": [part]}]}})
        return await session.closed() if closes else await silent(session)

    assert talk(steps, model=model) == ((1007, INVALID) if closes else True)


def test_text_does_not_interrupt_2_5() -> None:
    """11: the native audio models finish the reply and answer the text after it; speech interrupts them."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Tell me a long story about everything that you have ever heard of, please")
        await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
        await session.say("Stop")
        first, second = await session.turn(), await session.turn()
        await session.say("Go on")
        await session.until(lambda message: "outputTranscription" in message.get("serverContent", {}))
        await session.sound(tone(0.3))
        return first, second, await session.turn()

    first, second, third = talk(steps, model=f"{NATIVE.removesuffix('latest')}preview-09-2025", speaking_rate=4)
    assert contents(first, "interrupted") == []
    assert contents(first, "generationComplete") == [True]
    assert words(second).endswith("You said: “Stop”.")
    assert contents(third, "interrupted") == [True]


def test_activity_has_its_own_offset() -> None:
    """13: two seconds in one message: speech from 0.5 s to 1.0 s, its end noticed half a second later."""

    async def steps(session: Live, _: Any) -> Any:
        pcm = bytes(16_000) + tone(0.5) + bytes(32_000)
        blob = {"data": base64.b64encode(pcm).decode(), "mimeType": "audio/pcm;rate=16000"}
        await session.send({"realtimeInput": {"audio": blob}})
        return await session.turn()

    found = [message["voiceActivity"] for message in talk(steps) if "voiceActivity" in message]
    assert [each["type"] for each in found] == ["ACTIVITY_START", "ACTIVITY_END"]
    start, end = (float(each["audioOffset"].removesuffix("s")) for each in found)
    assert start == pytest.approx(0.54, abs=0.1)
    assert end == pytest.approx(1.5, abs=0.1)


def test_the_end_of_the_stream_ends_speech() -> None:
    """14: `audioStreamEnd` while somebody speaks gets the END that the START is waiting for; in silence, nothing."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send({"realtimeInput": {"audioStreamEnd": True}})
        await session.sound(tone(0.5))
        await session.send({"realtimeInput": {"audioStreamEnd": True}})
        return await session.turn()

    found = [message["voiceActivity"] for message in talk(steps) if "voiceActivity" in message]
    assert [each["type"] for each in found] == ["ACTIVITY_START", "ACTIVITY_END"]
    assert found[1]["audioOffset"] == "0.500s"


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (33).to_bytes(4) + (44).to_bytes(4) + bytes(9)


def media(mime_type: str, data: bytes) -> dict[str, Any]:
    """A part of content with bytes in it."""
    return {"inlineData": {"mimeType": mime_type, "data": base64.b64encode(data).decode()}}


def test_media_in_turns_are_told_apart() -> None:
    """15: in clientContent a sound is a sound and a picture a picture, and inspection has both."""

    async def steps(session: Live, state: Any) -> Any:
        sound, picture = media("audio/pcm;rate=16000", tone(1.0)), media("image/png", PNG)
        for parts in ([sound], [picture, {"text": "What is this?"}], [media("application/pdf", b"%PDF")]):
            await session.send({"clientContent": {"turns": [{"role": "user", "parts": parts}], "turnComplete": True}})
            said.append(words(await session.turn()))
        return state.sessions[0].detail()

    said: list[str] = []
    seen = talk(steps)
    assert "I heard 1.0 seconds of sound at" in said[0]
    assert "picture" not in said[0]
    assert "I have seen one picture, the last one 33 by 44." in said[1]
    assert "I have seen one picture." in said[2]
    assert seen["images"] == [{"mimeType": "image/png", "bytes": len(PNG), "size": "33 by 44"}]
    assert seen["audio"] == {"bytes": 32_000, "mimeTypes": {"audio/pcm;rate=16000": 1}}


@pytest.mark.parametrize(
    ("model", "rate", "close"),
    [
        (NATIVE, 16_000, (1007, "Precondition check failed")),
        (MODEL, 24_000, (1008, "Operation is not implemented, or supported, or enabled")),
    ],
)
def test_sound_in_turns_that_is_refused(model: str, rate: int, close: tuple[int, str]) -> None:
    """15: not by the native audio models at all, and by the others at 16 kHz only."""

    async def steps(session: Live, _: Any) -> Any:
        part = media(f"audio/pcm;rate={rate}", tone(0.2))
        await session.send({"clientContent": {"turns": [{"role": "user", "parts": [part]}]}})
        return await session.closed()

    assert talk(steps, model=model) == close


@pytest.mark.parametrize("how", ["one", "bundled"])
def test_parts_of_sound(how: str) -> None:
    """16: one part a message, because clients read the first; with the switch several. The sound is the same."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Hello, how are you on this fine day?")
        return await session.turn()

    messages = talk(steps, sound_parts=how)
    most = max(len(turn["parts"]) for turn in contents(messages, "modelTurn"))
    assert (most > 1) == (how == "bundled")
    assert len(sounds(messages)) > 10_000


def test_robotics_writes() -> None:
    """17: the robotics model is served, in text."""

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Hello")
        return await session.turn()

    model = "models/gemini-robotics-er-2-streaming-preview"
    messages = talk(steps, model=model, generationConfig={"responseModalities": ["TEXT"]})
    text = "".join(part["text"] for turn in contents(messages, "modelTurn") for part in turn["parts"])
    assert text.endswith("You said: “Hello”.")


@pytest.mark.parametrize("how", ["refused", "accepted"])
def test_resuming_while_the_socket_is_open(how: str) -> None:
    """18: 1011 as long as any socket of the session is open, also one that was resumed; the switch allows it."""

    async def go() -> Any:
        async with in_process(resume_while_open=how) as (url, state, _):

            def resuming(**resumption: str) -> str:
                return state_token(state, bidiGenerateContentSetup=setup(sessionResumption=resumption))

            found = []
            async with live(url, resuming()) as first:
                handle = await first.handle()
                async with live(url, resuming(handle=handle)) as early:
                    found.append(await early.closed() if how == "refused" else await early.next())
            async with live(url, resuming(handle=handle)) as second:
                found.append(await second.next())
                async with live(url, resuming(handle=handle)) as third:
                    found.append(await third.closed() if how == "refused" else await third.next())
            return found

    complete: dict[str, Any] = {"setupComplete": {}}
    refused = (1011, "The session is still open on another connection")
    wanted = [refused, complete, refused] if how == "refused" else [complete] * 3
    assert asyncio.run(go()) == wanted


def test_firebases_path_and_names(google: Google) -> None:
    """19: @firebase/ai connects by its own path and names the model beneath a project."""

    async def go() -> Any:
        base = google.url.replace("http", "ws") + "/ws/google.firebase.vertexai.v1beta.GenerativeService/"
        async with connect(f"{base}BidiGenerateContent?key={DEFAULT_KEY}") as socket:
            model = {"model": "projects/my-project/models/gemini-3.8-live"}
            await socket.send(json.dumps({"setup": {**setup(), **model}}))
            return json.loads(await socket.recv())

    assert asyncio.run(go()) == {"setupComplete": {}}


@pytest.mark.parametrize(("how", "ends"), [("open", 0), ("complete", 1)])
def test_the_turn_after_a_call_on_2_5(how: str, ends: int) -> None:
    """Undecided: whether turnComplete comes with a call that the 2.5 models wait for."""

    async def steps(session: Live, _: Any) -> Any:
        await called(session)
        return 0 if await silent(session) else 1

    assert talk(steps, model=NATIVE, tools=tools(), turn_after_call=how) == ends


@pytest.mark.parametrize("role", ["system", "assistant", None])
def test_odd_roles(role: str | None) -> None:
    """Undecided: roles that nobody has documented are context, no question; without a role it is the user's."""
    turn = {"parts": [{"text": "Be brief."}], **({"role": role} if role else {})}

    async def steps(session: Live, _: Any) -> Any:
        await session.send({"clientContent": {"turns": [turn], "turnComplete": True}})
        return words(await session.turn())

    assert ("You said: “Be brief.”." in talk(steps)) == (role is None)

    async def refused(session: Live, _: Any) -> Any:
        await session.send({"clientContent": {"turns": [turn], "turnComplete": True}})
        return await session.closed()

    assert talk(refused, odd_roles="refused") == (1007, "Please use a valid role: user, model.")


@pytest.mark.parametrize(("how", "answers"), [("two-answers", 2), ("one-answer", 1)])
def test_push_to_talk_with_content(how: str, answers: int) -> None:
    """Undecided: a clientContent right after activityEnd has an answer of its own, or is part of the turn before."""

    async def steps(session: Live, _: Any) -> Any:
        await session.send({"realtimeInput": {"activityStart": {}}})
        await session.sound(tone(0.6))
        await session.send({"realtimeInput": {"activityEnd": {}}})
        await session.send(content(("user", ".")))
        found = [await session.turn()]
        while not await silent(session):
            found.append(await session.turn())
        return found

    manual = {"automaticActivityDetection": {"disabled": True}}
    turns = talk(steps, realtimeInputConfig=manual, push_to_talk=how)
    assert len(turns) == answers
    assert contents(turns[0], "interrupted") == [True] * (answers - 1)


def test_inspection_over_http(google: Google) -> None:
    """What is new in a session's detail is there over HTTP, too."""

    async def go() -> None:
        async with live(google.url, token(google.url, setup=setup(tools=TOOLS))) as session:
            await session.next()
            await session.send(UPDATES)
            await session.say("done")
            await session.turn()

    asyncio.run(go())
    assert google.session()["contextUpdates"] == [{"sent": UPDATES["contextUpdate"], "applied": {}}]
