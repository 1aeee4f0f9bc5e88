"""Names of languages: the table is CLDR's, and a tag becomes the name that an instruction can use."""

import contextlib
import re

import babel
import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from dev.languages import TABLE, table, written
from livetoken.errors import InvalidRequest
from livetoken.prompts.languages import language_name

ENGLISH = babel.Locale("en")
REPLACED = get_global("language_aliases")
CODES = st.sampled_from(sorted({*ENGLISH.languages, *ENGLISH.scripts, *ENGLISH.territories, *REPLACED}))
PARTS = CODES | CODES.map(str.swapcase) | st.from_regex(r"[A-Za-z0-9]{1,9}", fullmatch=True)
TAGS = st.lists(PARTS, min_size=1, max_size=5).map("-".join) | st.tuples(
    st.sampled_from(sorted({*ENGLISH.languages, *REPLACED})),
    st.sampled_from(["", *sorted(ENGLISH.scripts)]),
    st.sampled_from(["", *sorted(ENGLISH.territories)]),
).map(lambda parts: "-".join(filter(None, parts)))


def babels_name(tag: str) -> str | None:
    """Return what babel calls a tag; None for what is no tag, and for what is no language."""
    language = r"(?P<language>[a-z]{2,3})(-[a-z]{3}){0,3}"
    details = r"(-(?P<script>[a-z]{4}))?(-(?P<territory>[a-z]{2}|[0-9]{3}))?"
    rest = r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-z0-9](-[a-z0-9]{1,8})+)*"
    match = re.fullmatch(language + details + rest, tag, re.ASCII | re.IGNORECASE)
    if not match or len(tag) > 35:
        return None
    code = match["language"].lower()
    code = str(REPLACED.get(code, code)).split("_")[0]
    if code in ("und", "zxx", "mul", "mis", "root") or code not in ENGLISH.languages:
        return None
    script = ENGLISH.scripts.get((match["script"] or "").title())
    territory = ENGLISH.territories.get((match["territory"] or "").upper())
    more = ", ".join(filter(None, (script, territory)))
    return f"{ENGLISH.languages[code]} ({more})" if more else ENGLISH.languages[code]


def ours(tag: str) -> str | None:
    """Return what we call a tag; None where we refuse it."""
    try:
        return language_name(tag)
    except InvalidRequest:
        return None


def test_table_is_as_written_by_make_languages() -> None:
    """Whoever locks a newer babel, with a newer CLDR in it, is told to write the table anew."""
    assert TABLE.read_text(encoding="utf-8") == written()
    assert len(table()["languages"]) > 800


@pytest.mark.parametrize("form", ["{}", "en-{}", "en-Latn-{}"])
def test_every_code_has_babels_name(form: str) -> None:
    """Every language, old code, script and territory has CLDR's name, or none where CLDR has none."""
    codes = [code.replace("_", "-") for code in (*ENGLISH.languages, *ENGLISH.scripts, *ENGLISH.territories, *REPLACED)]
    tags = [form.format(code) for code in codes]
    assert {tag: ours(tag) for tag in tags} == {tag: babels_name(tag) for tag in tags}


@given(TAGS)
def test_any_tag_has_babels_name(tag: str) -> None:
    """Whatever is put together from codes, known and unknown, is called as babel calls it, or refused as there."""
    assert ours(tag) == babels_name(tag)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("es", "Spanish"),
        ("en-US", "English (United States)"),
        ("iw", "Hebrew"),
        ("zh-Hant-TW", "Chinese (Traditional, Taiwan)"),
        ("PT-br", "Portuguese (Brazil)"),
        ("de-CH-1996", "German (Switzerland)"),
        ("en-XX", "English"),
        ("fil", "Filipino"),
        ("auto", "the visitor's own language"),
        ("ca-u-co-trad", "Catalan"),
        ("es-419", "Spanish (Latin America)"),
    ],
)
def test_language_name(tag: str, name: str) -> None:
    """A BCP-47 tag becomes the name that an instruction can use."""
    assert language_name(tag) == name


@pytest.mark.parametrize(
    "tag",
    ["xx", "en_US", "e", "en-", "x" * 300, "../../prompts", "{{pageTitle}}", "und", "zxx", "español", "en-u", "en US"],
)
def test_no_language(tag: str) -> None:
    """What is no known language is refused, and never echoed."""
    with pytest.raises(InvalidRequest) as caught:
        language_name(tag)
    reasons = ("is not a BCP-47 language tag such as 'es' or 'pt-BR'", "is not a language that is known here")
    assert caught.value.sentence in [f"The field 'lang' {reason}." for reason in reasons]


@given(st.text(max_size=40))
def test_any_tag_is_a_name_or_refused(tag: str) -> None:
    """No text makes the naming fail in any other way."""
    with contextlib.suppress(InvalidRequest):
        assert re.fullmatch(r"[\w’ ()',.&-]+", language_name(tag))
