"""The console helps with the commonest mistakes; `--https` makes a certificate that clients trust."""

import asyncio
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.certificate import Certificate, CertificateError
from gemini_live_emulator.hints import Hints
from websockets.exceptions import InvalidStatus

from dev import processes
from dev.children import ROOT
from tests.emulator.talk import live, post
from tests.support import soon


@pytest.fixture(name="console")
def _console() -> Iterator[processes.Google]:
    """A process whose console nobody else writes to."""
    with processes.google() as google:
        yield google


def hints(google: processes.Google) -> list[str]:
    """The first lines of the hints so far."""
    return [line for line in google.lines() if line.startswith("Hint:")]


def test_the_wrong_version_is_hinted_at_once(console: processes.Google) -> None:
    """A mint or a socket on v1 gets its 404, and the console says what to set; once, however often it happens."""

    async def connect() -> None:
        with pytest.raises(InvalidStatus, match="404"):
            async with live(console.url, "auth_tokens/x", version="v1"):
                pass

    asyncio.run(connect())
    assert [post(f"{console.url}/v1/auth_tokens", {})[0] for _ in range(2)] == [404, 404]
    assert soon(lambda: bool(hints(console)))
    (hint,) = hints(console)
    assert "GenerativeService.BidiGenerateContentConstrained" in hint
    assert 'http_options={"api_version": "v1beta"}' in "\n".join(console.lines())


def test_paths_that_are_no_mistake() -> None:
    """Secret Manager's v1, the models' v1 and the right versions get no hint."""
    said: list[str] = []
    hints = Hints(said.append)
    for path in ("/v1/models", "/v1/projects/p/secrets/s/versions/1:access", "/v1alpha/auth_tokens", "/v1beta/x"):
        hints.look_at_path(path)
    assert said == []


def test_tls_on_the_plain_port_is_hinted_at(console: processes.Google) -> None:
    """A client that forces TLS is told what to do by the console, and the port goes on serving."""
    with pytest.raises(URLError, match=r"EOF|reset"):
        urllib.request.urlopen(console.url.replace("http:", "https:"), timeout=5)
    assert soon(lambda: bool(hints(console)))
    text = "\n".join(console.lines())
    assert "Start the emulator with --https" in text
    assert "openssl req -x509" in text
    assert post(f"{console.url}/v1alpha/auth_tokens", {})[0] == 200


def test_the_two_lines_work(tmp_path: Path) -> None:
    """The hint's own command makes a certificate that the emulator serves with."""
    said: list[str] = []
    Hints(said.append).look_at_first_bytes(b"\x16\x03\x01")
    command = next(line.strip() for line in said[0].splitlines() if "openssl" in line)
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    with processes.google(certfile=tmp_path / "cert.pem", keyfile=tmp_path / "key.pem") as google:
        assert google.mints() == []


def test_https_makes_what_clients_trust(tmp_path: Path) -> None:
    """Strict verification succeeds for both names; the files are kept, and the key is its owner's alone."""
    with processes.google(https=tmp_path) as google:
        assert google.mints() == []
        for host in ("127.0.0.1", "localhost"):
            context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
            context.verify_flags |= ssl.VERIFY_X509_STRICT
            address = f"https://{host}:{google.port}/v1beta/models?key={DEFAULT_KEY}"
            assert urllib.request.urlopen(address, timeout=5, context=context).status == 200
        assert f"export SSL_CERT_FILE={tmp_path / 'authority.pem'}" in "\n".join(google.lines())
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    before = (tmp_path / "cert.pem").read_bytes()
    Certificate(tmp_path).ensure()
    assert (tmp_path / "cert.pem").read_bytes() == before
    (tmp_path / "cert.pem").write_text("spoilt")
    Certificate(tmp_path).ensure()
    assert b"BEGIN CERTIFICATE" in (tmp_path / "cert.pem").read_bytes()


def test_without_openssl_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No openssl program: what to do instead, and exit code 1."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CertificateError, match="install it, or give --certfile"):
        Certificate(tmp_path / "x").ensure()
    env = processes.minimal_env(PYTHONPATH=str(ROOT / "emulator" / "src"))
    command = [sys.executable, "-m", "gemini_live_emulator", "--https", str(tmp_path / "x"), "--port", "0"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "--https needs the openssl program: install it, or give --certfile and --keyfile of your own.",
    )
