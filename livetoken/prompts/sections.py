"""The sections of the page that the visitor looks at: what show_section can be told to show."""

from livetoken.errors import InvalidRequest
from livetoken.prompts.text import one_line

FIELD = "pageSections"
SECTIONS = 50
CHARACTERS = 100  # of an id or a title, as sent; more is refused
_NAMES = frozenset(("id", "title"))


def listed(value: object) -> str:
    """Return a line `id: title` for each section of the request's field, without what is empty.

    Raises:
        InvalidRequest: it is no list of at most 50 objects, each with the short strings `id` and `title`.
    """
    if not isinstance(value, list):
        raise InvalidRequest(FIELD, "must be a list")
    if len(value) > SECTIONS:
        raise InvalidRequest(FIELD, f"holds more than {SECTIONS} sections")
    return "\n".join(line for line in map(_line, value) if line)


def _line(section: object) -> str:
    if not isinstance(section, dict) or section.keys() != _NAMES:
        raise InvalidRequest(FIELD, "must hold objects with id and title, and nothing else")
    texts = section["id"], section["title"]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidRequest(FIELD, "must hold objects whose id and title are strings")
    if any(len(text) > CHARACTERS for text in texts):
        raise InvalidRequest(FIELD, f"has an id or a title of more than {CHARACTERS} characters")
    return ": ".join(filter(None, map(one_line, texts)))
