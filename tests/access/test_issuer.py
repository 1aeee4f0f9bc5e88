"""Verified callers end to end: the real function, a real issuer over https, and everything the issuer can do wrong."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dev import processes
from tests.access.conftest import logged
from tests.access.issuer import AUDIENCE, SUBJECT, Issuer, Signer, claims
from tests.access.test_limits_http import ask_at_once
from tests.support import ORIGIN, MakeClient, soon, until_ready, within

Page = Callable[..., Any]
Signers = dict[str, Signer]
BOUND = 4.0  # seconds; 1.5 are the issuer's, the rest is for what the first request imports


@pytest.fixture(name="livetoken")
def _livetoken(
    cloud: processes.Google, oidc: Issuer, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[processes.Function]:
    """The function, cold, asking for credentials of that issuer."""
    with processes.function(cloud, [ORIGIN], env=environment(oidc)) as function:
        yield function


def environment(oidc: Issuer) -> dict[str, str]:
    """The settings of a function that asks for credentials; it trusts the issuer's authority as this process does."""
    import os

    return {
        "CALLERS": f"oidc:{oidc.url} {AUDIENCE}",
        "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
        "LIMIT_PER_ADDRESS": "30/minute",
    }


def bearer(signer: Signer, oidc: Issuer, **changes: Any) -> str:
    """The Authorization header of a visitor."""
    return "Bearer " + signer.credential(claims(oidc.url, **changes))


def test_verified_visitor(livetoken: processes.Function, oidc: Issuer, signers: Signers, page: Page) -> None:
    """A visitor with a credential gets a token, one without or with a bad one gets 401, and the log holds only a hash."""
    good = bearer(signers["rsa"], oidc)
    until_ready(livetoken.url, Authorization=good)
    minted = len(logged(livetoken, "ok"))
    assert page(livetoken.url, Authorization=good).code == "ok"
    assert page(livetoken.url, Authorization=bearer(signers["ec"], oidc)).code == "ok"
    bad = [
        "",
        "Bearer ",
        "Bearer " + "x" * 4096,
        "Bearer " + "x." * 4000,
        bearer(signers["stranger"], oidc),
        bearer(signers["rsa"], oidc, aud="other"),
        bearer(signers["rsa"], oidc, exp=1),
    ]
    for credential in bad:
        answer = page(livetoken.url, Authorization=credential)
        assert (answer.status, answer.code) == (401, "caller_not_verified")
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert page(livetoken.url).status == 401
    lines = logged(livetoken, "ok", minted + 2)
    assert len({line["callerHash"] for line in lines}) == 1
    assert len(logged(livetoken, "caller_not_verified", len(bad) + 1)) == len(bad) + 1
    printed = "".join(livetoken.lines())
    for secret in (SUBJECT, hashlib.sha256(SUBJECT.encode()).hexdigest(), good.split(".")[2], good.split(".")[1]):
        assert secret not in printed


def test_keys_are_there_before_the_first_visitor(livetoken: processes.Function, oidc: Issuer, page: Page) -> None:
    """A page's health check, or anything else that comes first, makes the function fetch the issuer's keys."""
    assert page(livetoken.url, method="GET").content == {"status": "ok"}
    assert soon(lambda: oidc.asked == ["discovery", "keys"])


def test_two_headers(livetoken: processes.Function, oidc: Issuer, signers: Signers) -> None:
    """Two credentials in one request are none, in either order: nobody can smuggle one past the other."""
    import http.client

    good, bad = bearer(signers["rsa"], oidc), bearer(signers["stranger"], oidc)
    for credentials in ((good, bad), (bad, good), (good, good)):
        connection = http.client.HTTPConnection("127.0.0.1", livetoken.port, timeout=10)
        connection.putrequest("POST", "/")
        for name, value in [
            ("Origin", ORIGIN),
            ("Content-Type", "application/json"),
            ("Content-Length", "2"),
            *(("Authorization", credential) for credential in credentials),
        ]:
            connection.putheader(name, value)
        connection.endheaders(b"{}")
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["code"]) == (401, "caller_not_verified")
        connection.close()


def test_visitor_is_limited_too(cloud: processes.Google, oidc: Issuer, signers: Signers, page: Page) -> None:
    """A visitor's limit holds over all his addresses, exactly; 401 costs an address nothing."""
    with processes.function(cloud, [ORIGIN], env=environment(oidc) | {"LIMIT_PER_ADDRESS": "5/minute"}) as livetoken:
        until_ready(livetoken.url, Authorization=bearer(signers["rsa"], oidc, sub="who warms it up"))
        credential = bearer(signers["rsa"], oidc)
        for _ in range(8):
            assert page(livetoken.url, X_Forwarded_For="203.0.113.250").status == 401
        statuses = ask_at_once(
            30, lambda number: page(livetoken.url, Authorization=credential, X_Forwarded_For=f"203.0.113.{number}")
        )
        assert sorted(statuses) == [200] * 5 + [429] * 25
        other = bearer(signers["rsa"], oidc, sub="visitor-4712")
        assert [page(livetoken.url, Authorization=other, X_Forwarded_For="203.0.113.250").status for _ in range(6)] == [
            200
        ] * 5 + [429]
        assert {line["message"] for line in logged(livetoken, "rate_limited", 26)} == {
            "rate_limited: 5 per 1 minute per caller",
            "rate_limited: 5 per 1 minute per address",
        }


@pytest.mark.parametrize("which", ["discovery", "keys"])
@pytest.mark.parametrize("fault", ["error", "garbage", "list", "redirect", "huge"])
def test_faulty_and_cold(make_client: MakeClient, oidc: Issuer, signers: Signers, which: str, fault: str) -> None:
    """An issuer whose documents are wrong makes it 503, not 401 and not a token; no redirect is followed."""
    oidc.faults[which] = fault
    client = make_client(**environment(oidc))
    response = client.post(
        "/",
        data="{}",
        content_type="application/json",
        headers={"Origin": ORIGIN, "Authorization": bearer(signers["rsa"], oidc)},
    )
    assert response.json is not None
    assert (response.status_code, response.json["code"], response.headers["Retry-After"]) == (
        503,
        "temporarily_unavailable",
        "5",
    )
    assert not [path for path in oidc.asked if path not in ("discovery", "keys")]


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_hanging_and_cold(
    livetoken: processes.Function, oidc: Issuer, signers: Signers, page: Page, fault: str
) -> None:
    """A hanging or dripping issuer holds 20 visitors once, for a moment, then nobody, and never a health check."""
    oidc.faults["keys"] = fault
    credential = bearer(signers["rsa"], oidc)
    control = livetoken.start_seconds  # imports are what a start is made of, too
    with within(BOUND, control):
        assert ask_at_once(20, lambda _: page(livetoken.url, Authorization=credential)) == [503] * 20
    asked = oidc.asked.count("keys")
    assert asked <= 2  # by the warm-up, which binds nobody, and once for all the visitors
    with within(BOUND, control):
        assert page(livetoken.url, method="GET").content == {"status": "ok"}
        assert page(livetoken.url, Authorization=credential).status == 503
    assert oidc.asked.count("keys") == asked  # so nobody waited for the issuer again
    del oidc.faults["keys"]
    with within(5, control):
        assert soon(lambda: page(livetoken.url, Authorization=credential).status == 200)


def test_down_and_warm(livetoken: processes.Function, oidc: Issuer, signers: Signers, page: Page) -> None:
    """While the issuer hangs, visitors with a known key get their tokens at once."""
    credential = bearer(signers["rsa"], oidc)
    until_ready(livetoken.url, Authorization=credential)
    oidc.faults.update(discovery="hang", keys="hang")
    asked = len(oidc.asked)
    assert [page(livetoken.url, Authorization=credential).status for _ in range(5)] == [200] * 5
    assert page(livetoken.url, Authorization=bearer(signers["next"], oidc)).status == 401
    assert len(oidc.asked) == asked


def test_rotation_at_the_issuer(
    oidc: Issuer, signers: Signers, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proofs signed with the issuer's next key are accepted without a restart, those of a withdrawn key no more."""
    monkeypatch.setattr("livetoken.access.signing_keys.COOL_DOWN_SECONDS", 0.2)
    client = make_client(**environment(oidc))

    def ask(signer: Signer) -> int:
        return client.post(
            "/",
            data="{}",
            content_type="application/json",
            headers={"Origin": ORIGIN, "Authorization": bearer(signer, oidc)},
        ).status_code

    assert [ask(signers["rsa"]), ask(signers["next"])] == [200, 401]
    oidc.signers[:] = [signers["next"]]
    time.sleep(0.3)
    assert [ask(signers["next"]), ask(signers["rsa"])] == [200, 401]


def test_certificate_that_is_not_trusted(
    make_client: MakeClient, oidc: Issuer, signers: Signers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An issuer that cannot prove who it is has no keys."""
    credential, env = bearer(signers["rsa"], oidc), environment(oidc)
    monkeypatch.delenv("SSL_CERT_FILE")
    client = make_client(**{name: value for name, value in env.items() if name != "SSL_CERT_FILE"})
    response = client.post(
        "/", data="{}", content_type="application/json", headers={"Origin": ORIGIN, "Authorization": credential}
    )
    assert response.status_code == 503


@pytest.mark.parametrize(
    ("callers", "header"),
    [
        ("firebase-auth:shop-1", "authorization"),
        ("firebase-app-check:4711", "x-firebase-appcheck"),
        ("oidc:https://login.example livetoken", "authorization"),
    ],
)
def test_preflight_allows_the_header(
    make_client: MakeClient, callers: str, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers may send the credential, and nothing else beyond the content type."""
    monkeypatch.setattr("livetoken.access.verifier.Verifier.prepare", lambda _: None)  # nobody's keys are fetched here
    client = make_client(CALLERS=callers)
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, authorization, x-firebase-appcheck, x-other",
    }
    response = client.options("/", headers=asked)
    assert sorted(response.headers["Access-Control-Allow-Headers"].split(", ")) == sorted(["content-type", header])


def test_preflight_without_callers(make_client: MakeClient) -> None:
    """Where nobody is verified, browsers may not send credentials."""
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    assert make_client().options("/", headers=asked).headers["Access-Control-Allow-Headers"] == "content-type"


def test_http_issuer_does_not_start() -> None:
    """An issuer over plain http stops the start with a sentence."""
    with (
        pytest.raises(processes.DiedError, match="CALLERS: must be"),
        processes.function(
            None, [ORIGIN], env={"GEMINI_API_KEY": "k" * 30, "CALLERS": "oidc:http://login.example livetoken"}
        ),
    ):
        pass
