"""The allowlist and the client's address: what is accepted, byte for byte, and what a client cannot forge."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.origins import SHARED_BUCKET, client_address, parse_origins, require_origin
from livetoken.refusals import OriginNotAllowed

ALLOWED = ("https://shop.example", "https://www.shop.example:8443", "http://localhost:8000")
ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
FORGED = st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=200) | st.lists(
    ADDRESSES, min_size=1, max_size=9
).map(", ".join)


@pytest.mark.parametrize("origin", ALLOWED)
def test_listed_origin_is_returned(origin: str) -> None:
    """An origin on the list is the one that is returned."""
    assert require_origin(origin, ALLOWED) == origin


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        "",
        "null",
        "https://shop.example/",
        "https://SHOP.example",
        "https://shop.example.",
        "https://shop.example,https://shop.example",
        "http://shop.example",
        "https://www.shop.example",
        " https://shop.example",
        "https://shop.example:443",
    ],
)
def test_anything_else_is_refused(claimed: str | None) -> None:
    """Missing, doubled, or one byte off: refused."""
    with pytest.raises(OriginNotAllowed):
        require_origin(claimed, ALLOWED)


@given(
    claimed=st.text()
    | st.sampled_from(ALLOWED).flatmap(
        lambda origin: st.tuples(st.integers(0, len(origin)), st.characters()).map(
            lambda at: origin[: at[0]] + at[1] + origin[at[0] :]
        )
    )
)
def test_no_other_text_passes(claimed: str) -> None:
    """No text but the listed ones themselves passes, however close it is."""
    if claimed not in ALLOWED:
        with pytest.raises(OriginNotAllowed):
            require_origin(claimed, ALLOWED)


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


@given(forged=FORGED, real=ADDRESSES)
def test_forged_prefix_is_ignored(forged: str, real: str) -> None:
    """Whatever a client writes into X-Forwarded-For, only the entry that our front end appended counts."""
    assert client_address(f"{forged}, {real}", "10.0.0.1", 1) == client_address(real, None, 1) != SHARED_BUCKET


@given(forged=FORGED, real=ADDRESSES, balancer=ADDRESSES)
def test_forged_prefix_is_ignored_behind_a_balancer(forged: str, real: str, balancer: str) -> None:
    """Behind a load balancer it is the second entry from the right, and nothing else."""
    assert client_address(f"{forged}, {real}, {balancer}", "10.0.0.1", 2) == client_address(real, None, 1)


@given(address=st.ip_addresses(v=6), other=st.integers(0, 2**64 - 1))
def test_ipv6_is_counted_by_its_64(address: ipaddress.IPv6Address, other: int) -> None:
    """All addresses of one IPv6 /64 are one client; the next /64 is another."""
    neighbour = ipaddress.IPv6Address((int(address) >> 64 << 64) + other)
    next_network = ipaddress.IPv6Address(int(address) ^ 1 << 64)
    if address.ipv4_mapped is None and neighbour.ipv4_mapped is None:
        assert client_address(str(address), None, 1) == client_address(str(neighbour), None, 1)
        assert client_address(str(address), None, 1) != client_address(str(next_network), None, 1)


@pytest.mark.parametrize(
    ("forwarded_for", "peer", "hops", "address"),
    [
        ("203.0.113.9", None, 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "10.0.0.1", 1, "203.0.113.9"),
        ("6.6.6.6,203.0.113.9,35.191.0.1", "10.0.0.1", 2, "203.0.113.9"),
        (None, "127.0.0.1", 1, "127.0.0.1"),
        (None, "127.0.0.1", 2, SHARED_BUCKET),
        (None, None, 1, SHARED_BUCKET),
        ("203.0.113.9", "10.0.0.1", 2, SHARED_BUCKET),
        ("", "10.0.0.1", 1, SHARED_BUCKET),
        ("203.0.113.9,", "10.0.0.1", 1, SHARED_BUCKET),
        ("203.0.113.9:4711", "10.0.0.1", 1, SHARED_BUCKET),
        ("010.0.0.1", "10.0.0.1", 1, SHARED_BUCKET),
        ("unknown", "10.0.0.1", 1, SHARED_BUCKET),
        ("::ffff:203.0.113.9", None, 1, "203.0.113.9"),
        ("2001:db8:0:1:2:3:4:5", None, 1, "2001:db8:0:1::/64"),
        ("2001:DB8:0:1::", None, 1, "2001:db8:0:1::/64"),
        ("fe80::1%eth0", None, 1, "fe80::/64"),
    ],
)
def test_address_that_counts(forwarded_for: str | None, peer: str | None, hops: int, address: str) -> None:
    """One client, one bucket, however its address is written; what cannot be read shares one."""
    assert client_address(forwarded_for, peer, hops) == address
