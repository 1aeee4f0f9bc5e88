"""An emulator for Google that these tests may reset, in a process of its own."""

from collections.abc import Iterator

import pytest

from dev import processes


@pytest.fixture(scope="session", name="one_google")
def _one_google() -> Iterator[processes.Google]:
    """One process for the whole run: starting it is the slow part."""
    with processes.google(speaking_rate=20) as google:
        yield google


@pytest.fixture(name="google")
def _google(one_google: processes.Google) -> processes.Google:
    """The process as new: nothing minted, no faults, the clock right."""
    one_google.reset()
    return one_google
