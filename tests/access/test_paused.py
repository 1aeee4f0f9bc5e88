"""The kill switch: nothing is minted, the page shows the owner's sentence, and whoever watches can see it."""

from collections.abc import Callable
from typing import Any

import pytest

from dev import processes
from tests.support import ORIGIN, MakeClient, post

SENTENCE = 'We are away until Monday, "back" at 9 – ¡hasta pronto!'


@pytest.mark.parametrize(("switch", "shown"), [("1", "The voice assistant is paused."), (SENTENCE, SENTENCE)])
def test_paused(make_client: MakeClient, cloud: processes.Google, switch: str, shown: str) -> None:
    """A listed page gets 503 with the owner's sentence, when to ask again, and CORS headers to read it by."""
    client, before = make_client(PAUSED=switch), len(cloud.mints())
    for path in ("/", "/api/token"):
        response = post(client, path=path)
        assert (response.status_code, response.json["code"], response.json["error"]) == (503, "paused", shown)
        assert response.headers["Retry-After"] == "300"
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert len(cloud.mints()) == before


@pytest.mark.parametrize("switch", ["1", SENTENCE])
def test_health_says_so(make_client: MakeClient, switch: str) -> None:
    """The health check stays up, and says that the function is paused."""
    response = make_client(PAUSED=switch).get("/")
    assert (response.status_code, response.json) == (200, {"status": "paused"})


@pytest.mark.parametrize("switch", ["", "0", "off", "false", "no", "OFF"])
def test_off(make_client: MakeClient, switch: str) -> None:
    """What reads like off is off."""
    client = make_client(PAUSED=switch)
    assert post(client).status_code == 200
    assert client.get("/").json == {"status": "ok"}


def test_strangers_do_not_learn_of_it(make_client: MakeClient) -> None:
    """A foreign site is told that it is foreign, and not what the owner says to visitors."""
    response = post(make_client(PAUSED=SENTENCE), Origin="https://evil.example")
    assert (response.status_code, response.json["code"]) == (403, "origin_not_allowed")


def test_pausing_comes_before_the_limits(make_client: MakeClient) -> None:
    """While paused, requests use up no places, and nobody is told to wait for the wrong reason."""
    client = make_client(PAUSED="1", LIMIT_PER_ADDRESS="1/day", LIMIT_PER_ORIGIN="1/day")
    assert [post(client).json["code"] for _ in range(5)] == ["paused"] * 5


def test_pausing_needs_neither_redis_nor_issuer(make_client: MakeClient) -> None:
    """The switch works at once, also while everything else is down."""
    client = make_client(PAUSED="1", LIMITS_STORAGE="redis://127.0.0.1:1", CALLERS="oidc:https://127.0.0.1:1 livetoken")
    assert post(client).json["code"] == "paused"


def test_preflight_still_answers(make_client: MakeClient) -> None:
    """Without it, a page could not read that it is paused."""
    response = make_client(PAUSED="1").options("/", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)


def test_on_the_real_server(cloud: processes.Google, page: Callable[..., Any]) -> None:
    """The owner's sentence arrives as it was written."""
    with processes.function(cloud, [ORIGIN], env={"PAUSED": SENTENCE}) as livetoken:
        answer = page(livetoken.url)
        assert (answer.status, answer.code, answer.content["error"]) == (503, "paused", SENTENCE)
        assert page(livetoken.url, method="GET").content == {"status": "paused"}
