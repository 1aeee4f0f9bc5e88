"""The untrusted fields: typed, cleaned, capped, and the page's own address."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.errors import InvalidRequest
from livetoken.prompts.page import CONTENT_CHARACTERS, FIELDS, KNOWN_CHARACTERS, Page, _Kept, clean, own_url
from tests.support import ORIGIN


@given(st.text() | st.text(alphabet=st.characters(codec="utf-16", exclude_categories=[]), max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is stable, composed, and free of what hides, reorders or smuggles."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\n\n\n" not in cleaned
    for character in cleaned:
        assert character in "\n\t\u200c\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs")
        assert not 0xFE00 <= ord(character) <= 0xFE0E
        assert not 0xE0100 <= ord(character) <= 0xE01EF


@given(text=st.text())
def test_quick_look_overlooks_nothing(text: str) -> None:
    """A text that can be seen to be harmless at once is cleaned as one whose every character must be looked up."""
    assert clean(text) == clean(text + "\u200b")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("\x00a\x1bb\x7f", "ab"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u00adf", "abcdef"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("smuggled\ufe01\U000e0101", "smuggled"),
        ("e\u0301", "é"),
        ("می\u200cخواهم 👩\u200d👩\u200d👧", "می\u200cخواهم 👩\u200d👩\u200d👧"),
        ("lone \ud800 half", "lone  half"),
        (" \u200b \n ", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    """What is dropped, folded, composed and kept."""
    assert clean(text) == cleaned


def test_remembered_characters_are_bounded() -> None:
    """A stranger cannot fill the memory with code points."""
    table = _Kept()
    for code in range(KNOWN_CHARACTERS + 500):
        assert table[0x4E00] == 0x4E00
        table.__missing__(code)
    assert len(table) == KNOWN_CHARACTERS


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("", ""),
        (ORIGIN, ORIGIN),
        (f"{ORIGIN}/", f"{ORIGIN}/"),
        (f"{ORIGIN}/a/b.html?secret=1#part", f"{ORIGIN}/a/b.html"),
        (f"{ORIGIN}?q", ORIGIN),
        (f"{ORIGIN}/%C3%A9", f"{ORIGIN}/%C3%A9"),
        (f"{ORIGIN}/" + "a" * (500 - len(ORIGIN) - 1), f"{ORIGIN}/" + "a" * (500 - len(ORIGIN) - 1)),
        (f"{ORIGIN}/a?" + "q" * 900, f"{ORIGIN}/a"),
    ],
)
def test_own_url(url: str, own: str) -> None:
    """An address on the calling site loses query and fragment."""
    assert own_url(url, ORIGIN) == own


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://other.example/",
        "http://shop.example/",
        "https://shop.example:8443/",
        "https://shop.example@evil.example/",
        "https://user@shop.example/",
        "https://shop.example.evil.example/",
        "HTTPS://SHOP.EXAMPLE/",
        f"{ORIGIN}/a b",
        f"{ORIGIN}/a\\b",
        f"{ORIGIN}/<script>",
        f"{ORIGIN}/é",
        f"{ORIGIN}/a\u202eb",
        f"{ORIGIN}\t/",
        f"{ORIGIN}/" + "a" * 500,
        f"{ORIGIN}/" + "a" * 3000,
        f"{ORIGIN}/?" + "a" * 3000,
        "https://[name]/",
        "https:／／shop.example/",
        f"{ORIGIN}:abc/",
        "/relative",
    ],
)
def test_foreign_url(url: str) -> None:
    """Every other address is refused; it is compared as text and never fetched."""
    with pytest.raises(InvalidRequest, match="invalid_request"):
        own_url(url, ORIGIN)


@given(st.text(max_size=80))
def test_any_url_is_ours_or_refused(rest: str) -> None:
    """Whatever follows the origin, the result is that origin's address without query or fragment."""
    try:
        url = own_url(ORIGIN + rest, ORIGIN)
    except InvalidRequest:
        return
    assert re.fullmatch(re.escape(ORIGIN) + r"(/[!-~]*)?", url)
    assert not set('?#<>"\\ ') & set(url)


def test_page_from_fields() -> None:
    """All fields arrive where they belong; the title becomes one line of at most 200 characters."""
    page = Page.from_fields(
        {
            "prompt": "guide",
            "model": "models/m",
            "voice": "Puck",
            "lang": "de",
            "pageTitle": "A\n  B" + "x" * 300,
            "pageUrl": f"{ORIGIN}/p",
            "pageContent": " text ",
            "resumptionHandle": "h-1",
        },
        ORIGIN,
    )
    assert (page.prompt, page.model, page.voice, page.language, page.url, page.content, page.resumption_handle) == (
        "guide",
        "m",
        "Puck",
        "German",
        f"{ORIGIN}/p",
        "text",
        "h-1",
    )
    assert page.title.startswith("A Bxxx")
    assert len(page.title) == 200


def test_no_texts_in_a_repr() -> None:
    """A traceback or a debugger shows which prompt, model, voice and language; no stranger's texts and no handle."""
    hidden = {"pageTitle": "T-sentinel", "pageUrl": f"{ORIGIN}/sentinel", "pageContent": "C-sentinel"}
    page = Page.from_fields({"model": "m", "voice": "Puck", "resumptionHandle": "sentinel", **hidden}, ORIGIN)
    assert repr(page) == "Page('', 'm', 'Puck', 'English')"


def test_absent_and_empty_are_the_same() -> None:
    """Nothing at all is a valid request, and so are empty fields."""
    assert Page.from_fields({}, ORIGIN) == Page.from_fields(dict.fromkeys(FIELDS, ""), ORIGIN)
    assert Page.from_fields({}, ORIGIN).language == "English"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [5, None, {}, [], True, 1.5])
def test_field_of_wrong_type(field: str, value: object) -> None:
    """A field that is no string is refused by name."""
    with pytest.raises(InvalidRequest) as caught:
        Page.from_fields({field: value}, ORIGIN)
    assert caught.value.sentence == f"The field '{field}' must be a string."


@pytest.mark.parametrize("name", ["uses", "expireTime", "systemInstruction", "tools", "x" * 40, "Model"])
def test_unknown_field_is_named(name: str) -> None:
    """An unknown field is refused by its name."""
    with pytest.raises(InvalidRequest) as caught:
        Page.from_fields({name: ""}, ORIGIN)
    assert caught.value.sentence == f"The field '{name}' is not known here."


@pytest.mark.parametrize("name", ["", "a b", "<b>", "x" * 41, "ключ", "{{pageTitle}}", "a\nb"])
def test_strange_field_is_not_echoed(name: str) -> None:
    """A name that is no plain word is refused without repeating it."""
    with pytest.raises(InvalidRequest) as caught:
        Page.from_fields({name: ""}, ORIGIN)
    assert caught.value.sentence == "The request has a field that is not known here."


@pytest.mark.parametrize("handle", ["a b", "é", "x" * 2049, "a\n"])
def test_strange_handle(handle: str) -> None:
    """A handle is short printable ASCII."""
    with pytest.raises(InvalidRequest, match="invalid_request"):
        Page.from_fields({"resumptionHandle": handle}, ORIGIN)


def test_content_is_refused_rather_than_cut() -> None:
    """The cap counts characters after cleaning."""
    fits = "x" * CONTENT_CHARACTERS
    assert Page.from_fields({"pageContent": fits + "\u200b" * 50}, ORIGIN).content == fits
    with pytest.raises(InvalidRequest, match="invalid_request"):
        Page.from_fields({"pageContent": fits + "x"}, ORIGIN)
