"""What tokens cost at Gemini's list prices, from `prices.json`, which Terraform and the tools read, too."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.json")
_MILLION = 1_000_000


@cache
def models() -> Mapping[str, Mapping[str, float]]:
    """Return each model's prices in dollars for a million tokens: `text_in`, `audio_in`, `text_out`, `audio_out`."""
    table: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return dict(table["models"])


def usd(model: str, tokens_in: Mapping[str, int], tokens_out: Mapping[str, int]) -> float | None:
    """Return what these tokens cost in dollars, by modality; None where the table does not know a price of them.

    Thoughts are billed as text. What has no modality is taken for the dearest.
    """
    prices = models().get(model)
    if prices is None:
        return None
    total = 0.0
    for way, tokens in (("in", tokens_in), ("out", tokens_out)):
        priced = {name.removesuffix(f"_{way}"): price for name, price in prices.items() if name.endswith(f"_{way}")}
        priced["unspecified"] = max(priced.values())
        priced["thoughts"] = priced["text"]
        for modality, count in tokens.items():
            if count and modality not in priced:
                return None
            total += count * priced.get(modality, 0.0)
    return round(total / _MILLION, 6)
