"""The origin that a browser claims for its page: on the allowlist, or refused."""

from livetoken.errors import OriginNotAllowed
from livetoken.settings.previews import entry_for


class Origin(str):
    """A verified origin; `site` is the entry that it is under, one site to the limits."""

    __slots__ = ("site",)
    site: str


def require_origin(claimed_origin: str | None, allowed: tuple[str, ...]) -> Origin:
    """Return the origin, which is on the allowlist byte for byte, or under one of its patterns.

    Raises:
        OriginNotAllowed: the header is missing, doubled, or anything else.
    """
    site = entry_for(claimed_origin or "", allowed)
    if claimed_origin is None or site is None:
        raise OriginNotAllowed
    origin = Origin(claimed_origin)
    origin.site = site
    return origin
