"""What the token opens: each failure of connecting, of the lock and of single use, provoked."""

import json
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from dev import processes
from doctor.sessions import WORD, hostile_setup
from tests.doctor.conftest import Examine
from tests.doctor.front import Answering, Asked, Reply
from tests.doctor.test_minting import changed
from tests.support import KEY

InFront = Callable[[Answering], str]
AUDIO = {"model": "models/gemini-3.8-live", "generationConfig": {"responseModalities": ["AUDIO"]}}


def token_of(google: processes.Google, body: dict[str, Any]) -> str:
    """Return a token minted straight from the emulator, with a body that livetoken would never send."""
    headers = {"Content-Type": "application/json", "x-goog-api-key": KEY}
    request = urllib.request.Request(f"{google.url}/v1alpha/auth_tokens", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["name"])


def swapped(google: processes.Google, body: dict[str, Any]) -> Answering:
    """Return a way of answering with a fresh token of another kind in the place of the function's."""

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        if asked.method != "POST" or reply.status != 200:
            return reply
        return Reply(
            200, reply.headers, json.dumps({**json.loads(reply.body), "token": token_of(google, body)}).encode()
        )

    return answering


def test_one_mint_shows_connection_lock_and_single_use(
    examine: Examine, function: processes.Function, google: processes.Google
) -> None:
    """A healthy token shows all three at once; the hostile setup reached the server and did not count."""
    seen = examine(function.url)
    assert seen.failed == []
    assert seen.deployment.minted == len(google.mints()) == 1
    hostile, reused = google.sessions()
    assert hostile["client"]["model"] == hostile_setup()["model"]
    assert hostile["effective"]["model"] == "models/gemini-3.8-live"
    assert hostile["effective"]["generationConfig"]["responseModalities"] == ["AUDIO"]
    assert reused["close"]["code"] == 1011


def test_unlocked(examine: Examine, in_front: InFront, google: processes.Google) -> None:
    """A token that leaves the setup to the browser connects, but fails the lock; a second mint told the two apart."""
    seen = examine(in_front(swapped(google, {"uses": 1})))
    told = seen.blames("lock")
    assert "The visitor's browser decides" in told
    assert "livetoken-doctor-no-such-model" in told
    assert seen["connects"].ok
    assert seen["reuse"].ok
    assert seen.deployment.minted == 2


@pytest.mark.parametrize("mask", ["model", "model,tools,systemInstruction"])
def test_half_locked(examine: Examine, in_front: InFront, google: processes.Google, mask: str) -> None:
    """A mask that forgets voice and modality is found out, although the model is locked."""
    body = {"uses": 1, "bidiGenerateContentSetup": AUDIO, "fieldMask": mask}
    assert "made-up model and voice was not ignored" in examine(in_front(swapped(google, body))).blames("lock")


def test_open_on_purpose(examine: Examine, odd_function: processes.Function) -> None:
    """What a prompt file leaves open fails the lock, unless it is named as open on purpose."""
    assert "--open generation_config" in examine(odd_function.url, prompt="opened").blames("lock")
    named = examine(odd_function.url, prompt="opened", opened=("generation_config",))
    assert named.failed == []
    assert "open on purpose: generation_config" in named["lock"].detail
    assert named.deployment.minted == 1


def test_instruction_asked_aloud(examine: Examine, odd_function: processes.Function) -> None:
    """Whose instruction counts shows only when the model speaks; then an open instruction is found out."""
    assert examine(odd_function.url, prompt="led").failed == []
    assert "a word that only the browser's setup knew" in examine(odd_function.url, prompt="led", speak=True).blames(
        "lock"
    )


def test_locked_instruction_asked_aloud(examine: Examine, function: processes.Function) -> None:
    """A locked instruction does not know the hostile word."""
    seen = examine(function.url, speak=True)
    assert seen.failed == []
    assert "did not know the hostile word" in seen["lock"].detail
    assert WORD not in seen["lock"].detail


def test_used_more_than_once(examine: Examine, in_front: InFront, google: processes.Google) -> None:
    """A token that opens a second session fails."""
    body = {"uses": 0, "bidiGenerateContentSetup": AUDIO}
    assert "uses` 1" in examine(in_front(swapped(google, body))).blames("reuse")


def test_stale_token(
    examine: Examine, in_front: InFront, google: processes.Google, function: processes.Function
) -> None:
    """A cache in front of the function hands out a token that is used up, and is named as the cause."""
    kept: list[Reply] = []

    def answering(asked: Asked) -> Reply:
        if asked.method != "POST" or b"doctor" in asked.body:
            return asked.relay()
        kept.append(kept[0] if kept else asked.relay())
        return kept[0]

    url = in_front(answering)
    assert examine(url).failed == []
    assert "Switch off every cache" in examine(url).blames("connects")


def test_model_gone(examine: Examine, odd_function: processes.Function) -> None:
    """A token that is locked to a model which is gone names model and prompt file; that is no open lock."""
    seen = examine(odd_function.url, prompt="gone")
    told = seen.blames("connects")
    assert "models/gemini-gone-live with the config of prompts/gone.md" in told
    assert seen["lock"].ok is None
    assert seen.deployment.minted == 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "refuse", "status": 404}, "There is no Live API at websocketUrl under version v1alpha"),
        ({"kind": "reset"}, "or something broke the line"),
        ({"kind": "close", "code": 1011, "reason": "You exceeded your current quota"}, "quota for Live sessions"),
        ({"kind": "close", "code": 1011, "reason": "Token has expired"}, "TOKEN_SECONDS"),
        ({"kind": "close", "code": 1011, "reason": "Internal error encountered."}, "before it began"),
        ({"kind": "close", "code": 1008, "reason": "The operation was aborted."}, "does not accept the setup"),
    ],
    ids=["refused", "reset", "quota", "expired", "internal", "aborted"],
)
def test_does_not_connect(
    examine: Examine, function: processes.Function, google: processes.Google, fault: dict[str, Any], expected: str
) -> None:
    """Each way in which a session does not open has its own cause and fix."""
    google.fault("socket", **fault)
    assert expected in examine(function.url).blames("connects")


@pytest.mark.parametrize("kind", ["hang", "delay"])
def test_live_api_is_silent(
    examine: Examine, function: processes.Function, google: processes.Google, kind: str
) -> None:
    """A socket that never opens, or never says setupComplete, is given up after the timeout."""
    google.fault("socket", kind, ms=4000)
    assert "within 1.5 seconds" in examine(function.url, timeout=1.5).blames("connects")


def test_no_live_api_there(examine: Examine, in_front: InFront) -> None:
    """A websocketUrl at which nothing listens is told as unreachable."""
    path = "ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
    url = in_front(changed(websocketUrl=f"ws://127.0.0.1:{processes.free_port()}/{path}"))
    assert "Nothing listens" in examine(url).blames("connects")


def test_reason_that_repeats_the_token(
    examine: Examine, function: processes.Function, google: processes.Google
) -> None:
    """Whatever a server writes into its reason, no token and no control character comes out of the doctor."""
    google.fault("socket", "close", code=1011, reason=f"\x1b[2J no: auth_tokens/{'a1' * 32}")
    detail = examine(function.url)["connects"].detail
    assert detail == "closed with 1011 “ [2J no: [not shown]”"


def test_no_websockets_here(examine: Examine, function: processes.Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without the websockets package can examine all but the sessions, and says what is missing."""
    monkeypatch.setitem(sys.modules, "websockets", None)
    seen = examine(function.url)
    assert "Python's package websockets is not installed here" in seen.blames("connects")
    assert seen["mints"].ok


def test_reuse_cannot_be_told(examine: Examine, function: processes.Function, google: processes.Google) -> None:
    """A line that breaks at the second connection is no proof that the token was refused."""
    google.fault("socket", "delay", ms=1, times=1)
    google.fault("socket", "refuse", status=503)
    told = examine(function.url).blames("reuse")
    assert "could not be told" in told
    assert "HTTP 503" in told
