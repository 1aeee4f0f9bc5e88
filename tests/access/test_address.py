"""The client's address: what a client cannot forge."""

import ipaddress
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.access.address import SHARED_BUCKET, _report, client_address

ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
FORGED = st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=200) | st.lists(
    ADDRESSES, min_size=1, max_size=9
).map(", ".join)


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
        ("203.0.113.9:4711", "10.0.0.1", 1, "203.0.113.9"),
        ("[2001:db8:0:1::7]:443", "10.0.0.1", 1, "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::7]", "10.0.0.1", 1, "2001:db8:0:1::/64"),
        ("6.6.6.6, [::ffff:203.0.113.9]:65535", "10.0.0.1", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9:1, 198.51.100.1, 198.51.100.2, 35.191.0.1, 35.191.0.2", "10.0.0.1", 5, "203.0.113.9"),
        ("203.0.113.9:", "10.0.0.1", 1, SHARED_BUCKET),
        ("203.0.113.9:123456", "10.0.0.1", 1, SHARED_BUCKET),
        ("203.0.113.9:http", "10.0.0.1", 1, SHARED_BUCKET),
        ("[203.0.113.9", "10.0.0.1", 1, SHARED_BUCKET),
        ("[2001:db8::7", "10.0.0.1", 1, SHARED_BUCKET),
        ("[2001:db8::7]443", "10.0.0.1", 1, SHARED_BUCKET),
        ("203.0.113.9.1:80", "10.0.0.1", 1, SHARED_BUCKET),
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


def test_the_owner_learns_of_what_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Once for each case, by the entry's place; what stands there is the visitor's."""
    _report.cache_clear()
    with caplog.at_level(logging.WARNING, "livetoken.address"):
        for header in ("sentinel", "sentinel", "6.6.6.6, sentinel", ",".join(["sentinel"] * 500), None):
            assert client_address(header, "sentinel", 1) == SHARED_BUCKET
        assert client_address("203.0.113.9", None, 3) == SHARED_BUCKET
    beginnings = [
        "X-Forwarded-For: entry 1 from the right, of 1, cannot be read",
        "X-Forwarded-For: entry 1 from the right, of 2, cannot be read",
        "X-Forwarded-For: entry 1 from the right, of 10 or more, cannot be read",
        "X-Forwarded-For: entry 1 from the right, of 0, cannot be read",
        "X-Forwarded-For: entry 3 from the right, of 1, cannot be read",
    ]
    assert [message[: len(begin)] for message, begin in zip(caplog.messages, beginnings, strict=True)] == beginnings
    assert "sentinel" not in caplog.text
