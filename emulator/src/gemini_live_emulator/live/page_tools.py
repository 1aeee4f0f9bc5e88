"""Functions that it knows by name: searching a website, reading, showing and opening its pages.

They are called for plain sentences, where they are declared, and what comes back is told in words.
"""

import dataclasses
import re
from typing import Any

from gemini_live_emulator.state.conversation import Conversation, Place

SEARCH, READ, SHOW, OPEN = "search_site", "read_page", "show_section", "open_page"
_PARAMETERS = {SEARCH: "query", READ: "address", SHOW: "section", OPEN: "address"}
_POLITE = r"(?:(?:please|now|then|ok|okay|so|yes|could you|can you|would you|will you|i want to|let us|let's)[ ,]+)*"
_WHERE = (
    r"where (?:do|does|did|can|could) (?:you|i|we|one)(?: (?:write|talk|say|read|find|see|get|buy|learn))?"
    r"(?: (?:something|anything|more))?(?: (?:about|on))?|where (?:is|are)(?! (?:you|we|i)\b)"
)
_IS_THERE = r"(?:do you have|is there|have you)(?: anything| something| a page)?(?: about| on| for)"
_SEARCH = r"search(?: (?:the|this|your))?(?: site)?(?: for)?|find|look for"
_LONGEST = 300
_SENTENCES = {
    name: re.compile(rf"{_POLITE}(?:{sentence})[ ,]*(?:please)?", re.ASCII)
    for name, sentence in {
        SEARCH: rf"(?:{_WHERE}|{_IS_THERE}|{_SEARCH}) (?P<words>.+?)",
        SHOW: r"show(?: me)?(?: (?P<words>.+?))?",
        READ: r"read(?: me| out)?(?: (?P<words>.+?))?",
        OPEN: r"(?:go|take me|bring me) (?:(?P<there>there)|to (?P<words>.+?))|open (?P<page>.+?)",
    }.items()
}
# What points at what was found or said before.
_POINTING = re.compile(
    r"(?:(?:it|that|this|there|the|page|section|place|part|result|one|first|here|to|me|out|aloud)\b\s*)*", re.ASCII
)
_LEADING = re.compile(r"(?:(?:the|a|an|your|page|section|part|about|on|of|called|with)\s+)+", re.ASCII)
_SECTIONS = re.compile(r"<page-sections (?P<mark>\w+)>\n(?P<first>[^\n:]+)")


def known(declared: list[dict[str, Any]]) -> set[str]:
    """The names of those declared functions that it knows; one of that name with other parameters is another one."""
    return {function["name"] for function in declared if _PARAMETERS.get(function["name"]) in _properties(function)}


def _properties(function: dict[str, Any]) -> dict[str, Any]:
    schema = function.get("parameters") or function.get("parametersJsonSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


@dataclasses.dataclass(frozen=True)
class Wish:
    """A function that is to be called, and on what words of the user."""

    name: str
    words: str


def wish(sentence: str, declared: set[str]) -> Wish | None:
    """The declared function that a sentence, in lower case, begins to ask for."""
    text = " ".join(sentence.split())
    for name, pattern in _SENTENCES.items():
        match = pattern.fullmatch(text) if name in declared and len(text) <= _LONGEST else None
        if match:
            words = next((found for found in match.groups() if found), "")
            return Wish(name, "" if _POINTING.fullmatch(words) else _LEADING.sub("", words, count=1))
    return None


def arguments(
    found: Wish, conversation: Conversation, instruction: str, declared: set[str]
) -> tuple[str, dict[str, str]] | None:
    """Name and arguments of the call for a wish; None where nothing is known that it could be about.

    What is to be read or opened must have been found before. Else it is searched for now, and done when that has come.
    """
    conversation.wish = ""
    if found.name == SEARCH:
        conversation.sought = found.words
        return _call(SEARCH, found.words)
    if found.name == SHOW:
        told = _SECTIONS.search(instruction)
        section = found.words or conversation.sought or (told["first"] if told else "")
        return _call(SHOW, section) if section else None
    if re.match(r"https?://|/", found.words):
        return _call(found.name, found.words)
    place = next((each for each in conversation.places if each.is_about(found.words)), None)
    if place:
        return _call(found.name, place.address)
    if found.words and SEARCH in declared:
        conversation.sought, conversation.wish = found.words, found.name
        return _call(SEARCH, found.words)
    return None


def take(conversation: Conversation, results: list[tuple[str, Any]]) -> tuple[str, dict[str, str]] | None:
    """Note what was found; return the call that was waiting for it, if any."""
    found = [_places(result) for name, result in results if name == SEARCH]
    if not found:
        return None
    conversation.places = tuple(found[-1])
    waiting, conversation.wish = conversation.wish, ""
    return _call(waiting, conversation.places[0].address) if waiting and conversation.places else None


def told(conversation: Conversation, name: str, result: Any) -> str:
    """What it says of a result; "" where that is not in the form that it knows."""
    match name, result:
        case ("read_page" | "show_section" | "open_page", {"error": error}):
            said = f"That did not work: {error}"
        case ("search_site", {"results": list()}):
            said = _found(conversation)
        case ("read_page", {"text": text, **more}):
            said = f"The page “{more.get('title', '')}” says: “{_begin(text, 25)}”."
        case ("show_section", {"shown": True, **more}):
            said = f"Here it is: “{_begin(more.get('section', ''), 10)}”."
        case ("open_page", {"opened": bool(opened)}):
            said = "Here we go." if opened else "You have the link; the page stays as it is."
        case _:
            said = ""
    return said


def _found(conversation: Conversation) -> str:
    places = conversation.places
    if not places:
        return f"I found nothing about “{conversation.sought}” on this site."
    best, *others = places
    excerpt = f" There it says: “{_begin(best.excerpt, 15)}”." if best.excerpt else ""
    more = f" Also: {', '.join(f'“{each.title}”' for each in others)}." if others else ""
    return f"I found “{best.title}”: {best.address} .{excerpt}{more}"


def _places(result: Any) -> list[Place]:
    found = result.get("results") if isinstance(result, dict) else None
    return [
        Place(*(" ".join(str(each.get(name, "")).split()) for name in ("title", "address", "excerpt")))
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict) and each.get("address")
    ]


def _call(name: str, value: str) -> tuple[str, dict[str, str]]:
    return name, {_PARAMETERS[name]: value}


def _begin(text: Any, count: int) -> str:
    words = str(text).split()
    return " ".join(words[:count]) + (" …" if len(words) > count else "")
