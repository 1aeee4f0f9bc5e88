"""What the page says about itself: fields from a stranger, typed, cleaned and capped before anything else sees them."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from livetoken.errors import InvalidRequest
from livetoken.prompts.languages import language_name
from livetoken.prompts.sections import FIELD as SECTIONS_FIELD
from livetoken.prompts.sections import listed
from livetoken.prompts.text import clean, one_line

TITLE_CHARACTERS = 200  # longer titles are cut
RAW_TITLE_CHARACTERS = 1000  # looked at: enough for a title with much white space
URL_CHARACTERS = 500  # longer ones are refused, without counting query and fragment
CONTENT_CHARACTERS = 12_000  # as sent; longer texts are refused, never cut
FIELDS = ("prompt", "model", "voice", "lang", "pageTitle", "pageUrl", "pageContent", "resumptionHandle")
FLAGS = ("interactiveHighlights",)  # False: this client shows no sections
LISTS = (SECTIONS_FIELD,)
_KNOWN = frozenset((*FIELDS, *FLAGS, *LISTS))


class Page(NamedTuple):
    """The request's fields, safe to use; "" stands for absent. Texts are still a stranger's words, only clean ones."""

    prompt: str
    model: str
    voice: str
    language: str  # the display name, e.g. "Spanish"
    title: str
    url: str
    content: str
    sections: str  # a line `id: title` for each
    shows_sections: bool
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
        words = _words(fields)
        if not re.fullmatch(r"[!-~]{0,2048}", words["resumptionHandle"], re.ASCII):
            raise InvalidRequest("resumptionHandle", "is not a handle that a session gave out")
        if len(words["pageContent"]) > CONTENT_CHARACTERS:
            raise InvalidRequest("pageContent", f"is longer than {CONTENT_CHARACTERS} characters")
        model = words["model"].removeprefix("models/")
        if words["model"] and not model:
            raise InvalidRequest("model", "is not one that this prompt allows")
        return cls(
            prompt=words["prompt"],
            model=model,
            voice=words["voice"],
            language=language_name(words["lang"] or "en"),
            title=one_line(words["pageTitle"][:RAW_TITLE_CHARACTERS])[:TITLE_CHARACTERS].strip(),
            url=own_url(words["pageUrl"], origin),
            content=clean(words["pageContent"]),
            sections=listed(fields.get(SECTIONS_FIELD, [])),
            shows_sections=fields.get("interactiveHighlights") is not False,
            resumption_handle=words["resumptionHandle"],
        )

    @staticmethod
    def prepare() -> None:
        """Load and compile what the first page needs; part of the warm-up."""
        fields = {"pageUrl": "https://a.example/", "pageContent": "\u2764\ufe0f\n\n\n"}
        Page.from_fields(fields, "https://a.example")


def _words(fields: Mapping[str, object]) -> dict[str, str]:
    """Return every text field, "" where it is absent; raises InvalidRequest for names and types that are wrong."""
    for name in fields:
        if name not in _KNOWN:
            raise InvalidRequest.of_unknown(name)
    words = {}
    for name in FIELDS:
        value = fields.get(name, "")
        if not isinstance(value, str):
            raise InvalidRequest(name, "must be a string")
        words[name] = value
    for name in FLAGS:
        if not isinstance(fields.get(name, False), bool):
            raise InvalidRequest(name, "must be true or false")
    return words


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
    if not re.fullmatch(r"[!-~]*", path, re.ASCII) or re.search(r'[\\"<>`{}]', path):
        raise InvalidRequest("pageUrl", "must be written as in location.href")
    if len(address + path) > URL_CHARACTERS:
        raise InvalidRequest("pageUrl", f"is longer than {URL_CHARACTERS} characters")
    return address + path
