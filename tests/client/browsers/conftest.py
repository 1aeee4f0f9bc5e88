"""Three browsers, one after the other, before the same site, function and emulator (`make browsers`)."""

import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browsers import chromium, firefox, webkit
from tests.client.browsers.browser import Browser, Missing, Tab
from tests.client.browsers.widget import Widget
from tests.client.site import Site

DRIVERS = {"chromium": chromium.launched, "firefox": firefox.launched, "webkit": webkit.launched}
_versions: dict[str, str] = {}
HERE = pathlib.Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All flows are for `make browsers`, each browser in one worker; what has no answer after a minute and a half has failed."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browsers)
            item.add_marker(pytest.mark.timeout(90))
            if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
                item.add_marker(pytest.mark.xdist_group(item.callspec.params["browser"]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the run what it had."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["versions"] = _versions


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it."""
    _versions.update(getattr(node, "workeroutput", {}).get("versions", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was run, and what is missing here."""
    for name, version in sorted(_versions.items()):
        terminalreporter.write_line(f"{name}: {version}")


@pytest.fixture(scope="session", params=DRIVERS)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Each browser that this machine has."""
    try:
        with DRIVERS[request.param](tmp_path_factory.mktemp(request.param)) as running:
            yield running
        _versions[running.name] = running.version
    except Missing as missing:
        _versions[request.param] = f"not run. {missing}"
        pytest.skip(str(missing))


@pytest.fixture
def tab(browser: Browser, cloud: Google, livetoken: Function) -> Iterator[Tab]:
    """A page of its own for each flow; nothing may be left on what it complained about."""
    cloud.reset()
    with browser.tab() as opened:
        yield opened
    cloud.clear()


Open = Callable[..., Widget]


@pytest.fixture
def widget(tab: Tab, site: Site, livetoken: Function) -> Iterator[Open]:
    """Opens a page with the element; at the end the page must have had no complaint."""
    opened: list[Widget] = []

    def open_one(attributes: str = "", **options: str) -> Widget:
        options.setdefault("endpoint", f"http://localhost:{livetoken.port}")
        opened.append(Widget.open(tab, site, attributes, **options))
        return opened[-1]

    yield open_one
    assert opened
    assert opened[-1].complaints() == []
