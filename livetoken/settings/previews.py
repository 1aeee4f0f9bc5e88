"""Patterns on the allowlist, for preview deploys: every pull request has an origin of its own.

A `*` stands for `[a-z0-9-]+` within the first label, where all that it can stand for is the owner's: in front of a
whole label of his own, or, directly below a provider's public suffix, in front of what the provider puts before it for
his site alone, `--name`.
"""

import functools
import re
from collections.abc import Iterator

_PATTERN = re.compile(
    r"https://(?P<label>[a-z0-9_-]*\*[a-z0-9_-]*)\.(?P<rest>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)"
    r"(?::(?!443\Z)[1-9][0-9]{0,3}|:(?:[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?",
    re.ASCII,
)
_ANY = "[a-z0-9-]+"
_LONGEST = 253  # characters of a host name
_RULE = (
    "looks like a pattern, and would let strangers in: one * may stand in the first label, with a label of your own "
    "behind it (https://*.shop.pages.dev), or with -- and your site's name (https://deploy-preview-*--shop.netlify.app)"
)


def pattern_problems(entry: str) -> Iterator[str]:
    """Yield what is wrong with an entry that has a `*`, with the fix."""
    match = _PATTERN.fullmatch(entry)
    if (
        not match
        or len(match["rest"]) > _LONGEST - 2
        or match["rest"].rpartition(".")[2].isdecimal()
        or not _owned(match["label"], match["rest"])
    ):
        yield _RULE


def _owned(label: str, rest: str) -> bool:
    """Return whether all that a pattern stands for belongs to one owner, as the Public Suffix List has it."""
    from publicsuffixlist import PublicSuffixList  # takes long to read, and few lists have a pattern

    if PublicSuffixList().publicsuffix(rest) != rest:
        return True
    # below a registry's suffix anybody may have a name that ends so
    named = re.search(r"\*[a-z0-9-]*--[a-z0-9][a-z0-9-]*\Z", label)
    return bool(named) and PublicSuffixList(only_icann=True).publicsuffix(rest) != rest


def expression(entry: str) -> str:
    """Return the regular expression of all origins under an entry; it is to be matched whole."""
    return re.escape(entry).replace(r"\*", _ANY)


def entry_for(origin: str, entries: tuple[str, ...]) -> str | None:
    """Return the entry that `origin` is under, byte for byte or by its `*`; None where there is none."""
    if "*" in origin:
        return None
    if origin in entries:
        return origin
    return next((entry for entry, pattern in _patterns(entries) if pattern.fullmatch(origin)), None)


@functools.lru_cache(maxsize=100)
def _patterns(entries: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(entry, re.compile(expression(entry))) for entry in entries if "*" in entry]
