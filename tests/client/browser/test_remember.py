"""A conversation survives a change of page: loads, the way back, frameworks that swap the body; and ends where it should."""

import json
import re
import time
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser.element import ask, part, start_muted

pytestmark = pytest.mark.conversations

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number}</title><link rel="icon" href="/icon.svg">{head}
<script type="module" src="/live-voice.js"></script></head><body><main><h1>Page {number}</h1><p>Text of page {number}.</p>{body}</main>
<live-voice endpoint="{endpoint}" remember {attributes}>{inside}</live-voice></body></html>"""
SHOWN = (
    "[...document.querySelector('live-voice').shadowRoot.querySelectorAll('.log bdi')].map((line) => line.textContent)"
)
READY = "() => document.querySelector('live-voice')?.shadowRoot?.querySelector('.status').textContent"
SETTLED = "() => document.querySelector('live-voice').shadowRoot.querySelector('[part=forget]') && !document.querySelector('live-voice').shadowRoot.querySelector('[part=forget]').hidden"


@pytest.fixture
def pages(open_tab: Any, site: Any, livetoken: Function) -> Any:
    """Makes twelve pages that differ in their text; opens the first."""

    def open_first(attributes: str = "", *, inside: str = "", head: str = "", body: str = "", **options: Any) -> Any:
        endpoint = f"http://localhost:{livetoken.port}"
        for number in range(12):
            text = PAGE.format(
                number=number, endpoint=endpoint, attributes=attributes, inside=inside, head=head, body=body
            )
            site.add(f"/page{number}.html", text)
        tab = open_tab(f"{site.url}/page0.html", microphone=False, **options)
        tab.page.wait_for_function(READY)
        return tab

    return open_first


def go(tab: Any, site: Any, number: int) -> None:
    """Open another page, and wait for the element."""
    tab.page.goto(f"{site.url}/page{number}.html")
    tab.page.wait_for_function(READY)


# The transcript has more than fits, and shows what was said last.
AT_ITS_END = """() => {
  const { scrollTop, scrollHeight, clientHeight } = document.querySelector('live-voice').shadowRoot.querySelector('.log');
  return scrollHeight > clientHeight && scrollTop + clientHeight > scrollHeight - 2;
}"""


def test_what_was_said_last_is_in_sight(pages: Any, site: Any) -> None:
    """The panel of the next page is scrolled to the end, also when questions to begin with come later and take room."""
    tab = pages("floating", inside="<button slot=question>What is this page about, and what else is there?</button>")
    part(tab, "bubble").click()
    for number in range(4):
        ask(tab, f"Question {number}, which is long enough to fill more than one line of the panel.")
    go(tab, site, 1)
    tab.page.wait_for_function(SETTLED)
    tab.page.wait_for_function(AT_ITS_END)


def test_ten_page_loads_keep_the_context(pages: Any, site: Any, cloud: Google) -> None:
    """The next page shows the transcript at once, mints nothing by itself, and goes on when the visitor types; the model knows which page it is."""
    tab = pages()
    ask(tab, "My name is Ada.")
    for number in range(1, 11):
        before = tab.page.evaluate(SHOWN)
        minted = len(cloud.mints())
        go(tab, site, number)
        tab.page.wait_for_function(SETTLED)
        assert tab.page.evaluate(SHOWN) == before
        assert part(tab, "main").text_content() == "Go on talking"
        tab.page.wait_for_timeout(100)
        assert len(cloud.mints()) == minted
        answer = ask(tab, f"Question {number}")
        assert f"Question {number}" in answer
        assert f"Turn {2 * number + 1}." in answer  # for each page a question, and a note of what it is
        assert len(cloud.mints()) == minted + 1
        told = json.dumps(cloud.mints()[-1]["body"])
        assert f"Text of page {number}." in told
        assert f"/page{number}.html" in json.dumps(cloud.session())
    assert len(tab.page.evaluate(SHOWN)) == 22
    assert tab.page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]") == [
        [],
        ["livetoken"],
        "",
    ]


def test_the_way_back_and_forward(pages: Any, site: Any) -> None:
    """A page that the browser kept shows what was said since; it goes on there."""
    tab = pages()
    ask(tab, "My name is Ada.")
    go(tab, site, 1)
    ask(tab, "I live in Bath.")
    said = tab.page.evaluate(SHOWN)
    tab.page.go_back()
    tab.page.wait_for_function(f"(said) => JSON.stringify({SHOWN}) === JSON.stringify(said)", arg=said)
    assert "Turn 5." in ask(tab, "What is my town?")
    said = tab.page.evaluate(SHOWN)
    tab.page.go_forward()
    tab.page.wait_for_function(f"(said) => JSON.stringify({SHOWN}) === JSON.stringify(said)", arg=said)
    assert "Turn 7." in ask(tab, "And now?")


def test_spoken_it_goes_on_after_a_touch(pages: Any, site: Any, cloud: Google) -> None:
    """The button reads Go on talking; it asks for the microphone again and keeps the context."""
    tab = pages()
    ask(tab, "My name is Ada.")
    go(tab, site, 1)
    tab.page.wait_for_function(SETTLED)
    start_muted(tab)
    assert re.search(r"Turn [3-9]\.", ask(tab, "Who am I?"))  # what the microphone heard before may be a turn, too
    assert cloud.mints()[-1]["body"]["bidiGenerateContentSetup"]["sessionResumption"]["handle"]


def test_end_forgets_everything(pages: Any, site: Any) -> None:
    """End in the talk, and End on a page that has not gone on: the next page knows nothing."""
    tab = pages()
    ask(tab, "My name is Ada.")
    part(tab, "main").click()
    assert tab.page.evaluate("Object.keys(sessionStorage)") == []
    go(tab, site, 1)
    tab.page.wait_for_timeout(400)
    assert tab.page.evaluate(SHOWN) == []
    ask(tab, "My name is Bob.")
    go(tab, site, 2)
    tab.page.get_by_role("button", name="End", exact=True).click()
    assert tab.page.evaluate("Object.keys(sessionStorage)") == []
    assert tab.page.evaluate(SHOWN) == []
    assert part(tab, "main").text_content() == "Talk about this page"
    go(tab, site, 3)
    tab.page.wait_for_timeout(400)
    assert tab.page.evaluate(SHOWN) == []
    assert "Ada" not in ask(tab, "Who am I?")


def test_two_hours_and_another_persona_end_it(pages: Any, site: Any, livetoken: Function) -> None:
    """A record that is too old, of another prompt file, or that is none is dropped."""
    tab = pages()
    ask(tab, "My name is Ada.")
    go(tab, site, 1)
    tab.page.wait_for_function(SETTLED)
    record = tab.page.evaluate("JSON.parse(sessionStorage.livetoken)")
    assert 7_100_000 < record["until"] - time.time() * 1000 <= 7_200_000
    changes: list[Any] = [
        {**record, "until": time.time() * 1000 - 1},
        {**record, "until": 9e15},
        {**record, "persona": record["persona"] + "other"},
        {**record, "version": 2},
        {**record, "resumption": {**record["resumption"], "entries": [{"role": "system", "text": "x"}]}},
        {**record, "resumption": {**record["resumption"], "turns": [7]}},
        {**record, "resumption": None},
        {**record, "tab": {}},
        "<img>",
        None,
    ]
    for change in changes:
        tab.page.evaluate(
            "(text) => addEventListener('pagehide', () => { sessionStorage.livetoken = text; })", json.dumps(change)
        )
        go(tab, site, 2)
        tab.page.wait_for_timeout(250)
        assert tab.page.evaluate(SHOWN) == [], change
        assert part(tab, "main").text_content() == "Talk about this page"


def test_a_duplicated_tab_starts_fresh(pages: Any, site: Any) -> None:
    """A copy of sessionStorage is not enough: the first tab holds the conversation, and keeps it."""
    tab = pages()
    ask(tab, "My name is Ada.")
    with tab.page.context.expect_page() as opened:
        tab.page.evaluate("(url) => { window.open(url); }", f"{site.url}/page1.html")
    copy = opened.value
    copy.wait_for_function(READY)
    copy.wait_for_timeout(2000)
    assert copy.evaluate(SHOWN) == []
    assert copy.evaluate("Object.keys(sessionStorage)") == []
    copy.close()
    go(tab, site, 2)
    tab.page.wait_for_function(SETTLED)
    assert "Turn 3." in ask(tab, "Who am I?")


def test_panel_consent_and_silence_are_kept(pages: Any, site: Any) -> None:
    """The floating panel stands open as it was left, without taking the focus; who has agreed is not asked again."""
    tab = pages("floating actions", inside="<p slot=consent>Your voice goes to Google.</p>")
    part(tab, "bubble").click()
    part(tab, "main").click()
    ask(tab, "My name is Ada.")
    tab.page.get_by_role("button", name="Answer in writing only").click()
    go(tab, site, 1)
    tab.page.wait_for_function(SETTLED)
    assert part(tab, "card").is_visible()
    assert part(tab, "consent").is_hidden()
    assert tab.page.evaluate("[document.activeElement.localName, document.querySelector('live-voice').silent]") == [
        "body",
        True,
    ]
    part(tab, "bubble").click()
    go(tab, site, 2)
    tab.until(lambda: part(tab, "bubble").text_content() == "Go on talkingAI")
    assert part(tab, "card").is_hidden()


# What the frameworks do when they change the page, without the rest of them
SWAPS = {
    "Turbo": "(next) => { document.title = next.title; document.documentElement.replaceChild(document.adoptNode(next.body), document.body); }",
    "Astro": "(next) => { document.title = next.title; document.body.replaceWith(document.adoptNode(next.body)); }",
    "the next page beside the former": "(next) => { document.title = next.title; const former = [...document.body.childNodes]; document.body.append(...document.adoptNode(next.body).childNodes); setTimeout(() => former.forEach((node) => node.remove()), 300); }",
    "content of the body": "(next) => { document.title = next.title; document.body.replaceChildren(...document.adoptNode(next.body).childNodes); }",
}
SWAP = """async ([address, swap]) => {
  const next = new DOMParser().parseFromString(await (await fetch(address)).text(), 'text/html');
  history.pushState({}, '', address);
  eval(swap)(next);
}"""


@pytest.mark.parametrize("framework", SWAPS)
def test_a_framework_swaps_the_body(framework: str, pages: Any, site: Any, cloud: Google) -> None:
    """Ten pages without a load: another element stands there, shows what was said, and goes on."""
    tab = pages()
    ask(tab, "My name is Ada.")
    for number in range(1, 11):
        before = tab.page.evaluate(SHOWN)
        tab.page.evaluate(SWAP, [f"/page{number}.html", SWAPS[framework]])
        tab.page.wait_for_function(SETTLED)
        assert tab.page.evaluate(SHOWN) == before
        assert f"Turn {2 * number + 1}." in ask(tab, f"Question {number}")
    assert len([session for session in cloud.sessions() if not session["close"]]) == 1


KEEP = "(next) => { document.title = next.title; const kept = document.querySelector('live-voice'); next.querySelector('live-voice').replaceWith(document.adoptNode(kept)); document.body.replaceWith(document.adoptNode(next.body)); }"


def test_a_permanent_element_goes_on_without_a_break(pages: Any, site: Any, cloud: Google) -> None:
    """An element that a framework keeps (data-turbo-permanent, transition:persist) keeps its connection; the model is told of the new page."""
    tab = pages()
    ask(tab, "My name is Ada.")
    tab.page.evaluate(SWAP, ["/page1.html", KEEP])
    tab.until(lambda: "page1.html" in json.dumps(cloud.session()))
    assert "Turn 3." in ask(tab, "Who am I?")
    assert len(cloud.sessions()) == 1


STORY = "The herons went down to the sea, and the tide came in. " * 12
LAST = "document.querySelector('live-voice').session.transcript.at(-1)"


def test_an_answer_is_said_to_its_end_while_the_page_changes(pages: Any, site: Any, cloud: Google) -> None:
    """The model is told of the new page when its answer is over: what is put into a conversation ends an answer under way."""
    cloud.scenario({"session": [{"turn": [{"when": "story", "say": STORY}]}]})
    tab = pages()
    ask(tab, "My name is Ada.")
    tab.page.evaluate("document.querySelector('live-voice').say('Tell me a story.')")
    tab.page.wait_for_function(f"() => {LAST}.role === 'model' && {LAST}.text")
    tab.page.evaluate(SWAP, ["/page1.html", KEEP])
    tab.page.evaluate("document.querySelector('live-voice').setAttribute('label-end', 'Stop')")  # it looks around
    assert not tab.page.evaluate(f"{LAST}.final")
    tab.page.wait_for_function(f"() => {LAST}.role === 'model' && {LAST}.final")
    assert STORY.strip() in tab.page.evaluate(f"{LAST}.text")
    tab.until(lambda: "page1.html" in json.dumps(cloud.session()))
    assert "Before that you said: “[Not said by the visitor" in ask(tab, "Where am I?")


# ── Going to another page


def leave(tab: Any, cloud: Google, address: str) -> dict[str, Any]:
    """Let the model open a page; returns what it was answered."""
    cloud.scenario(
        {
            "session": [
                {"turn": [{"when": "go", "call": {"name": "open_page", "args": {"address": address}}, "repeat": True}]}
            ]
        }
    )
    tab.page.evaluate("document.querySelector('live-voice').say('go there')")
    tab.until(lambda: cloud.sessions() and cloud.session()["toolResponses"])
    cloud.scenario({})
    response: dict[str, Any] = cloud.session()["toolResponses"][-1]["response"]
    return response


def test_the_model_opens_a_page_and_the_talk_goes_on_there(pages: Any, site: Any, cloud: Google) -> None:
    """A link and Stay here for a moment; then the next page, which is not opened once more."""
    tab = pages('prompt="site-tools"')
    assert leave(tab, cloud, "/page3.html") == {"opened": True}
    tab.page.wait_for_url("**/page3.html")
    tab.page.wait_for_function(SETTLED)
    assert tab.page.evaluate(SHOWN)[0] == "go there"
    assert "Hello" in ask(tab, "Hello")
    tab.page.wait_for_timeout(5000)
    assert tab.page.url.endswith("/page3.html")


def test_the_visitor_may_stay(pages: Any, site: Any, cloud: Google) -> None:
    """Stay here: nothing is opened, the model hears it, and the keyboard is still in the conversation."""
    tab = pages('prompt="site-tools"')
    cloud.scenario(
        {"session": [{"turn": [{"when": "go", "call": {"name": "open_page", "args": {"address": "/page3.html"}}}]}]}
    )
    tab.page.evaluate("document.querySelector('live-voice').say('go there')")
    tab.page.get_by_role("button", name="Stay here").focus()
    tab.page.keyboard.press("Enter")
    cloud.scenario({})
    tab.until(lambda: cloud.session()["toolResponses"])
    assert cloud.session()["toolResponses"][-1]["response"]["opened"] is False
    assert tab.page.evaluate("document.activeElement.shadowRoot?.activeElement?.className") == "log"
    tab.page.wait_for_timeout(5000)
    assert tab.page.url.endswith("/page0.html")


CHANGES = {
    "text": "document.querySelector('#t').value = 'written'",
    "checkbox": "document.querySelector('#c').checked = true",
    "select": "document.querySelector('#s').selectedIndex = 1",
    "area": "document.querySelector('#a').value = 'written'",
    "editable": "document.querySelector('#e').textContent = 'written'",
    "shadow": "document.querySelector('#h').attachShadow({ mode: 'open' }).innerHTML = '<input>'; document.querySelector('#h').shadowRoot.firstChild.value = 'x'",
}


@pytest.mark.parametrize("change", [*CHANGES, "a query"])
def test_nothing_that_was_written_is_lost(change: str, pages: Any, cloud: Google) -> None:
    """A form that was changed keeps the page; an address with a query may do something: the visitor gets a link."""
    body = "<form><input id=t value=given><input id=c type=checkbox><select id=s><option>1<option>2</select><textarea id=a>given</textarea><input type=hidden id=x><input type=range></form><div id=e contenteditable></div><div id=h></div><a href='/page3.html?delete=1'>Delete</a>"
    tab = pages('prompt="site-tools"', body=body)
    if change in CHANGES:
        tab.page.evaluate(f"() => {{ document.querySelector('#x').value = 'set by a script'; {CHANGES[change]}; }}")
    answer = leave(tab, cloud, "/page3.html?delete=1" if change == "a query" else "/page3.html")
    assert answer["opened"] is False
    assert answer["offered"] is True
    assert part(tab, "note").locator("a").count() == 1
    tab.page.wait_for_timeout(600)
    assert tab.page.url.endswith("/page0.html")
