"""`make check`: whatever would start a process is skipped, so what is left needs none and is done within seconds."""

import sys
from collections.abc import Generator
from typing import Any

import playwright.sync_api
import pytest

REASON = "starts a process: `make test` runs it"
_running = False


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if _running and event in ("subprocess.Popen", "os.posix_spawn", "os.fork"):
        pytest.skip(REASON)


def pytest_configure() -> None:
    """Refuse a browser before its event loop runs, which could not be ended in the middle of its start."""
    playwright.sync_api.sync_playwright = lambda: pytest.skip(REASON)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, bool, bool]:
    """Refuse from the first fixture of a test to the last."""
    global _running  # noqa: PLW0603 - an audit hook can be switched off, but not taken away
    _running = True
    try:
        return (yield)
    finally:
        _running = False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what is left out, and not for each test."""
    terminalreporter.write_line(
        f"{len(terminalreporter.stats.get('skipped', []))} tests start a process: `make test` runs them"
    )


sys.addaudithook(_refuse)
