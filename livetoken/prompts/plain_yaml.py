"""YAML 1.2 as plain data, with nothing in it that would be read otherwise than it looks; the only importer of ryaml."""

import enum
import re
from collections.abc import Iterator
from typing import Any

import ryaml

from livetoken.prompts.mistakes import Mistake, PromptError

_NULL = re.compile(r"(?<=[:\-,\[{?])([ \t]+|(?<=[,\[{]))(null|Null|NULL|~)(?=[ \t]*(?:[,\]}\n]|[ \t]#|\Z))")
_MARK = "\ue0f5\ue0f6"  # before a null that is written out, so that it is told from nothing at all
LINES, FIELDS = 500, 5000  # beyond these, a mistake's line is not looked for: that reads the text once for each line
FILE = "front matter"  # what the whole text is called where a mistake has no field


class Blank(enum.Enum):
    """A field with nothing behind it, which YAML takes for null."""

    BLANK = ""


def load(text: str) -> Any:
    """Return what the front matter `text` says: text, numbers, true, false, null, lists, mappings with text as keys.

    A null that is written out is None, a field with nothing behind it is `Blank.BLANK`.

    Raises:
        PromptError: with every mistake.
    """
    try:
        # the empty line stands for the three hyphens, so that a mistake is given the line that it has in the file;
        # of a field that stands twice it is the line in which its mapping begins
        document = _load("\n" + _NULL.sub(rf"\1{_MARK}\2", text))
    except ValueError as error:
        raise PromptError([Mistake(FILE, f"is not valid YAML: {error}")]) from error
    document = None if document is None else _unmarked(document)
    if mistakes := list(_mistakes(document)):
        raise PromptError(mistakes)
    return document


def _unmarked(value: Any) -> Any:
    """Return `value` as it was written."""
    if isinstance(value, dict):
        names = [name.replace(_MARK, "") if isinstance(name, str) else name for name in value]
        return dict(zip(names, map(_unmarked, value.values()), strict=True))
    if isinstance(value, list):
        return [_unmarked(inner) for inner in value]
    if isinstance(value, str) and _MARK in value:
        # in the middle of a text it was no null
        return None if value.removeprefix(_MARK) in ("null", "Null", "NULL", "~") else value.replace(_MARK, "")
    return Blank.BLANK if value is None else value


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every value that holds no others, with its path such as `config.tools.0`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{index}")
    else:
        yield path, value


def field_lines(text: str) -> dict[str, int]:
    """Return the line of the file in which each field of the front matter `text` begins.

    The parser does not tell, so it is given one line more each time: a field is new in the line that it begins in.
    Where that is several lines at once, it is the first of them that has the field's name.
    """
    found: dict[str, int] = {}
    lines = text.split("\n")
    read = 0
    for end in range(1, len(lines) + 1 if len(lines) <= LINES else 0):
        try:
            document = _load("\n".join(lines[:end]))
        except ValueError:
            continue  # in the middle of something in brackets or quotes
        new = [path for path in _paths(document) if path not in found]
        if len(new) > FIELDS:
            break
        for path in new:
            name = path.rpartition(".")[2]
            line = next((number for number in range(read, end) if name in lines[number]), end - 1)
            found[path] = line + 2  # counted from one, below the three hyphens
        read = end
    return found


def _load(text: str) -> Any:
    return ryaml.loads(text)  # type: ignore[attr-defined]  # it marks none


def _paths(value: Any, path: str = "") -> Iterator[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in inner:
        yield f"{path}{name}"
        yield from _paths(child, f"{path}{name}.")


def _mistakes(value: Any, path: str = FILE) -> Iterator[Mistake]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _mistakes(inner, f"{path}.{index}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                yield Mistake(path, f"the name {name!r} is no text; put it in quotes")
            elif name == "<<":
                yield Mistake(path, "fields cannot be merged with `<<`; write them out")
            elif name.startswith("!"):
                yield Mistake(path, f"tags such as {name} mean nothing here; remove it")
            yield from _mistakes(inner, str(name) if path == FILE else f"{path}.{name}")
