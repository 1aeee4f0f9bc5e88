"""Origins that could be taken for another one: by a careless comparison, or by an owner who lists the wrong one."""

import ipaddress
import re

from livetoken.settings.origins import parse_origins

_ORIGIN = re.compile(r"(?P<scheme>[^:]+)://(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]+))?")
_ANY = "livetoken-doctor"


def instance(origin: str) -> str:
    """Return an origin that a pattern such as `https://*.shop.example` lets in; another origin as it is."""
    return origin.replace("*", _ANY)


def covers(listed: str, origin: str) -> bool:
    """Whether `origin` is the one that is listed, or one that the listed pattern lets in."""
    return re.fullmatch(re.escape(listed).replace(r"\*", "[a-z0-9-]+"), origin, re.ASCII) is not None


def look_alikes(origin: str) -> dict[str, str]:
    """What could be taken for `origin` by a careless comparison: what differs → the other origin."""
    scheme, host, port, at = _parts(origin)
    other_port = 8443 if port is None else port + 1 if port < 65535 else port - 1  # noqa: PLR2004 - the highest port
    found = {
        "scheme": f"{'http' if scheme == 'https' else 'https'}://{host}{at}",
        "port": f"{scheme}://{host}:{other_port}",
        "trailing slash": f"{origin}/",
        "upper case": origin.upper(),
    }
    if "." in host and not _is_address(host):
        bare = host.removeprefix("www.")
        change = "without www." if bare != host else "www."
        found[change] = f"{scheme}://{bare if bare != host else 'www.' + host}{at}"
        found["longer name"] = f"{scheme}://{host}.foreign.example{at}"
    if _ANY in host:
        found["one more dot"] = origin.replace(_ANY, f"{_ANY}.{_ANY}")
    return found


def mix_ups(origin: str) -> dict[str, str]:
    """What an owner may have listed instead of `origin`: its look-alikes and the usual mix-ups."""
    scheme, host, port, at = _parts(origin)
    mixed_up = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(host)
    more = {"host": f"{scheme}://{mixed_up}{at}"} if mixed_up else {}
    if port:
        more["without port"] = f"{scheme}://{host}"
    return {**look_alikes(origin), **more}


def _parts(origin: str) -> tuple[str, str, int | None, str]:
    """Return scheme, host, port, and the port as it is written behind the host."""
    match = _ORIGIN.fullmatch(origin)
    assert match is not None  # noqa: S101 - for the type checker: the settings' own rule has let it through
    port = int(match["port"]) if match["port"] else None
    return match["scheme"], match["host"], port, f":{port}" if port else ""


def could_be_listed(origin: str) -> bool:
    """Whether an owner could have written it into ALLOWED_ORIGINS."""
    try:
        return bool(parse_origins(origin))
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
