"""The allowlist of origins, and the address of the client behind Google's front end."""

import ipaddress
import re

from livetoken.refusals import OriginNotAllowed

SHARED_BUCKET = "unreadable"  # every address that cannot be told apart shares one limit
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HTTPS = re.compile(rf"https://(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?", re.ASCII)
_LOCAL = re.compile(r"http://(?:localhost|127\.0\.0\.1):(?P<port>[1-9][0-9]{0,4})", re.ASCII)


def parse_origins(text: str) -> tuple[str, ...]:
    """Return the origins listed in `text`, comma-separated, each as a browser writes it.

    Raises:
        ValueError: with one sentence per entry that no browser would ever send, or that would allow more than one site.
    """
    entries = [entry.strip() for entry in text.split(",")]
    problems = [f"{entry!r} {problem}" for entry in entries if (problem := _problem(entry))]
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(dict.fromkeys(entries))


def _problem(entry: str) -> str:  # noqa: PLR0911 - one return for each mistake
    """Return what is wrong with one entry, with the cure; empty when nothing is."""
    if not entry:
        return "is an empty entry: name at least one site, and remove stray commas"
    if entry == "null":
        return "stands for every sandboxed frame and local file: name the site instead"
    if any(character in entry for character in "*\\?$^[]()"):
        return "looks like a pattern: list every site by its exact origin"
    if entry.endswith("/"):
        return "ends with a slash: browsers send the origin without one"
    local = _LOCAL.fullmatch(entry)
    if entry.startswith("http://") and not local:
        return "is not https: plain http is only for http://localhost:PORT and http://127.0.0.1:PORT"
    match = local or _HTTPS.fullmatch(entry)
    if not match:
        return "is not of the form https://host or https://host:port, in lower case, without path, user or query"
    port = match["port"]
    if port == ("80" if local else "443"):
        return "names the scheme's own port: browsers leave it out, so leave it out here too"
    if port and int(port) > 65535:  # noqa: PLR2004 - the highest port there is
        return "has a port above 65535"
    if not local and len(match["host"]) > 253:  # noqa: PLR2004 - DNS's limit
        return "has a host name longer than 253 characters"
    return ""


def require_origin(claimed_origin: str | None, allowed: tuple[str, ...]) -> str:
    """Return the origin, which is on the allowlist byte for byte.

    Raises:
        OriginNotAllowed: the header is missing, doubled, or anything else.
    """
    for origin in allowed:
        if claimed_origin == origin:
            return origin
    raise OriginNotAllowed


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
