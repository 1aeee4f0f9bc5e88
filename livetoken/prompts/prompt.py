"""A persona, and what a token for it is to lock."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from livetoken.errors import InvalidRequest
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.knowledge import Length
from livetoken.prompts.page import Page
from livetoken.prompts.page_tools import SHOW_SECTION, with_page_tools
from livetoken.prompts.template import Template


class Prompt(NamedTuple):
    """One persona: who may use it, what the page may choose, and what the token locks."""

    name: str
    front: FrontMatter
    template: Template
    version: str = ""  # 8 hex digits, other ones for another text
    knowledge: str = ""

    @property
    def length(self) -> Length:
        """How long the instruction may become."""
        page = "pageContent" in self.template.placeholders
        return Length.of((self.template.source, self.knowledge), page=page, config=self.front.config)

    @property
    def public(self) -> dict[str, list[str]]:
        """What anybody may know of it, as answers say it."""
        return {"questions": list(self.front.questions)} if self.front.questions else {}

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
        page_tools = self.front.page_tools
        if not page.shows_sections:
            page_tools = tuple(name for name in page_tools if name != SHOW_SECTION)
        if SHOW_SECTION not in page_tools:
            page = page._replace(sections="")
        return TokenSpec(
            self,
            page.model or self.front.models[0],
            page.voice or self.front.voices[0],
            self.template.render(page, marker(), self.knowledge) or None,
            page.resumption_handle,
            page_tools,
        )


class TokenSpec(NamedTuple):
    """What one token is for."""

    prompt: Prompt
    model: str
    voice: str
    system_instruction: str | None
    resumption_handle: str
    page_tools: tuple[str, ...] = ()

    @property
    def config(self) -> Mapping[str, Any]:
        """What the token locks beside model, voice, instruction and handle."""
        return with_page_tools(self.prompt.front.config, self.page_tools, self.model)

    def __repr__(self) -> str:
        """Return what may be shown: no stranger's words, no handle."""
        return f"TokenSpec({self.prompt.name!r}, {self.model!r}, {self.voice!r})"
