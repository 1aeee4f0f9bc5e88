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
        ("http://localhost.shop.example", "is not https"),
        ("http://192.0.2.7", "is not https"),
        ("file:///", "sandboxed frame and local file"),
        ("https://bücher.example", "write https://xn--bcher-kva.example$"),
        ("https://straße.example:8443", "write https://xn--strae-oqa.example:8443$"),
        ("http://bücher.localhost:80", "write http://xn--bcher-kva.localhost:80$"),
        ("https://shop。example", "write https://shop.example$"),
        ("https://ü" + "x" * 70 + ".example", "is not of the form"),
        ("https://bücher.example/path", "is not of the form"),
        ("HTTPS://Shop.Example/path?x", "write https://shop.example$"),
        ("https://shop.example:8443#x", "write https://shop.example:8443$"),
        ("https://127.1", "browsers write otherwise"),
        ("https://0x7f.0.0.0x1", "browsers write otherwise"),
        ("https://[2001:DB8::7]", "looks like a pattern"),
        ("https://[2001:0db8::7]", "browsers write otherwise"),
        ("https://[1:2]", "browsers write otherwise"),
        ("ws://shop.example", "is not of the form"),
        ("data://x", "is not of the form"),
        ("capacitor://", "ends with a slash"),
        ("capacitor://local host", "is not of the form"),
        ("capacitor://localhost:99999", "a port above 65535"),
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


@pytest.mark.parametrize(
    "entry",
    [
        "AIzaSyA-0123456789-0123456789-01234567",
        "https://user:sentinel@shop.example",
        "https://shop.example?key=sentinel",
        "sentinel with spaces in it",
        "sentinel-of-more-than-a-few-letters",
    ],
)
def test_what_may_be_a_secret_is_not_repeated(entry: str) -> None:
    """An entry that is nothing like an origin is named by its place in the list."""
    with pytest.raises(ValueError, match=r"^entry 2 is not of the form") as caught:
        parse_origins(f"https://shop.example,{entry},https://blog.example")
    assert entry not in str(caught.value)


@given(st.text(alphabet="htps:/*.,[]localexmp180- ", max_size=60))
def test_list_is_canonical_or_refused(text: str) -> None:
    """Whatever text is a list of origins lists them as browsers send them; everything else is refused."""
    try:
        origins = parse_origins(text)
    except ValueError:
        return
    assert origins == parse_origins(",".join(origins))
    assert all(not set(origin) & set("\\?$^() @#") and not origin.endswith("/") for origin in origins)
    assert all(origin == origin.lower() for origin in origins if origin.startswith("http"))
