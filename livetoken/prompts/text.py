r"""What a stranger wrote, without what hides, reorders or smuggles: only what a reader sees.

Every step looks at each character once: no text takes more than a few milliseconds, whatever it is made of. Which
characters are invisible is Unicode's Default_Ignorable_Code_Point; which of them are needed is told by its core
specification, 23.2 (joiners) and 13.5 (Mongolian), and by UTS #51 (emoji).
"""

import re
import unicodedata

MARKS = 30  # in a row; no language needs more, and composing takes the square of the longest row
_IN_PARTS = {  # what NFC takes apart, and takes long for; three of them count as no marks, and consist of two
    whole: unicodedata.normalize("NFD", whole)
    for whole in map(chr, (0x0F73, 0x0F75, 0x0F81, *range(0x1D15E, 0x1D165), *range(0x1D1BB, 0x1D1C1)))
}
_MAYBE_MARKS = rf"[^\x00-\u02ff\w]{{{MARKS + 1}}}"  # no mark counts as a letter or a digit
# of these nothing hides, joins, composes with another or is a mark; most pages hold nothing else
_PLAIN = (
    "[\x00-\u02ff\u0388-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]*+"
)
_HARMLESS = bytes(range(0x20, 0x7F)) + b"\n\t"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_ABOVE_DIGITS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # seen
_JOINERS = "\u200c\u200d"
_IN_CONTEXT = frozenset(f"{_JOINERS}\u180b\u180c\u180d\u180e\u180f\ufe0f")  # kept where what stands beside needs them
_KEPT = frozenset(f"\n\t{_SPACES}{_ABOVE_DIGITS}") | _IN_CONTEXT  # though `str.isprintable` says no to most of them
_INVISIBLE = "[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"  # though it says yes
# scripts whose letters change their form beside a joiner: Arabic and its like, those of India and around, Mongolian
_SCRIPTS = (
    "\u0600-\u07ff\u0840-\u0dff\u0f00-\u109f\u1780-\u17ff\u1807-\u180a\u1820-\u18af\u1a20-\u1aaf\u1b00-\u1c4f\u1cd0-\u1cff"
    "\ua800-\ua8ff\ua930-\ua9ff\uaa60-\uaa7f\uaae0-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010a5f\U00010ac0-\U00010aff\U00010b80-\U00010baf\U00010d00-\U00010d3f\U00010ec0-\U00010fff"
    "\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
_MONGOLIAN = "\u1807\u1820-\u1878\u1880-\u18aa"
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_NOT_NEEDED = rf"[{''.join(sorted(_IN_CONTEXT))}](?!" + "|".join(  # of several joiners in a row the first may stay
    (
        rf"(?<=[{_SCRIPTS}]\u200d)",
        rf"(?<=[{_SCRIPTS}]\u200c)[{_JOINERS}]*+[{_SCRIPTS}]",
        rf"(?<=[{_EMOJI}]\u200d)[{_JOINERS}]*+[{_EMOJI}]",
        rf"(?<=[{_EMOJI}]\ufe0f\u200d)[{_JOINERS}]*+[{_EMOJI}]",
        rf"(?<=[{_EMOJI}]\ufe0f)",
        r"(?<=[0-9#*]\ufe0f)\u20e3",
        rf"(?<=[{_MONGOLIAN}][\u180b-\u180d\u180f])",
        rf"(?<=[{_MONGOLIAN}]\u180e)[{_MONGOLIAN}])",
    )
)


def clean(text: str) -> str:
    """Return `text` as a reader sees it, composed (NFC), with plain line ends, at most two in a row.

    Cleaning twice changes nothing. Composing comes after dropping: the other way round would not be stable.
    """
    for end in ("\r\n", "\r", "\u0085", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    others = _beyond_ascii(text)
    if not others.isprintable() and not all(map(_stays, set(others))):
        text = "".join(filter(_stays, text))
        others = _beyond_ascii(text)
    if not re.fullmatch(_PLAIN, others):
        text = _composed(re.sub(_INVISIBLE, "", text))
    return (re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text).strip()


def _beyond_ascii(text: str) -> str:
    """Return the characters of `text` that need a look: those of most pages are few, and the look takes long."""
    return text.encode("utf-8", "surrogatepass").translate(None, _HARMLESS).decode("utf-8", "surrogatepass")


def _stays(character: str) -> bool:
    return character in _KEPT or character.isprintable()


def one_line(text: str) -> str:
    """Return `text` cleaned, as one line with single spaces."""
    if not (text.isascii() and text.isprintable()):
        text = clean(text)
    return " ".join(text.split())


def _composed(text: str) -> str:
    """Return `text` in NFC, with joiners only where they join, and no more marks in a row than any language needs."""
    settled = _nfc(re.sub(_NOT_NEEDED, "", text))
    if re.search(_NOT_NEEDED, settled):  # composing has moved a mark before one, which happens to no real text
        settled = _nfc("".join([character for character in settled if character not in _IN_CONTEXT]))
    return settled


def _nfc(text: str) -> str:
    for whole, parts in _IN_PARTS.items():
        text = text.replace(whole, parts)
    text = _without_long_rows(text)
    composed = unicodedata.normalize("NFC", text)
    return text if composed == text else _without_long_rows(composed)  # some marks become two


def _without_long_rows(text: str) -> str:
    """Return `text` without the marks that stand behind `MARKS` others; UAX #15 calls that stream-safe."""
    if not re.search(_MAYBE_MARKS, text):
        return text
    classes = bytes(map(unicodedata.combining, text))  # zero for all but marks
    kept, begin = [], 0
    for row in re.finditer(rb"[^\0]{%d,}" % (MARKS + 1), classes):
        kept.append(text[begin : row.start() + MARKS])
        begin = row.end()
    return "".join([*kept, text[begin:]])
