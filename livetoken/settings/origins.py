"""How the allowlist of origins is read: what browsers send, byte for byte, or a pattern for previews."""

import ipaddress
import re
from collections.abc import Iterator

from livetoken.settings.previews import pattern_problems

_LABEL = r"[a-z0-9_-]{1,63}"
_WEB = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\])(?::(?P<port>[1-9][0-9]{{0,4}}))?", re.ASCII
)
# apps and extensions; the host keeps its letters' case there
_APP = r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[A-Za-z0-9._~-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
_NO_APPS = ("http", "https", "ws", "wss", "ftp", "file", "data", "blob", "about", "javascript", "view-source")
_SHOWN = r"(?:[\w+.-]{1,40}:/{1,3}[^\s@?#]{0,300}|[\w.*:/-]{1,16})"  # what else is listed may be a secret, gone astray
_FORM = "is not of the form https://host or https://host:port, in lower case, without path, user or query"
_OWN_PORTS = {"https": "443", "http": "80"}


def parse_origins(text: str) -> tuple[str, ...]:
    """Return the origins listed in `text`, comma-separated, each as a browser writes it or with one `*` in its host.

    Raises:
        ValueError: with one sentence per entry that no browser would ever send, or that would let strangers in.
    """
    entries = [entry.strip() for entry in text.split(",")]
    problems = [
        f"{_shown(entry, number)} {problem}"
        for number, entry in enumerate(entries, 1)
        if (problem := next(_problems(entry), ""))
    ]
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(dict.fromkeys(entries))


def _shown(entry: str, number: int) -> str:
    return repr(entry) if not entry or re.fullmatch(_SHOWN, entry, re.ASCII) else f"entry {number}"


def _problems(entry: str) -> Iterator[str]:
    """Yield what is wrong with one entry, with the fix, the plainest first."""
    if not entry:
        yield "is an empty entry: name at least one site, and remove stray commas"
    if entry == "null" or entry.startswith("file:"):
        yield "stands for every sandboxed frame and local file: name the site instead"
    if "*" in entry:
        yield from pattern_problems(entry)
        return
    if re.search(r"[\\$^()]|\[(?![0-9a-f:.]*\])", entry):
        yield "looks like a pattern: list every site by its exact origin"
    if entry.endswith("/"):
        yield "ends with a slash: browsers send the origin without one"
    if not entry.isascii():
        yield _punycode(entry)
    match = _WEB.fullmatch(entry) or re.fullmatch(_APP, entry, re.ASCII)
    if not match or (match.re is not _WEB and match["scheme"] in _NO_APPS):
        yield _form(entry)
    else:
        yield from _host_problems(match["scheme"], match["host"]) if match.re is _WEB else ()
        if match["port"] == _OWN_PORTS.get(match["scheme"], ""):
            yield "names the scheme's own port: browsers leave it out, so leave it out here too"
        if int(match["port"] or 0) > 65535:  # noqa: PLR2004 - the highest port there is
            yield "has a port above 65535"


def _form(entry: str) -> str:
    """Return the sentence about an entry's form, with what a browser would send, where that can be told."""
    match = _WEB.match(entry.lower())
    meant = match[0] if match and entry[match.end() :][:1] in ("", "/", "?", "#") else ""
    return f"{_FORM}: write {meant}" if meant else _FORM


def _punycode(entry: str) -> str:
    """Return the sentence about a host name with letters beyond ASCII, which browsers send otherwise."""
    import idna  # few lists need it

    match = re.fullmatch(r"(https?://)([^/?#@:\[\]\s]+)((?::[0-9]+)?)", entry)
    try:
        host = idna.encode(match[2], uts46=True).decode("ascii") if match else ""
    except idna.IDNAError:
        host = ""
    return f"is sent otherwise by browsers: write {match[1]}{host}{match[3]}" if match and host else _FORM


def _host_problems(scheme: str, host: str) -> Iterator[str]:
    if len(host) > 253:  # noqa: PLR2004 - DNS's limit
        yield "has a host name longer than 253 characters"
    address = _address(host)
    # what ends in a number is an address to browsers, which write it anew
    if not address and (host.startswith("[") or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2])):
        yield "has an address for a host that browsers write otherwise: write it as they do, or its name"
    if scheme == "http" and not (address.is_loopback if address else f".{host}".endswith(".localhost")):
        yield "is not https: plain http is only for http://localhost, http://*.localhost and loopback addresses"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that `host` is, where it is written as browsers write it."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return address if host in (str(address), f"[{address}]") else None
