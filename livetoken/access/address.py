"""The address of the client behind Google's front end."""

import functools
import ipaddress
import logging
import re

SHARED_BUCKET = "unreadable"  # every address that cannot be told apart shares one limit
_WITH_PORT = re.compile(r"\[(?P<v6>[0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|(?P<v4>[0-9.]+):[0-9]{1,5}", re.ASCII)
log = logging.getLogger("livetoken.address")


def client_address(forwarded_for: str | None, peer: str | None, trusted_hops: int) -> str:
    """Return whom a limit counts: an IPv4 address, an IPv6 /64, or one bucket shared by all that cannot be read.

    Args:
        forwarded_for: the `X-Forwarded-For` header; its left part is whatever the client wrote. Ports and brackets, as
            some proxies write them, are left out.
        peer: the socket's address, used only where no proxy is in front (local runs).
        trusted_hops: which entry from the right our own front end wrote: 1, 2 behind an external load balancer, one
            more for each proxy of one's own before that.
    """
    if forwarded_for is None and trusted_hops == 1:
        entry = peer or ""
    else:
        entries = (forwarded_for or "").split(",")
        entry = entries[-trusted_hops].strip() if len(entries) >= trusted_hops else ""
    match = _WITH_PORT.fullmatch(entry)
    try:
        address = ipaddress.ip_address((match["v6"] or match["v4"]) if match else entry)
    except ValueError:
        _report(trusted_hops, min(forwarded_for.count(",") + 1, 10) if forwarded_for else 0)
        return SHARED_BUCKET
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


@functools.lru_cache
def _report(trusted_hops: int, entries: int) -> None:
    """Tell the owner, once for each case, that visitors share one limit; never what stands there."""
    log.warning(
        "X-Forwarded-For: entry %d from the right, of %s, cannot be read as an address: all such visitors share one "
        "limit; see TRUSTED_HOPS",
        trusted_hops,
        f"{entries} or more" if entries == 10 else entries,  # noqa: PLR2004 - as many as are told apart
    )
