"""The notation of limits: what an owner writes means what the `limits` library says that it means."""

import contextlib
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from limits import parse_many

from livetoken.access import limits
from livetoken.access.limits import Limits
from livetoken.access.windows import MemoryWindows
from livetoken.runtime.deadlines import Deadlines
from livetoken.settings.environment import Settings
from livetoken.settings.rules import LIMIT, Limit
from livetoken.settings.rules import limits as read

ONE = st.from_regex(LIMIT, fullmatch=True)
NOTATIONS = st.lists(ONE, min_size=1, max_size=4).map(";".join)


@given(NOTATIONS)
def test_notation_is_the_librarys(text: str) -> None:
    """Amount, length of the window, words and names in the storage are the library's, and one stands once."""
    theirs = list(dict.fromkeys(parse_many(text)))
    assert [
        (limit.amount, limit.seconds, str(limit), limits._key("address", "203.0.113.7", limit)) for limit in read(text)
    ] == [(item.amount, item.get_expiry(), str(item), item.key_for("address", "203.0.113.7")) for item in theirs]


@given(st.text(alphabet="12 /;,|perscondminuthyas", max_size=20))
def test_what_we_read_the_library_reads(text: str) -> None:
    """Whatever is nearly a limit is refused, or means the same to both."""
    with contextlib.suppress(ValueError):
        assert [str(limit) for limit in read(text)] == list(dict.fromkeys(map(str, parse_many(text))))


def test_long_units() -> None:
    """A month has 30 days, a year twelve such months; several units make one window."""
    assert [limit.seconds for limit in read("1/day; 2 per 3 MONTHS; 5/year")] == [86_400, 7_776_000, 31_104_000]
    assert read("10 per 2 hours") == (Limit(10, 2, "hour"),)


def test_windows_keep_their_names(settings: Callable[..., Settings]) -> None:
    """Instances of an older version count in the same windows of Redis while a new one is deployed."""
    counted = Limits(settings(LIMIT_PER_ADDRESS="10/minute", LIMIT_PER_ORIGIN="9 per 2 hours;5/days"), Deadlines())
    opened = counted.open()
    assert isinstance(opened, MemoryWindows)
    with counted.reservation(address="2001:db8::/64", origin="https://shop.example") as places:
        places.take(caller="somebody")
    assert list(opened._windows) == [
        "LIMITER/address/2001:db8::/64/10/1/minute",
        "LIMITER/origin/https://shop.example/9/2/hour",
        "LIMITER/origin/https://shop.example/5/1/day",
        "LIMITER/caller/somebody/10/1/minute",
    ]
