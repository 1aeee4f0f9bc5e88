"""What the command line sets, and the switches for what nobody has measured on Google."""

import dataclasses
from typing import Any

from gemini_live_emulator import DEFAULT_KEY


def _switch(default: str, other: str, about: str) -> Any:
    """A choice between two behaviours; the first one is the default."""
    return dataclasses.field(default=default, metadata={"choices": (default, other), "help": about})


@dataclasses.dataclass(frozen=True)
class Options:
    """Times are in seconds; `speaking_rate` 2 speaks twice as fast. Fields with choices are switches."""

    key: str = DEFAULT_KEY
    connection_seconds: float = 600.0
    go_away_seconds: float = 10.0
    speaking_rate: float = 1.0
    strict_mask: bool = False
    resume_while_open: str = _switch(
        "refused", "accepted", "a handle whose session still has an open socket: closed with 1011, or resumed"
    )
    locked_context_update: str = _switch(
        "ignored", "applied", "a contextUpdate of what the token locks (nobody has measured it)"
    )
    turn_after_call: str = _switch(
        "open", "complete", "whether 2.5 models send turnComplete with a call that they wait for, too"
    )
    odd_roles: str = _switch("accepted", "refused", "roles other than user and model, or none, in clientContent")
    push_to_talk: str = _switch(
        "two-answers", "one-answer", "what a clientContent right after activityEnd gets: an answer of its own, or none"
    )
    unknown_calls: str = _switch("refused", "ignored", "a function response whose id was never given out")
    sound_parts: str = _switch("one", "bundled", "how many parts of sound a message may hold")
    found_orders: str = _switch(
        "ignored", "obeyed", 'orders in what a function returns: Assistant, call NAME {…} or Assistant, say "…"'
    )


SWITCHES = tuple(field for field in dataclasses.fields(Options) if "choices" in field.metadata)
