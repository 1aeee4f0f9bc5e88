"""The untrusted fields: typed, cleaned, capped, and the page's own address."""

import contextlib
import gc
import json
import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.errors import InvalidRequest, Refusal
from livetoken.http.body import parse_object
from livetoken.prompts.page import CONTENT_CHARACTERS, FIELDS, FLAGS, Page, own_url
from tests.faults.corpus import Case, lines, spelled_out
from tests.support import ORIGIN


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
        (f"{ORIGIN}/a?" + "q" * 9000, f"{ORIGIN}/a"),
        (f"{ORIGIN}/play#code/" + "A" * 3000, f"{ORIGIN}/play"),
        (f"{ORIGIN}/a#:~:text=<b> {{x}}", f"{ORIGIN}/a"),
        (f"{ORIGIN}#?#?", ORIGIN),
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
    """The cap counts characters as they are sent; what fits is taken, whatever composing does to its length."""
    fits = "x" * CONTENT_CHARACTERS
    assert Page.from_fields({"pageContent": fits}, ORIGIN).content == fits
    grows = "\u0958" * CONTENT_CHARACTERS
    assert len(Page.from_fields({"pageContent": grows}, ORIGIN).content) == 2 * CONTENT_CHARACTERS
    for long in (fits + "x", fits + "\u200b"):
        with pytest.raises(InvalidRequest, match="invalid_request"):
            Page.from_fields({"pageContent": long}, ORIGIN)


def test_prefix_alone_is_no_model() -> None:
    """What is empty once its prefix is taken off is not absent."""
    with pytest.raises(InvalidRequest) as caught:
        Page.from_fields({"model": "models/"}, ORIGIN)
    assert caught.value.sentence == "The field 'model' is not one that this prompt allows."


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", ["true", 1, None, {}])
def test_flag_of_wrong_type(flag: str, value: object) -> None:
    """Nothing else is taken for one."""
    with pytest.raises(InvalidRequest) as caught:
        Page.from_fields({flag: value}, ORIGIN)
    assert caught.value.sentence == f"The field '{flag}' must be true or false."


def test_only_the_begin_of_a_title_is_looked_at() -> None:
    """White space before a title does not hide it; a title that begins later than that is none."""
    assert Page.from_fields({"pageTitle": " \n" * 300 + "Tea"}, ORIGIN).title == "Tea"
    assert Page.from_fields({"pageTitle": " " * 1000 + "Tea"}, ORIGIN).title == ""


@pytest.fixture(autouse=True, scope="module")
def _collector() -> Iterator[None]:
    """What a test run has gathered is not looked through while time is taken, as on a warm instance."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def judged(body: bytes, enough: float = 0) -> float:
    """Return how many milliseconds of this thread's processor time a body takes, at best: others are busy, too."""
    best = float("inf")
    for attempt in range(40):
        if attempt >= 5 and 1000 * best < max(enough, attempt):
            break
        begun = time.thread_time()
        with contextlib.suppress(Refusal):
            Page.from_fields(parse_object(body), ORIGIN)
        best = min(best, time.thread_time() - begun)
    return 1000 * best


NOISE = 2
CONTROL = json.dumps({"pageContent": "\u0434\u0430\u0439 " * 3000}, ensure_ascii=False).encode()


@pytest.mark.parametrize("case", lines("slow_bodies.txt"), ids=lambda case: re.sub(r"\W+", "-", case.reason))
def test_no_body_takes_long(case: Case) -> None:
    """Whatever a body is made of, it is judged within 5 ms, or where this machine is slow, as fast as that is there."""
    body = spelled_out(case.columns[0])
    assert len(body) <= 64 * 1024 + 200
    ordinary = judged(CONTROL)
    taken = min(judged(body, enough=5) for _ in range(3))
    print(f"{taken:.2f} ms, an ordinary page {ordinary:.2f} ms: {case.reason}")
    # 0.4 ms on the machine that 5 ms are promised for; other workers on its cores cost a long text up to 1.8 times as much
    assert taken < NOISE * 5 * max(1, ordinary / 0.4)
