"""`make check`: whatever would start a process is skipped, so what is left needs none and is done within seconds."""

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import playwright.sync_api
import pytest

REASON = "starts a process: `make test` runs it"
# not even read: all of it drives browsers, or servers
LEFT_OUT = frozenset(
    Path(__file__).parent / name
    for name in ("client/browser", "client/js", "client/sites", "faults", "test_contract_cases.py")
)
EXAMPLES = 25
_running = False


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if _running and event in ("subprocess.Popen", "os.posix_spawn", "os.fork"):
        pytest.skip(REASON)


def pytest_configure() -> None:
    """Refuse a browser before its event loop runs, which could not be ended in the middle of its start."""
    playwright.sync_api.sync_playwright = lambda: pytest.skip(REASON)


def pytest_sessionstart() -> None:
    """Try fewer examples of each property."""
    settings = hypothesis.settings
    settings.register_profile("check", parent=settings.get_profile("steady"), max_examples=EXAMPLES)
    settings.load_profile("check")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what has no test without a process."""
    return collection_path in LEFT_OUT or None


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
        f"{len(terminalreporter.stats.get('skipped', []))} tests and all of {', '.join(sorted(path.name for path in LEFT_OUT))}"
        " start processes: `make test` runs them"
    )


sys.addaudithook(_refuse)
