"""A prompt file's front matter: models, voices, origins, open fields, and the Live config that the token locks."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from livetoken.prompts import page_tools, questions
from livetoken.prompts.locked import SETUP_FIELDS, config_mistakes, open_mistakes, without_blanks
from livetoken.prompts.mistakes import Mistake, PromptError
from livetoken.prompts.models import DEFAULT_MODEL, VOICES, objections
from livetoken.prompts.plain_yaml import Blank
from livetoken.settings.environment import Settings
from livetoken.settings.origins import parse_origins
from livetoken.settings.previews import entry_for
from livetoken.settings.rules import TOKEN_SECONDS

_EXTRAS = {"page_tools": "name", "knowledge": "file name", "questions": "text"}  # and what each holds
_FIELDS = ("model", "voices", "origins", "open", "token_seconds", "budget", *_EXTRAS, "config")
_BUDGET_MINUTES = 1, 24 * 60
_ALL = "all"  # instead of a list of voices
_MODEL = re.compile(r"[a-z0-9][a-z0-9.-]{1,99}", re.ASCII)


class FrontMatter(NamedTuple):
    """What stands above the template; the first model and voice are the defaults."""

    models: tuple[str, ...]
    voices: tuple[str, ...]
    origins: tuple[str, ...]
    open: tuple[str, ...]
    config: Mapping[str, Any]
    page_tools: tuple[str, ...]
    knowledge: tuple[str, ...]  # names of files in the folder `knowledge` beside the prompt files
    questions: tuple[str, ...]
    token_seconds: int | None = None  # how long a token lives, where it is less than the setting says
    budget_minutes: int | None = None  # of a conversation; the page ends it, the token does not

    @property
    def field_mask(self) -> str | None:
        """The setup fields that the token decides, comma-separated; None when it decides all of them."""
        if not self.open:
            return None
        return ",".join(wire for name, wire in SETUP_FIELDS.items() if name not in self.open)

    @classmethod
    def parse(cls, front: object, settings: Settings) -> "FrontMatter":
        """Return what the document `front` says; nothing at all means the defaults.

        Raises:
            PromptError: with every mistake in it.
        """
        front = {} if front is None else front
        if not isinstance(front, dict):
            raise PromptError([Mistake("front matter", "must be fields such as `model: gemini-3.8-live`")])
        parsed = cls.of(front)
        if mistakes := [*_shape_mistakes(front), *_number_mistakes(front), *parsed.mistakes(settings)]:
            raise PromptError(mistakes)
        return parsed

    @classmethod
    def of(cls, front: Mapping[str, Any]) -> "FrontMatter":
        """Return what can be read of `front`, whatever mistakes it holds."""
        return cls(
            models=tuple(name.removeprefix("models/") for name in _names(front.get("model", DEFAULT_MODEL))),
            voices=VOICES if front.get("voices") == _ALL else _names(front.get("voices", VOICES[0])),
            origins=_names(front.get("origins", [])),
            open=_names(front.get("open", [])),
            config=without_blanks(front["config"]) if isinstance(front.get("config"), dict) else {},
            page_tools=_texts(front.get("page_tools")),
            knowledge=_texts(front.get("knowledge")),
            questions=_texts(front.get("questions")),
            token_seconds=_whole(front.get("token_seconds")),
            budget_minutes=_whole(front["budget"].get("minutes")) if isinstance(front.get("budget"), dict) else None,
        )

    def mistakes(self, settings: Settings) -> Iterator[Mistake]:
        """Yield what is wrong with the values, each by itself and together with the settings."""
        for name in self.models:
            if not _MODEL.fullmatch(name):
                yield Mistake("model", f"{name!r} is not a model's name, such as {DEFAULT_MODEL}")
        for name in self.voices:
            if name not in VOICES:
                yield Mistake("voices", f"{name!r} is not one of Gemini's voices; they are {', '.join(VOICES)}")
        yield from _origin_mistakes(self.origins, settings)
        if self.token_seconds is not None and self.token_seconds > settings.token_seconds:
            yield Mistake(
                "token_seconds", f"is more than TOKEN_SECONDS={settings.token_seconds}; lower it, or raise that"
            )
        yield from config_mistakes(self.config)
        yield from open_mistakes(self.open, self.config)
        yield from page_tools.mistakes(self.page_tools, self.config, self.open)
        yield from questions.mistakes(self.questions)
        for model in self.models:
            for name, fix in objections(model, self.config, settings.gemini_api_version):
                yield Mistake("model" if name == "model" else f"config.{name}", fix)


def _names(value: object) -> tuple[str, ...]:
    """Return the same as `_texts`, each of them once."""
    return tuple(dict.fromkeys(_texts(value)))


def _texts(value: object) -> tuple[str, ...]:
    """Return a string, or a list of them, as a tuple; nothing for what `_shape_mistakes` reports."""
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def _whole(value: object) -> int | None:
    """Return a whole number; nothing for what `_number_mistakes` reports."""
    return value if type(value) is int else None  # true and false are numbers to Python


def _number_mistakes(front: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with the numbers, apart from the setting that bounds one."""
    if "token_seconds" in front and not _within(front["token_seconds"], *TOKEN_SECONDS):
        yield Mistake("token_seconds", "must be a whole number from {} to {}".format(*TOKEN_SECONDS))
    budget = front.get("budget", {"minutes": 1})
    if not isinstance(budget, dict) or set(budget) != {"minutes"}:
        yield Mistake("budget", "must be how many minutes a conversation may take, such as {minutes: 10}")
    elif not _within(budget["minutes"], *_BUDGET_MINUTES):
        yield Mistake("budget.minutes", "must be a whole number from {} to {}".format(*_BUDGET_MINUTES))


def _within(value: object, low: int, high: int) -> bool:
    return (whole := _whole(value)) is not None and low <= whole <= high


def _shape_mistakes(front: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is of another kind than it must be."""
    for name in front:
        if name not in _FIELDS:
            yield Mistake(name, f"is not a field of a prompt file; they are {', '.join(_FIELDS)}")
    for name in ("model", "voices", "origins", "open", *_EXTRAS):
        value = front.get(name, "absent")
        items = [value] if isinstance(value, str) else value
        # for the others, written but empty must not mean everybody or anything
        may_be_empty = name in ("open", *_EXTRAS) and (value in (None, []) or (name == "open" and value is Blank.BLANK))
        if not may_be_empty and not (
            items and isinstance(items, list) and all(isinstance(item, str) for item in items)
        ):
            yield Mistake(name, f"must be a {(kind := _EXTRAS.get(name, 'name'))}, or a list of {kind}s")
    if not isinstance(front.get("config"), dict | Blank | None):
        yield Mistake("config", "must be fields of the Live API's config, such as `temperature: 0.7`")


def _origin_mistakes(origins: tuple[str, ...], settings: Settings) -> Iterator[Mistake]:
    try:
        listed = parse_origins(",".join(origins)) if origins else ()
    except ValueError as error:
        yield from (Mistake("origins", line) for line in str(error).split("\n"))
        return
    for origin in listed:
        known = origin in settings.allowed_origins or entry_for(origin, settings.allowed_origins)
        if settings.allowed_origins and not known:
            yield Mistake("origins", f"{origin} is not in ALLOWED_ORIGINS, so it could never use this prompt")
