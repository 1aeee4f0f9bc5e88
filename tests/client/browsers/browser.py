"""What a flow asks of a browser: open a page, look at it, point, press keys, take a picture. Three drivers do it."""

import abc
import contextlib
import json
import time
from collections.abc import Sequence
from typing import Any

PATIENCE = 20.0  # seconds to wait for what must come; only a failure waits so long
SIZE = (900, 700)  # of a page, in CSS pixels

# What a failure tells of the page
SHOWN = """() => {
  const voice = document.querySelector('live-voice');
  return JSON.stringify([voice?.state, voice?.session?.transcript, voice?.shadowRoot?.textContent, globalThis.complaints]);
}"""

Step = tuple[str, *tuple[Any, ...]]
"""A step of the pointer: `("move", x, y)`, `("down",)`, `("up",)`; or of the keyboard: `("down", key)`, `("up", key)`.

A key is one character, or a name of the UI Events specification: Tab, Enter, Escape, Shift, Home, ArrowRight …
"""


class Tab(abc.ABC):
    """One page, in a browser without a past; it may use the microphone."""

    @abc.abstractmethod
    def go(self, url: str) -> None:
        """Open an address, and return when its load event has come."""

    @abc.abstractmethod
    def back(self) -> None:
        """Go back in the history, to a page that may have been kept as it was left."""

    @abc.abstractmethod
    def forward(self) -> None:
        """Go forward again."""

    @abc.abstractmethod
    def reload(self) -> None:
        """Load the page again."""

    @abc.abstractmethod
    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function, given as its source, with what JSON can hold; its (awaited) result as JSON holds it."""

    @abc.abstractmethod
    def point(self, steps: Sequence[Step]) -> None:
        """Move and press the pointer."""

    @abc.abstractmethod
    def strike(self, steps: Sequence[Step]) -> None:
        """Press and release keys."""

    @abc.abstractmethod
    def picture(self) -> bytes:
        """What is visible, as PNG."""

    def until(self, function: str, *arguments: Any) -> Any:
        """Call it again and again until its result is true; returns that."""
        ends = time.monotonic() + PATIENCE
        while not (result := self.evaluate(function, *arguments)):
            assert time.monotonic() < ends, f"not true: {function} {json.dumps(arguments)}\n{self.evaluate(SHOWN)}"
            time.sleep(0.05)
        return result

    def press(self, *keys: str) -> None:
        """Press keys one after the other; `Shift+Tab` holds the first while the second is pressed."""
        for combination in keys:
            held = combination.split("+") if len(combination) > 1 else [combination]
            self.strike([*(("down", key) for key in held), *(("up", key) for key in reversed(held))])

    def type(self, text: str) -> None:
        """Type a text into whatever has the focus."""
        self.strike([(way, character) for character in text for way in ("down", "up")])


class Browser(abc.ABC):
    """A browser that is installed."""

    name: str
    version: str

    @abc.abstractmethod
    def tab(self) -> contextlib.AbstractContextManager[Tab]:
        """A new page; it ends with the block."""


class Missing(Exception):  # noqa: N818 - no error: a machine need not have every browser
    """A browser is not installed; the message says what to install."""
