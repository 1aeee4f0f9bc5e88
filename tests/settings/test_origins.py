"""The allowlist as it is written: what browsers send, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.settings.origins import parse_origins


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("", "empty entry"),
        ("null", "sandboxed frame"),
        ("https://*.example", "looks like a pattern"),
        ("https://shop.example$", "looks like a pattern"),
        ("https://shop.example/", "ends with a slash"),
        ("http://shop.example", "is not https"),
        ("http://localhost", "is not https"),
        ("https://shop.example/path", "is not of the form"),
        ("https://Shop.example", "is not of the form"),
        ("https://user@shop.example", "is not of the form"),
        ("ftp://shop.example", "is not of the form"),
        ("https://shop.example:443", "the scheme's own port"),
        ("http://localhost:80", "the scheme's own port"),
        ("https://shop.example:65536", "a port above 65535"),
        ("https://" + ".".join(["a" * 63] * 4), "longer than 253"),
    ],
)
def test_entry_that_no_browser_sends(entry: str, words: str) -> None:
    """Each mistake in the allowlist has its own sentence."""
    with pytest.raises(ValueError, match=words):
        parse_origins(entry)


def test_every_mistake_is_reported() -> None:
    """All wrong entries are named at once."""
    with pytest.raises(ValueError, match=r"'\*' looks.*\n'null' stands"):
        parse_origins("*, https://shop.example, null")


def test_entries_are_kept_in_order_and_once() -> None:
    """The list keeps its order and drops doubles."""
    assert parse_origins(" https://b.example,https://a.example:8443 ,https://b.example,http://127.0.0.1:8000") == (
        "https://b.example",
        "https://a.example:8443",
        "http://127.0.0.1:8000",
    )


@given(st.text(alphabet="htps:/*.,[]localexmp180- ", max_size=60))
def test_list_is_canonical_or_refused(text: str) -> None:
    """Whatever text is a list of origins lists them as browsers send them; everything else is refused."""
    try:
        origins = parse_origins(text)
    except ValueError:
        return
    assert origins == parse_origins(",".join(origins))
    assert all(
        origin == origin.lower() and not set(origin) & set("*\\?$^[]() @#") and not origin.endswith("/")
        for origin in origins
    )
