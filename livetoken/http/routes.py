"""Which address and method is asked for; each address is listed here once."""

from flask import Request

from livetoken.errors import MethodNotAllowed, NotFound

TOKEN, HEALTH, WARM, PREFLIGHT, USAGE = "token", "health", "warm", "preflight", "usage"
_USAGE_PATH = "/api/usage"
METHODS = {"/": "GET, POST, OPTIONS", "/api/token": "POST, OPTIONS", _USAGE_PATH: "POST, OPTIONS"}


def route(request: Request, *, usage_reports: bool = True) -> str:
    """Return what is asked for: TOKEN, HEALTH, WARM (`GET /?warm=1`), PREFLIGHT, or USAGE where reports are taken.

    Raises:
        NotFound, MethodNotAllowed: anything else.
    """
    allow = METHODS.get(request.path)
    if allow is None or (request.path == _USAGE_PATH and not usage_reports):
        raise NotFound
    if request.method not in allow.split(", "):
        raise MethodNotAllowed(allow)
    if request.method == "GET" and request.args.get("warm") == "1":
        return WARM
    if request.method == "POST" and request.path == _USAGE_PATH:
        return USAGE
    return {"POST": TOKEN, "GET": HEALTH}.get(request.method, PREFLIGHT)
