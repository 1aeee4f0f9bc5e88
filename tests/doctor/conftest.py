"""What the doctor's tests share: one emulator, one function with ordinary settings, one with odd prompt files."""

import contextlib
import dataclasses
import functools
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import doctor.web
from dev import processes
from doctor.check import run
from doctor.deployment import Deployment
from doctor.examination import checks
from doctor.finding import Finding
from doctor.live import Live
from doctor.web import Web
from tests.doctor.front import Answering, front
from tests.support import ORIGIN, ROOT, warm_function

LISTED = [ORIGIN, "https://twice.example", "https://www.twice.example", "http://localhost:8000"]
PLENTY = {"LIMIT_PER_ADDRESS": "100000/minute", "LIMIT_PER_ORIGIN": "100000/minute"}
PROMPTS = {
    "voice-assistant": "You are a test.",
    "gone": "---\nmodel: gemini-gone-live\n---\nYou are gone.",
    "opened": "---\nopen: [generation_config]\n---\nYou are half open.",
    "led": "---\nopen: [system_instruction]\n---\n",
    "elsewhere": "---\norigins: [https://twice.example]\n---\nYou are elsewhere.",
}


@dataclasses.dataclass
class Examined:
    """The findings of one examination by name, in their order, and what was examined."""

    findings: dict[str, Finding]
    deployment: Deployment

    def __getitem__(self, name: str) -> Finding:
        """Return one finding."""
        return self.findings[name]

    @property
    def failed(self) -> list[str]:
        """The names of the checks that failed."""
        return [finding.name for finding in self.findings.values() if finding.ok is False]

    def blames(self, name: str) -> str:
        """Return cause, fix and detail of the one failed check, after making sure that it is the only one."""
        assert self.failed == [name], {f.name: (f.cause, f.detail) for f in self.findings.values() if f.ok is False}
        finding = self.findings[name]
        assert finding.cause
        assert finding.fix
        return f"{finding.cause} {finding.fix} {finding.detail}"


Examine = Callable[..., Examined]


@pytest.fixture(scope="session", name="one_google")
def _one_google() -> Iterator[processes.Google]:
    """One process for the whole run."""
    with processes.google(speaking_rate=20) as google:
        yield google


@pytest.fixture(name="google")
def _google(one_google: processes.Google) -> Iterator[processes.Google]:
    """The emulator as new, and left as new to tests that do not ask for it."""
    one_google.reset()
    yield one_google
    one_google.reset()


@pytest.fixture(scope="session", name="function")
def _function(one_google: processes.Google) -> Iterator[processes.Function]:
    """The function as it is meant to be."""
    with warm_function(one_google, LISTED, env=dict(PLENTY)) as function:
        yield function


@pytest.fixture(scope="session", name="odd_function")
def _odd_function(
    one_google: processes.Google, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[processes.Function]:
    """A function whose prompt files are unusual."""
    folder = tmp_path_factory.mktemp("prompts")
    for name, text in PROMPTS.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with warm_function(one_google, LISTED, env={**PLENTY, "PROMPTS": str(folder)}) as function:
        yield function


@pytest.fixture(name="examine")
def _examine() -> Examine:
    """Return an examiner: it runs every check against a URL and returns the findings."""

    def examine(url: str, *origins: str, timeout: float = 10, **options: Any) -> Examined:
        web = Web(timeout)
        deployment = Deployment(url, origins or (ORIGIN,), web, Live(timeout, web.context), **options)
        findings = run(checks(), deployment, secrets=deployment.secrets)
        return Examined({finding.name: finding for finding in findings}, deployment)

    return examine


@pytest.fixture(name="in_front")
def _in_front(function: processes.Function) -> Iterator[Callable[[Answering], str]]:
    """Return a maker of servers in front of the function; each gets the way in which it answers."""
    with contextlib.ExitStack() as stack:
        yield lambda answering: stack.enter_context(front(answering, function.url))


@pytest.fixture(name="command")
def _command() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return a runner of the command line, without this machine's own logins and settings."""

    def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        env = {
            **processes.minimal_env(
                PYTHONIOENCODING="utf-8", COLUMNS="110", NO_GCE_CHECK="true", CLOUDSDK_CONFIG="/nowhere"
            ),
            **environment,
        }
        given = [sys.executable, "-m", "doctor", *arguments]
        return subprocess.run(
            given, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
        )

    return command


loaded = doctor.web._context


@functools.cache
def trusting(_certificate: str) -> ssl.SSLContext:
    """Return what the doctor trusts where SSL_CERT_FILE is that: to load it takes longer than an examination."""
    return loaded()


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examinations share what they trust."""
    monkeypatch.setattr(doctor.web, "_context", lambda: trusting(os.environ.get("SSL_CERT_FILE", "")))


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's proxies out of it."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
