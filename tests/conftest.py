"""What all tests share: the emulator, and the real entrypoint in this process, where coverage sees it."""

import collections
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from dev import processes
from livetoken.settings.environment import Settings
from tests.support import KEY, ORIGIN, ROOT, MakeClient, post

NOT_OURS = (
    "DEBUG",
    "GEMINI_",
    "GOOGLE_",
    "ALLOWED_",
    "LIMIT",
    "TOKEN_",
    "NEW_SESSION",
    "PROMPTS",
    "DEFAULT_PROMPT",
    "USAGE_",
)
# The files that take longest, roughly in that order, those that wait between those that compute: one that began last
# would keep one worker busy while the others are done.
LONGEST = (
    "client/browser/test_widget.py",
    "faults/test_upstream_faults.py",
    "client/browser/test_voice.py",
    "access/test_redis.py",
    "faults/test_load.py",
    "client/browser/test_session.py",
    "emulator/test_measured.py",
    "client/browser/test_pages.py",
    "access/test_issuer.py",
    "client/browser/test_errors.py",
    "emulator/test_live_turns.py",
    "client/browser/test_page_text.py",
    "doctor/test_hostile_functions.py",
    "secret/test_sessions.py",
    "client/browser/test_usage.py",
    "http/test_server.py",
    "doctor/test_fronts.py",
    "deploy/test_settings_rules.py",
    "dev/test_run.py",
    "client/browser/test_warm_up.py",
    "doctor/test_minting.py",
    "deploy/test_smoke.py",
    "test_contract_cases.py",
    "faults/test_hostile.py",
    "test_contract.py",
    "client/package/test_guide.py",
    "client/js/test_sdk_node.py",
    "access/test_limits_http.py",
    "prompts/test_text.py",
    "doctor/test_allowlist.py",
    "client/browser/test_dist.py",
    "client/browser/test_sdk.py",
    "client/package/test_package.py",
    "prompts/test_files.py",
)
COUNTED = {"test_hostile": "hostile requests", "test_upstream_faults": "upstream faults"}
# how long an example takes, and how long it takes to make one, is a matter of the machine and of who else is on it
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session", name="cloud")
def _cloud() -> Iterator[processes.Google]:
    """One emulator for the whole run; tests look at the newest mint only."""
    with processes.google() as google:
        yield google


@pytest.fixture(name="make_client")
def _make_client(cloud: processes.Google, monkeypatch: pytest.MonkeyPatch) -> MakeClient:
    """Return a maker of test clients for the real `main.py`, with settings of the test's own."""
    for name in list(os.environ):
        if name.startswith(NOT_OURS):
            monkeypatch.delenv(name)

    def make(**environment: str) -> FlaskClient:
        usual = {
            "ALLOWED_ORIGINS": ORIGIN,
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": cloud.url,
            "LIMIT_PER_ADDRESS": "1000/minute",
            "LIMIT_PER_ORIGIN": "9000/minute",
        }
        for name, value in {**usual, **environment}.items():
            monkeypatch.setenv(name, value)
        create_app: Any = functions_framework.create_app
        app = create_app("mint_token", str(ROOT / "main.py"))
        client: FlaskClient = app.test_client()
        return client

    return make


@pytest.fixture(name="settings")
def _settings() -> Callable[..., Settings]:
    """Return a maker of settings."""
    return lambda **environment: Settings.from_environment(
        {"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY, **environment}
    )


@pytest.fixture(name="client")
def _client(make_client: MakeClient) -> FlaskClient:
    """Return a client for the function with ordinary settings."""
    return make_client()


@pytest.fixture(name="ask")
def _ask(client: FlaskClient) -> Callable[..., Any]:
    """Return a function that asks for a token and returns the response."""
    return lambda fields=None, **headers: post(client, fields, **headers)


@pytest.fixture(name="prompt_folder")
def _prompt_folder(tmp_path: Path) -> Callable[..., str]:
    """Return a writer of prompt files into a folder of their own; it returns the folder, for PROMPTS."""

    def write(text: str, name: str = "voice-assistant") -> str:
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        return str(tmp_path)

    return write


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, in whatever order their tests, and all others, are."""
    ranks = {ROOT / "tests" / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(LONGEST)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows of hostile requests and of faults were answered as written down."""
    rows: collections.Counter[tuple[str, str]] = collections.Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            module = report.nodeid.split("::")[0].rpartition("/")[2].removesuffix(".py")
            if module in COUNTED and report.when == "call" and "test_finally" not in report.nodeid:
                rows[module, outcome] += 1
    for module, name in COUNTED.items():
        passed, failed = rows[module, "passed"], rows[module, "failed"]
        if passed or failed:
            terminalreporter.write_line(f"{name}: {passed} rows answered as written down, {failed} not")
