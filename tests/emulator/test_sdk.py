"""The official Python client from the mint to the resumed conversation, over TLS as it demands."""

import asyncio
import datetime as dt
import ipaddress
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
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


@pytest.fixture(scope="module", name="certificate")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, valid today, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulator")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture(name="secure")
def _secure(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[processes.Google]:
    """An emulator behind TLS that the official client trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with processes.google(certfile=certificate[0], keyfile=certificate[1], speaking_rate=20) as google:
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
