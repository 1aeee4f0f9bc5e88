"""Who may open a Live session, with which setup, and with what words everybody else is refused."""

import asyncio
import json
from typing import Any

import pytest
from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.protocol import setup_rules
from gemini_live_emulator.protocol.errors import LiveCloseError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from dev.processes import Google
from tests.emulator.talk import MODEL, in_process, live, mint, refusal, setup, state_token, token, words

PROJECT_SCOPED = "token-based requests cannot use project-scoped features such as tuned models"


def test_the_first_answer_is_a_binary_frame(google: Google) -> None:
    """Pretty-printed JSON with a newline, 27 bytes in all, as recorded from Google."""

    async def go() -> Any:
        name = token(google.url, setup=setup())
        async with live(google.url, name) as session:
            return await session.socket.recv()

    assert asyncio.run(go()) == b'{\n  "setupComplete": {}\n}\n'


WAYS = [
    ("v1alpha", "/ws/", None),
    ("v1beta", "/ws/", None),
    ("v1alpha", "//ws/", None),
    ("v1alpha", "/base/ws/", None),
    ("v1alpha", "/ws/", "encoded"),
]


@pytest.mark.parametrize(("version", "path", "how"), WAYS)
def test_every_way_to_bring_a_token(google: Google, version: str, path: str, how: str | None) -> None:
    """Both versions, two slashes, a base path, a token raw or percent-encoded."""

    async def go() -> None:
        name = token(google.url, setup=setup())
        query = f"access_token={name.replace('/', '%2F')}" if how else None
        async with live(google.url, name, version=version, path=path, query=query) as session:
            assert await session.next() == {"setupComplete": {}}

    asyncio.run(go())


def test_a_token_may_come_in_a_header(google: Google) -> None:
    """Python's client sends `Authorization: Token …`, and a binary first frame is as good as a text one."""

    async def go() -> None:
        name = token(google.url, setup=setup())
        address = google.url.replace("http", "ws") + (
            "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContentConstrained"
        )
        async with connect(address, additional_headers={"Authorization": f"Token {name}"}) as socket:
            await socket.send(b'{"setup": {}}')
            assert json.loads(await socket.recv()) == {"setupComplete": {}}

    asyncio.run(go())


@pytest.mark.parametrize("path", ["v1", "v2"])
def test_another_version_is_no_socket(google: Google, path: str) -> None:
    """The upgrade itself fails, which browsers see as 1006."""

    async def go() -> None:
        with pytest.raises(InvalidStatus) as caught:
            async with live(google.url, "auth_tokens/x", version=path):
                pass
        assert caught.value.response.status_code == 404

    asyncio.run(go())


def test_an_api_key_opens_the_other_method(google: Google) -> None:
    """BidiGenerateContent takes a key, not a token; the constrained method a token, not a key."""

    async def go() -> None:
        base = google.url.replace("http", "ws") + "/ws/google.ai.generativelanguage.v1beta.GenerativeService."
        results = []
        for address in (f"{base}BidiGenerateContent?key={DEFAULT_KEY}", f"{base}BidiGenerateContent?key=wrong"):
            async with connect(address) as socket:
                await socket.send(json.dumps({"setup": setup()}))
                try:
                    results.append(json.loads(await socket.recv()))
                except Exception:  # noqa: BLE001 - any close; its code and reason are compared below
                    results.append((socket.close_code, socket.close_reason))
        assert results == [{"setupComplete": {}}, (1007, "API key not valid. Please pass a valid API key.")]
        assert (await refusal(google.url, None, query=f"key={DEFAULT_KEY}"))[0] == 1008

    asyncio.run(go())


def cut(text: str) -> str:
    """What a close frame has room for."""
    return text[:123]


AUDIO = {"responseModalities": ["AUDIO"]}
NATIVE = "models/gemini-2.5-flash-native-audio-latest"
LEGACY = "models/gemini-3.1-flash-live-preview"
ROBOTICS = "models/gemini-robotics-er-2-streaming-preview"
TEXT = {"responseModalities": ["TEXT"]}
NON_BLOCKING = [{"functionDeclarations": [{"name": "f", "behavior": "NON_BLOCKING"}]}]
SETUPS: list[tuple[dict[str, Any], int, str]] = [
    ({}, 1007, PROJECT_SCOPED),
    (setup(model="gemini-3.8-live"), 1007, PROJECT_SCOPED),
    (setup(model="models/gemini-2.0-flash-live-001"), 1007, PROJECT_SCOPED),
    ({"model": MODEL}, 1007, "The requested combination of response modalities (TEXT) is not supported by the model"),
    (
        setup(generationConfig={"responseModalities": ["TEXT", "AUDIO"]}),
        1007,
        "The requested combination of response modalities (TEXT, AUDIO) is not supported by the model",
    ),
    (
        setup(model=NATIVE, generationConfig={**AUDIO, "speechConfig": {"languageCode": "es-419"}}),
        1007,
        "Unsupported language code 'es-419' for model models/gemini-2.5-flash-native-audio-latest",
    ),
    (
        setup(generationConfig={**AUDIO, "thinkingConfig": {"thinkingLevel": "LOW"}}),
        1007,
        "Thinking level is not supported for this model",
    ),
    (setup(generationConfig={**AUDIO, "thinkingConfig": {}}), 1007, "Thinking level is not supported for this model"),
    (setup(model=f"{MODEL}-extended-thinking"), 1007, "Thinking level must be specified for this model"),
    (
        setup(
            model=f"{MODEL}-extended-thinking",
            generationConfig={**AUDIO, "thinkingConfig": {"thinkingLevel": "minimal"}},
        ),
        1007,
        "Thinking level MINIMAL is not supported for this model",
    ),
    (setup(proactivity={"proactiveAudio": False}), 1007, "Proactive audio is required for this model"),
    (
        setup(model="models/gemini-3.1-flash-live-preview", proactivity={"proactiveAudio": True}),
        1007,
        "Proactive audio is not supported for this model",
    ),
    (
        setup(model=LEGACY, generationConfig={**AUDIO, "enableAffectiveDialog": True}),
        1007,
        "Request contains an invalid argument",
    ),
    (
        setup(
            generationConfig={**AUDIO, "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Bob"}}}}
        ),
        1007,
        "Requested voice api_name 'Bob' is not available for model models/gemini-3.8-live",
    ),
    (
        setup(
            model=f"{MODEL}-extended-thinking",
            generationConfig={**AUDIO, "thinkingConfig": {"thinkingLevel": "LOW"}},
            tools=[{"functionDeclarations": [{"name": "f", "behavior": "BLOCKING"}]}],
        ),
        1007,
        "BLOCKING function calls are not supported for this model",
    ),
    (
        setup(model=NATIVE, tools=[{"codeExecution": {}}]),
        1007,
        "Code Execution tool is not supported for this model",
    ),
    (
        setup(model=ROBOTICS),
        1007,
        "The requested combination of response modalities (AUDIO) is not supported by the model",
    ),
]


@pytest.mark.parametrize(("locked", "code", "reason"), SETUPS, ids=[row[2][:50] for row in SETUPS])
def test_a_setup_that_does_not_suit_its_model(google: Google, locked: dict[str, Any], code: int, reason: str) -> None:
    """A locked setup is minted without question, and refused on the socket with Google's reason."""
    name = token(google.url, setup=locked)
    assert asyncio.run(refusal(google.url, name, {"setup": setup()})) == (code, cut(reason))
    assert google.sessions()[-1]["close"] == {"code": code, "reason": cut(reason)}


FINE: list[dict[str, Any]] = [
    setup(model=f"{MODEL}-extended-thinking", generationConfig={**AUDIO, "thinkingConfig": {"thinkingLevel": "LOW"}}),
    setup(
        model="models/gemini-3.1-flash-live-preview",
        generationConfig={
            **AUDIO,
            "thinkingConfig": {"thinkingLevel": "MINIMAL"},
            "speechConfig": {"languageCode": "pl-PL"},
        },
        tools=[{"googleSearch": {}}, {"functionDeclarations": [{"name": "f"}]}],
    ),
    setup(
        model=NATIVE, generationConfig={**AUDIO, "enableAffectiveDialog": True, "thinkingConfig": {"thinkingBudget": 0}}
    ),
    setup(proactivity={"proactiveAudio": True}),
    setup(model="models/gemini-3.5-transcribe-live", generationConfig=TEXT),
    setup(model=ROBOTICS, generationConfig=TEXT),
    setup(model=LEGACY, tools=NON_BLOCKING),
    setup(tools=NON_BLOCKING),
    *(setup(model=model, generationConfig={**AUDIO, "enableAffectiveDialog": False}) for model in (MODEL, LEGACY)),
    setup(
        generationConfig={
            **AUDIO,
            "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "en-us-tavi"}}},
        }
    ),
]


@pytest.mark.parametrize("fine", FINE, ids=[str(row)[11:60] for row in FINE])
def test_a_setup_that_suits_its_model(fine: dict[str, Any]) -> None:
    """What each model takes passes on v1alpha."""
    assert setup_rules.check(fine, "v1alpha", by_token=True, locked_model=True).name == fine["model"]


def test_affective_dialog_is_unknown_to_v1beta() -> None:
    """The field belongs to v1alpha alone, so v1beta has not heard of it."""
    wanted = setup(model=NATIVE, generationConfig={**AUDIO, "enableAffectiveDialog": True})
    with pytest.raises(LiveCloseError, match=r"Unknown name \"enableAffectiveDialog\" at 'setup\.generation_config'"):
        setup_rules.check(wanted, "v1beta", by_token=True, locked_model=True)


FRAMES = [
    ({"realtimeInput": {"text": "hi"}}, 1007, "The first message must be a setup message, and nothing else."),
    ("not a message", 1007, "Invalid value at '' (TYPE_MESSAGE), \"not a message\""),
    ({"hello": 1}, 1007, 'Invalid JSON payload received. Unknown name "hello": Cannot find field.'),
    (
        {"setup": {"generationConfig": {"inputAudioTranscription": {}}}},
        1007,
        "Invalid JSON payload received. Unknown name \"inputAudioTranscription\" at 'setup.generation_config': Cannot find field.",
    ),
]


@pytest.mark.parametrize(("first", "code", "reason"), FRAMES, ids=[row[2][:40] for row in FRAMES])
def test_a_first_frame_that_is_no_setup(google: Google, first: Any, code: int, reason: str) -> None:
    """Closed with 1007 and a reason of at most 123 bytes, after the upgrade, where browsers can read it."""
    name = mint(google.url)
    assert asyncio.run(refusal(google.url, name, first)) == (code, cut(reason))


def test_an_unknown_model_with_a_free_token(google: Google) -> None:
    """An unconstrained token leaves the model to the client, whose mistake is 1008 and names version and model."""
    code, reason = asyncio.run(refusal(google.url, mint(google.url), {"setup": setup(model="models/x")}, "v1beta"))
    assert code == 1008
    assert reason.startswith(
        "models/x is not found for API version v1beta, or is not supported for bidiGenerateContent."
    )
    assert len(reason.encode()) == 123


def test_no_token_and_an_unknown_token(google: Google) -> None:
    """Both are refused after the first frame with 1008."""
    code, reason = asyncio.run(refusal(google.url, None, query=""))
    assert (code, reason) == (1008, reason)
    assert reason.startswith("Method doesn't allow unregistered callers")
    assert asyncio.run(refusal(google.url, "auth_tokens/" + "0" * 64)) == (1008, "auth token is not valid")


def test_the_global_lock_ignores_the_client(google: Google) -> None:
    """Without a mask the whole setup comes from the token: model, voice, tools, instruction and handle alike."""
    mine = setup(systemInstruction={"parts": [{"text": "Speak of tea."}]}, outputAudioTranscription={})
    theirs = {
        "model": "models/gemini-3.1-flash-live-preview",
        "generationConfig": {"responseModalities": ["TEXT"], "temperature": 2},
        "systemInstruction": {"parts": [{"text": "You are a pirate."}]},
        "tools": [{"googleSearch": {}}],
        "sessionResumption": {"handle": "stolen"},
    }

    async def go() -> str:
        async with live(google.url, token(google.url, setup=mine), {"setup": theirs}) as session:
            await session.say("hello")
            return words(await session.turn())

    assert "My instruction begins: “Speak of tea.”." in asyncio.run(go())
    (seen,) = google.sessions()
    assert seen["client"] == theirs
    assert seen["effective"] == mine


def test_a_mask_overwrites_only_what_it_names(google: Google) -> None:
    """Named fields come from the token, also when it has nothing there; all others are the client's."""
    body = {
        "bidiGenerateContentSetup": {"model": MODEL, "generationConfig": {**AUDIO, "temperature": 0.5}},
        "fieldMask": "model,generation_config.temperature,generationConfig.responseModalities,tools",
    }
    theirs = {
        "model": "models/x",
        "generation_config": {"temperature": 2, "top_k": 7, "responseModalities": ["TEXT"]},
        "tools": [{"googleSearch": {}}],
        "systemInstruction": {"parts": [{"text": "Mine."}]},
    }

    async def go() -> None:
        async with live(google.url, mint(google.url, body), {"setup": theirs}) as session:
            await session.next()

    asyncio.run(go())
    assert google.sessions()[0]["effective"] == {
        "model": MODEL,
        "generationConfig": {"temperature": 0.5, "topK": 7, **AUDIO},
        "systemInstruction": {"parts": [{"text": "Mine."}]},
    }


def test_uses_are_counted() -> None:
    """One use is one session that was set up; 0 is any number; a refused setup is no use."""

    async def go() -> None:
        async with in_process() as (url, state, _):
            once = state_token(state, bidiGenerateContentSetup=setup())
            async with live(url, once) as session:
                await session.next()
            assert await refusal(url, once) == (1011, "Token has been used too many times")
            free = state_token(state, uses=1)
            assert (await refusal(url, free, {"setup": {"model": MODEL}}))[0] == 1007
            async with live(url, free, {"setup": setup()}) as session:
                await session.next()
            unlimited = state_token(state, bidiGenerateContentSetup=setup(), uses=0)
            for _ in range(3):
                async with live(url, unlimited) as session:
                    await session.next()

    asyncio.run(go())


def test_times_are_kept() -> None:
    """A session starts before newSessionExpireTime and ends within a second of expireTime."""

    async def go() -> None:
        async with in_process() as (url, state, clock):
            late = state_token(state, bidiGenerateContentSetup=setup())
            running = state_token(state, bidiGenerateContentSetup=setup())
            async with live(url, running) as session:
                await session.next()
                clock.pass_(seconds=61)
                assert await refusal(url, late) == (1011, "Token has expired")
                clock.pass_(minutes=28, seconds=58)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(session.closed(), 0.3)
                clock.pass_(seconds=1)
                assert await asyncio.wait_for(session.closed(), 1.5) == (1011, "auth token has expired")
            assert await refusal(url, running) == (1011, "Token has expired")

    asyncio.run(go())


def test_resuming_is_no_use() -> None:
    """With a mask that leaves sessionResumption open, a spent token goes on with a handle, and only with one."""

    async def go() -> None:
        async with in_process() as (url, state, clock):
            body = {"model": MODEL, "generationConfig": AUDIO}
            name = state_token(state, bidiGenerateContentSetup=body, fieldMask="model,generationConfig")
            async with live(url, name, {"setup": {"sessionResumption": {}}}) as session:
                handle = await session.handle()
            clock.pass_(minutes=10)
            for _ in range(2):
                async with live(url, name, {"setup": {"sessionResumption": {"handle": handle}}}) as session:
                    await session.next()
                    handle = await session.handle()
            assert await refusal(url, name) == (1011, "Token has been used too many times")
            wrong = {"setup": {"sessionResumption": {"handle": "nonsense"}}}
            assert await refusal(url, name, wrong) == (1008, "BidiGenerateContent session not found")

    asyncio.run(go())


def test_under_the_global_lock_a_clients_handle_counts_for_nothing() -> None:
    """The second connection of a spent token is refused, handle or no handle."""

    async def go() -> None:
        async with in_process() as (url, state, _):
            name = state_token(state, bidiGenerateContentSetup=setup(sessionResumption={}))
            async with live(url, name) as session:
                handle = await session.handle()
            again = {"setup": {"sessionResumption": {"handle": handle}}}
            assert await refusal(url, name, again) == (1011, "Token has been used too many times")

    asyncio.run(go())


def test_a_handle_lives_two_hours_across_tokens() -> None:
    """A new token with the handle in its setup resumes until two hours after the session ended."""

    async def go() -> None:
        async with in_process() as (url, state, clock):
            first = state_token(state, bidiGenerateContentSetup=setup(sessionResumption={}))
            async with live(url, first) as session:
                handle = await session.handle()
            locked = setup(sessionResumption={"handle": handle})
            clock.pass_(minutes=119)
            async with live(url, state_token(state, bidiGenerateContentSetup=locked)) as session:
                assert await session.next() == {"setupComplete": {}}
            clock.pass_(minutes=2)
            name = state_token(state, bidiGenerateContentSetup=locked)
            assert await refusal(url, name) == (1008, "BidiGenerateContent session not found")

    asyncio.run(go())
