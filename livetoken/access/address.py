"""The address of the client behind Google's front end."""

import ipaddress

SHARED_BUCKET = "unreadable"  # every address that cannot be told apart shares one limit


def client_address(forwarded_for: str | None, peer: str | None, trusted_hops: int) -> str:
    """Return whom a limit counts: an IPv4 address, an IPv6 /64, or one bucket shared by all that cannot be read.

    Args:
        forwarded_for: the `X-Forwarded-For` header; its left part is whatever the client wrote.
        peer: the socket's address, used only where no proxy is in front (local runs).
        trusted_hops: which entry from the right our own front end wrote: 1, or 2 behind an external load balancer.
    """
    if forwarded_for is None and trusted_hops == 1:
        entry = peer or ""
    else:
        entries = (forwarded_for or "").split(",")
        entry = entries[-trusted_hops].strip() if len(entries) >= trusted_hops else ""
    try:
        address = ipaddress.ip_address(entry)
    except ValueError:
        return SHARED_BUCKET
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
