"""Prompt files: YAML front matter (what is locked into the token) and a Jinja2 template (the system instruction)."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from livetoken.errors import InvalidRequest, OriginNotAllowed
from livetoken.prompts import plain_yaml
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.page import Page
from livetoken.prompts.template import Template
from livetoken.settings.environment import Settings, SettingsError
from livetoken.settings.rules import NAME

_FILE = re.compile(r"---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n(?P<template>.*)|\Z)", re.DOTALL | re.MULTILINE)


class Prompt(NamedTuple):
    """One persona: who may use it, what the page may choose, and what the token locks."""

    name: str
    front: FrontMatter
    template: Template

    def token_spec(self, page: Page, marker: Callable[[], str] = lambda: secrets.token_hex(8)) -> "TokenSpec":
        """Return what a token for `page` is to lock; without an instruction where the template renders to nothing.

        Args:
            page: its model and voice count where it names them, this prompt's first ones where it does not.
            marker: gives the text that fences what strangers wrote; new for each token.

        Raises:
            InvalidRequest: this prompt does not allow that model or voice.
        """
        if page.model and page.model not in self.front.models:
            raise InvalidRequest("model", "is not one that this prompt allows")
        if page.voice and page.voice not in self.front.voices:
            raise InvalidRequest("voice", "is not one that this prompt allows")
        if page.resumption_handle and "session_resumption" in self.front.open:
            raise InvalidRequest("resumptionHandle", "belongs into the page's own setup: this prompt leaves it open")
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


class Prompts:
    """All prompt files of one folder, read and checked at start-up."""

    def __init__(self, prompts: Mapping[str, Prompt], default: str) -> None:
        self._prompts, self._default = prompts, default

    def __iter__(self) -> Iterator[Prompt]:
        """Iterate over the prompts, the default first: that is what the first visitor most likely asks for."""
        return iter(sorted(self._prompts.values(), key=lambda prompt: prompt.name != self._default))

    @classmethod
    def load(cls, settings: Settings) -> "Prompts":
        """Return the prompts in the folder that `PROMPTS` names.

        Raises:
            SettingsError: listing every mistake, each with file, field and cure.
        """
        prompts, problems = {}, []
        for path in sorted(settings.prompts.glob("*.md")):
            try:
                prompts[path.stem] = read_prompt(path, settings)
            except ValueError as mistakes:
                problems += [f"{path.name}: {mistake}" for mistake in str(mistakes).split("\n")]
        if not problems and settings.default_prompt not in prompts:
            problems.append(f"DEFAULT_PROMPT: there is no {settings.default_prompt}.md among the prompt files")
        if problems:
            raise SettingsError(problems)
        return cls(prompts, settings.default_prompt)

    def prepare(self) -> None:
        """Compile every template, by a token that nobody gets; part of the warm-up."""
        for prompt in self:
            prompt.token_spec(Page.from_fields({}, ""))

    def find(self, page: Page, origin: str) -> Prompt:
        """Return the prompt that `page` names, or the default one.

        Raises:
            InvalidRequest: there is none of that name.
            OriginNotAllowed: its file is for other sites only.
        """
        prompt = self._prompts.get(page.prompt or self._default)
        if prompt is None:
            raise InvalidRequest("prompt", "is not one that is known here")
        if prompt.front.origins and origin not in prompt.front.origins:
            raise OriginNotAllowed("the prompt file's own `origins` do not list this site")
        return prompt


def read_prompt(path: Path, settings: Settings) -> Prompt:
    """Return the prompt in `path`.

    Raises:
        ValueError: one line per mistake, each beginning with the field.
    """
    if not NAME.fullmatch(path.stem):
        raise ValueError("name: a prompt file is named with lower-case letters, digits and hyphens")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"file: cannot be read as UTF-8 text ({type(error).__name__})") from error
    match = _FILE.fullmatch(text)
    if not match and text.lstrip().startswith("---"):  # taken for plain text, it would lock nothing
        raise ValueError("front matter: must begin in the first line and be closed by a line of three hyphens")
    front = plain_yaml.load(match["front"]) if match else {}
    problems: list[str] = []
    parsed = FrontMatter.parse({} if front is None else front, settings, problems)
    template = Template((match["template"] or "") if match else text, problems)
    if parsed and "system_instruction" in parsed.open and template.source.strip():
        problems.append(
            "open: system_instruction is left to the client; the text below the front matter would never be used"
        )
    if problems or parsed is None:
        raise ValueError("\n".join(problems))
    return Prompt(path.stem, parsed, template)
