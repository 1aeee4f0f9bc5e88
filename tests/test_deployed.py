"""The function as it is deployed: the real server, the real clients, Secret Manager and the metadata server stood in for."""

import ast
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import processes
from tests.support import KEY, ORIGIN, ROOT, soon, until_ready


@pytest.fixture(scope="module", name="google")
def _google() -> Iterator[processes.Google]:
    """An emulator of this module's own, because its counts are compared."""
    with processes.google() as google:
        yield google


@pytest.fixture(scope="module", name="livetoken")
def _livetoken(google: processes.Google) -> Iterator[processes.Function]:
    """The function, with nothing but the settings of a deployment."""
    with processes.function(google, [ORIGIN]) as function:
        until_ready(function.url)
        yield function


def mint(function: processes.Function) -> dict[str, Any]:
    """Ask for a token the way a page does."""
    request = urllib.request.Request(function.url, b"{}", {"Origin": ORIGIN, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))


def test_whole_path(google: processes.Google, livetoken: processes.Function) -> None:
    """The key comes from Secret Manager with the account's credentials, once; each request mints one token."""
    tokens = [mint(livetoken)["token"] for _ in range(3)]
    assert tokens == [made["token"] for made in google.mints()][-3:]
    assert google.requests()["secret"]["count"] == 1

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in livetoken.lines() if '"ok"' in line]

    assert soon(lambda: len(lines()) >= 3), "what it prints comes through a pipe, and may come after its answer"
    assert {line["keyVersion"] for line in lines()} == {"1"}
    assert not any(KEY in line or token in line for line in livetoken.lines() for token in tokens)


def test_every_line_is_json(livetoken: processes.Function) -> None:
    """Cloud Logging gets one JSON object a line, and nothing else is printed."""
    mint(livetoken)
    for line in livetoken.lines():
        assert {"severity", "message"} <= json.loads(line).keys()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ALLOWED_ORIGINS": "*"}, "looks like a pattern"),
        ({"ALLOWED_ORIGINS": None}, "ALLOWED_ORIGINS: '' is an empty entry"),
        ({"DEBUG": "1"}, "DEBUG: is set"),
        ({"DEFAULT_PROMPT": "nobody"}, r"there is no nobody\.md"),
        ({"TOKEN_SECONDS": "1", "TRUSTED_HOPS": "6"}, r"TOKEN_SECONDS[^\n]*\n[^\n]*TRUSTED_HOPS"),
    ],
)
def test_mistake_stops_the_deployment(environment: dict[str, str | None], words: str) -> None:
    """A wrong setting ends the process with a sentence, so that the platform keeps the revision before."""
    usual: dict[str, str | None] = {"GEMINI_API_KEY": KEY}
    with pytest.raises(processes.DiedError) as caught, processes.function(None, [ORIGIN], env=usual | environment):
        pass
    assert re.search(words, str(caught.value))


def test_nothing_heavy_is_imported_at_start() -> None:
    """The parent process imports neither SDK nor limits nor PyJWT: the first request's warm-up does."""
    code = "import main, sys; print([name for name in ('google.genai', 'google.cloud.secretmanager_v1', 'limits', 'jwt', 'redis', 'pydantic') if name in sys.modules])"
    env = processes.minimal_env(ALLOWED_ORIGINS=ORIGIN, GEMINI_API_KEY=KEY)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_mint_does_not_import_redis() -> None:
    """Limits in memory are counted without the library that only their storage in Redis needs."""
    code = """
import sys
import main
from flask import Flask

headers = {"Origin": sys.argv[1], "X-Forwarded-For": "203.0.113.7"}
with Flask("page").test_request_context("/", method="POST", json={}, headers=headers) as context:
    status = main.mint_token(context.request).status_code
main.warm_up.join()
print(status, [name for name in ("redis",) if name in sys.modules])
"""
    with processes.google() as google:
        env = processes.minimal_env(ALLOWED_ORIGINS=ORIGIN, GEMINI_API_KEY=KEY, GEMINI_BASE_URL=google.url)
        command = [sys.executable, "-c", code, ORIGIN]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "200 []"


OWNERS = {
    "google.genai": {"endpoint.py", "constraints.py", "token_request.py"},
    "http.client": {"answer.py", "signing_keys.py"},
    "google.cloud": {"secret_manager.py"},
    "google.auth": {"secret_manager.py", "sessions.py"},
    "requests": {"sessions.py"},
    "urllib3": {"sessions.py"},
    "jwt": {"verifier.py"},
    "ryaml": {"plain_yaml.py"},
    "jinja2": {"template.py"},
    "redis": {"redis_windows.py"},
    "flask_cors": {"cors.py"},
    "gunicorn": {"server.py"},
    "functions_framework": {"main.py"},
}


def imported_names(path: Path) -> set[str]:
    """Return every module that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("outside", OWNERS)
def test_each_outside_thing_has_one_owner(outside: str) -> None:
    """Only one module touches each outside thing."""
    files = [ROOT / "main.py", *(ROOT / "livetoken").rglob("*.py")]
    users = {
        path.name
        for path in files
        if any(name == outside or name.startswith(f"{outside}.") for name in imported_names(path))
    }
    assert users == OWNERS[outside]


def test_requirements_are_hashed_and_all_used() -> None:
    """Every deployed package is pinned with hashes, and everything asked for by name is there for a reason."""
    text = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", text, re.MULTILINE)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pinned) > 20
    wanted = re.findall(r"^([A-Za-z0-9-]+)[^#\n]*# \w", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert {name.lower() for name in wanted} <= set(pinned)
    assert not re.search(r"https?://", text)
