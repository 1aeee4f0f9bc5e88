"""The page about security: its figures follow from the settings' defaults and the prices, and what it names exists."""

import re

import pytest
import yaml
from limits import parse_many

from livetoken.access import signing_keys, verifier
from livetoken.errors import every_refusal
from livetoken.http import body
from livetoken.settings.environment import TABLE
from tests.support import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
DEFAULTS = {row[0]: row[1] for row in TABLE}
# the one place where the price of a minute is a setting
TERRAFORM = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "terraform").glob("*.tf")))
[PRICE_TEXT] = re.findall(r"gemini_minute\s*=\s*optional\(number, ([0-9.]+)\)", TERRAFORM)
PRICE = float(PRICE_TEXT)
AUDIO_IN_TOKEN = 3.00 / 1_000_000  # dollars


def worst_day(
    limit: str = DEFAULTS["LIMIT_PER_ORIGIN"], seconds: int = int(DEFAULTS["TOKEN_SECONDS"]), counters: int = 1
) -> str:
    """Return a day's ceiling in dollars, as the page writes it."""
    tokens = min(item.amount * 86_400 // item.get_expiry() for item in parse_many(limit))
    return f"{counters * tokens * seconds / 60 * PRICE:,.2f}".replace(",", " ")


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        ("| the defaults |", worst_day()),
        ("| `LIMIT_PER_ORIGIN=60/minute;500/day` |", worst_day("60/minute;500/day")),
        ("| `TOKEN_SECONDS=600` |", worst_day(seconds=600)),
        ("| both |", worst_day("60/minute;500/day", 600)),
        ("| `LIMIT_PER_ORIGIN=20/minute;100/day`, `TOKEN_SECONDS=300` |", worst_day("20/minute;100/day", 300)),
        ("| two sites in `ALLOWED_ORIGINS` |", worst_day(counters=2)),
        ("| `max_instances = 3` without Redis |", worst_day(counters=3)),
        ("| `LIMIT_PER_ADDRESS=10/minute;100/day` |", worst_day("100/day") + " for each address"),
    ],
)
def test_worst_day(row: str, figure: str) -> None:
    """Each row of the table is what its settings come to."""
    assert f"{row} {figure} |" in WORDS


def test_conversation_that_is_billed_again() -> None:
    """The costs that the sum leaves out are worked right."""
    for minutes, turns in ((30, 90), (10, 30)):
        again = turns * 1500 * minutes / 2 * AUDIO_IN_TOKEN
        assert f"{again + 1e-9:.2f}" in WORDS
        assert f"{minutes * PRICE:.2f}" in WORDS
    assert f"{131_072 * AUDIO_IN_TOKEN:.2f}" == "0.39"
    assert f"{90 * 8000 * AUDIO_IN_TOKEN:.2f}" == "2.16"
    assert [144 * limit for limit in (10, 50, 200)] == [1440, 7200, 28_800]


def test_one_address() -> None:
    """How long one address takes for a site's whole day follows from the defaults."""
    [per_minute] = parse_many(DEFAULTS["LIMIT_PER_ADDRESS"])
    tokens = min(item.amount * 86_400 // item.get_expiry() for item in parse_many(DEFAULTS["LIMIT_PER_ORIGIN"]))
    assert f"{tokens * per_minute.get_expiry() / per_minute.amount / 60:.0f} minutes" in WORDS


def test_what_is_named_exists() -> None:
    """Codes and settings on the page are the function's own."""
    codes, names = {refusal.code for refusal in every_refusal()}, set(DEFAULTS)
    assert set(re.findall(r"[45]0[0-9] `([a-z_]+)`", WORDS)) <= codes
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)[=`]", WORDS)) <= names
    assert "`PAUSED=1`" in WORDS
    assert "`CALLERS`" in WORDS


def test_numbers_are_the_functions() -> None:
    """Bounds on the page are those in the code."""
    assert f"({verifier.LEEWAY_SECONDS} seconds of leeway)" in WORDS
    assert (signing_keys.CACHE_SECONDS, signing_keys.STALE_SECONDS, signing_keys.COOL_DOWN_SECONDS) == (
        6 * 3600,
        24 * 3600,
        30,
    )
    assert (body.BODY_BYTES, body.BODY_SECONDS) == (64 * 1024, 5)


def test_compression_is_one_that_a_prompt_file_can_name() -> None:
    """The line for the prompt file is accepted by the SDK's own types."""
    from google.genai import types

    line = re.search(r"`context_window_compression: (\{.*?\}\})`", WORDS)
    assert line
    types.LiveConnectConfig.model_validate({"context_window_compression": yaml.safe_load(line[1])})
