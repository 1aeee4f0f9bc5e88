"""The function and the emulator that a module's hostile requests and faults go to."""

from collections.abc import Iterator

import pytest

from dev import processes
from tests.support import warm_function

KEY = "sentinel-of-a-key-0123456789"  # fits no pattern that the logs strike out: it must never get that far


@pytest.fixture(scope="module", name="google")
def _google() -> Iterator[processes.Google]:
    """An emulator of the module's own, because its counts are compared."""
    with processes.google(key=KEY) as google:
        yield google


@pytest.fixture(scope="module", name="livetoken")
def _livetoken(google: processes.Google) -> Iterator[processes.Function]:
    """The function as deployed, with limits that only a test of limits would reach."""
    generous = {"LIMIT_PER_ADDRESS": "100000/minute", "LIMIT_PER_ORIGIN": "100000/minute"}
    with warm_function(google, env=generous) as function:
        yield function


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what looks back at a whole module after the rest of it, whatever the order of the tests is."""
    modules = list(dict.fromkeys(item.path for item in items))
    items.sort(key=lambda item: (modules.index(item.path), item.name.startswith("test_finally_")))
