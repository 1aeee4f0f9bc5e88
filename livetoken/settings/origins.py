"""How the allowlist of origins is read."""

import re

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
