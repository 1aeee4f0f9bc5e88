"""The origin that a browser claims for its page: on the allowlist, or refused."""

from livetoken.errors import OriginNotAllowed


def require_origin(claimed_origin: str | None, allowed: tuple[str, ...]) -> str:
    """Return the origin, which is on the allowlist byte for byte.

    Raises:
        OriginNotAllowed: the header is missing, doubled, or anything else.
    """
    for origin in allowed:
        if claimed_origin == origin:
            return origin
    raise OriginNotAllowed
