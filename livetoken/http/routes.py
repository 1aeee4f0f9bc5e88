"""Which address and method is asked for; each address is listed here once."""

from flask import Request

from livetoken.errors import MethodNotAllowed, NotFound

TOKEN, HEALTH, WARM, PREFLIGHT = "token", "health", "warm", "preflight"
METHODS = {"/": "GET, POST, OPTIONS", "/api/token": "POST, OPTIONS"}


def route(request: Request) -> str:
    """Return what is asked for: TOKEN, HEALTH, WARM (`GET /?warm=1`) or PREFLIGHT.

    Raises:
        NotFound, MethodNotAllowed: anything else.
    """
    allow = METHODS.get(request.path)
    if allow is None:
        raise NotFound
    if request.method not in allow.split(", "):
        raise MethodNotAllowed(allow)
    if request.method == "GET" and request.args.get("warm") == "1":
        return WARM
    return {"POST": TOKEN, "GET": HEALTH}.get(request.method, PREFLIGHT)
