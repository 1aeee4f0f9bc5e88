"""What the model says: a scripted answer that shows what reached it."""

import json
import random
import re
from typing import Any

from gemini_live_emulator.live import page_tools
from gemini_live_emulator.state.conversation import Conversation, UserTurn

_FENCE = re.compile(
    r"<(?P<name>[A-Za-z][\w-]*) (?P<mark>[0-9A-Za-z]{4,})>(?P<text>.*?)<[^<>]*(?P=mark)[^<>]*>", re.DOTALL
)
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split())}
_FILLER_WORDS = "a an the me my please now some of to into in for from with your you can could would i want"
_FILLERS = frozenset(_FILLER_WORDS.split())


# More of an instruction is not looked at: searching it for fences must not hold up other sessions.
_LONGEST = 20_000


def first_words(text: str, count: int) -> str:
    """The first words of a text on one line, with an ellipsis when there are more."""
    words = text.split()
    return " ".join(words[:count]) + (" …" if len(words) > count else "")


def instruction(setup: dict[str, Any]) -> str:
    """The text of the effective system instruction."""
    parts = setup.get("systemInstruction", {}).get("parts", [])
    return "\n".join(part.get("text", "") for part in parts)[:_LONGEST].strip()


def about_instruction(setup: dict[str, Any]) -> str:
    """A sentence or two that quote the page where the instruction fences one, else the instruction's first words."""
    text = instruction(setup)
    if not text:
        return "I was given no system instruction."
    fenced = [(match["name"].lower(), match["text"].strip()) for match in _FENCE.finditer(text)]
    title = next((value for name, value in fenced if "title" in name and value), "")
    content = next((value for name, value in fenced if "content" in name and value), "")
    said = []
    if title:
        said.append(f"This page is called “{first_words(title, 10)}”.")
    if content:
        said.append(f"It begins: “{first_words(content, 8)}”.")
    return " ".join(said) or f"My instruction begins: “{first_words(text, 10)}”."


def reply(setup: dict[str, Any], conversation: Conversation, turn: UserTurn, *, first: bool) -> str:
    """The answer to a turn; `first` is the first one of a connection, which says what the setup was."""
    said = [about_instruction(setup)] if first else []
    earlier = [each.text for each in conversation.turns if each.role == "user" and each.text]
    if turn.results:
        said += [
            page_tools.told(conversation, name, result) or f"{name} answered {json.dumps(result, ensure_ascii=False)}."
            for name, result in turn.results
        ]
    else:
        if earlier:
            said.append(f"Turn {len(earlier) + 1}. Before that you said: “{first_words(earlier[-1], 8)}”.")
        if turn.text:
            said.append(f"You said: “{first_words(turn.text, 12)}”.")
        elif turn.sound:
            said.append(f"I heard {turn.sound.seconds:.1f} seconds of sound at {turn.sound.loudness:.0f} decibels.")
    if turn.images:
        pictures = "one picture" if turn.images == 1 else f"{turn.images} pictures"
        size = f", the last one {turn.image_size}" if turn.image_size else ""
        said.append(f"I have seen {pictures}{size}.")
    return " ".join(said) or "Hello."


def call_id(chance: random.Random) -> str:
    """A fresh id for a function call."""
    return f"call_{chance.getrandbits(32):08x}"


def calls(
    setup: dict[str, Any], conversation: Conversation, turn: UserTurn, chance: random.Random
) -> list[dict[str, Any]]:
    """The function calls that a text asks for, one for each of its parts joined by "and", or that waited for results.

    A part asks for a declared function when it names it (`add_to_basket`, `add to basket`) or has its first word
    (`add`, `show`). Numbers fill numeric parameters, the words left over fill text parameters. Functions that are known
    by name are called for plain sentences.
    """
    if turn.results:
        waiting = page_tools.take(conversation, turn.results)
        return [called(waiting, chance)] if waiting else []
    declared = [
        function
        for tool in setup.get("tools", [])
        for function in tool.get("functionDeclarations", [])
        if function.get("name")
    ]
    known = page_tools.known(declared)
    found = []
    for part in re.split(r"\s+and\s+|[;.!?]\s+|[;.!?]$", turn.text.lower()):
        words = re.findall(r"[\w-]+", part)
        wish = page_tools.wish(part, known)
        call = page_tools.arguments(wish, conversation, instruction(setup), known) if wish else None
        if call:
            found.append(called(call, chance))
            continue
        for function in declared:
            if function["name"] in known:
                continue
            name = function["name"].lower()
            spoken = re.sub(r"[_\W]+", " ", name).strip() or name
            if name in part or spoken in part or spoken.partition(" ")[0] in words:
                args = _arguments(function, words, set(spoken.split()) | {name})
                found.append({"id": call_id(chance), "name": function["name"], "args": args})
                break
    return found


def called(call: tuple[str, dict[str, Any]], chance: random.Random) -> dict[str, Any]:
    """A call as a message has it."""
    name, args = call
    return {"id": call_id(chance), "name": name, "args": args}


def _arguments(function: dict[str, Any], words: list[str], taken: set[str]) -> dict[str, Any]:
    """Values for the parameters of a function, read from its schema (either kind)."""
    schema = function.get("parameters") or function.get("parametersJsonSchema")
    found = schema.get("properties") if isinstance(schema, dict) else None
    # A schema is free-form: whatever is no schema of a parameter is left out.
    properties = (
        {name: kind for name, kind in found.items() if isinstance(kind, dict)} if isinstance(found, dict) else {}
    )
    numbers = [
        int(word) if word.isdecimal() else _NUMBERS[word] for word in words if word.isdecimal() or word in _NUMBERS
    ]
    rest = [w for w in words if w not in taken and w not in _FILLERS and w not in _NUMBERS and not w.isdecimal()]
    args: dict[str, Any] = {}
    for name, kind in properties.items():
        options = kind["enum"] if isinstance(kind.get("enum"), list) else []
        match str(kind.get("type", "string")).lower():
            case "integer" | "number":
                args[name] = numbers.pop(0) if numbers else 1
            case "boolean":
                args[name] = True
            case "array":
                args[name] = [" ".join(rest)] if rest else []
            case "object":
                args[name] = {}
            case _ if options:
                args[name] = next((option for option in options if str(option).lower() in words), options[0])
            case _:
                args[name] = " ".join(rest)
    return args
