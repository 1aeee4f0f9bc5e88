"""What Google's client sends over: a Secret Manager or a metadata server that drips holds nothing for good."""

import concurrent.futures
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.exceptions import TransportError

from dev import processes
from livetoken.runtime import sockets
from livetoken.runtime.deadlines import SLOTS, Deadlines
from livetoken.secret.secret_manager import SecretReader
from livetoken.secret.sessions import CredentialsRequest, bounded
from livetoken.settings.environment import Settings
from tests.access import issuer
from tests.support import KEY, ORIGIN, Lateness, allowing, soon, within


@pytest.fixture(scope="module", name="google")
def _google() -> Iterator[processes.Google]:
    """Secret Manager and the metadata server, for these tests alone."""
    with processes.google() as google:
        yield google


@pytest.fixture(name="reader")
def _reader(google: processes.Google, monkeypatch: pytest.MonkeyPatch) -> SecretReader:
    """A reader with the real client and real credentials, as on Cloud Run."""
    host = f"127.0.0.1:{google.port}"
    monkeypatch.setenv("GCE_METADATA_IP", host)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    SecretReader.prepare()
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host)
    environment = {"GEMINI_API_KEY_SECRET": processes.SECRET, "SECRET_MANAGER_BASE_URL": google.url}
    return SecretReader(Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, **environment}))


@pytest.mark.parametrize(
    ("target", "details", "warm"),
    [
        ("secret", {}, True),
        ("secret", {"part": "head"}, True),
        ("metadata", {}, True),
        ("metadata", {}, False),
        ("metadata", {"path": "/token"}, False),
    ],
    ids=str,
)
def test_drips_end(
    google: processes.Google,
    reader: SecretReader,
    target: str,
    details: dict[str, Any],
    warm: bool,  # noqa: FBT001 - a case, not an option
) -> None:
    """More dripped reads than there are slots: each ends in its time, and when the drip ends, the key is read at once."""
    deadlines = Deadlines()
    if warm:
        assert deadlines.within(5, reader).value == KEY
        if target == "metadata":
            reader._client.transport._session.credentials.expiry = None  # type: ignore[union-attr]
            reader._client.transport._session.credentials.token = None  # type: ignore[union-attr]

    def read(_: int) -> float:
        started = time.monotonic()
        with pytest.raises((TimeoutError, requests.RequestException, TransportError)):
            deadlines.within(0.2, reader)
        return time.monotonic() - started

    def known() -> bool:
        with contextlib.suppress(TimeoutError):
            return deadlines.within(2, reader).value == KEY
        return False

    try:
        google.fault(target, "drip", ms=100, **details)
        with Lateness() as late, concurrent.futures.ThreadPoolExecutor(16) as pool:
            assert max(pool.map(read, range(SLOTS + 20))) < allowing(3, late.seconds)
    finally:
        google.clear()
    with within(5):
        assert soon(known)
    assert soon(lambda: deadlines._free._value == SLOTS)


def test_secure_connection(tmp_path: Path) -> None:
    """With TLS the certificate is verified, a document comes whole, and a drip ends."""
    with issuer.serving(tmp_path, [issuer.Signer("ec", "ES256")]) as server, bounded(requests.Session()) as session:
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"{server.url}/keys", timeout=5)
        trusted = str(tmp_path / "ca.pem")
        assert session.get(f"{server.url}/keys", timeout=5, verify=trusted).json()["keys"][0]["kid"] == "ec"
        server.faults["keys"] = "drip"
        with within(2), sockets.ending_in(0.3), pytest.raises(requests.RequestException):
            session.get(f"{server.url}/keys", timeout=5, verify=trusted)


def test_nothing_is_begun_when_the_time_is_over() -> None:
    """The library's own retries end with the call: they are not asked for what nobody waits for any more."""
    with sockets.ending_in(-1), pytest.raises(TimeoutError):
        CredentialsRequest()("http://127.0.0.1:1/")
    with pytest.raises(TransportError):
        CredentialsRequest()("http://127.0.0.1:1/", timeout=None)
