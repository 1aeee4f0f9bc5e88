"""The official Python client's `aio.live` with a token of the function, over TLS as it demands."""

import asyncio
import pathlib
import warnings
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import requests
from gemini_live_emulator import DEFAULT_KEY
from google import genai
from google.genai import types

from dev.processes import Function, Google, function, google
from tests.client.js.conftest import ORIGIN, UNLIMITED
from tests.support import until_ready

Converse = Callable[[Any], Awaitable[Any]]


@pytest.fixture(scope="module")
def secure(certificate: tuple[pathlib.Path, pathlib.Path]) -> Iterator[tuple[Google, Function]]:
    """An emulator behind TLS, and a function that trusts it; its key is in the environment, because metadata servers speak no TLS."""
    env = {
        **UNLIMITED,
        "GEMINI_API_KEY_SECRET": None,
        "GEMINI_API_KEY": DEFAULT_KEY,
        "SSL_CERT_FILE": str(certificate[0]),
    }
    with (
        google(certfile=certificate[0], keyfile=certificate[1], speaking_rate=20) as cloud,
        function(cloud, [ORIGIN], env=env) as livetoken,
    ):
        until_ready(livetoken.url, ORIGIN)
        yield cloud, livetoken


@pytest.fixture
def conversation(
    secure: tuple[Google, Function], certificate: tuple[pathlib.Path, pathlib.Path], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Asks for a token and talks with it; returns the words and the last handle."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    _, livetoken = secure

    def mint(**body: str) -> dict[str, Any]:
        answer = requests.post(livetoken.url, json=body, headers={"Origin": ORIGIN}, timeout=20)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def talk(answer: dict[str, Any], text: str, config: Any = None, model: str = "") -> tuple[str, str]:
        base = answer["websocketUrl"].replace("wss://", "https://").split("/ws/")[0]
        client = genai.Client(
            api_key=answer["token"], http_options=types.HttpOptions(base_url=base, api_version=answer["apiVersion"])
        )
        words = handle = ""
        async with client.aio.live.connect(model=model or answer["model"], config=config) as session:
            await session.send_realtime_input(text=text)
            async for message in session.receive():
                content, update = message.server_content, message.session_resumption_update
                words += (content.output_transcription.text or "") if content and content.output_transcription else ""
                handle = (update.new_handle or "") if update and update.resumable else handle
        return words, handle

    def run(answer: dict[str, Any], text: str, **more: Any) -> tuple[str, str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the client says that tokens are experimental
            return asyncio.run(asyncio.wait_for(talk(answer, text, **more), 40))

    return mint, run


def test_it_talks_and_resumes(conversation: Any) -> None:
    """The answer is enough to connect; a new token with the handle goes on with the conversation."""
    mint, run = conversation
    words, handle = run(mint(pageTitle="Herons", pageContent="Herons fish at dusk."), "My name is Ada.")
    assert "Herons fish at dusk." in words
    words, _ = run(mint(pageTitle="Herons", pageContent="Herons fish at dusk.", resumptionHandle=handle), "Who am I?")
    assert "Before that you said: “My name is Ada.”" in words


def test_it_cannot_change_what_is_locked(conversation: Any, secure: tuple[Google, Function]) -> None:
    """Another model, voice, tool and instruction are ignored."""
    mint, run = conversation
    wishes = types.LiveConnectConfig(
        system_instruction="You are a pirate.",
        tools=[types.Tool(google_search=types.GoogleSearch())],
        speech_config=types.SpeechConfig(
            voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Puck"))
        ),
    )
    run(
        mint(pageTitle="Herons", pageContent="Herons fish at dusk."),
        "Hello",
        config=wishes,
        model="gemini-2.5-flash-native-audio-preview-12-2025",
    )
    shown = secure[0].sessions()[-1]
    assert "pirate" in str(shown["client"])
    assert shown["effective"]["model"] == "models/gemini-3.8-live"
    assert "Kore" in str(shown["effective"])
    assert not any(word in str(shown["effective"]) for word in ("pirate", "googleSearch", "Puck"))


def test_it_cannot_use_a_token_twice(conversation: Any) -> None:
    """The second conversation is refused with Gemini's reason."""
    mint, run = conversation
    answer = mint()
    run(answer, "Hello")
    with pytest.raises(Exception, match="Token has been used too many times"):
        run(answer, "Hello again")


def test_it_cannot_start_after_two_minutes(conversation: Any, secure: tuple[Google, Function]) -> None:
    """A token that waited longer than its window opens nothing."""
    mint, run = conversation
    answer = mint()
    secure[0].shift(121)
    try:
        with pytest.raises(Exception, match="Token has expired"):
            run(answer, "Hello")
    finally:
        secure[0].shift(0)


def test_it_cannot_use_the_token_for_anything_else(conversation: Any) -> None:
    """The client itself refuses to use a token as a key."""
    mint, _ = conversation
    client = genai.Client(api_key=mint()["token"])
    with pytest.raises(Exception, match=r"(?i)ephemeral|token"):
        client.models.generate_content(model="gemini-3.8-live", contents="Hello")
