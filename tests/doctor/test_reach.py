"""Is it there, and is it ours: each failure of the first checks, provoked."""

import contextlib
import json
import socketserver
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import processes
from doctor.web import Web
from tests.doctor.conftest import Examine
from tests.doctor.deployed import behind_tls, deployed, listening
from tests.doctor.front import Answering, Asked, Reply, page

InFront = Callable[[Answering], str]
NOT_RUN = 16


def test_unknown_name(examine: Examine) -> None:
    """A name that does not resolve is told as such, and nothing else is tried."""
    seen = examine("https://livetoken.invalid")
    assert "There is no host called livetoken.invalid" in seen.blames("name")
    assert {finding.ok for name, finding in seen.findings.items() if name != "name"} == {None}


def test_plain_http_on_the_internet(examine: Examine) -> None:
    """An http:// address is no use to a page, and the https:// one is named."""
    assert "URL=https://function.example" in examine("http://function.example").blames("name")


def test_self_signed(examine: Examine, function: processes.Function, tmp_path: Path) -> None:
    """A certificate that nobody signed fails the first check; the rest is not run."""
    with behind_tls(tmp_path, function.url) as (url, _):
        seen = examine(url)
    assert "nobody that browsers trust has signed it" in seen.blames("name")
    assert seen["mints"].ok is None


def test_trusted_certificate(
    examine: Examine, function: processes.Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind TLS that this machine trusts, every check passes, and the certificate's end is told."""
    with behind_tls(tmp_path, function.url) as (url, pem):
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        seen = examine(url)
    assert seen.failed == []
    assert "certificate valid until" in seen["name"].detail


def test_expired_certificate(
    examine: Examine, function: processes.Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that was good once is told from one that never was."""
    with behind_tls(tmp_path, function.url, days=-1) as (url, pem):
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        assert "it has expired" in examine(url).blames("name")


def test_certificate_for_another_name(
    examine: Examine, function: processes.Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate for another name is told as such."""
    with behind_tls(tmp_path, function.url, host="other.example") as (url, pem):
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        assert "for other names than localhost" in examine(url).blames("name")


def test_no_tls_there(examine: Examine, function: processes.Function) -> None:
    """A server without TLS, asked with https://, is told from a bad certificate."""
    assert "does not speak TLS" in examine(function.url.replace("http:", "https:")).blames("name")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_listens(examine: Examine, scheme: str) -> None:
    """A closed port is told as such, by the check that is about being reachable."""
    assert "Nothing listens" in examine(f"{scheme}://127.0.0.1:{processes.free_port()}").blames("reachable")


def test_silence(examine: Examine, in_front: InFront) -> None:
    """A server that does not answer in time is told as such, with how long was waited."""

    def silent(_: Asked) -> Reply:
        time.sleep(1)
        return Reply(200, [])

    assert "within 0.2 seconds" in examine(in_front(silent), timeout=0.2).blames("reachable")


def test_broken_line(examine: Examine, in_front: InFront) -> None:
    """A connection that ends without an answer is told as such."""

    def broken(_: Asked) -> Reply:
        raise ConnectionAbortedError

    assert "broke off" in examine(in_front(broken)).blames("reachable")


def test_dripping_answer(examine: Examine) -> None:
    """An answer that comes byte by byte, for ever, is given up after the timeout all the same."""

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            with contextlib.suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(40):
                    self.request.sendall(b" ")
                    time.sleep(0.05)

    with listening(Dripping) as port:
        assert "within 0.3 seconds" in examine(f"http://127.0.0.1:{port}", timeout=0.3).blames("reachable")


def test_through_a_proxy(
    examine: Examine,
    function: processes.Function,
    google: processes.Google,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a company's proxy, which resolves the names, everything is examined through it."""
    with deployed(tmp_path, function.url, monkeypatch) as (url, asked_for):
        seen = examine(url, websockets=(google.url.removeprefix("http://"),))
    assert seen.failed == []
    assert seen["name"].detail == "left to the proxy 127.0.0.1"
    assert set(asked_for) == {"function.example:443"}


def test_python_without_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python brings no certificate authorities, those of certifi are used."""
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert Web(1).context.cert_store_stats()["x509_ca"] > 0


def test_redirect(examine: Examine, in_front: InFront) -> None:
    """A redirect is not followed: the address that it names is what the page needs."""
    url = in_front(lambda _: Reply(302, [("Location", "https://real.example/mint")]))
    assert "https://real.example/mint" in examine(url).blames("reachable")


@pytest.mark.parametrize("target", ["", "/elsewhere", "https://[broken/", "//"])
def test_redirect_to_nowhere(examine: Examine, in_front: InFront, target: str) -> None:
    """A redirect to something that is no address is a redirect all the same."""
    assert "It redirects" in examine(in_front(lambda _: Reply(307, [("Location", target)]))).blames("reachable")


def test_name_that_cannot_be(examine: Examine) -> None:
    """A name that no resolver can even be asked for is told like one that does not exist."""
    assert "There is no host called" in examine(f"https://{'a' * 70}.example").blames("name")


def test_redirect_to_sign_in(examine: Examine, in_front: InFront) -> None:
    """A redirect to Google's sign-in means that somebody put a sign-in in front."""
    url = in_front(lambda _: Reply(302, [("Location", "https://accounts.google.com/o/oauth2/v2/auth?client_id=1")]))
    told = examine(url).blames("reachable")
    assert "sign in to Google" in told
    assert "client_id" not in told


@pytest.mark.parametrize("status", [403, 401])
def test_not_public(examine: Examine, in_front: InFront, status: int) -> None:
    """Google's own 403, HTML without our code, is told from a CORS error and fixed with the invoker's role."""
    seen = examine(in_front(lambda _: page(status, f"{status} Forbidden")))
    told = seen.blames("public")
    assert "roles/run.invoker" in told
    assert "looks like a CORS error" in told
    assert "--no-invoker-iam-check" in told
    assert seen["preflight"].ok is None


def test_own_refusal_is_no_iam(examine: Examine, in_front: InFront) -> None:
    """A 403 in our own form is the allowlist's doing, not IAM's."""
    refused = json.dumps({"error": "No.", "code": "origin_not_allowed", "requestId": "1"}).encode()
    seen = examine(in_front(lambda _: Reply(403, [("Content-Type", "application/json")], refused)))
    assert seen["public"].ok
    assert "roles/run.invoker" not in seen.blames("health")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (page(200, "My shop"), "Something else than livetoken"),
        (Reply(200, [("Content-Type", "application/json")], b"[]"), "Something else than livetoken"),
        (page(404, "404 Page not found"), "internal traffic"),
        (page(503, "Service Unavailable"), "does not start, or crashes"),
        (page(500, "Server Error"), "names every wrong setting"),
        (page(429, "Rate exceeded."), "max_instances"),
    ],
    ids=["website", "other-json", "no-service", "no-start", "crash", "no-instance"],
)
def test_not_livetoken(examine: Examine, in_front: InFront, reply: Reply, expected: str) -> None:
    """Whatever else answers is told apart, and nothing else is tried."""
    seen = examine(in_front(lambda _: reply))
    assert expected in seen.blames("health")
    assert seen["foreign"].ok is None


def test_page_title_is_quoted(examine: Examine, in_front: InFront) -> None:
    """The title of a page that is not ours is quoted, because it says whose it is."""
    assert "“My shop”" in examine(in_front(lambda _: page(200, "My shop")))["health"].detail


def test_token_path(examine: Examine, function: processes.Function) -> None:
    """The address with /api/token is examined as well; health is asked at the root."""
    assert examine(f"{function.url}/api/token").failed == []
