"""Patterns for preview deploys: what they may be, by the Public Suffix List, and what they cost a list without any."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.settings.origins import parse_origins
from livetoken.settings.previews import entry_for
from tests.support import ROOT


@pytest.mark.parametrize(
    "entry",
    [
        "https://*.shop.pages.dev",
        "https://*.example.com",
        "https://pr-*.example.com",
        "https://*-preview.eu.example.co.uk:8443",
        "https://deploy-preview-*--shop.netlify.app",
        "https://*--my-shop.netlify.app",
        "https://git-*-x--shop.vercel.app",
    ],
)
def test_patterns_of_ones_own(entry: str) -> None:
    """A * in front of a whole own label, or below one provider's suffix in front of --name, is taken."""
    assert parse_origins(entry) == (entry,)


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "https://*",
        "https://*.com",
        "https://*.example",
        "https://*.co.uk",
        "https://*.pages.dev",
        "https://*.netlify.app",
        "https://*.github.io",
        "https://*.a.run.app",
        "https://*.s3.amazonaws.com",
        "https://*.ex.futurecms.at",
        "https://any-*.ck",
        "https://deploy-preview-*.netlify.app",
        "https://*-shop.netlify.app",
        "https://*--.netlify.app",
        "https://*---.netlify.app",
        "https://shop--*.netlify.app",
        "https://*--shop.com",
        "https://*--shop.co.uk",
        "https://*--shop.example",
        "https://**.example.com",
        "https://*.*.example.com",
        "https://shop.*.example.com",
        "https://*.example.com.",
        "https://*.example.com/",
        "https://*.example.com:443",
        "https://*.example.com:0",
        "https://*.example.com:65536",
        "https://*.Example.com",
        "https://*.bücher.example",
        "https://*.0.0.1",
        "http://*.example.com",
        "http://*.localhost:3000",
        "capacitor://*",
        "https://*." + ".".join(["a" * 63] * 4),
        "https://[*]",
        "https://.*.example.com",
    ],
)
def test_patterns_that_would_let_strangers_in(entry: str) -> None:
    """Everything else with a * is refused, with what is possible."""
    with pytest.raises(ValueError, match=r"looks like a pattern, and would let strangers in: one \* may stand"):
        parse_origins(entry)


ANY = st.text(alphabet="abz019-_.*", min_size=1, max_size=12)


@given(ANY, ANY)
def test_whatever_a_pattern_lets_in_is_one_label_more(label: str, rest: str) -> None:
    """An origin under a pattern ends as it does, whole labels of it, and begins as it does."""
    entry = f"https://{label}.{rest}.example.com"
    try:
        (pattern,) = parse_origins(entry)
    except ValueError:
        return
    if "*" in pattern:
        origin = pattern.replace("*", "x-1")
        assert entry_for(origin, (pattern,)) == pattern
        for other in (pattern, pattern.replace("*", ""), pattern.replace("*", "a.b"), f"{origin}.evil.example"):
            assert entry_for(other, (pattern,)) is None


def test_the_list_of_suffixes_is_read_for_a_pattern_only() -> None:
    """A start without patterns does not pay for reading it."""
    asked = (
        "import sys; from livetoken.settings.origins import parse_origins; parse_origins('https://shop.example'); "
        "print('publicsuffixlist' in sys.modules); parse_origins('https://*.shop.example'); "
        "print('publicsuffixlist' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
