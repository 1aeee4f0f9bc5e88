"""English names of languages, scripts and territories, by BCP-47 tag: facts from Unicode CLDR, in `languages.json`.

The library that `make languages` takes them from knows all the world's languages in all of them; one table of the
English names is what an instance has time and memory for.
"""

import functools
import json
import re
from pathlib import Path
from typing import Any

from livetoken.errors import InvalidRequest

VISITORS_OWN = "auto"  # no tag: the page does not say which language its visitor speaks
LONGEST_TAG = 35  # characters; the longest that RFC 5646 expects
_TAG = (  # compiled when it is first needed, which is not at the start
    r"([A-Za-z]{2,3})(?:-[A-Za-z]{3}){0,3}(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[A-Za-z0-9](?:-[A-Za-z0-9]{1,8})+)*"
)


@functools.lru_cache(maxsize=1000)
def language_name(tag: str) -> str:
    """Return the English name of a BCP-47 tag, such as 'Spanish' or 'Portuguese (Brazil)'; never the tag itself.

    `auto` is called "the visitor's own language".

    Raises:
        InvalidRequest: not well-formed, or of a language that nobody has named.
    """
    if tag == VISITORS_OWN:
        return "the visitor's own language"
    match = re.fullmatch(_TAG, tag, re.ASCII) if len(tag) <= LONGEST_TAG else None
    if not match:
        raise InvalidRequest("lang", "is not a BCP-47 language tag such as 'es' or 'pt-BR'")
    names = _names()
    language = names["languages"].get(match[1].lower())
    if language is None:
        raise InvalidRequest("lang", "is not a language that is known here")
    script, territory = (match[2] or "").title(), (match[3] or "").upper()
    details = [name for name in (names["scripts"].get(script), names["territories"].get(territory)) if name]
    return f"{language} ({', '.join(details)})" if details else str(language)


@functools.cache
def _names() -> dict[str, Any]:
    """Return the table: names by code for `languages`, old codes of theirs included, `scripts` and `territories`."""
    names: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return names
