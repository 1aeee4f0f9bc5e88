"""Origins that could be taken for another one: by a careless comparison, or by an owner who lists the wrong one."""

import ipaddress
from urllib.parse import urlsplit

from livetoken.settings.origins import parse_origins


def look_alikes(origin: str) -> dict[str, str]:
    """What could be taken for `origin` by a careless comparison: what differs → the other origin."""
    parts = urlsplit(origin)
    host, port = str(parts.hostname), parts.port
    at = f":{port}" if port else ""
    other_port = 8443 if port is None else port + 1 if port < 65535 else port - 1  # noqa: PLR2004 - the highest port
    found = {
        "scheme": f"{'http' if parts.scheme == 'https' else 'https'}://{host}{at}",
        "port": f"{parts.scheme}://{host}:{other_port}",
        "trailing slash": f"{origin}/",
        "upper case": origin.upper(),
    }
    if "." in host and not _is_address(host):
        bare = host.removeprefix("www.")
        change = "without www." if bare != host else "www."
        found[change] = f"{parts.scheme}://{bare if bare != host else 'www.' + host}{at}"
        found["longer name"] = f"{parts.scheme}://{host}.foreign.example{at}"
    return found


def mix_ups(origin: str) -> dict[str, str]:
    """What an owner may have listed instead of `origin`: its look-alikes and the usual mix-ups."""
    parts = urlsplit(origin)
    mixed_up = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(str(parts.hostname))
    more = {"host": origin.replace(f"//{parts.hostname}", f"//{mixed_up}")} if mixed_up else {}
    if parts.port:
        more["without port"] = f"{parts.scheme}://{parts.hostname}"
    return {**look_alikes(origin), **more}


def could_be_listed(origin: str) -> bool:
    """Whether an owner could have written it into ALLOWED_ORIGINS."""
    try:
        return bool(parse_origins(origin))
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
