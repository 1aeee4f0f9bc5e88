"""What a reader sees of a stranger's text: nothing hidden, nothing reordered, nothing that takes long to compose."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.prompts.text import _INVISIBLE, _PLAIN, MARKS, _composed, clean

DEFAULT_IGNORABLE = (  # Unicode 16's DerivedCoreProperties.txt; held against a browser's own by the tests of the client
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
TRICKY = "aé1 \n\u0300\u0316\u0344\u0f73\u0958\u0e31\u064b\u0647\u06cc\u094d\u0915\u1820\u180b\u180e\u200c\u200d\u200b\ufe0f\u20e3\u2764👩\u3164\U0001d160\u115f\u202e"


def classes(text: str) -> list[int]:
    """Return the combining classes of a decomposed text."""
    return [unicodedata.combining(character) for character in unicodedata.normalize("NFD", text)]


@given(
    st.text()
    | st.text(alphabet=st.characters(codec="utf-16", exclude_categories=[]), max_size=80)
    | st.text(alphabet=TRICKY, max_size=120)
)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is stable, composed, and free of what hides, reorders or smuggles."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\n\n\n" not in cleaned
    for character in cleaned:
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs")
    assert not re.search(f"[{DEFAULT_IGNORABLE}]", re.sub("[\u200c\u200d\u180b-\u180f\ufe0f]", "", cleaned))
    assert not re.search("[\u200c\u200d]{2}|\ufe0f\ufe0f|[\u180b-\u180f]{2}", cleaned)


@given(text=st.text())
def test_quick_look_overlooks_nothing(text: str) -> None:
    """A text that can be seen to be harmless at once is cleaned as one whose every character must be looked up."""
    assert clean(text) == clean(text + "\u200b")


def test_plain_characters_need_no_second_look() -> None:
    """What is passed at a glance is what the long way leaves as it is: each by itself, and none becomes one with another."""
    plain = [chr(code) for code in range(0x110000) if re.fullmatch(_PLAIN, chr(code))]
    assert len(plain) > 30_000
    for character in plain:
        assert unicodedata.combining(character) == 0
        assert _composed(re.sub(_INVISIBLE, "", character)) == character
    decompositions = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    seconds = {chr(int(parts[1], 16)) for parts in decompositions if len(parts) == 2 and not parts[0].startswith("<")}
    assert len(seconds) > 30
    assert not seconds & set(plain)


@given(st.text(alphabet=TRICKY, max_size=200), st.integers(1, 200))
def test_rows_of_marks_are_bounded(text: str, times: int) -> None:
    """No text has more marks in a row than composing can sort at once; the first thirty stay."""
    row = "".join("\0" if order else " " for order in classes(clean(f"x{text * times}")))
    assert max(map(len, row.split(" ")), default=0) <= 2 * MARKS + 3


def test_thirty_marks_stay() -> None:
    """What UAX #15 calls stream-safe is left as it is, and what goes beyond is cut, not refused."""
    stays = "ж" + "\u0316" * 15 + "\u0300" * 15
    assert clean(stays) == stays
    assert clean(f"{stays}\u0300\u0301 and more") == f"{stays} and more"
    assert clean(f"{stays}\u0300") == stays
    assert clean("q" + "\u0344" * 31) == "q" + "\u0308\u0301" * 15  # each of them becomes two


def test_every_mark_counts() -> None:
    """No character of this Python's Unicode can lengthen a row without being counted, alone or taken apart."""
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.combining(unicodedata.normalize("NFD", character)[0]):
            assert len(clean("ж" + character * 90)) <= 1 + 2 * MARKS


def test_default_ignorable_characters_are_dropped() -> None:
    """Each of them is dropped between Latin letters, whatever category it has."""
    for code in range(0x110000):
        if re.match(f"[{DEFAULT_IGNORABLE}]", chr(code)):
            assert clean(f"a{chr(code)}b") == "ab", hex(code)


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
        ("Hello\u3164\uffa0\u115f\u1160\u034f\u17b4\u17b5 world", "Hello world"),
        ("no\u200dnsense\u200c", "nonsense"),
        ("می\u200c\u200d\u200cخواهم\u200c", "می\u200cخواهم"),
        ("۱۴۰۰ه\u200d", "۱۴۰۰ه\u200d"),
        ("ක්\u200dර ന്\u200d ক্\u200cত", "ක්\u200dර ന്\u200d ক্\u200cত"),
        ("👩🏽\u200d🚀 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 ✔\ufe0f", "👩🏽\u200d🚀 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 ✔\ufe0f"),
        ("👩\u200d\u200d\u200d👧 👩\u200da a\ufe0f 1\ufe0f", "👩\u200d👧 👩a a 1"),
        ("a\ufe0f\u200d👧", "a👧"),
        ("ᠠ\u180b\u180bᠠ\u180eᠠ a\u180bb\u180e", "ᠠ\u180bᠠ\u180eᠠ ab"),
        ("\u06dd١ \u0600١", "\u06dd١ \u0600١"),
        ("no\u00a0break\u202fspaces\u3000stay", "no\u00a0break\u202fspaces\u3000stay"),
        ("ی\u0301\u064b\u200c\u064bخ", "ی\u064b\u064b\u0301خ"),
        ("\u0958 \U0001d160 \u0f40\u0f73", "\u0915\u093c \U0001d158\U0001d165\U0001d16e \u0f40\u0f71\u0f72"),
    ],
)  # fmt: skip
def test_clean(text: str, cleaned: str) -> None:
    """What is dropped, folded, composed and kept."""
    assert clean(text) == cleaned
