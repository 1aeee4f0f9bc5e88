"""The allowlist at work: byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.access.origin import require_origin
from livetoken.errors import OriginNotAllowed

ALLOWED = ("https://shop.example", "https://www.shop.example:8443", "http://localhost:8000")


@pytest.mark.parametrize("origin", ALLOWED)
def test_listed_origin_is_returned(origin: str) -> None:
    """An origin on the list is the one that is returned."""
    assert require_origin(origin, ALLOWED) == origin


PATTERNS = ("https://shop.example", "https://*.shop.pages.dev", "https://deploy-preview-*--shop.netlify.app")


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://pr-7.shop.pages.dev", "https://*.shop.pages.dev"),
        ("https://a.shop.pages.dev", "https://*.shop.pages.dev"),
        ("https://deploy-preview-12--shop.netlify.app", "https://deploy-preview-*--shop.netlify.app"),
    ],
)
def test_previews_are_under_their_pattern(origin: str, site: str) -> None:
    """The origin is the browser's own; the site that limits count is the entry."""
    found = require_origin(origin, PATTERNS)
    assert (found, found.site) == (origin, site)


@pytest.mark.parametrize(
    "claimed",
    [
        "https://*.shop.pages.dev",
        "https://shop.pages.dev",
        "https://.shop.pages.dev",
        "https://a.b.shop.pages.dev",
        "https://a_b.shop.pages.dev",
        "https://A.shop.pages.dev",
        "https://a.shop.pages.dev/",
        "https://a.shop.pages.dev:8443",
        "http://a.shop.pages.dev",
        "https://a.shopxpages.dev",
        "https://a.evil-shop.pages.dev",
        "https://a.shop.pages.dev.evil.example",
        "https://a.shop.pages.dev\n",
        "https://\u0661.shop.pages.dev",
        "https://deploy-preview---shop.netlify.app",
        "https://deploy-preview-12--evil.netlify.app",
        "https://deploy-preview-12--shop.evil.netlify.app",
        "https://evil--shop.netlify.app",
    ],
)
def test_beside_a_pattern_is_refused(claimed: str) -> None:
    """A * stands for letters, digits and hyphens of one label, at least one, and for nothing else."""
    with pytest.raises(OriginNotAllowed):
        require_origin(claimed, PATTERNS)


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        "",
        "null",
        "https://shop.example/",
        "https://SHOP.example",
        "https://shop.example.",
        "https://shop.example,https://shop.example",
        "http://shop.example",
        "https://www.shop.example",
        " https://shop.example",
        "https://shop.example:443",
    ],
)
def test_anything_else_is_refused(claimed: str | None) -> None:
    """Missing, doubled, or one byte off: refused."""
    with pytest.raises(OriginNotAllowed):
        require_origin(claimed, ALLOWED)


@given(
    claimed=st.text()
    | st.sampled_from(ALLOWED).flatmap(
        lambda origin: st.tuples(st.integers(0, len(origin)), st.characters()).map(
            lambda at: origin[: at[0]] + at[1] + origin[at[0] :]
        )
    )
)
def test_no_other_text_passes(claimed: str) -> None:
    """No text but the listed ones themselves passes, however close it is."""
    if claimed not in ALLOWED:
        with pytest.raises(OriginNotAllowed):
            require_origin(claimed, ALLOWED)
