"""The official Python client from the mint to the resumed conversation, over TLS as it demands."""

import asyncio
import warnings
from collections.abc import Iterator

import pytest
from gemini_live_emulator import DEFAULT_KEY
from google import genai
from google.genai import live, types

from dev import processes

MODEL = "gemini-3.8-live"
CONFIG = types.LiveConnectConfig(
    response_modalities=[types.Modality.AUDIO],
    system_instruction="You speak of blue mugs.",
    session_resumption=types.SessionResumptionConfig(),
    output_audio_transcription=types.AudioTranscriptionConfig(),
)


@pytest.fixture(name="secure")
def _secure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[processes.Google]:
    """An emulator behind TLS that the official client trusts."""
    folder = tmp_path_factory.getbasetemp() / "tls"
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    with processes.google(https=folder, speaking_rate=20) as google:
        yield google


def client(google: processes.Google, key: str) -> genai.Client:
    """The official client on v1alpha."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=google.url, api_version="v1alpha"))


async def told(session: live.AsyncSession, text: str) -> tuple[str, int, str]:
    """What a turn says, how many bytes of sound it has, and the last handle."""
    await session.send_realtime_input(text=text)
    words, sound, handle = "", 0, ""
    async for message in session.receive():
        content = message.server_content
        words += content.output_transcription.text or "" if content and content.output_transcription else ""
        sound += len(message.data or b"")
        if message.session_resumption_update and message.session_resumption_update.resumable:
            handle = message.session_resumption_update.new_handle or ""
    return words, sound, handle


def test_mint_talk_resume(secure: processes.Google) -> None:
    """google-genai mints, connects, talks and goes on with a new token that holds the handle."""

    async def conversation(config: types.LiveConnectConfig, text: str) -> tuple[str, int, str]:
        minter = client(secure, DEFAULT_KEY)
        constraints = types.LiveConnectConstraints(model=MODEL, config=config)
        token = await minter.aio.auth_tokens.create(
            config=types.CreateAuthTokenConfig(uses=1, live_connect_constraints=constraints)
        )
        holder = client(secure, token.name or "")
        pirate = types.LiveConnectConfig(system_instruction="You are a pirate.")
        async with holder.aio.live.connect(model="gemini-3.1-flash-live-preview", config=pirate) as session:
            return await told(session, text)

    async def go() -> None:
        words, sound, handle = await conversation(CONFIG, "Hello")
        assert "My instruction begins: “You speak of blue mugs.”." in words
        assert sound > 5_000
        resumed = CONFIG.model_copy(update={"session_resumption": types.SessionResumptionConfig(handle=handle)})
        words, _, _ = await conversation(resumed, "Again")
        assert "Before that you said: “Hello”." in words

    with warnings.catch_warnings():
        # The client says that tokens are experimental.
        warnings.simplefilter("ignore")
        asyncio.run(go())
    assert [seen["effective"]["model"] for seen in secure.sessions()] == [f"models/{MODEL}"] * 2
    assert secure.requests()["socket"]["last"][0]["path"].endswith("BidiGenerateContentConstrained")


def test_a_spent_token(secure: processes.Google) -> None:
    """The client sees the close code and the reason of a token that was used up."""

    async def go() -> None:
        minter = client(secure, DEFAULT_KEY)
        constraints = types.LiveConnectConstraints(model=MODEL, config=CONFIG)
        token = await minter.aio.auth_tokens.create(
            config=types.CreateAuthTokenConfig(uses=1, live_connect_constraints=constraints)
        )
        holder = client(secure, token.name or "")
        async with holder.aio.live.connect(model=MODEL):
            pass
        with pytest.raises(Exception, match="Token has been used too many times"):
            async with holder.aio.live.connect(model=MODEL):
                pass

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(go())
    assert secure.sessions()[-1]["close"] == {"code": 1011, "reason": "Token has been used too many times"}
