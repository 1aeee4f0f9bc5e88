"""Limits as a page meets them: the answer, its headers, what counts and what does not."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dev import processes
from tests.access.conftest import logged
from tests.support import ORIGIN, MakeClient, post, warm_function

Page = Callable[..., Any]


def statuses(client: Any, count: int, **headers: str) -> list[int]:
    """Ask so many times."""
    return [post(client, **headers).status_code for _ in range(count)]


def test_full_address(make_client: MakeClient, cloud: processes.Google) -> None:
    """The request after the last allowed one gets 429 with Retry-After, readable by the page, and Gemini is not asked."""
    client = make_client(LIMIT_PER_ADDRESS="3/minute")
    assert statuses(client, 3) == [200] * 3
    before = len(cloud.mints())
    response = post(client)
    assert (response.status_code, response.json["code"]) == (429, "rate_limited")
    assert 58 <= int(response.headers["Retry-After"]) <= 60
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["Cache-Control"] == "no-store"
    assert len(cloud.mints()) == before


def test_place_returns_when_it_was_said(make_client: MakeClient) -> None:
    """A page that waits for Retry-After gets its token."""
    client = make_client(LIMIT_PER_ADDRESS="1/2second")
    assert statuses(client, 1) == [200]
    told = int(post(client).headers["Retry-After"])
    assert 1 <= told <= 2
    time.sleep(told)
    assert statuses(client, 1) == [200]


def test_log_names_the_narrowest_limit(make_client: MakeClient, capsys: pytest.CaptureFixture[str]) -> None:
    """When address and site are both full, the owner reads that it was one address."""
    client = make_client(LIMIT_PER_ADDRESS="1/minute", LIMIT_PER_ORIGIN="1/minute")
    assert statuses(client, 2) == [200, 429]
    assert '"rate_limited: 1 per 1 minute per address"' in capsys.readouterr().out


def test_forged_addresses_share_the_real_ones_limit(make_client: MakeClient) -> None:
    """A thousand made-up X-Forwarded-For entries left of the real one are one client."""
    client = make_client(LIMIT_PER_ADDRESS="3/minute", LIMIT_PER_ORIGIN="9000/minute")
    forged = [
        post(client, X_Forwarded_For=f"10.{number // 256}.{number % 256}.1, 203.0.113.9").status_code
        for number in range(1000)
    ]
    assert (forged.count(200), forged.count(429)) == (3, 997)
    assert statuses(client, 1, X_Forwarded_For="203.0.113.10") == [200]


def test_forwarded_headers_of_other_names_count_for_nothing(make_client: MakeClient) -> None:
    """Forwarded, X-Real-IP and their like are a client's own words."""
    client = make_client(LIMIT_PER_ADDRESS="1/minute")
    assert statuses(client, 1) == [200]
    for name in ("Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Forwarded-Host"):
        assert statuses(client, 1, **{name: "for=203.0.113.77"}) == [429]


def test_ipv6_neighbours_share_a_limit(make_client: MakeClient) -> None:
    """A client with a whole /64 has one share."""
    client = make_client(LIMIT_PER_ADDRESS="2/minute")
    assert [post(client, X_Forwarded_For=f"2001:db8::{number:x}").status_code for number in range(4)] == [
        200,
        200,
        429,
        429,
    ]
    assert statuses(client, 1, X_Forwarded_For="2001:db8:0:1::1") == [200]


def test_two_trusted_hops(make_client: MakeClient) -> None:
    """Behind a load balancer the entry before the last counts; a request that came round it shares one bucket."""
    client = make_client(LIMIT_PER_ADDRESS="1/minute", TRUSTED_HOPS="2")
    assert [post(client, X_Forwarded_For=f"6.6.6.{n}, 203.0.113.9, 35.191.0.{n}").status_code for n in range(3)] == [
        200,
        429,
        429,
    ]
    assert [post(client, X_Forwarded_For=f"203.0.113.{n}").status_code for n in range(3)] == [200, 429, 429]


def test_site_limit_counts_all_addresses(make_client: MakeClient) -> None:
    """A site's limit holds over all its visitors, and one site's visitors do not use up another's."""
    other = "https://other.example"
    client = make_client(ALLOWED_ORIGINS=f"{ORIGIN},{other}", LIMIT_PER_ORIGIN="3/minute")
    assert [post(client, X_Forwarded_For=f"203.0.113.{n}").status_code for n in range(5)] == [200] * 3 + [429] * 2
    assert [post(client, X_Forwarded_For=f"203.0.113.{n}", Origin=other).status_code for n in range(4)] == [200] * 3 + [
        429
    ]


BAD_FIELDS: list[Any] = [{"voice": "Siri"}, {"unknown": 1}, {"prompt": "nobody"}, []]
BAD_BODIES = [(b"{", "application/json", 400), (b"x" * 70_000, "application/json", 413), (b"{}", "text/plain", 415)]


def test_previews_share_their_patterns_limit(make_client: MakeClient, cloud: processes.Google) -> None:
    """All origins under one pattern are one site; each is answered by its own name, and its pages are its own."""
    client = make_client(ALLOWED_ORIGINS=f"{ORIGIN},https://*.shop.pages.dev", LIMIT_PER_ORIGIN="2/minute")
    for name, status in (("pr-1", 200), ("pr-2", 200), ("pr-3", 429)):
        origin = f"https://{name}.shop.pages.dev"
        answer = post(client, {"pageUrl": f"{origin}/tea"}, Origin=origin)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, origin)
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert client.options("/", headers=asked).headers["Access-Control-Allow-Origin"] == origin
    foreign = post(client, {"pageUrl": "https://pr-1.shop.pages.dev/"}, Origin="https://pr-2.shop.pages.dev")
    assert foreign.json["code"] == "invalid_request"
    assert post(client).status_code == 200
    for stranger in ("https://shop.pages.dev", "https://a.b.shop.pages.dev", "https://*.shop.pages.dev"):
        refused = post(client, Origin=stranger)
        assert refused.json["code"] == "origin_not_allowed"
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_flood_of_bad_requests_meets_its_addresss_limit(make_client: MakeClient) -> None:
    """Requests that are refused for their body count against their address, and end in 429."""
    client = make_client(LIMIT_PER_ADDRESS="7/day")
    for fields in BAD_FIELDS:
        assert post(client, fields).json["code"] == "invalid_request"
    for data, kind, status in BAD_BODIES:
        response = client.post("/", data=data, content_type=kind, headers={"Origin": ORIGIN})
        assert response.status_code == status
    assert [post(client, fields).status_code for fields in [*BAD_FIELDS, {}]] == [429] * 5


def test_bad_requests_cost_the_site_nothing(make_client: MakeClient) -> None:
    """However many of them come, from however many addresses, the site's tokens are there for its visitors."""
    client = make_client(LIMIT_PER_ADDRESS="1/day", LIMIT_PER_ORIGIN="1/day")
    statuses = [
        post(client, fields, X_Forwarded_For=f"203.0.113.{number}").status_code
        for number, fields in enumerate(5 * BAD_FIELDS)
    ]
    assert statuses == [400] * 20
    assert [post(client, X_Forwarded_For=f"203.0.114.{number}").status_code for number in range(2)] == [200, 429]


def test_bodies_that_do_not_come_hold_no_tokens(cloud: processes.Google, page: Page) -> None:
    """Six addresses that announce bodies and send none do not silence a site: its tokens are reserved after the body."""
    with processes.function(cloud, [ORIGIN], env={"LIMIT_PER_ORIGIN": "6/minute"}) as livetoken:
        assert page(livetoken.url).status == 200
        with contextlib.ExitStack() as stack:
            for number in range(6):
                idle = stack.enter_context(socket.create_connection(("127.0.0.1", livetoken.port), timeout=10))
                head = {
                    "Host": "function",
                    "Origin": ORIGIN,
                    "Content-Type": "application/json",
                    "Content-Length": "20",
                    "X-Forwarded-For": f"203.0.113.{number}",
                }
                lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
                idle.sendall(f"POST / HTTP/1.1\r\n{lines}\r\n{{".encode())
            time.sleep(0.5)
            assert [page(livetoken.url).status for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "error", "name": "internal"}, "upstream_error"),
        ({"kind": "error", "name": "quota"}, "upstream_busy"),
        ({"kind": "error", "name": "not-found"}, "misconfigured"),
        ({"kind": "error", "name": "bad-key"}, "misconfigured"),
        ({"kind": "html"}, "upstream_error"),
        ({"kind": "reset"}, "upstream_error"),
        ({"kind": "redirect"}, "upstream_error"),
        ({"kind": "body", "text": "{}"}, "upstream_error"),
    ],
)
def test_failed_upstream_costs_nothing(
    make_client: MakeClient, cloud: processes.Google, fault: dict[str, Any], code: str
) -> None:
    """When Gemini fails, the visitor's place is given back, whatever the failure."""
    client = make_client(LIMIT_PER_ADDRESS="1/day", LIMIT_PER_ORIGIN="1/day")
    try:
        cloud.fault("gemini", **fault)
        assert [post(client).json["code"] for _ in range(3)] == [code] * 3
    finally:
        cloud.clear()
    assert statuses(client, 2) == [200, 429]


def test_surprise_costs_nothing(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even an exception that nobody expected gives the place back."""
    client = make_client(LIMIT_PER_ADDRESS="1/day")
    with monkeypatch.context() as patch:
        patch.setattr("livetoken.prompts.page.Page.from_fields", lambda *_: 1 / 0)
        assert post(client).json["code"] == "internal"
    assert statuses(client, 2) == [200, 429]


def test_health_preflight_and_strangers_are_not_counted(make_client: MakeClient) -> None:
    """Only requests for a token from a listed site meet the limits."""
    client = make_client(LIMIT_PER_ADDRESS="1/day", LIMIT_PER_ORIGIN="1/day")
    for _ in range(5):
        assert client.get("/").status_code == 200
        assert (
            client.options("/", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}).status_code == 204
        )
        assert post(client, Origin="https://evil.example").status_code == 403
        assert post(client, path="/x").status_code == 404
    assert statuses(client, 2) == [200, 429]


@given(st.lists(st.sampled_from(["good", "good", "bad", "stranger"]), min_size=6, max_size=12))
@hypothesis_settings(max_examples=8)
def test_tokens_are_what_is_counted(make_client: MakeClient, cloud: processes.Google, requests: list[str]) -> None:
    """In any order of good, bad and foreign requests, exactly the limit's number of tokens is minted or forfeited."""
    client = make_client(LIMIT_PER_ADDRESS="3/day")
    before = len(cloud.mints())
    sent = {"good": {}, "bad": {"voice": "Siri"}, "stranger": {}}
    for kind in requests:
        post(client, sent[kind], Origin="https://evil.example" if kind == "stranger" else ORIGIN)
    counted = [kind for kind in requests if kind != "stranger"][:3]
    assert len(cloud.mints()) - before == counted.count("good")


def test_exact_over_real_connections(cloud: processes.Google, page: Page) -> None:
    """64 connections at once to the real server, 20 tokens allowed: exactly 20 are minted."""
    with warm_function(cloud, env={"LIMIT_PER_ADDRESS": "20/minute"}) as livetoken:
        before = len(cloud.mints())
        assert sorted(ask_at_once(64, lambda _: page(livetoken.url))) == [200] * 20 + [429] * 44
        assert len(cloud.mints()) - before == 20
        lines = logged(livetoken, "rate_limited", 44)
    assert {line["message"] for line in lines} == {"rate_limited: 20 per 1 minute per address"}
    assert len({line["addressHash"] for line in lines}) == 1
    assert "127.0.0.1" not in json.dumps(lines)


def ask_at_once(count: int, ask: Callable[[int], Any]) -> list[int]:
    """Ask from so many threads at the same moment; return the statuses."""
    statuses: list[int] = []
    gate = threading.Barrier(count)

    def one(number: int) -> None:
        gate.wait()
        statuses.append(ask(number).status)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
