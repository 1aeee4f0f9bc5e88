"""The page about security: its figures follow from the settings' defaults and the prices, and what it names exists."""

import re
from collections.abc import Sequence

import pytest
import yaml
from limits import parse_many

from dev import costs
from livetoken.access import signing_keys, verifier
from livetoken.errors import every_refusal
from livetoken.http import body
from livetoken.settings.environment import TABLE
from tests.support import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
DEFAULTS = {row[0]: row[1] for row in TABLE}
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "prompts").glob("*.md"))]


def token(seconds: int = int(DEFAULTS["TOKEN_SECONDS"]), prompts: Sequence[str] = SHIPPED) -> float:
    """Return what one token costs at most, in dollars."""
    found = costs.token_usd(prompts, seconds)
    assert found is not None
    return float(found)


def worst_day(
    limit: str = DEFAULTS["LIMIT_PER_ORIGIN"], seconds: int = int(DEFAULTS["TOKEN_SECONDS"]), counters: int = 1
) -> str:
    """Return a day's ceiling in dollars, as the page writes it."""
    tokens = min(item.amount * 86_400 // item.get_expiry() for item in parse_many(limit))
    return f"{counters * tokens * token(seconds):,.2f}".replace(",", " ")


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        ("| the defaults |", worst_day()),
        ("| `LIMIT_PER_ORIGIN=60/minute;5000/day` |", worst_day("60/minute;5000/day")),
        ("| `TOKEN_SECONDS=600` |", worst_day(seconds=600)),
        ("| `LIMIT_PER_ORIGIN=35/day`, `TOKEN_SECONDS=180` |", worst_day("35/day", 180)),
        ("| `LIMIT_PER_ORIGIN=20/minute;100/day`, `TOKEN_SECONDS=300` |", worst_day("20/minute;100/day", 300)),
        ("| two sites in `ALLOWED_ORIGINS` |", worst_day(counters=2)),
        ("| `max_instances = 3` without Redis |", worst_day(counters=3)),
        ("| one address, `LIMIT_PER_ADDRESS=10/minute;200/day` |", worst_day(DEFAULTS["LIMIT_PER_ADDRESS"])),
    ],
)
def test_worst_day(row: str, figure: str) -> None:
    """Each row of the table is what its settings come to."""
    assert f"{row} {figure} |" in WORDS


def test_a_conversation_is_billed_again() -> None:
    """The worked conversations are right: with the shipped prompts, without compression, and three minutes of it."""
    minute = token(60) - 3 * 0.024
    assert f"a minute of both **{minute:.4f}**" in WORDS
    assert f"{30 * minute:.3f} for the minutes and {90 * 0.024:.2f} for its 90 turns: **{token():.3f}**" in WORDS
    assert f"= **{worst_day()} a day**" in WORDS
    assert f"half an hour is then {token(prompts=['Speak.']):.2f} instead of {token():.3f}" in WORDS
    assert (
        f"Three minutes of talk cost at most {token(180):.4f}, so ten dollars a day are {10 // token(180):.0f}" in WORDS
    )
    assert f"{131_072 * 3 / 1_000_000:.2f}" == "0.39"
    assert [144 * limit for limit in (10, 50, 200)] == [1440, 7200, 28_800]


def test_one_address() -> None:
    """How many addresses it takes for a site's whole day follows from the defaults."""
    day = {
        name: min(item.amount * 86_400 // item.get_expiry() for item in parse_many(DEFAULTS[name]))
        for name in ("LIMIT_PER_ADDRESS", "LIMIT_PER_ORIGIN")
    }
    assert (
        f"default, `{DEFAULTS['LIMIT_PER_ADDRESS']}`, three addresses can have all of a site's {day['LIMIT_PER_ORIGIN']}"
        in WORDS
    )
    assert -(-day["LIMIT_PER_ORIGIN"] // day["LIMIT_PER_ADDRESS"]) == 3


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
