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


SWITCHES = tuple(field for field in dataclasses.fields(Options) if "choices" in field.metadata)
