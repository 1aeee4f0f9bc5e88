"""Faults on demand: each kind does what it says, to its target, for as many calls as asked, and then is over."""

import asyncio
import http.client
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from gemini_live_emulator import DEFAULT_KEY
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from dev.processes import Google
from tests.emulator.talk import live, post, refusal, setup, token
from tests.support import allowing

MINT = "/v1alpha/auth_tokens"


def ask(google: Google, timeout: float = 5.0, path: str = MINT) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a mint over a plain connection; raises what http.client raises."""
    connection = http.client.HTTPConnection("127.0.0.1", google.port, timeout=timeout)
    try:
        connection.request("POST", path, b"{}", {"x-goog-api-key": DEFAULT_KEY})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


ERRORS: list[tuple[dict[str, Any], int, str]] = [
    ({"name": "bad-key"}, 400, "API_KEY_INVALID"),
    ({"name": "bad-request"}, 400, "INVALID_ARGUMENT"),
    ({"name": "region"}, 400, "FAILED_PRECONDITION"),
    ({"name": "unauthenticated"}, 401, "UNAUTHENTICATED"),
    ({"name": "leaked-key"}, 403, "Your API key was reported as leaked."),
    ({"name": "denied"}, 403, "PERMISSION_DENIED"),
    ({"name": "not-found"}, 404, ""),
    ({"name": "not-found", "message": "Secret not found."}, 404, "NOT_FOUND"),
    ({"name": "quota"}, 429, "RESOURCE_EXHAUSTED"),
    ({"name": "internal"}, 500, "INTERNAL"),
    ({"name": "internal", "message": "in these words"}, 500, "in these words"),
    ({"name": "unavailable"}, 503, "UNAVAILABLE"),
    ({"name": "deadline"}, 504, "DEADLINE_EXCEEDED"),
]


@pytest.mark.parametrize(("details", "status", "text"), ERRORS, ids=[row[0]["name"] for row in ERRORS])
def test_errors_by_name(google: Google, details: dict[str, Any], status: int, text: str) -> None:
    """Each named error has Google's status and form, and no token is minted."""
    google.fault("gemini", "error", **details)
    got, _, body = ask(google)
    assert got == status
    assert text.encode() in body
    assert (body == b"") == (text == "")
    assert google.mints() == []


def test_a_quota_error_with_its_times(google: Google) -> None:
    """Retry-After as a header and RetryInfo in the body, only when asked for."""
    google.fault("gemini", "error", times=1, name="quota", retryAfter=7, retryDelay="13s")
    google.fault("gemini", "error", times=1, name="quota")
    _, headers, body = ask(google)
    assert headers["Retry-After"] == "7"
    assert b'"retryDelay": "13s"' in body
    _, headers, body = ask(google)
    assert "Retry-After" not in headers
    assert b"retryDelay" not in body


def test_a_fault_for_some_calls(google: Google) -> None:
    """The oldest fault counts until it has done its number of calls; `clear` ends the rest."""
    google.fault("gemini", "error", times=2, name="unavailable")
    google.fault("gemini", "error", name="internal")
    assert [ask(google)[0] for _ in range(4)] == [503, 503, 500, 500]
    google.clear()
    assert ask(google)[0] == 200


def test_a_fault_hits_its_target_only(google: Google) -> None:
    """Gemini's trouble is neither Secret Manager's nor the metadata server's."""
    google.fault("secret", "error", name="internal")
    google.fault("metadata", "html", status=500)
    assert ask(google)[0] == 200
    for path in ("/computeMetadata/v1/project/project-id", "/v1/projects/p/secrets/s/versions/1:access"):
        with pytest.raises(HTTPError, match="500") as caught:
            urlopen(google.url + path)
        caught.value.close()


def test_hang(google: Google) -> None:
    """Nothing is ever answered."""
    google.fault("gemini", "hang", times=1)
    with pytest.raises(TimeoutError):
        ask(google, timeout=0.4)
    assert ask(google)[0] == 200


def test_delay(google: Google) -> None:
    """The true answer, later."""
    start = time.monotonic()
    assert ask(google)[0] == 200
    control = time.monotonic() - start
    google.fault("gemini", "delay", times=1, ms=300)
    start = time.monotonic()
    assert ask(google)[0] == 200
    assert 0.3 <= time.monotonic() - start < allowing(2, control)


@pytest.mark.parametrize("part", ["body", "head"])
def test_drip(google: Google, part: str) -> None:
    """The true answer, byte by byte: a timeout for each read never strikes, however long it takes as a whole."""
    google.fault("gemini", "drip", times=1, ms=5, part=part)
    start = time.monotonic()
    status, _, body = ask(google, timeout=2)
    assert (status, body.startswith(b'{\n  "name": "auth_tokens/')) == (200, True)
    assert time.monotonic() - start > len(body) * 0.005


def test_reset_and_truncate(google: Google) -> None:
    """A connection that is cut before the answer, or in its middle."""
    google.fault("gemini", "reset", times=1)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        ask(google)
    google.fault("gemini", "truncate", times=1)
    with pytest.raises(http.client.IncompleteRead):
        ask(google)


def test_redirect(google: Google) -> None:
    """307 to wherever it is told."""
    google.fault("gemini", "redirect", times=1, url="http://127.0.0.1:1/elsewhere")
    status, headers, _ = ask(google)
    assert (status, headers["Location"]) == (307, "http://127.0.0.1:1/elsewhere")


@pytest.mark.parametrize("text", ["{}", "[]", "", "{not json", "null"])
def test_a_body_literally(google: Google, text: str) -> None:
    """200 with whatever text is given."""
    google.fault("gemini", "body", times=1, text=text)
    status, headers, body = ask(google)
    assert (status, body) == (200, text.encode())
    assert headers["Content-Type"] == "application/json; charset=UTF-8"


@pytest.mark.parametrize("status", [200, 500])
def test_html(google: Google, status: int) -> None:
    """A page where JSON is expected."""
    google.fault("gemini", "html", times=1, status=status)
    got, headers, body = ask(google)
    assert got == status
    assert headers["Content-Type"] == "text/html; charset=UTF-8"
    assert body.startswith(b"<!DOCTYPE html>")


MISTAKES = [
    ({"target": "gemini"}, "kind for gemini must be one of hang, delay"),
    ({"target": "mars", "kind": "hang"}, "target must be one of gemini, secret, metadata, socket"),
    ({"target": "socket", "kind": "html"}, "kind for socket must be one of hang, delay"),
    ({"target": "gemini", "kind": "hang", "forever": True}, "unknown field 'forever'"),
    ({"target": "gemini", "kind": "error", "name": "oops"}, "unknown error name 'oops'"),
    ({"target": "gemini", "kind": "hang", "times": "twice"}, "times must be a number"),
    ({"target": "gemini", "kind": "body", "text": {}}, "text must be a text"),
]


@pytest.mark.parametrize(("body", "sentence"), MISTAKES, ids=[row[1][:30] for row in MISTAKES])
def test_a_fault_that_makes_no_sense(google: Google, body: dict[str, Any], sentence: str) -> None:
    """400 and a sentence that says what is known."""
    status, answer = post(f"{google.url}/_standin/faults", body)
    assert status == 400
    assert sentence in answer["error"]
    assert google.json("GET", "faults") == []


def test_refuse_the_upgrade(google: Google) -> None:
    """The socket is refused with a status, before any frame."""
    google.fault("socket", "refuse", times=1, status=429)

    async def go() -> None:
        with pytest.raises(InvalidStatus) as caught:
            async with live(google.url, "auth_tokens/x"):
                pass
        assert caught.value.response.status_code == 429

    asyncio.run(go())


def test_close_at_setup(google: Google) -> None:
    """The setup is answered with a close of any code and reason."""
    google.fault("socket", "close", times=1, code=1011, reason="You exceeded your current quota")
    name = token(google.url, setup=setup())
    assert asyncio.run(refusal(google.url, name)) == (1011, "You exceeded your current quota")


def test_drop_after_messages(google: Google) -> None:
    """The connection is cut without a close frame after so many messages."""
    google.fault("socket", "drop", times=1, messages=3)

    async def go() -> int:
        async with live(google.url, token(google.url, setup=setup(outputAudioTranscription={}))) as session:
            await session.say("Hello")
            with pytest.raises(ConnectionClosedError) as caught:
                await session.turn()
            assert caught.value.rcvd is None
            return len(session.messages)

    assert asyncio.run(go()) == 3
    assert google.sessions()[-1]["close"] == {"code": 1006, "reason": ""}


def test_silent_after_setup(google: Google) -> None:
    """The session is set up, and then nothing comes."""
    google.fault("socket", "silent", times=1)

    async def go() -> None:
        async with live(google.url, token(google.url, setup=setup(sessionResumption={}))) as session:
            assert await session.next() == {"setupComplete": {}}
            await session.say("Hello?")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.next(), 0.5)

    asyncio.run(go())


@pytest.mark.parametrize("by_fault", [True, False])
def test_go_away_now(google: Google, by_fault: bool) -> None:  # noqa: FBT001 - a row of the table
    """Every open session is told to go, and closed after the time left."""

    async def go() -> None:
        async with live(google.url, token(google.url, setup=setup())) as session:
            await session.next()
            if by_fault:
                await asyncio.to_thread(google.fault, "socket", "go-away", ms=300)
            else:
                await asyncio.to_thread(google.go_away, 0.3)
            assert await session.next() == {"goAway": {"timeLeft": "0.300s"}}
            assert await session.closed() == (1008, "The operation was aborted.")

    asyncio.run(go())


def test_a_fault_for_some_paths_alone(google: Google) -> None:
    """With `path`, other calls to the same target are answered as ever, and do not use the fault up."""
    google.fault("gemini", "error", times=1, name="internal", path="v1beta/")
    assert ask(google)[0] == 200
    assert ask(google, path="/v1beta/auth_tokens")[0] == 500
    assert ask(google, path="/v1beta/auth_tokens")[0] == 200
