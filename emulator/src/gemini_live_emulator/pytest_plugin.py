"""The pytest fixture `gemini_live`; pytest finds it when the package is installed."""

from collections.abc import Iterator
from typing import Any

import pytest

from gemini_live_emulator.background import Emulator, emulator


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "gemini_live(https=False, **options): how the fixture of that name starts the emulator: with TLS, and with "
        "options of its command line, such as speaking_rate=20",
    )


@pytest.fixture
def gemini_live(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulator]:
    """A fresh emulator for one test. Google's SDKs find it by the environment, and cannot reach Google by mistake."""
    options: dict[str, Any] = {"speaking_rate": 20}
    # The closest marker comes first and has the last word.
    for mark in reversed(list(request.node.iter_markers("gemini_live"))):
        options |= mark.kwargs
    https = options.pop("https", False)
    folder = tmp_path_factory.getbasetemp() / "gemini-live-certificate" if https else None
    with emulator(https=folder, **options) as running:
        monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running
