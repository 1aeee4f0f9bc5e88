"""Chromium, by Playwright."""

import contextlib
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from tests.client import chromium
from tests.client.browsers.browser import PATIENCE, SIZE, Browser, Missing, Step, Tab


class ChromiumTab(Tab):
    """A page of Playwright's."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.set_default_timeout(1000 * PATIENCE)

    def go(self, url: str) -> None:
        """Open an address."""
        self._page.goto(url)

    def back(self) -> None:
        """Press Back."""
        self._page.go_back(wait_until="commit")

    def forward(self) -> None:
        """Press Forward."""
        self._page.go_forward(wait_until="commit")

    def reload(self) -> None:
        """Press Reload."""
        self._page.reload()

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function in the page."""
        return self._page.evaluate(f"(given) => ({function})(...given)", list(arguments))

    def point(self, steps: Sequence[Step]) -> None:
        """Use the mouse."""
        for way, *where in steps:
            getattr(self._page.mouse, way)(*where)

    def strike(self, steps: Sequence[Step]) -> None:
        """Use the keyboard."""
        for way, key in steps:
            getattr(self._page.keyboard, way)(key)

    def picture(self) -> bytes:
        """Take a picture."""
        return bytes(self._page.screenshot())


class Chromium(Browser):
    """A running Chromium."""

    name = "Chromium"

    def __init__(self, running: Any) -> None:
        self._running = running
        self.version = running.version

    @contextlib.contextmanager
    def tab(self) -> Iterator[Tab]:
        """Open a page in a context of its own."""
        width, height = SIZE
        with self._running.new_context(
            permissions=["microphone"], viewport={"width": width, "height": height}
        ) as context:
            yield ChromiumTab(context.new_page())


@contextlib.contextmanager
def launched(folder: pathlib.Path) -> Iterator[Browser]:
    """Debian's Chromium; its microphone plays a file. Raises Missing."""
    if not chromium.CHROMIUM:
        raise Missing(chromium.MISSING)
    with chromium.chromium(folder) as running:
        yield Chromium(running)
