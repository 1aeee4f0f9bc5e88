"""The token: each failure of minting and of the answer, provoked."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from dev import processes
from doctor.fixes import _MEANINGS
from doctor.minting import _FORMS
from tests.doctor.conftest import LISTED, Examine
from tests.doctor.front import Answering, Asked, Reply

InFront = Callable[[Answering], str]
NO_TOKEN_REASONS = sorted(_MEANINGS)


def changed(**fields: object) -> Answering:
    """Return a way of answering with fields of the token's JSON changed; None removes one."""

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        if reply.status != 200 or asked.method != "POST":
            return reply
        content = {name: value for name, value in {**json.loads(reply.body), **fields}.items() if value is not None}
        return Reply(200, reply.headers, json.dumps(content).encode())

    return answering


def spoiled(header: str, value: str | None) -> Answering:
    """Return a way of answering with one header of the token's answer spoiled."""

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        return reply.with_header(header, value) if asked.method == "POST" and reply.status == 200 else reply

    return answering


@pytest.mark.parametrize("code", NO_TOKEN_REASONS)
def test_each_refusal_has_a_fix(examine: Examine, in_front: InFront, code: str) -> None:
    """Every refusal of livetoken's is told with what its owner can do; the log is named by request where it knows more."""

    def answering(asked: Asked) -> Reply:
        if asked.method != "POST" or b"doctor" in asked.body:
            return asked.relay()
        body = {"error": "A sentence.", "code": code, "requestId": "0123456789abcdef"}
        return Reply(503, [("Content-Type", "application/json"), ("Retry-After", "30")], json.dumps(body).encode())

    told = examine(in_front(answering)).blames("mints")
    cause, fix = _MEANINGS[code]
    assert cause in told
    assert fix in told
    assert ('requestId="0123456789abcdef"' in told) == ("log" in fix)


def test_paused(examine: Examine, one_google: processes.Google) -> None:
    """A paused function is healthy, accepts the origin and says that it is paused, and what visitors read."""
    with processes.function(one_google, LISTED, env={"PAUSED": "Back at noon."}) as function:
        seen = examine(function.url)
    assert "paused" in seen["health"].detail
    told = seen.blames("mints")
    assert "Remove the setting PAUSED" in told
    assert "Back at noon." in told
    assert seen["connects"].ok is None


def test_rate_limited(examine: Examine, one_google: processes.Google) -> None:
    """A used-up limit is told with the seconds to wait; looking at origins does not use it up."""
    with processes.function(one_google, LISTED, env={"LIMIT_PER_ADDRESS": "2/hour"}) as function:
        first, *_, last = [examine(function.url) for _ in range(3)]
    assert first.failed == []
    told = last.blames("mints")
    assert "Run the doctor again in 3" in told
    assert "LIMIT_PER_ADDRESS" in told


def test_callers(examine: Examine, one_google: processes.Google) -> None:
    """A function that verifies callers is told from a broken one, and a proof can be given along."""
    with processes.function(one_google, LISTED, env={"CALLERS": "firebase-app-check:123456789012"}) as function:
        told = examine(function.url).blames("mints")
        with_proof = examine(function.url, headers={"X-Firebase-AppCheck": "no.real.proof"})
    assert "--header 'Authorization: Bearer …'" in told
    assert with_proof["preflight"].ok
    assert with_proof.failed == ["mints"]


def test_secret_missing(examine: Examine, one_google: processes.Google) -> None:
    """A function that cannot read its key is told to be looked at with --project."""
    env = {"GEMINI_API_KEY_SECRET": "projects/livetoken-local/secrets/none/versions/latest"}
    with processes.function(one_google, LISTED, env=env) as function:
        told = examine(function.url).blames("mints")
    assert "With --project the doctor looks at the secret itself" in told


@pytest.mark.parametrize(
    ("fault", "code"), [("not-found", "misconfigured"), ("quota", "upstream_busy"), ("internal", "upstream_error")]
)
def test_gemini_fails(
    examine: Examine, function: processes.Function, google: processes.Google, fault: str, code: str
) -> None:
    """What Gemini refuses comes through the real function as a cause and a fix."""
    google.fault("gemini", "error", name=fault)
    told = examine(function.url).blames("mints")
    assert code in told
    assert _MEANINGS[code][0] in told


def test_prompt_for_another_site(examine: Examine, odd_function: processes.Function) -> None:
    """A prompt file for other sites is told from an allowlist that lacks this one."""
    assert "`origins` do not list it" in examine(odd_function.url, prompt="elsewhere").blames("mints")


def test_token_null(examine: Examine, in_front: InFront) -> None:
    """A 200 with an empty token is a failure, not a success."""

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        return reply if asked.method != "POST" or reply.status != 200 else Reply(200, reply.headers, b'{"token": null}')

    assert "The answer holds an empty token" in examine(in_front(answering)).blames("mints")


def test_no_token_no_reason(examine: Examine, in_front: InFront) -> None:
    """A 200 without any token is told as what it is."""

    def answering(asked: Asked) -> Reply:
        return asked.relay() if asked.method != "POST" or b"doctor" in asked.body else Reply(200, [], b"{}")

    assert "no token, and no reason why" in examine(in_front(answering)).blames("mints")


@pytest.mark.parametrize("field", [name for name in _FORMS if name != "token"])
def test_field_missing(examine: Examine, in_front: InFront, field: str) -> None:
    """An answer without one of its fields is incomplete, and the field is named."""
    assert f"{field} is missing" in examine(in_front(changed(**{field: None}))).blames("complete")


HOUR = dt.timedelta(hours=1)
SOCKET = (
    "//generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContent"
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"token": "AIzaSyNotATokenAtAllButSomebodysKey"}, "token is not of its form"),
        ({"model": "gemini-3.8-live"}, "model is not of its form"),
        ({"voice": 7}, "voice is not of its form"),
        ({"expiresAt": "2026-11-20T16:00:00"}, "expiresAt is not of its form"),
        ({"expiresAt": f"{dt.datetime.now(dt.UTC) - HOUR:%Y-%m-%dT%H:%M:%SZ}"}, "expiresAt is over"),
        ({"expiresAt": f"{dt.datetime.now(dt.UTC) + 21 * HOUR:%Y-%m-%dT%H:%M:%SZ}"}, "more than 20 hours away"),
        (
            {"newSessionExpiresAt": f"{dt.datetime.now(dt.UTC) + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"},
            "newSessionExpiresAt is after expiresAt",
        ),
        ({"websocketUrl": f"wss:{SOCKET}"}, "websocketUrl is not of its form"),
        ({"websocketUrl": f"ws:{SOCKET}Constrained"}, "websocketUrl is not encrypted"),
        ({"apiVersion": "v1beta"}, "websocketUrl is for another version than apiVersion"),
        ({"expiresAt": "2026-99-99T99:99:99Z"}, "its times are no dates"),
        ({"websocketUrl": f"wss://[::1{SOCKET[1:]}Constrained"}, "websocketUrl is not of its form"),
    ],
)
def test_field_wrong(examine: Examine, in_front: InFront, fields: dict[str, object], expected: str) -> None:
    """A field that no page could use is named, and neither key nor token is repeated."""
    seen = examine(in_front(changed(**fields)))
    assert expected in seen.blames("complete")
    assert "AIza" not in str(seen.findings)


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Cache-Control", "public, max-age=60", "Cache-Control is not no-store"),
        ("X-Content-Type-Options", None, "X-Content-Type-Options is not nosniff"),
        ("Content-Type", "text/html", "Content-Type is not application/json"),
        ("Access-Control-Allow-Origin", None, "the page cannot read the answer"),
    ],
)
def test_header_wrong(examine: Examine, in_front: InFront, header: str, value: str | None, expected: str) -> None:
    """Each header that keeps the token from caches, sniffing or its own page is missed; the rest goes on."""
    seen = examine(in_front(spoiled(header, value)))
    assert expected in seen.blames("headers")
    assert seen["reuse"].ok


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"token": {"a": 1}}',
        b'{"error": [], "code": {}}',
        b'{"token": "x"}',
        b" " * 500_000,
    ],
    ids=["empty", "null", "not-utf8", "deep", "object", "lists", "short", "long"],
)
def test_nonsense(examine: Examine, in_front: InFront, body: bytes) -> None:
    """Nonsense in place of a token is a failure with a fix, never an exception."""
    headers = [("Content-Type", "application/json"), ("Date", "yesterday"), ("Retry-After", "\x1b[31msoon")]
    url = in_front(lambda asked: asked.relay() if asked.method != "POST" else Reply(200, headers, body))
    seen = examine(url)
    assert {"mints", "foreign"} & set(seen.failed)
    assert all(finding.fix for finding in seen.findings.values() if finding.ok is False)


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_impossible_port(examine: Examine, in_front: InFront, port: int) -> None:
    """A websocketUrl with a port that cannot be is unreachable, not an exception."""
    path = "ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
    assert examine(in_front(changed(websocketUrl=f"ws://127.0.0.1:{port}/{path}"))).blames("connects")
