"""Minting: keys, fields, times, masks, and the exact texts of refusals."""

import datetime as dt
import json
import random
import re
import warnings
from typing import Any

import pytest
from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.protocol.errors import GoogleError
from gemini_live_emulator.state.clock import Clock
from gemini_live_emulator.state.tokens import Tokens
from google import genai
from google.genai import errors, types

from dev.processes import Google
from tests.emulator.talk import NOON, post

HOUR = dt.timedelta(hours=1)


def sdk(google: Google, key: str = DEFAULT_KEY, version: str = "v1alpha") -> genai.Client:
    """The official client, pointed at the emulator."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=google.url, api_version=version))


def create(client: genai.Client, **config: Any) -> types.AuthToken:
    """Mint with the official client, whose warning about experimental code is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        token: types.AuthToken = client.auth_tokens.create(config=types.CreateAuthTokenConfig(**config))
        return token


@pytest.mark.parametrize("version", ["v1alpha", "v1beta"])
def test_the_official_client_mints(google: Google, version: str) -> None:
    """google-genai gets a name of 64 hex digits on both versions, and inspection shows the body that it sent."""
    constraints = types.LiveConnectConstraints(
        model="gemini-3.8-live",
        config=types.LiveConnectConfig(response_modalities=[types.Modality.AUDIO], system_instruction="Be brief."),
    )
    token = create(sdk(google, version=version), uses=1, live_connect_constraints=constraints)
    assert re.fullmatch(r"auth_tokens/[0-9a-f]{64}", token.name or "")
    (minted,) = google.mints()
    assert minted["token"] == token.name
    assert minted["apiVersion"] == version
    assert minted["body"]["bidiGenerateContentSetup"]["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert json.loads(google.call("GET", "mints/-1/raw")) == minted["body"]


def test_an_empty_body_mints(google: Google) -> None:
    """The official client sends nothing at all when it has no configuration."""
    client = sdk(google)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert client.auth_tokens.create().name
    assert google.mints()[0]["body"] == {}


@pytest.mark.parametrize(
    "path", ["v1/auth_tokens", "auth_tokens", "v1alpha/auth_tokens/", "v2/auth_tokens", "v1beta/authTokens"]
)
def test_other_paths_are_404_with_nothing(google: Google, path: str) -> None:
    """A wrong version or path gets 404 and an empty body, as from Google."""
    assert post(f"{google.url}/{path}", {}) == (404, b"")


def test_the_official_client_reads_the_empty_404(google: Google) -> None:
    """The SDK's default version, v1, mints nothing."""
    client = sdk(google, version="v1")
    with pytest.raises(errors.ClientError) as caught:
        create(client)
    assert (caught.value.code, caught.value.status) == (404, "Not Found")


KEYS = [
    ("invalid", 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    ("expired", 400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."),
    ("leaked", 403, "PERMISSION_DENIED", "Your API key was reported as leaked."),
]


@pytest.mark.parametrize(("state", "status", "name", "text"), KEYS, ids=[row[0] for row in KEYS])
def test_keys_are_judged(google: Google, state: str, status: int, name: str, text: str) -> None:
    """Each state of a key has Google's status, name and text; the token is not minted."""
    google.key("another-key", state)
    with pytest.raises(errors.ClientError) as caught:
        create(sdk(google, key="another-key"))
    assert (caught.value.code, caught.value.status) == (status, name)
    assert (caught.value.message or "").startswith(text)
    assert google.mints() == []


def test_a_bad_key_has_its_reason(google: Google) -> None:
    """A program can tell a bad key from another 400 by its reason."""
    _, body = post(f"{google.url}/v1alpha/auth_tokens", {}, {"x-goog-api-key": "nonsense"})
    assert body["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert body["error"]["details"][1]["locale"] == "en-US"


def test_no_key_is_403(google: Google) -> None:
    """Without a key the caller has no identity."""
    status, body = post(f"{google.url}/v1alpha/auth_tokens", {}, {"Accept": "*/*"})
    assert status == 403
    assert body["error"]["message"].startswith("Method doesn't allow unregistered callers")


def test_the_key_may_come_in_the_query(google: Google) -> None:
    """Some clients send `?key=`."""
    assert post(f"{google.url}/v1beta/auth_tokens?key={DEFAULT_KEY}", {}, {"Accept": "*/*"})[0] == 200


def minted(body: Any, *, strict_mask: bool = False) -> Any:
    """The token that a body gets at noon, as the emulator keeps it."""
    tokens = Tokens(Clock(lambda: NOON), random.Random(1), strict_mask=strict_mask)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return tokens.find(tokens.mint("v1alpha", raw))


def test_defaults() -> None:
    """30 minutes, one minute to start a session, one use, no constraint."""
    token = minted({})
    assert token.expire_time == NOON + HOUR / 2
    assert token.new_session_expire_time == NOON + HOUR / 60
    assert (token.uses, token.setup, token.mask) == (1, None, [])


def test_both_spellings_at_every_depth() -> None:
    """snake_case and camelCase mean the same everywhere but in free-form maps, which stay as they are."""
    schema = {"type": "OBJECT", "properties": {"blue_mug": {"type": "STRING"}}}
    token = minted(
        {
            "expire_time": "2026-11-20T12:10:00Z",
            "bidi_generate_content_setup": {
                "generation_config": {
                    "speechConfig": {"voice_config": {"prebuiltVoiceConfig": {"voice_name": "Kore"}}}
                },
                "tools": [{"function_declarations": [{"name": "f", "parameters": schema}]}],
                "labels": {"my_label": "x"},
            },
        }
    )
    assert token.expire_time == NOON + HOUR / 6
    assert token.setup == {
        "generationConfig": {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}},
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": schema}]}],
        "labels": {"my_label": "x"},
    }


SETUP = "bidiGenerateContentSetup"
UNKNOWN = "Invalid JSON payload received. Unknown name"
BAD_MASK = "field_mask is invalid for BidiGenerateContentSetup"
REFUSED = [
    ({"liveConnectConstraints": {}}, f"{UNKNOWN} \"liveConnectConstraints\" at 'auth_token': Cannot find field."),
    ({"config": {}}, f"{UNKNOWN} \"config\" at 'auth_token': Cannot find field."),
    ({"lockAdditionalFields": []}, f"{UNKNOWN} \"lockAdditionalFields\" at 'auth_token': Cannot find field."),
    (
        {SETUP: {"voice": "Kore"}},
        f"{UNKNOWN} \"voice\" at 'auth_token.bidi_generate_content_setup': Cannot find field.",
    ),
    (
        {SETUP: {"generationConfig": {"inputAudioTranscription": {}}}},
        f"{UNKNOWN} \"inputAudioTranscription\" at 'auth_token.bidi_generate_content_setup.generation_config': Cannot find field.",
    ),
    ({SETUP: []}, "Invalid value at 'auth_token.bidi_generate_content_setup' (TYPE_MESSAGE), []"),
    ({SETUP: {"model": 7}}, "Invalid value at 'auth_token.bidi_generate_content_setup.model' (TYPE_STRING), 7"),
    (
        {SETUP: {"generationConfig": {"responseModalities": ["SMELL"]}}},
        "Invalid value at 'auth_token.bidi_generate_content_setup.generation_config.response_modalities[0]' (TYPE_ENUM), \"SMELL\"",
    ),
    ({"uses": -1}, "uses must not be negative"),
    ({"uses": 1.5}, "Invalid value at 'auth_token.uses' (TYPE_INT32), 1.5"),
    ({"uses": True}, "Invalid value at 'auth_token.uses' (TYPE_INT32), true"),
    ({"uses": 2**31}, "Invalid value at 'auth_token.uses' (TYPE_INT32), 2147483648"),
    ({"expireTime": "2026-11-20T16:00:00"}, "timestamps must end with 'Z' or have a valid timezone offset"),
    ({"expireTime": "2026-13-20T16:00:00Z"}, "Invalid value at 'auth_token.expire_time'"),
    ({"expireTime": 17}, "Invalid value at 'auth_token.expire_time'"),
    ({"expireTime": "2026-11-21T08:00:00Z"}, "expire_time is too far in the future. Maximum lifetime is 20h"),
    (
        {"expireTime": "2026-11-21T07:59:00Z", "newSessionExpireTime": "2026-11-21T08:00:01Z"},
        "new_session_expire_time is too far in the future. Maximum lifetime is 20h",
    ),
    ({"newSessionExpireTime": "2026-11-20T12:31:00Z"}, "new_session_expire_time must not be after expire_time"),
    ({"expireTime": "2026-11-20T11:59:59Z"}, "expire_time must be in the future"),
    ({"newSessionExpireTime": "2026-11-20T11:00:00Z"}, "new_session_expire_time must be in the future"),
    ({"fieldMask": "tools.0"}, BAD_MASK),
    ({"fieldMask": "model,topK"}, BAD_MASK),
    ({"fieldMask": "generationConfig.nothing"}, BAD_MASK),
    ({"fieldMask": "model.name"}, BAD_MASK),
    ({"fieldMask": ["model"]}, "Invalid value at 'auth_token.field_mask' (TYPE_STRING)"),
    ([], "Invalid value at 'auth_token' (TYPE_MESSAGE), []"),
    (b"{", "Invalid JSON payload received."),
    (b"[" * 100_000, "Invalid JSON payload received."),
]


@pytest.mark.parametrize(("body", "text"), REFUSED, ids=[str(row[0])[:40] for row in REFUSED])
def test_a_body_that_does_not_fit_is_refused(body: Any, text: str) -> None:
    """Unknown names, wrong types, times and masks: 400 INVALID_ARGUMENT with Google's sentence."""
    with pytest.raises(GoogleError) as caught:
        minted(body)
    assert caught.value.code == 400
    assert text in caught.value.message
    assert json.loads(caught.value.body)["error"]["status"] == "INVALID_ARGUMENT"


ACCEPTED = [
    {"expireTime": "2026-11-21T07:59:59.999999Z"},
    {"expireTime": "2026-11-20T15:00:00.123456789+02:00", "newSessionExpireTime": "2026-11-20T11:59:00-00:30"},
    {"uses": 0},
    {"uses": "3"},
    {"fieldMask": "model,generationConfig.top_k,system_instruction.parts,systemInstruction.role,tools"},
    {"fieldMask": ""},
    {SETUP: {"model": None, "generationConfig": {"topK": 40.0, "maxOutputTokens": 512.0}}},
]


@pytest.mark.parametrize("body", ACCEPTED, ids=[str(row)[:40] for row in ACCEPTED])
def test_a_body_that_fits_is_accepted(body: dict[str, Any]) -> None:
    """What lies just inside the rules, and what the official clients send."""
    assert minted(body).name.startswith("auth_tokens/")


def test_the_strict_mask_refuses_what_it_does_not_name() -> None:
    """Only with --strict-mask: a setup may hold nothing that its mask leaves to the client."""
    body = {SETUP: {"model": "models/gemini-3.8-live", "generationConfig": {"temperature": 1}}, "fieldMask": "model"}
    assert minted(body).mask == ["model"]
    with pytest.raises(GoogleError, match="contains fields that are not specified in field_mask"):
        minted(body, strict_mask=True)
    assert minted({**body, "fieldMask": "model,generationConfig.temperature"}, strict_mask=True).mask
    assert minted({**body, "fieldMask": "model,generationConfig"}, strict_mask=True).mask


def test_models_are_listed_for_a_key_only(google: Google) -> None:
    """A key sees the Live models; a token opens Live sessions and nothing else."""
    client = sdk(google, version="v1beta")
    assert "models/gemini-3.8-live" in [model.name for model in client.models.list()]
    assert client.models.get(model="gemini-3.8-live").name == "models/gemini-3.8-live"
    with pytest.raises(errors.ClientError) as caught:
        client.models.get(model="gemini-live-2.5-flash-preview")
    assert caught.value.code == 404
    token = create(sdk(google)).name
    status, body = post(
        f"{google.url}/v1beta/models/gemini-3.8-live:generateContent", {}, {"x-goog-api-key": str(token)}
    )
    assert (status, body["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    status, body = post(f"{google.url}/v1beta/models/gemini-3.8-live:generateContent", {})
    assert status == 404
    assert "is not supported for generateContent" in body["error"]["message"]
