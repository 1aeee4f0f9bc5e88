"""What the page says about itself: fields from a stranger, typed, cleaned and capped before anything else sees them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from livetoken.errors import InvalidRequest
from livetoken.prompts.languages import language_name

TITLE_CHARACTERS = 200  # longer titles are cut
URL_CHARACTERS = 500  # longer ones are refused, without counting query and fragment
LONGEST_URL = 2500  # characters with query and fragment, which are dropped; links of campaigns stay below
CONTENT_CHARACTERS = 12_000  # longer texts are refused, never cut
KNOWN_CHARACTERS = 20_000  # code points remembered; more than all living scripts on one site use
FIELDS = ("prompt", "model", "voice", "lang", "pageTitle", "pageUrl", "pageContent", "resumptionHandle")
_LINE_ENDS = "\r\n|[\r\u0085\u2028\u2029]"  # expressions are compiled by `Page.prepare`, later than at the start
_SELECTORS = "[\ufe00-\ufe0e\U000e0100-\U000e01ef]"  # variation selectors carry hidden bytes
_SELECTORS_BEGIN = b"\xef\xb8", b"\xf3\xa0"  # in UTF-8; hardly any other character does
_JOINERS = "\u200c\u200d"  # Persian words and joined emoji need them


class Page(NamedTuple):
    """The request's fields, safe to use; "" stands for absent. Texts are still a stranger's words, only clean ones."""

    prompt: str
    model: str
    voice: str
    language: str  # the display name, e.g. "Spanish"
    title: str
    url: str
    content: str
    resumption_handle: str

    def __repr__(self) -> str:
        """Return what may be shown: no stranger's texts, no handle."""
        return f"Page({self.prompt!r}, {self.model!r}, {self.voice!r}, {self.language!r})"

    @classmethod
    def from_fields(cls, fields: Mapping[str, object], origin: str) -> "Page":
        """Return the page that the JSON object `fields` describes, seen from the verified `origin`.

        Raises:
            InvalidRequest: naming the first field that is unknown, of the wrong type or out of bounds.
        """
        for name in fields:
            if name not in FIELDS and re.fullmatch(r"\w{1,40}", name, re.ASCII):
                raise InvalidRequest(name, "is not known here")
            if name not in FIELDS:
                raise InvalidRequest("", "has a field that is not known here")
        texts = {name: fields.get(name, "") for name in FIELDS}
        for name, value in texts.items():
            if not isinstance(value, str):
                raise InvalidRequest(name, "must be a string")
        words = {name: str(value) for name, value in texts.items()}
        if not re.fullmatch(r"[!-~]{0,2048}", words["resumptionHandle"], re.ASCII):
            raise InvalidRequest("resumptionHandle", "is not a handle that a session gave out")
        content = clean(words["pageContent"])
        if len(content) > CONTENT_CHARACTERS:
            raise InvalidRequest("pageContent", f"is longer than {CONTENT_CHARACTERS} characters")
        return cls(
            prompt=words["prompt"],
            model=words["model"].removeprefix("models/"),
            voice=words["voice"],
            language=language_name(words["lang"] or "en"),
            title=" ".join(clean(words["pageTitle"]).split())[:TITLE_CHARACTERS].strip(),
            url=own_url(words["pageUrl"], origin),
            content=content,
            resumption_handle=words["resumptionHandle"],
        )

    @staticmethod
    def prepare() -> None:
        """Load and compile what the first page needs; part of the warm-up."""
        Page.from_fields({"pageTitle": "\r", "pageUrl": "https://a.example/"}, "https://a.example")


def clean(text: str) -> str:
    """Return `text` without characters that hide, reorder or smuggle; with plain line ends, at most two in a row.

    Cleaning twice changes nothing. Composing (NFC) comes after dropping: the other way round would not be stable.
    """
    if any(end in text for end in "\r\u0085\u2028\u2029"):
        text = re.sub(_LINE_ENDS, "\n", text)
    if not _obviously_harmless(text):
        text = text.translate(_KEPT)
    text = unicodedata.normalize("NFC", text)
    return (re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text).strip()


def _obviously_harmless(text: str) -> bool:
    """Whether every character is to be kept, as far as can be told quickly: five times as fast as asking one by one."""
    words = text.replace("\n", "").replace("\t", "").replace("\u00a0", "")  # these are kept, though they cannot be seen
    return words.isprintable() and not _has_selectors(words)


def _has_selectors(words: str) -> bool:
    encoded = words.encode()  # looking for bytes costs a tenth of looking for a range of characters
    return any(begin in encoded for begin in _SELECTORS_BEGIN) and re.search(_SELECTORS, words) is not None


class _Kept(dict[int, int | None]):
    """What becomes of a code point: itself, or nothing. Filled as texts come by, up to a bound."""

    def __missing__(self, code: int) -> int | None:
        """Decide about a code point seen for the first time."""
        verdict = code if _harmless(chr(code)) else None
        if len(self) < KNOWN_CHARACTERS:
            self[code] = verdict
        return verdict


def _harmless(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS:
        return True
    if re.match(_SELECTORS, character):
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs")


_KEPT = _Kept()


def own_url(claimed_url: str, origin: str) -> str:
    """Return the page's address without query and fragment, which may hold secrets; it is never fetched.

    The comparison is by text, because parsers disagree about hostile addresses: browsers write scheme, host and port of
    `location.href` exactly as they write the origin.
    """
    if not claimed_url:
        return ""
    address, rest = claimed_url[: len(origin)], claimed_url[len(origin) :]
    if address != origin or rest[:1] not in ("", "/", "?", "#"):
        raise InvalidRequest("pageUrl", "must be an address on the calling site")
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    if not re.fullmatch(r"[!-~]*", rest, re.ASCII) or re.search(r'[\\"<>`{}]', path):
        raise InvalidRequest("pageUrl", "must be written as in location.href")
    if len(address + path) > URL_CHARACTERS or len(claimed_url) > LONGEST_URL:
        raise InvalidRequest("pageUrl", f"is longer than {URL_CHARACTERS} characters")
    return address + path
