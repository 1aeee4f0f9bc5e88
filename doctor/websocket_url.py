"""Where `websocketUrl` may lead: a hostile function must not send the doctor to other services."""

import re
from urllib.parse import urlsplit

from doctor.web import is_loopback

GOOGLE = "generativelanguage.googleapis.com"
FORM = r"wss?://[\w.-]{1,253}(:\d{1,5})?(/[\w.~-]{1,80}){1,8}\.BidiGenerateContentConstrained"
_HOST = re.compile(r"(?P<host>[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:(?P<port>[1-9][0-9]{0,4}))?", re.ASCII)


def leads_to(url: str) -> str:
    """Return host and port of a URL of that form, without the port that its scheme has anyway."""
    parts = urlsplit(url)
    return parts.netloc.removesuffix(":443" if parts.scheme == "wss" else ":80")


def may_be_opened(url: str, function_url: str, allowed: tuple[str, ...]) -> bool:
    """Whether the doctor opens `url`, which the function at `function_url` has answered with.

    Google's host, always encrypted; a host that the owner has `allowed`, as `host` or `host:port`; and this machine
    only when the function runs on it, too. Everything else is refused by name, before any name is looked up:
    what a name leads to is up to whoever owns it.
    """
    target = leads_to(url)
    if target in allowed or (target == GOOGLE and url.startswith("wss://")):
        return True
    return is_loopback(url) and is_loopback(function_url)


def parse_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts that `text` lists, comma-separated, in lower case, each with its port where it has one.

    Raises:
        ValueError: one of them is no host.
    """
    hosts = tuple(filter(None, (host.strip().lower() for host in text.split(","))))
    if wrong := [host for host in hosts if not _HOST.fullmatch(host)]:
        raise ValueError(f"{wrong[0]!r} is not a host such as live.shop.example or live.shop.example:8443")
    return tuple(host.removesuffix(":443") for host in hosts)
