"""What a server says, made harmless before it is repeated: a hostile one may want to speak as the doctor."""

import re
import unicodedata
from collections.abc import Iterable

from livetoken.runtime.redaction import redact

LONGEST = 160  # characters; a sentence of ours, or of Google's, is shorter
_READ = 4096
_MARKS_IN_A_ROW = 2
_QUOTES = dict.fromkeys('"“”„‟〝〞＂', "'")  # noqa: RUF001 - those that would end ours, and their look-alikes
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # they are letters or symbols to Unicode, and look like a space


def quoted(text: str, longest: int = LONGEST) -> str:
    """Return `text` between “ and ”, in which nothing can end the quotation, begin a line, or move the cursor."""
    one_line = "".join(map(_harmless, struck_out(text[:_READ])))
    one_line = re.sub(" {2,}", " ", _thinned(one_line))
    return f"“{one_line if len(one_line) <= longest else one_line[: longest - 1] + '…'}”"


def shown(text: str, form: str = r"[\w./:*~-]{1,120}") -> str:
    """Return `text` as it is where it has that harmless form, which knows no spaces; else quoted."""
    return text if re.fullmatch(form, text, re.ASCII) else quoted(text)


def struck_out(text: str, known: Iterable[str] = ()) -> str:
    """Return `text` without tokens, keys and the `known` secrets."""
    return redact(text, known, "[not shown]")


def _harmless(character: str) -> str:
    """Return the character where it is a letter, a digit, a mark or punctuation; a symbol could be one of our ticks."""
    if character in _QUOTES:
        return _QUOTES[character]
    if not character.isprintable() or character in _BLANK:
        return " "
    symbol = unicodedata.category(character).startswith("S") and not character.isascii()
    return "?" if symbol and unicodedata.category(character) != "Sc" else character


def _thinned(text: str) -> str:
    """Return `text` with at most two marks on a letter: a tower of them reaches into the lines above."""
    kept: list[str] = []
    row = 0
    for character in text:
        row = row + 1 if unicodedata.category(character).startswith("M") else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
