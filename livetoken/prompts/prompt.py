"""A persona, and what a token for it is to lock."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from livetoken.errors import InvalidRequest
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.page import Page
from livetoken.prompts.template import Template


class Prompt(NamedTuple):
    """One persona: who may use it, what the page may choose, and what the token locks."""

    name: str
    front: FrontMatter
    template: Template
    version: str = ""  # 8 hex digits, other ones for another text

    def token_spec(self, page: Page, marker: Callable[[], str] = lambda: secrets.token_hex(8)) -> "TokenSpec":
        """Return what a token for `page` is to lock; without an instruction where the template renders to nothing.

        Args:
            page: its model and voice count where it names them, this prompt's first ones where it does not.
            marker: gives the text that fences what strangers wrote; new for each token.

        Raises:
            InvalidRequest: this prompt does not allow that model or voice, or does not let a session be resumed.
        """
        if page.model and page.model not in self.front.models:
            raise InvalidRequest("model", "is not one that this prompt allows")
        if page.voice and page.voice not in self.front.voices:
            raise InvalidRequest("voice", "is not one that this prompt allows")
        if page.resumption_handle and "session_resumption" in self.front.open:
            raise InvalidRequest("resumptionHandle", "belongs into the page's own setup: this prompt leaves it open")
        if page.resumption_handle and "session_resumption" not in self.front.config:
            raise InvalidRequest("resumptionHandle", "is not possible here: this prompt has no session_resumption")
        return TokenSpec(
            self,
            page.model or self.front.models[0],
            page.voice or self.front.voices[0],
            self.template.render(page, marker()) or None,
            page.resumption_handle,
        )


class TokenSpec(NamedTuple):
    """What one token is for."""

    prompt: Prompt
    model: str
    voice: str
    system_instruction: str | None
    resumption_handle: str

    def __repr__(self) -> str:
        """Return what may be shown: no stranger's words, no handle."""
        return f"TokenSpec({self.prompt.name!r}, {self.model!r}, {self.voice!r})"
