"""The token: the exact bytes of its making, every lockable field from file to wire, and what Gemini's failures mean."""

import gzip
import inspect
import json
import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import websockets.sync.client
from google.genai import _live_converters
from google.genai.tokens import Tokens as Tokens_

from dev import processes
from livetoken.errors import Misconfigured, TemporarilyUnavailable, UpstreamTimeout
from livetoken.gemini.answer import Answer
from livetoken.gemini.endpoint import _name
from livetoken.gemini.token_request import TokenRequests
from livetoken.gemini.tokens import Token, Tokens
from livetoken.prompts.files import Prompts
from livetoken.prompts.locked import SETUP_FIELDS
from livetoken.prompts.page import Page
from livetoken.runtime.deadlines import Deadlines
from livetoken.secret.key import GivenKey
from livetoken.secret.secret_manager import Key
from livetoken.settings.environment import Settings
from tests.gemini.capabilities import CAPABILITIES
from tests.support import KEY, ORIGIN, ROOT, MakeClient, post

WriteFile = Callable[..., str]
SEED_BODY = {
    "model": "gemini-3.1-flash-live-preview",
    "voice": "Kore",
    "lang": "es",
    "pageTitle": "A page",
    "pageUrl": f"{ORIGIN}/page",
    "pageContent": "Some text.",
}


def tokens_for(cloud: processes.Google, folder: str = "prompts", **environment: str) -> tuple[Tokens, Prompts]:
    """Return a token maker that talks to the emulator, and its prompts."""
    settings = Settings.from_environment(
        {
            "ALLOWED_ORIGINS": ORIGIN,
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": cloud.url,
            "PROMPTS": folder,
            **environment,
        }
    )
    prompts = Prompts.load(settings)
    return Tokens(settings, GivenKey(KEY), prompts, Deadlines()), prompts


def newest_setup(cloud: processes.Google) -> dict[str, Any]:
    """Return the setup in the newest token's making, as sent."""
    return dict(cloud.mints()[-1]["body"]["bidiGenerateContentSetup"])


@pytest.mark.parametrize("name", ["voice-assistant", "open", "page-tools"])
def test_exact_bytes(cloud: processes.Google, name: str) -> None:
    """The real SDK sends exactly the bytes of the golden file: single use, times, and everything that is locked."""
    golden = ROOT / "tests" / "gemini" / "golden"
    tokens, prompts = tokens_for(cloud, str(golden / "prompts"))
    page = Page.from_fields({**SEED_BODY, "model": "", "voice": "", "prompt": name}, ORIGIN)
    token = tokens.mint(prompts.find(page, ORIGIN).token_spec(page, lambda: "0123456789abcdef"))
    sent = cloud.call("GET", "mints/-1/raw").decode()
    for moment, stands_for in ((token.expires_at, "EXPIRES"), (token.new_session_expires_at, "NEW-SESSION-EXPIRES")):
        assert moment.isoformat() in sent
        sent = sent.replace(moment.isoformat(), stands_for)
    assert sent == (golden / f"{name}.json").read_text(encoding="utf-8").rstrip("\n")


def test_times_are_counted_from_now(cloud: processes.Google) -> None:
    """A token lives for TOKEN_SECONDS and waits NEW_SESSION_SECONDS, both in UTC, to the second."""
    tokens, prompts = tokens_for(cloud, TOKEN_SECONDS="3600", NEW_SESSION_SECONDS="60")
    now = datetime.now(UTC)
    tokens.now = lambda: now
    page = Page.from_fields({}, ORIGIN)
    token = tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    assert (token.expires_at - now).total_seconds() == 3600
    assert (token.new_session_expires_at - now).total_seconds() == 60
    body = cloud.mints()[-1]["body"]
    assert (body["uses"], body["expireTime"], body["newSessionExpireTime"]) == (
        1,
        token.expires_at.isoformat(),
        token.new_session_expires_at.isoformat(),
    )
    assert token.name not in repr(token)


@pytest.mark.parametrize(("config", "wire"), [row[1:] for row in CAPABILITIES], ids=[row[0] for row in CAPABILITIES])
def test_every_capability_reaches_the_wire(
    cloud: processes.Google, prompt_folder: WriteFile, config: str, wire: dict[str, Any]
) -> None:
    """Each field of the capability guide goes from a prompt file into the token; None means: not there."""
    model = "gemini-9-live-of-the-future" if "TEXT" in config else "gemini-2.5-flash-native-audio-preview-12-2025"
    tokens, prompts = tokens_for(
        cloud, prompt_folder(f"---\nmodel: {model}\nvoices: Puck\nconfig: {config}\n---\nHello.")
    )
    page = Page.from_fields({}, ORIGIN)
    tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    setup = newest_setup(cloud)
    assert setup["model"] == f"models/{model}"
    assert setup["systemInstruction"] == {"parts": [{"text": "Hello."}], "role": "user"}
    speech = setup["generationConfig"].get("speechConfig")
    assert speech == (None if "TEXT" in config else {"voice_config": {"prebuilt_voice_config": {"voice_name": "Puck"}}})
    for name, value in wire.items():
        if name == "generationConfig":
            assert {field: setup[name][field] for field in value} == value
        else:
            assert setup.get(name) == value


def test_thinking_level(cloud: processes.Google, prompt_folder: WriteFile) -> None:
    """The extended-thinking model gets the level that it needs."""
    tokens, prompts = tokens_for(
        cloud,
        prompt_folder(
            "---\nmodel: gemini-3.8-live-extended-thinking\nconfig: {thinking_config: {thinking_level: LOW}}\n---\nHi."
        ),
    )
    page = Page.from_fields({}, ORIGIN)
    tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    assert newest_setup(cloud)["generationConfig"]["thinkingConfig"] == {"thinking_level": "LOW"}


def test_handle_is_baked_in(cloud: processes.Google) -> None:
    """A page resumes by a new token that carries its handle, because the lock ignores the client's own."""
    tokens, prompts = tokens_for(cloud)
    page = Page.from_fields({"resumptionHandle": "handle-1"}, ORIGIN)
    tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    setup = newest_setup(cloud)
    assert setup["sessionResumption"] == {"handle": "handle-1"}
    assert "systemInstruction" not in setup


def test_open_fields_become_an_explicit_mask(cloud: processes.Google, prompt_folder: WriteFile) -> None:
    """`open` names what the client may set; the mask names everything else, by top-level names only."""
    tokens, prompts = tokens_for(cloud, prompt_folder("---\nopen: [tools, session_resumption]\n---\nHi."))
    page = Page.from_fields({}, ORIGIN)
    tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    body = cloud.mints()[-1]["body"]
    assert (
        body["fieldMask"]
        == "model,generationConfig,systemInstruction,realtimeInputConfig,contextWindowCompression,inputAudioTranscription,outputAudioTranscription,proactivity,historyConfig,avatarConfig,safetySettings,labels"
    )
    assert "sessionResumption" not in body["bidiGenerateContentSetup"]


@pytest.mark.parametrize(
    "opened", ["generation_config", "input_audio_transcription", "output_audio_transcription", "tools", "proactivity"]
)
def test_nothing_is_sent_outside_the_mask(cloud: processes.Google, prompt_folder: WriteFile, opened: str) -> None:
    """A field that is left to the client is not in the token's setup, which may hold only what the mask names."""
    tokens, prompts = tokens_for(cloud, prompt_folder(f"---\nopen: [{opened}]\n---\nHi."))
    page = Page.from_fields({}, ORIGIN)
    tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    body = cloud.mints()[-1]["body"]
    assert set(body["bidiGenerateContentSetup"]) <= set(body["fieldMask"].split(","))


def test_mask_names_every_field_that_the_sdk_can_set() -> None:
    """What a mask does not name is the client's choice, so it names all there is."""
    source = inspect.getsource(_live_converters._LiveConnectConfig_to_mldev)
    assert set(re.findall(r"\['setup', '(\w+)'", source)) | {"model"} == set(SETUP_FIELDS.values())


@pytest.mark.parametrize(("front", "kept"), [("", {}), ("open: [tools]", {"tools": [{"googleSearch": {}}]})])
def test_client_cannot_widen_the_token(
    cloud: processes.Google, prompt_folder: WriteFile, front: str, kept: dict[str, Any]
) -> None:
    """A client that sends its own model, voice, tools and instruction gets the locked ones; only open fields are its own."""
    tokens, prompts = tokens_for(cloud, prompt_folder(f"---\nvoices: Kore\n{front}\n---\nLocked."))
    page = Page.from_fields({}, ORIGIN)
    token = tokens.mint(prompts.find(page, ORIGIN).token_spec(page))
    own = {
        "model": "models/gemini-3.1-flash-live-preview",
        "generationConfig": {
            "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Puck"}}},
            "temperature": 2,
        },
        "systemInstruction": {"parts": [{"text": "You are a pirate."}]},
        "tools": [{"googleSearch": {}}],
    }
    url = tokens.settings.websocket_url
    with websockets.sync.client.connect(f"{url}?access_token={token.name}", open_timeout=10) as socket:
        socket.send(json.dumps({"setup": own}))
        assert json.loads(socket.recv(timeout=10)) == {"setupComplete": {}}
    effective = cloud.sessions()[-1]["effective"]
    assert effective["model"] == "models/gemini-3.8-live"
    assert effective["systemInstruction"]["parts"] == [{"text": "Locked."}]
    assert effective["generationConfig"]["speechConfig"] == {
        "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}
    }
    assert "temperature" not in effective["generationConfig"]
    assert {name: effective[name] for name in ("tools",) if effective.get(name)} == kept


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("{temperature: warm}", "config.temperature"),
        ("{realtime_input_config: {turn_cover: x}}", "config.realtime_input_config.turn_cover"),
        (
            "{tools: [{google_search: {}}, {function_declarations: [{name: f}, {nome: f}]}]}",
            "config.tools.1.function_declarations.1.nome: is not a field that google-genai knows here",
        ),
        (
            "{tools: [{function_declarations: [{name: f, parameters: {properties: {q: {const: x}}}}]}]}",
            "q.const: is not a field that google-genai knows here; names are in snake_case; what only JSON Schema knows",
        ),
        (
            "{input_audio_transcription: {custom_vocab: [livetoken]}}",
            "config.input_audio_transcription.custom_vocab: is not a field",
        ),
        (
            "{input_audio_transcription: {custom_vocabulary: livetoken}}",
            "config.input_audio_transcription.custom_vocabulary: Input should be a valid list",
        ),
        ("{seed: x, media_resolution: 5}", "config.seed: Input should be a valid integer"),
        ("{top_k: x, media_resolution: 5, tools: [{a: b}]}", "; config.tools.0.a: is not a field"),
        ("{temperature: .nan}", "config.temperature: must be a number"),
        ("{media_resolution: LOW}", "config.media_resolution: must be one of"),
        ("{media_resolution: 5}", "config.media_resolution: is of another kind than its field"),
        (
            "{realtime_input_config: {automatic_activity_detection: {start_of_speech_sensitivity: HIGH}}}",
            "config.realtime_input_config.automatic_activity_detection.start_of_speech_sensitivity: must be one of",
        ),
        (
            "{tools: [{retrieval: {}}]}",
            "config.tools.0.retrieval: google-genai cannot send it: retrieval parameter is only",
        ),
    ],
)
def test_what_only_the_sdk_knows(
    make_client: MakeClient, prompt_folder: WriteFile, capfd: pytest.CaptureFixture[str], config: str, reason: str
) -> None:
    """A value that the SDK's types refuse is 500 `misconfigured`; the log names file, field and reason."""
    client = make_client(PROMPTS=prompt_folder(f"---\nconfig: {config}\n---\nHi."))
    answer = post(client)
    assert (answer.status_code, answer.json["code"]) == (500, "misconfigured")
    sys.modules["main"].warm_up.join()  # it writes lines, too
    lines = capfd.readouterr().out
    assert "voice-assistant.md: config." in lines
    assert reason in lines
    assert "warm" not in lines


def test_shipped_prompts_satisfy_the_sdk(cloud: processes.Google, caplog: pytest.LogCaptureFixture) -> None:
    """Every shipped prompt file passes the SDK's own types, and a token can be made from each."""
    tokens, prompts = tokens_for(cloud)
    with caplog.at_level(logging.ERROR):
        tokens.prepare()
    assert not caplog.records
    for prompt in prompts:
        assert tokens.mint(prompt.token_spec(Page.from_fields({}, ORIGIN))).name.startswith("auth_tokens/")


def test_token_does_not_show() -> None:
    """No token stands where a traceback or a debugger shows values."""
    chosen = Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY})
    page, now = Page.from_fields({}, ORIGIN), datetime.now(UTC)
    token = Token("auth_tokens/0123", Prompts.load(chosen).find(page, ORIGIN).token_spec(page), now, now)
    assert "0123" not in repr(token)


def test_each_shape_is_written_once(cloud: processes.Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of one shape that are asked for together on a cold instance share one writing by the SDK."""
    tokens, prompts = tokens_for(cloud)
    tokens.gemini()
    together, made = threading.Barrier(6), list[str]()
    create = Tokens_.create

    def counted(self: Tokens_, **config: Any) -> Any:
        made.append("call")
        time.sleep(0.05)  # long enough for all the others to come
        return create(self, **config)

    monkeypatch.setattr(Tokens_, "create", counted)

    def mint() -> None:
        page = Page.from_fields({"pageContent": "Some text."}, ORIGIN)
        together.wait(10)
        tokens.mint(prompts.find(page, ORIGIN).token_spec(page))

    visitors = [threading.Thread(target=mint) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(20)
    assert len(made) == 1
    assert len(cloud.mints()) >= 6


def test_new_key_is_tried_once(cloud: processes.Google) -> None:
    """When Gemini refuses the key, the secret's new one is used; when there is none, the owner is told."""

    class Rotating:
        """A key source whose first key is bad."""

        def __init__(self, better: Key | None) -> None:
            self.better = better

        def prepare(self) -> None:
            """Nothing is slow here."""

        def prefetch(self) -> None:
            """Nothing is read beforehand."""

        def get(self) -> Key:
            """Return the bad key."""
            return Key("a-bad-key-of-some-length", "1")

        def replacement(self, refused: Key) -> Key | None:
            """Return the better one."""
            assert refused.version == "1"
            return self.better

    tokens, prompts = tokens_for(cloud)
    page = Page.from_fields({}, ORIGIN)
    spec = prompts.find(page, ORIGIN).token_spec(page)

    def mint_with(better: Key | None) -> Any:
        return Tokens(tokens.settings, Rotating(better), prompts, Deadlines()).mint(spec)

    measured = mint_with(Key(KEY, "2")).measured
    assert measured["keyVersion"] == "2"
    assert set(measured) == {"keyVersion", "secretMilliseconds", "mintMilliseconds"}
    with pytest.raises(Misconfigured) as caught:
        mint_with(None)
    assert "version 1" in caught.value.cause
    assert caught.value.details.keys() == measured.keys()
    with pytest.raises(Misconfigured) as caught:
        mint_with(Key("another-bad-key-of-length", "2"))
    assert "version 2" in caught.value.cause


def test_the_start_is_not_geminis_time(cloud: processes.Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that the SDK is long in writing, as on a quarter of a processor, leaves Gemini all of its time."""
    tokens, prompts = tokens_for(cloud)
    write = TokenRequests._write

    def slowly(*arguments: Any) -> Any:
        time.sleep(1.5)
        return write(*arguments)

    monkeypatch.setattr(TokenRequests, "_write", slowly)
    monkeypatch.setattr("livetoken.gemini.tokens.MINT_SECONDS", 1.0)
    assert tokens.mint(next(iter(prompts)).token_spec(Page.from_fields({}, ORIGIN))).name


def test_no_connection_in_time(cloud: processes.Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gemini, which was not asked, is not blamed for giving no answer."""
    tokens, prompts = tokens_for(cloud)
    spec = next(iter(prompts)).token_spec(Page.from_fields({}, ORIGIN))

    def never(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("livetoken.gemini.connection.Connections._new", never)
    with pytest.raises(UpstreamTimeout) as caught:
        tokens.mint(spec)
    assert caught.value.cause == "there was no connection to Gemini in time"


def test_start_that_takes_too_long(cloud: processes.Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long before Gemini is asked is our own start, and the log says so, with what helps."""
    tokens, prompts = tokens_for(cloud)

    def never(_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(tokens._deadlines, "start", never)
    with pytest.raises(TemporarilyUnavailable) as caught:
        tokens.mint(next(iter(prompts)).token_spec(Page.from_fields({}, ORIGIN)))
    assert "own start" in caught.value.cause
    assert "cpu" in caught.value.cause


def test_compressed_answer() -> None:
    """An answer that something between us and Gemini has compressed is read; one that is no object holds no token."""
    packed = gzip.compress(b'{"name": "auth_tokens/x"}')
    assert _name(Answer(200, [("Content-Encoding", "gzip")], packed)) == "auth_tokens/x"
    assert _name(Answer(200, [], b"[]")) is None
