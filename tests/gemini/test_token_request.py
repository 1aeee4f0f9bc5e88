"""The request that a mint sends is, byte by byte, the one that google-genai itself sends for the same token."""

import functools
import importlib.metadata
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from google import genai
from google.genai import types
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from livetoken.errors import Misconfigured
from livetoken.gemini import token_request
from livetoken.gemini.connection import tls_context
from livetoken.gemini.constraints import checked_config
from livetoken.gemini.endpoint import Gemini
from livetoken.prompts.files import Prompts
from livetoken.prompts.prompt import Prompt, TokenSpec
from livetoken.runtime.deadlines import Deadlines
from livetoken.settings.environment import Settings
from tests.gemini.capabilities import CAPABILITIES
from tests.gemini.golden.record import neutral
from tests.gemini.golden_requests import EXPIRES, GOLDEN, NEW_SESSION, Case, cases, settings
from tests.support import KEY

TEXTS = (
    st.none()
    | st.text(min_size=1, max_size=300)
    | st.sampled_from(["\\u0000\x00", "\ud83d\ude00 \ufeff\u2028", '"}]', "%s{0}\r\n"])
)


class Recorder(httpx2.BaseTransport):
    """Keeps the bytes of each request as they would go over the wire."""

    def __init__(self) -> None:
        self.sent = b""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Keep the request."""
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%s: %s" % header for header in request.headers.raw]
        self.sent = b"\r\n".join(head) + b"\r\n\r\n" + request.read()
        return httpx2.Response(200, json={"name": "auth_tokens/none"})


@functools.cache
def trusting() -> ssl.SSLContext:
    """Return one context for all of ours here: to load the authorities takes longer than all else that a case does."""
    return tls_context()


def of_ours(ours: Settings) -> Gemini:
    """Return our side, with nothing written yet."""
    return Gemini(ours, trusting(), Deadlines())


def of_the_sdk(ours: Settings, transport: httpx2.BaseTransport | None = None) -> genai.Client:
    """Return the SDK's own client."""
    options = types.HttpOptions(
        api_version=ours.gemini_api_version,
        base_url=ours.gemini_base_url,
        timeout=4000,
        client_args={"transport": transport} if transport else {},
    )
    return genai.Client(api_key=KEY, vertexai=False, http_options=options)


@functools.cache
def recording(ours: Settings) -> tuple[genai.Client, Recorder]:
    """Return the SDK's client whose requests are kept; it writes each of them anew, whatever it sent before."""
    recorder = Recorder()
    return of_the_sdk(ours, recorder), recorder


def sent_by_the_sdk(client: genai.Client, spec: TokenSpec) -> None:
    """Let the SDK's own client send what a token for `spec` takes, all of it written anew."""
    config = checked_config(spec)
    assert isinstance(config, types.LiveConnectConfig)
    given: dict[str, Any] = {}
    if "AUDIO" in (config.response_modalities or []):
        voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=spec.voice))
        given["speech_config"] = types.SpeechConfig(voice_config=voice)
    if spec.system_instruction is not None:
        given["system_instruction"] = spec.system_instruction
    if spec.resumption_handle:
        given["session_resumption"] = types.SessionResumptionConfig(handle=spec.resumption_handle)
    mask = spec.prompt.front.field_mask
    client.auth_tokens.create(
        config=types.CreateAuthTokenConfig(
            uses=1,
            expire_time=EXPIRES,
            new_session_expire_time=NEW_SESSION,
            live_connect_constraints=types.LiveConnectConstraints(
                model=spec.model, config=config.model_copy(update=given)
            ),
            http_options=types.HttpOptions(extra_body={"fieldMask": mask}) if mask else None,
        )
    )


def headers_last(request: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return the first line, the headers in order of their names (theirs is free), and the body."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    return first, sorted(headers), body


def same(ours: Settings, spec: TokenSpec) -> bytes:
    """Compare the two; return the body."""
    client, recorder = recording(ours)
    sent_by_the_sdk(client, spec)
    gemini = of_ours(ours)
    filled = gemini.requests.filled(spec, KEY, EXPIRES, NEW_SESSION)
    assert headers_last(filled) == headers_last(recorder.sent)
    return filled.partition(b"\r\n\r\n")[2]


@pytest.fixture(name="golden_cases", scope="module")
def _golden_cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Return the cases of `make golden`."""
    return dict(cases(tmp_path_factory.mktemp("golden") / "prompts"))


def recorded(version: str) -> dict[str, Any]:
    """Return what `make golden` has recorded."""
    document: dict[str, Any] = json.loads((GOLDEN / f"{version}.json").read_text(encoding="utf-8"))
    return document


def test_ours_are_the_golden_ones(golden_cases: dict[str, Case]) -> None:
    """Method, path, headers and body of every case, in their order, as a socket got them from the locked SDK."""
    golden = recorded("locked")
    assert golden["google-genai"] == importlib.metadata.version("google-genai"), "run `make golden`"
    ours = {}
    for name, (environment, spec) in golden_cases.items():
        requests = of_ours(environment).requests
        ours[name] = neutral(requests.filled(spec, KEY, EXPIRES, NEW_SESSION))
    assert ours == golden["requests"], "run `make golden`, and read what has changed"


def test_versions_differ_in_their_name_alone() -> None:
    """2.34.0, which knows no `httpx2` yet, sends the same bytes but for its own version."""
    earlier, locked = recorded("2.34.0"), recorded("locked")
    named = re.compile(rf"google-genai-sdk/({re.escape(earlier['google-genai'])}|{re.escape(locked['google-genai'])}) ")
    requests, others = (
        {name: named.sub("google-genai-sdk/VERSION ", request) for name, request in document["requests"].items()}
        for document in (earlier, locked)
    )
    assert requests == others
    assert all(request.startswith("POST /v1") and request.count("/VERSION ") == 2 for request in requests.values())


@pytest.fixture(name="prompt", scope="module")
def _prompt() -> Prompt:
    """Return the default prompt."""
    return next(iter(Prompts.load(settings())))


@pytest.mark.parametrize("name", [prompt.name for prompt in Prompts.load(settings())])
def test_shipped_prompts(name: str) -> None:
    """Every shipped prompt, with each of its models, with and without text, handle and page tools."""
    ours = settings()
    (prompt,) = (prompt for prompt in Prompts.load(ours) if prompt.name == name)
    for text in (None, "You speak about this page."):
        for handle in ("", "handle-1"):
            for page_tools in {(), prompt.front.page_tools}:
                for model in prompt.front.models:
                    same(ours, TokenSpec(prompt, model, prompt.front.voices[0], text, handle, page_tools))


@pytest.mark.parametrize("config", [row[1] for row in CAPABILITIES], ids=[row[0] for row in CAPABILITIES])
def test_every_capability(prompt_folder: Callable[..., str], config: str) -> None:
    """Each field of the capability guide."""
    model = "gemini-9-live-of-the-future" if "TEXT" in config else "gemini-2.5-flash-native-audio-preview-12-2025"
    ours = settings(PROMPTS=prompt_folder(f"---\nmodel: {model}\nvoices: Puck\nconfig: {config}\n---\nHello."))
    (prompt,) = Prompts.load(ours)
    same(ours, TokenSpec(prompt, model, "Puck", "Hello.", ""))


def test_open_fields(prompt_folder: Callable[..., str]) -> None:
    """A prompt that leaves fields to the client sends its mask, too."""
    ours = settings(
        PROMPTS=prompt_folder("---\nopen: [tools, session_resumption]\n---\nHi."), GEMINI_API_VERSION="v1beta"
    )
    (prompt,) = Prompts.load(ours)
    assert b'"fieldMask"' in same(ours, TokenSpec(prompt, "gemini-3.8-live", "Kore", "Hi.", ""))


def test_odd_texts(prompt: Prompt) -> None:
    """Whatever a page says of itself is written as the SDK writes it."""
    ours = settings()
    client, recorder = recording(ours)
    requests = of_ours(ours).requests

    @hypothesis_settings(max_examples=40)
    @given(text=TEXTS, handle=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=50))
    def check(text: str | None, handle: str) -> None:
        spec = TokenSpec(prompt, "gemini-3.8-live", "Kore", text, handle)
        sent_by_the_sdk(client, spec)
        assert headers_last(requests.filled(spec, KEY, EXPIRES, NEW_SESSION)) == headers_last(recorder.sent)

    check()


def test_over_the_wire(prompt: Prompt) -> None:
    """What the SDK sends over its own connection is the same, too, the order of the headers aside."""
    received: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            text = b""
            while not text.endswith(b"}"):
                text += connection.recv(65536)
            received.append(text)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"name":"auth_tokens"}')

    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = settings(f"http://127.0.0.1:{listener.getsockname()[1]}")
        peer = threading.Thread(target=answer, args=(listener,))
        peer.start()
        spec = TokenSpec(prompt, "gemini-3.8-live", "Kore", "Some text.", "handle-1")
        sent_by_the_sdk(of_the_sdk(ours), spec)
        peer.join(5)
    filled = of_ours(ours).requests.filled(spec, KEY, EXPIRES, NEW_SESSION)
    assert headers_last(filled) == headers_last(received[0])


def test_another_form(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK that writes its request otherwise than we can fill in is noticed before anything is sent."""
    monkeypatch.setattr(token_request, "_NEW_SESSION", token_request._EXPIRES)
    requests = of_ours(settings()).requests
    with pytest.raises(Misconfigured) as caught:
        requests.prepare(prompt)
    assert "google-genai" in caught.value.cause


def test_pins_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment sends the key elsewhere."""
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "https://evil.example")
    ours = settings("https://generativelanguage.googleapis.com")
    requests = of_ours(ours).requests
    client: Any = requests._client()._api_client
    assert client.vertexai is False
    assert client._http_options.base_url.rstrip("/") == "https://generativelanguage.googleapis.com"
    assert client._http_options.timeout == 4000
    assert client._http_options.client_args["follow_redirects"] is False
    assert client._httpx_client.follow_redirects is False
