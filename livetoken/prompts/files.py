"""Prompt files: YAML front matter (what is locked into the token) and a Jinja2 template (the system instruction)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from livetoken.errors import InvalidRequest, OriginNotAllowed
from livetoken.prompts import knowledge, plain_yaml
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.mistakes import Mistake, PromptError
from livetoken.prompts.page import Page
from livetoken.prompts.prompt import Prompt
from livetoken.prompts.template import Template
from livetoken.prompts.version import version_of
from livetoken.settings.environment import Settings, SettingsError
from livetoken.settings.previews import entry_for
from livetoken.settings.rules import NAME

_FILE = re.compile(r"---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n(?P<template>.*)|\Z)", re.DOTALL | re.MULTILINE)


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
            SettingsError: listing every mistake, each with file, field, line and fix.
        """
        prompts, problems = read_folder(settings)
        if problems:
            raise SettingsError(problems)
        return cls(prompts, settings.default_prompt)

    def prepare(self) -> None:
        """Compile every template, by a token that nobody gets; part of the warm-up."""
        for prompt in self:
            prompt.token_spec(Page.from_fields({}, ""))

    def public(self, name: str | None) -> dict[str, list[str]]:
        """Return what anybody may know of a prompt: its questions, where it has some; "" stands for the default one."""
        prompt = None if name is None else self._prompts.get(name or self._default)
        return prompt.public if prompt else {}

    def find(self, page: Page, origin: str) -> Prompt:
        """Return the prompt that `page` names, or the default one.

        Raises:
            InvalidRequest: there is none of that name.
            OriginNotAllowed: its file is for other sites only.
        """
        return self.named(page.prompt, origin)

    def named(self, name: str, origin: str) -> Prompt:
        """Return the prompt of that name, the default one for ""; raises what `find` does."""
        prompt = self._prompts.get(name or self._default)
        if prompt is None:
            raise InvalidRequest("prompt", "is not one that is known here")
        if prompt.front.origins and not entry_for(origin, prompt.front.origins):
            raise OriginNotAllowed("the prompt file's own `origins` do not list this site")
        return prompt


def read_folder(settings: Settings) -> tuple[dict[str, Prompt], list[str]]:
    """Return the prompts by name in the folder that `PROMPTS` names, and a line for every mistake in the others."""
    prompts, problems = {}, []
    for path in prompt_files(settings):
        try:
            prompts[path.stem] = read_prompt(path, settings)
        except PromptError as error:
            problems += [f"{path.name}: {mistake}" for mistake in error.mistakes]
    if not problems and settings.default_prompt not in prompts:
        problems.append(f"DEFAULT_PROMPT: there is no {settings.default_prompt}.md among the prompt files")
    return prompts, problems


def prompt_files(settings: Settings) -> list[Path]:
    """Return the files in the folder that `PROMPTS` names, those with an ending that does not count included."""
    return sorted(path for path in settings.prompts.iterdir() if path.suffix.lower() in (".md", ".markdown"))


def read_prompt(path: Path, settings: Settings) -> Prompt:
    """Return the prompt in `path`.

    Raises:
        PromptError: with every mistake in it.
    """
    if not NAME.fullmatch(path.stem) or path.suffix != ".md":
        reason = "a prompt file is named with lower-case letters, digits and hyphens, and ends in .md"
        raise PromptError([Mistake("name", reason)])
    front, text = split(path)
    mistakes: list[Mistake] = []
    parsed = template = None
    words = ""
    try:
        parsed = FrontMatter.parse(plain_yaml.load(front or ""), settings)
        words = knowledge.read(parsed.knowledge, settings.prompts)
    except PromptError as error:
        lines = plain_yaml.field_lines(front or "")
        mistakes += [mistake.located(lines) for mistake in error.mistakes]
    try:
        template = Template(text)
    except PromptError as error:
        above = 0 if front is None else front.count("\n") + 2
        mistakes += [mistake.below(above) for mistake in error.mistakes]
    if parsed and "system_instruction" in parsed.open and text.strip():
        reason = "system_instruction is left to the client; the text below the front matter would never be used"
        mistakes.append(Mistake("open", reason))
    if words and not text.strip():
        mistakes.append(Mistake("knowledge", "would never be used: there is no text below the front matter to follow"))
    if mistakes or not parsed or not template:
        raise PromptError(mistakes)
    prompt = Prompt(path.stem, parsed, template, version_of(front or "", text, words), words)
    if words and not prompt.length.fits:
        raise PromptError([prompt.length.mistake.located(plain_yaml.field_lines(front or ""))])
    return prompt


def split(path: Path) -> tuple[str | None, str]:
    """Return the front matter of a file, None where it has none, and the template.

    Raises:
        PromptError: it is no text, or its front matter is not closed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError([Mistake("file", f"cannot be read as UTF-8 text ({type(error).__name__})")]) from error
    if "\0" in text:
        raise PromptError([Mistake("file", "holds a NUL character; save it as UTF-8 text")])
    match = _FILE.fullmatch(text)
    if match:
        return match["front"], match["template"] or ""
    if text.lstrip().startswith("---"):  # taken for plain text, it would lock nothing
        reason = "must begin in the first line and be closed by a line of three hyphens"
        raise PromptError([Mistake("front matter", reason)])
    return None, text
