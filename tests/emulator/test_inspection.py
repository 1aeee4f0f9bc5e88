"""The control routes: what was seen, without giving secrets away, and what can be set."""

import asyncio
import hashlib
import json
from urllib.error import HTTPError

import pytest
from gemini_live_emulator import DEFAULT_KEY

from dev.processes import Google
from tests.emulator.talk import live, mint, post, refusal, setup, token, tone


def test_sessions_have_exactly_their_keys(google: Google) -> None:
    """token, client, effective, close; newest last; close is null while the socket is open."""

    async def go() -> None:
        name = token(google.url, setup=setup())
        async with live(google.url, name, {"setup": {"model": "models/x"}}) as session:
            await session.next()
            assert google.sessions() == [
                {"token": name, "client": {"model": "models/x"}, "effective": setup(), "close": None}
            ]
        assert await refusal(google.url, name) == (1011, "Token has been used too many times")

    asyncio.run(go())
    assert [session["close"]["code"] for session in google.sessions()] == [1000, 1011]


def test_received_sound_is_kept_sample_by_sample(google: Google) -> None:
    """The samples that a session received can be compared with those that were sent."""
    sound = tone(0.4)

    async def go() -> None:
        async with live(google.url, token(google.url, setup=setup())) as session:
            await session.next()
            await session.sound(sound)
            await session.say("done")
            await session.turn()

    asyncio.run(go())
    assert google.audio() == sound
    seen = google.session()
    assert seen["audio"] == {"bytes": len(sound), "mimeTypes": {"audio/pcm;rate=16000": 4}}
    assert seen["texts"] == ["done"]
    assert seen["received"]["realtimeInput"] == 5


def test_requests_are_shown_without_their_secrets(google: Google) -> None:
    """Header names and a hash of the key, never a value."""
    mint(google.url)
    shown = google.requests()["gemini"]
    assert shown["byPath"] == {"POST /v1alpha/auth_tokens": 1}
    (request,) = shown["last"]
    assert request["credential"] == hashlib.sha256(DEFAULT_KEY.encode()).hexdigest()[:16]
    assert "x-goog-api-key" in [name.lower() for name in request["headers"]]
    assert request["status"] == 200
    assert DEFAULT_KEY not in json.dumps(google.requests())


def test_keys_and_secret_versions(google: Google) -> None:
    """A new version is accepted as a key unless it is not to be; an old key can be made invalid."""
    assert google.secret("second-key") == 2
    assert google.secret("third-key", accept=False) == 3
    google.key(DEFAULT_KEY, "invalid")
    url = f"{google.url}/v1alpha/auth_tokens"
    statuses = [post(url, {}, {"x-goog-api-key": key})[0] for key in (DEFAULT_KEY, "second-key", "third-key")]
    assert statuses == [400, 200, 400]


def test_the_clock_can_be_moved(google: Google) -> None:
    """Ahead of the machine's, so that a token expires now."""
    name = token(google.url, setup=setup())
    google.shift(61)
    assert asyncio.run(refusal(google.url, name)) == (1011, "Token has expired")


MISTAKES = [
    ("GET", "nothing", 404, "no control route"),
    ("GET", "sessions/7", 404, "index out of range"),
    ("POST", "keys", 404, "'key'"),
    ("POST", "secrets/gemini-api-key/9", 404, "no version 9"),
]


@pytest.mark.parametrize(("method", "path", "status", "text"), MISTAKES, ids=[row[1] for row in MISTAKES])
def test_a_mistake_gets_a_sentence(google: Google, method: str, path: str, status: int, text: str) -> None:
    """An unknown route or thing: a status and why."""
    body = {"state": "DISABLED"} if method == "POST" else None
    with pytest.raises(HTTPError) as caught:
        google.call(method, path, body)
    with caught.value as error:
        assert error.code == status
        assert text in json.loads(error.read())["error"]


def test_reset_forgets(google: Google) -> None:
    """After a reset nothing is left, and open sockets are closed."""

    async def go() -> int:
        async with live(google.url, token(google.url, setup=setup())) as session:
            await session.next()
            await asyncio.to_thread(google.reset)
            return (await session.closed())[0]

    assert asyncio.run(go()) == 1001
    assert google.mints() == google.sessions() == []
    assert google.requests() == {}
