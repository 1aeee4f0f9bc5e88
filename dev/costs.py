"""What conversations cost at worst: the arithmetic of terraform/ceiling.tf, from the same table of prices.

A token talked to its end: both sides without a pause, and every twenty seconds a turn that bills the whole context
again. The context begins with what instruction and page may hold, grows by what both sides say, and stops growing
where the prompt file compresses it, or at the model's window. What the table does not name is unknown: None, never 0.
"""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from livetoken.prompts import plain_yaml
from livetoken.prompts.models import DEFAULT_MODEL
from livetoken.settings.rules import Limit
from livetoken.usage.prices import FILE

DAY = 24 * 3600
MONTH = 31 * DAY
_MILLION = 1_000_000
_COMPRESSES_AT = Fraction(8, 10)  # of the window, where a prompt file names no `trigger_tokens`
_FRONT = re.compile(r"\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)  # as the function finds it


@cache
def table() -> Mapping[str, Any]:
    """Return the table of prices: dollars, for models per million tokens; its `date` says of when."""
    prices: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return prices


class WorstCase(NamedTuple):
    """What a conversation is taken to be at worst; seconds and tokens."""

    audio_tokens_per_second: int
    start_tokens: int
    turn_seconds: int
    window_tokens: int


def _worst_case() -> WorstCase:
    return WorstCase(**table()["worst_case"])


class Talk(NamedTuple):
    """What a prompt file says about money: a model, and the most tokens of context that a turn bills."""

    model: str
    context_tokens: int

    def usd(self, seconds: int) -> Fraction | None:
        """Return what one token costs that is talked through all its `seconds`; None when the price is unknown."""
        price, worst = table()["models"].get(self.model), _worst_case()
        if price is None:
            return None
        turns = -(-seconds // worst.turn_seconds)
        rate = worst.audio_tokens_per_second
        grows = 2 * rate * worst.turn_seconds
        growing = min(turns, max(0, (self.context_tokens - worst.start_tokens) // grows))
        context = growing * worst.start_tokens + grows * growing * (growing + 1) // 2
        context += (turns - growing) * self.context_tokens
        heard, spoken = Fraction(price["audio_in"]), Fraction(price["audio_out"])
        return (seconds * rate * (heard + spoken) + context * heard) / _MILLION


def talks(prompt: str) -> list[Talk]:
    """Return what the prompt file `prompt` lets a page talk to, an entry for each of its models.

    Raises:
        ValueError: its front matter is not YAML as the function reads it.
    """
    match = _FRONT.match(prompt)
    front = plain_yaml.load(match[1]) if match else {}
    front = front if isinstance(front, dict) else {}
    models = front.get("model", DEFAULT_MODEL)
    compression = (front.get("config") or {}).get("context_window_compression") or {}
    window = _worst_case().window_tokens
    context = window
    if "sliding_window" in compression and "context_window_compression" not in _listed(front.get("open")):
        context = min(window, int(compression.get("trigger_tokens", window * _COMPRESSES_AT)))
    return [Talk(str(model).removeprefix("models/"), context) for model in _listed(models)]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def token_usd(prompts: Iterable[str], seconds: int) -> Fraction | None:
    """Return what the dearest token of these prompt files costs at most; None when a model's price is unknown."""
    costs = [talk.usd(seconds) for prompt in prompts for talk in talks(prompt)]
    known = [cost for cost in costs if cost is not None]
    return max(known) if known and len(known) == len(costs) else None


def tokens(limits: Iterable[Limit], span: int) -> int:
    """Return how many tokens the limits let through at most in any `span` seconds, for one site and one counter."""
    return min(limit.amount * -(-span // limit.seconds) for limit in limits)


def budget_tokens(usd: Decimal, token: Fraction, sites: int, counters: int) -> int:
    """Return how many tokens a day a budget pays for, for each site and counter."""
    return int(Fraction(usd) / token / sites / counters)
