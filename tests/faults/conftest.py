"""The function and the stand-in that a module's hostile requests and faults go to; counts the rows at the end."""

import collections
from collections.abc import Iterator

import pytest

from dev import processes
from tests.support import ORIGIN

KEY = "sentinel-of-a-key-0123456789"  # fits no pattern that the logs strike out: it must never get that far
ROWS = ("test_hostile", "test_upstream_faults")


@pytest.fixture(scope="module", name="google")
def _google() -> Iterator[processes.Google]:
    """A stand-in of the module's own, because its counts are compared."""
    with processes.google(key=KEY) as google:
        yield google


@pytest.fixture(scope="module", name="livetoken")
def _livetoken(google: processes.Google) -> Iterator[processes.Function]:
    """The function as deployed, with limits that only a test of limits would reach."""
    generous = {"LIMIT_PER_ADDRESS": "100000/minute", "LIMIT_PER_ORIGIN": "100000/minute"}
    with processes.function(google, [ORIGIN], env=generous) as function:
        yield function


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what looks back at a whole module after the rest of it, whatever the order of the tests is."""
    modules = list(dict.fromkeys(item.path for item in items))
    items.sort(key=lambda item: (modules.index(item.path), item.name.startswith("test_finally_")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows of hostile requests and of faults were answered as written down."""
    rows: collections.Counter[tuple[str, str]] = collections.Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            module = report.nodeid.split("::")[0].rpartition("/")[2].removesuffix(".py")
            if module in ROWS and report.when == "call" and "test_finally" not in report.nodeid:
                rows[module, outcome] += 1
    names = {"test_hostile": "hostile requests", "test_upstream_faults": "upstream faults"}
    for module in ROWS:
        passed, failed = rows[module, "passed"], rows[module, "failed"]
        if passed or failed:
            terminalreporter.write_line(f"{names[module]}: {passed} rows answered as written down, {failed} not")
