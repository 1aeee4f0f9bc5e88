"""The HTTP contract, spoken to the real entrypoint, and held against docs/openapi.yaml."""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dev import processes
from livetoken.errors import every_refusal
from livetoken.prompts.page import FIELDS, FLAGS, LISTS
from tests.support import ORIGIN, ROOT, MakeClient, post

OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
SEED_BODY = {
    "model": "gemini-3.1-flash-live-preview",
    "voice": "Kore",
    "lang": "es",
    "pageTitle": "Tea",
    "pageUrl": f"{ORIGIN}/tea?utm=1",
    "pageContent": "Green tea is steeped at 80 degrees.",
}


def matches(document: Any, schema: str) -> None:
    """Assert that `document` is what docs/openapi.yaml calls `schema`."""
    jsonschema.validate(
        document,
        {"$ref": f"#/components/schemas/{schema}", "components": OPENAPI["components"]},
        format_checker=jsonschema.FormatChecker(),
    )


def is_refusal(response: Any, status: int, code: str) -> None:
    """Assert a refusal's status, code, form and headers."""
    assert (response.status_code, response.json["code"]) == (status, code)
    matches(response.json, "Refusal")
    carries_the_headers_of_all_answers(response)


def carries_the_headers_of_all_answers(response: Any) -> None:
    """Assert what no answer may lack."""
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/", "/api/token"])
def test_seed_body_works_unchanged(client: FlaskClient, cloud: processes.Google, path: str) -> None:
    """The seed system's body gets a token, on both paths, with everything that a page needs to connect."""
    response = post(client, SEED_BODY, path)
    assert response.status_code == 200
    matches(response.json, "Token")
    carries_the_headers_of_all_answers(response)
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {name: response.json[name] for name in ("model", "voice", "prompt", "apiVersion")} == {
        "model": "models/gemini-3.1-flash-live-preview",
        "voice": "Kore",
        "prompt": "voice-assistant",
        "apiVersion": "v1alpha",
    }
    assert (
        response.json["websocketUrl"]
        == cloud.url.replace("http", "ws")
        + "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
    )
    lifetime = datetime.fromisoformat(response.json["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < lifetime <= timedelta(minutes=30)
    assert response.json["token"] == cloud.mints()[-1]["token"]


def test_what_the_seed_client_sends_by_itself(client: FlaskClient, cloud: processes.Google) -> None:
    """Its defaults, `lang: auto` and a boolean `interactiveHighlights`, get a token; the model speaks as the visitor does."""
    body = {**SEED_BODY, "lang": "auto", "interactiveHighlights": True}
    response = post(client, body, "/api/token")
    assert response.status_code == 200
    matches(response.json, "Token")
    jsonschema.validate(body, {"$ref": "#/components/schemas/Page", "components": OPENAPI["components"]})
    minted = cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]
    assert "the visitor's own language" in minted["systemInstruction"]["parts"][0]["text"]


def test_empty_body_gets_the_defaults(client: FlaskClient, cloud: processes.Google) -> None:
    """The seed's defaults: Kore, the default model, English, and no instruction without page content."""
    response = post(client)
    assert (response.json["model"], response.json["voice"]) == ("models/gemini-3.8-live", "Kore")
    assert "systemInstruction" not in cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]


@pytest.mark.parametrize("prompt", ["voice-assistant", "guide", "push-to-talk", "shop"])
def test_every_shipped_prompt_mints(client: FlaskClient, prompt: str) -> None:
    """Each persona can be asked for by name."""
    response = post(client, {"prompt": prompt})
    assert (response.status_code, response.json["prompt"]) == (200, prompt)


def test_health_mints_nothing(client: FlaskClient, cloud: processes.Google) -> None:
    """`GET /` answers anybody, with any origin or none, and mints nothing."""
    before = len(cloud.mints())
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": ORIGIN}):
        response = client.get("/", headers=headers)
        assert (response.status_code, response.json) == (200, {"status": "ok"})
        matches(response.json, "Health")
        carries_the_headers_of_all_answers(response)
        assert response.headers.get("Access-Control-Allow-Origin") == (
            ORIGIN if headers.get("Origin") == ORIGIN else None
        )
    assert len(cloud.mints()) == before


def test_questions(make_client: MakeClient, cloud: processes.Google, prompt_folder: Callable[..., str]) -> None:
    """`GET /?prompt=NAME` tells a prompt's questions at once, to anybody; a page of an allowed origin can read them."""
    prompt_folder("---\nquestions: [Why?, 'How, then?']\n---\nHi.", "asked")
    client, before = make_client(PROMPTS=prompt_folder("---\nquestions: What is this?\n---\nHi.")), len(cloud.mints())
    asked = {"status": "ok", "questions": ["Why?", "How, then?"]}
    response = client.get("/?prompt=asked", headers={"Origin": ORIGIN})
    assert (response.status_code, response.json) == (200, asked)
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    matches(response.json, "Health")
    carries_the_headers_of_all_answers(response)
    assert not sys.modules["main"].warm_up._over.is_set()
    assert (
        "Access-Control-Allow-Origin"
        not in client.get("/?prompt=asked", headers={"Origin": "https://evil.example"}).headers
    )
    assert client.get("/?prompt=").json == {"status": "ok", "questions": ["What is this?"]}
    warm = client.get("/?warm=1&prompt=asked").json
    assert warm == {**asked, "warm": True}
    matches(warm, "Health")
    token = post(client, {"prompt": "asked"})
    assert token.json["questions"] == asked["questions"]
    matches(token.json, "Token")
    assert len(cloud.mints()) == before + 1


@pytest.mark.parametrize(
    "query", ["", "prompt=shop", "prompt=nobody", "prompt=../main", "prompt=%00", "prompt=%ff", "prompt[]=guide", "Prompt=guide", "prompt=guide%20"]
)  # fmt: skip
def test_no_questions(client: FlaskClient, query: str) -> None:
    """A prompt without questions, one that is not there and what is no name get the plain answer."""
    assert client.get(f"/?{query}").json == {"status": "ok"}


def test_answered_when_warm(make_client: MakeClient, cloud: processes.Google) -> None:
    """`GET /?warm=1` is answered when the warm-up is over, to anybody, and mints nothing; other queries are ignored."""
    client, before = make_client(), len(cloud.mints())
    assert client.get("/?warm=0").json == client.get("/?cold=1").json == {"status": "ok"}
    response = client.get("/?warm=1&more=2", headers={"Origin": "https://evil.example"})
    assert (response.status_code, response.json) == (200, {"status": "ok", "warm": True})
    assert sys.modules["main"].warm_up._over.is_set()
    matches(response.json, "Health")
    carries_the_headers_of_all_answers(response)
    assert client.post("/?warm=1").status_code == 403
    assert make_client(PAUSED="1").get("/?warm=1").json == {"status": "paused", "warm": True}
    assert len(cloud.mints()) == before


def test_warm_is_waited_for_no_longer(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm-up that takes longer than anybody waits is answered as what it is."""
    monkeypatch.setattr("livetoken.runtime.warm_up.WarmUp.wait", lambda warm_up: warm_up._over.is_set())
    assert make_client().get("/?warm=1").json == {"status": "ok", "warm": False}


@pytest.mark.parametrize("path", ["/", "/api/token", "/api/usage"])
def test_preflight(client: FlaskClient, path: str) -> None:
    """An allowed origin learns what it may do; nothing is minted."""
    response = client.options(
        path,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, x-other",
        },
    )
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Allow-Methods"] == "POST"
    assert response.headers["Access-Control-Allow-Headers"] == "content-type"
    assert response.headers["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in response.headers
    carries_the_headers_of_all_answers(response)


@pytest.mark.parametrize("name", ["traceparent", "tracestate", "baggage", "sentry-trace", "x-datadog-trace-id"])
def test_trace_headers_pass(client: FlaskClient, name: str) -> None:
    """What a monitoring script adds to a page's requests keeps no visitor from talking."""
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": f"content-type,{name}",
    }
    assert name in client.options("/", headers=asked).headers["Access-Control-Allow-Headers"].split(", ")
    assert (
        post(client, **{name.replace("-", "_"): "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}).status_code
        == 200
    )


def test_objects_are_counted(client: FlaskClient) -> None:
    """Each object is made in Python and takes its time, so a body that holds very many of them is no request."""
    assert post(client, {"pageTitle": [{}] * 99}).json["code"] == "invalid_request"
    assert post(client, {"pageTitle": [{}] * 100}).json["code"] == "invalid_json"


def test_nothing_at_all_is_an_empty_page(client: FlaskClient) -> None:
    """A POST with neither body nor content type, as of a plain `fetch`, asks for a token of the defaults."""
    assert client.post("/", headers={"Origin": ORIGIN}).status_code == 200
    assert client.post("/").get_json()["code"] == "origin_not_allowed"
    assert client.post("/", data=b"{}", headers={"Origin": ORIGIN}).get_json()["code"] == "unsupported_media_type"
    compressed = client.post("/", headers={"Origin": ORIGIN, "Content-Encoding": "gzip"})
    assert compressed.get_json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "HTTPS://SHOP.EXAMPLE", f"{ORIGIN}/", f"{ORIGIN}.evil.example"]
)
def test_preflight_of_a_stranger(client: FlaskClient, origin: str) -> None:
    """A stranger's preflight is answered without a single CORS header."""
    response = client.options("/", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("PUT", "/", 405, "method_not_allowed", "GET, POST, OPTIONS"),
        ("DELETE", "/", 405, "method_not_allowed", "GET, POST, OPTIONS"),
        ("GET", "/api/token", 405, "method_not_allowed", "POST, OPTIONS"),
        ("FOO", "/api/token", 405, "method_not_allowed", "POST, OPTIONS"),
        ("GET", "/api/usage", 405, "method_not_allowed", "POST, OPTIONS"),
        ("POST", "/api/usage/", 404, "not_found", None),
        ("POST", "/x", 404, "not_found", None),
        ("GET", "/api/token/", 404, "not_found", None),
        ("OPTIONS", "/x", 404, "not_found", None),
    ],
)
def test_method_and_path(
    client: FlaskClient, method: str, path: str, status: int, code: str, allow: str | None
) -> None:
    """Anything but the contract's methods and paths is refused, by name."""
    response = client.open(path, method=method, headers={"Origin": ORIGIN})
    is_refusal(response, status, code)
    assert response.headers.get("Allow") == allow
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_head(client: FlaskClient) -> None:
    """HEAD is no way to ask for health."""
    response = client.head("/")
    assert (response.status_code, response.data) == (405, b"")


def test_page_can_read_why(client: FlaskClient) -> None:
    """Refusals carry CORS headers for an allowed origin, or the page would see nothing but a failure."""
    response = post(client, {"voice": "Siri"})
    is_refusal(response, 400, "invalid_request")
    assert response.json["error"] == "The field 'voice' is not one that this prompt allows."
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"


@given(
    origin=st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60)
    | st.from_regex(r"https://shop\.example.{0,5}", fullmatch=True).filter(
        lambda text: text.isascii() and text.isprintable()
    )
)
@hypothesis_settings(max_examples=60)
def test_any_other_origin_is_refused(client: FlaskClient, cloud: processes.Google, origin: str) -> None:
    """Whatever is not the listed origin gets 403 and no CORS header, and Gemini is not asked."""
    if origin.strip() == ORIGIN:
        return
    before = cloud.requests().get("gemini", {}).get("count", 0)
    response = post(client, {}, Origin=origin)
    is_refusal(response, 403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in response.headers
    assert cloud.requests().get("gemini", {}).get("count", 0) == before


ALLOWED_STATUSES = {200, 204, 400, 403, 404, 405, 413, 415, 429}


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "PATCH", "FOO"]),
    path=st.sampled_from(["/", "/api/token", "/api/usage", "/x", "/api/token?q", "/é"]),
    origin=st.sampled_from([ORIGIN, "https://evil.example", None]),
    kind=st.sampled_from(
        [
            "application/json",
            "text/plain",
            "application/json; charset=utf-8",
            "application/json; charset=latin-1",
            "",
            "a/b;;",
        ]
    ),
    body=st.binary(max_size=200)
    | st.sampled_from(
        [b"{}", b"[]", b"null", b'{"a":1,"a":2}', b"[" * 5000, b'{"pageTitle":"\xff"}', b"NaN", b"1" * 6000]
    ),
)
@hypothesis_settings(max_examples=150)
def test_any_request_gets_an_answer_of_the_contract(
    client: FlaskClient, method: str, path: str, origin: str | None, kind: str, body: bytes
) -> None:
    """Any method, path, origin, type and bytes get one of the contract's statuses, as JSON, never a 5xx."""
    response = client.open(
        path, method=method, data=body, content_type=kind, headers={"Origin": origin} if origin else {}
    )
    assert response.status_code in ALLOWED_STATUSES
    carries_the_headers_of_all_answers(response)
    if response.status_code >= 400:
        matches(response.json, "Refusal")


FAULTS: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"kind": "error", "name": "internal"}, 502, "upstream_error", None),
    ({"kind": "error", "name": "unavailable"}, 502, "upstream_error", None),
    ({"kind": "error", "name": "bad-request"}, 502, "upstream_error", None),
    ({"kind": "error", "name": "not-found"}, 500, "misconfigured", None),
    ({"kind": "error", "name": "region"}, 500, "misconfigured", None),
    ({"kind": "error", "name": "bad-key"}, 500, "misconfigured", None),
    ({"kind": "error", "name": "leaked-key"}, 500, "misconfigured", None),
    ({"kind": "error", "name": "unauthenticated"}, 500, "misconfigured", None),
    ({"kind": "error", "name": "quota"}, 503, "upstream_busy", "30"),
    ({"kind": "error", "name": "quota", "retry_after": 7}, 503, "upstream_busy", "7"),
    ({"kind": "error", "name": "quota", "retry_after": 0}, 503, "upstream_busy", "1"),
    ({"kind": "error", "name": "quota", "retry_after": 999999}, 503, "upstream_busy", "3600"),
    ({"kind": "error", "name": "quota", "retry_delay": "13s"}, 503, "upstream_busy", "13"),
    ({"kind": "body", "text": "{}"}, 502, "upstream_error", None),
    ({"kind": "body", "text": "[]"}, 502, "upstream_error", None),
    ({"kind": "body", "text": ""}, 502, "upstream_error", None),
    ({"kind": "body", "text": '{"name": null}'}, 502, "upstream_error", None),
    ({"kind": "body", "text": '{"name": "tokens/1"}'}, 502, "upstream_error", None),
    ({"kind": "body", "text": '{"name": "auth_tokens/"}'}, 502, "upstream_error", None),
    ({"kind": "body", "text": '{"name": "auth_tokens/a b<script>"}'}, 502, "upstream_error", None),
    ({"kind": "html"}, 502, "upstream_error", None),
    ({"kind": "redirect"}, 502, "upstream_error", None),
    ({"kind": "reset"}, 502, "upstream_error", None),
    ({"kind": "hang"}, 504, "upstream_timeout", None),
]


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"), FAULTS, ids=[" ".join(map(str, row[0].values())) for row in FAULTS]
)
def test_upstream_failures_are_ours_to_word(
    make_client: MakeClient,
    cloud: processes.Google,
    fault: dict[str, Any],
    status: int,
    code: str,
    retry_after: str | None,
) -> None:
    """Gemini's failures become the contract's codes; its words never reach the page."""
    client = make_client()
    cloud.fault("gemini", times=1, **fault)
    try:
        response = post(client)
    finally:
        cloud.clear()
    is_refusal(response, status, code)
    assert response.headers.get("Retry-After") == retry_after


def test_too_slow_is_not_waited_for(
    make_client: MakeClient, cloud: processes.Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drip passes every timeout of the SDK's, which are per read, but not the outer deadline."""
    monkeypatch.setattr("livetoken.gemini.tokens.MINT_SECONDS", 0.3)
    client = make_client()
    cloud.fault("gemini", "delay", times=1, ms=1500)
    try:
        is_refusal(post(client), 504, "upstream_timeout")
    finally:
        cloud.clear()


def test_unexpected_failure_is_json_with_cors(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception in any room is 500 `internal` as JSON, readable by the page; the log has its place, not its text."""
    client = make_client()

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("sentinel words")

    monkeypatch.setattr("livetoken.prompts.files.Prompts.find", fail)
    response = post(client)
    is_refusal(response, 500, "internal")
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    line = next(json.loads(text) for text in capfd.readouterr().out.splitlines() if response.json["requestId"] in text)
    assert line["severity"] == "ERROR"
    assert line["stack_trace"].startswith("ZeroDivisionError")
    assert "sentinel" not in json.dumps(line)


def test_openapi_and_code_name_the_same_fields_and_codes() -> None:
    """docs/openapi.yaml lists exactly the code's fields, statuses and codes."""
    schemas = OPENAPI["components"]["schemas"]
    assert set(schemas["Page"]["properties"]) == {*FIELDS, *FLAGS, *LISTS}
    assert set(schemas["Refusal"]["properties"]["code"]["enum"]) == {refusal.code for refusal in every_refusal()}
    by_status: dict[str, set[str]] = {}
    for refusal in every_refusal():
        by_status.setdefault(str(refusal.status), set()).add(refusal.code)
    for path in ("/", "/api/token"):
        responses = OPENAPI["paths"][path]["post"]["responses"]
        assert {
            status: set(re.findall(r"`(\w+)`", text["description"]))
            for status, text in responses.items()
            if status != "200"
        } == by_status
    for status, text in OPENAPI["paths"]["/api/usage"]["post"]["responses"].items():
        assert set(re.findall(r"`(\w+)`", text["description"])) <= by_status.get(status, set())


def test_every_refusal_is_listed() -> None:
    """The table of docs/errors.md is the code's, row for row."""
    lines = (ROOT / "docs" / "errors.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines if line.startswith("|")][2:]
    assert rows == [[str(refusal.status), f"`{refusal.code}`", str(refusal.__doc__)] for refusal in every_refusal()]
