"""What the element says is written as each language is written."""

import pathlib
import re

import pytest

from dev.children import ROOT

SOURCE = ROOT / "client" / "src"
NARROW = "\u202f"
SPOKEN = re.compile(r"^ +\w+: '(.*)',$", re.MULTILINE)
DICTIONARIES = {path.stem: path for path in (SOURCE / "words").glob("*.js")}
FULL_WIDTH = ("ja", "zh")


def said(path: pathlib.Path) -> list[str]:
    """The sentences of a dictionary."""
    return SPOKEN.findall(path.read_text(encoding="utf-8"))


def breaks(language: str, sentence: str) -> str | None:
    """The convention of its language that a sentence breaks."""
    rules = {
        "a space before the ellipsis, which German alone has": (language != "de", r"\s…"),
        "an apostrophe or quotation mark of a typewriter": (True, r"[\"']"),
        "no narrow space that does not break": (language == "fr", rf"(?<!{NARROW})[:;?!»](?=\s|$)"),
        "a space that may break, or is no narrow one": (language == "fr", r"[ \u00a0][:;?!»]"),
        "a space before a mark": (language != "fr", r"\s[:;?!.,،؟।。，：？]"),
        "a mark of another script": (language in FULL_WIDTH, r"[,.;:?!()]"),
        "a Latin comma or question mark": (language == "ar", r"[,;?]"),
        "a full stop instead of a danda": (language == "hi", r"\.(?=\s|$)"),
        "no inverted mark": (language == "es", r"^[^¿]*\?|^[^¡]*!"),
        "two spaces, or one at an end": (True, r"\s\s|^\s|\s$"),
    }
    return next((rule for rule, (holds, pattern) in rules.items() if holds and re.search(pattern, sentence)), None)


@pytest.mark.parametrize("language", sorted(DICTIONARIES))
def test_its_marks_are_those_of_the_language(language: str) -> None:
    """Ellipsis, apostrophe, spaces before marks, full-width marks, danda, inverted marks."""
    sentences = said(DICTIONARIES[language])
    assert len(sentences) > 80
    assert [(rule, sentence) for sentence in sentences if (rule := breaks(language, sentence))] == []


@pytest.mark.parametrize("language", sorted(DICTIONARIES))
def test_a_sentence_ends_as_the_english_one(language: str) -> None:
    """A label has no full stop, a sentence has one, and what announces something a colon."""
    english = "".join((SOURCE / name).read_text(encoding="utf-8") for name in ("words.js", "partwords.js", "errors.js"))
    pairs = re.compile(r"^ +(\w+): '(.*)',", re.MULTILINE)
    ends = {"。": ".", "।": ".", "؟": "?", "：": ":", "？": "?"}
    ending = {name: sentence[-1] for name, sentence in pairs.findall(english)}
    strange = []
    for name, sentence in pairs.findall(DICTIONARIES[language].read_text(encoding="utf-8")):
        last = ends.get(sentence[-1], sentence[-1])
        expected = ending.get(name, ".")  # refusals bring their English sentence from the function
        if (last if last in ".?:…" else "") != (expected if expected in ".?:…" else ""):
            strange.append((name, sentence))
    assert strange == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Vraiment ?"),
        ("fr", "Vraiment\u00a0?"),
        ("fr", "Vraiment?"),
        ("es", "Conectando …"),
        ("nl", "pagina's"),
        ("zh", "打开(https)"),
        ("ar", "نعم, لا"),
        ("hi", "हाँ."),
        ("es", "Está apagado?"),
        ("de", "Wirklich ?"),
    ],
)
def test_what_is_written_otherwise_is_noticed(language: str, sentence: str) -> None:
    """Each rule finds its mistake."""
    assert breaks(language, sentence)
