"""What the tests of limits and callers share: a Redis, an issuer, settings, and a page that asks for a token."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from dev import processes
from tests.access import issuer, redis_server
from tests.support import ORIGIN, PATIENCE


class Answer(NamedTuple):
    """What a page gets."""

    status: int
    content: dict[str, Any]
    headers: Any

    @property
    def code(self) -> str:
        """The refusal's code, or "ok"."""
        return str(self.content.get("code", "ok"))


@pytest.fixture(scope="session", name="redis")
def _redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_server.RedisServer]:
    """One Redis for all tests that leave it running; each uses keys of its own, or flushes it."""
    with redis_server.running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session", name="signers")
def _signers() -> dict[str, issuer.Signer]:
    """Keys: two of the issuer's, and one that it does not know."""
    return {
        "rsa": issuer.Signer("rsa-1"),
        "ec": issuer.Signer("ec-1", "ES256"),
        "stranger": issuer.Signer("rsa-1"),
        "next": issuer.Signer("rsa-2"),
    }


@pytest.fixture(name="oidc")
def _oidc(
    tmp_path_factory: pytest.TempPathFactory, signers: dict[str, issuer.Signer], monkeypatch: pytest.MonkeyPatch
) -> Iterator[issuer.Issuer]:
    """An issuer over https whose authority this process and its children trust."""
    folder = tmp_path_factory.mktemp("issuer")
    with issuer.serving(folder, [signers["rsa"], signers["ec"]]) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
        yield server


@pytest.fixture(name="page")
def _page() -> Callable[..., Answer]:
    """Return what asks a running function for a token, over a real connection."""

    def ask(url: str, fields: Any = None, method: str = "POST", data: bytes | None = None, **headers: str) -> Answer:
        sent = {
            "Origin": ORIGIN,
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        body = (
            (json.dumps({} if fields is None else fields).encode() if data is None else data)
            if method == "POST"
            else None
        )
        request = urllib.request.Request(url, body, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return Answer(response.status, json.loads(response.read() or b"{}"), response.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read()), error.headers)

    return ask


def logged(function: processes.Function, code: str, count: int = 1) -> list[dict[str, Any]]:
    """Return the log lines of that code, as soon as there are `count`."""
    ends = time.monotonic() + PATIENCE
    while True:
        lines = [json.loads(line) for line in function.lines() if f'"code": "{code}"' in line]
        if len(lines) >= count or time.monotonic() > ends:
            return lines
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here talks to loopback."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
