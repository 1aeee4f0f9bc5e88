"""What only some pages use: starter questions, actions on the conversation, links in it, consent that lasts, page tools in a talk."""

import json
import pathlib
import re
from typing import Any

import pytest

from dev.children import ROOT
from dev.processes import Function, Google
from tests.client.browser.element import ask, part
from tests.client.browser.test_site_tools import LOCKS

pytestmark = pytest.mark.conversations

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Herons</title><link rel="icon" href="/icon.svg">
<script type="module" src="/live-voice.js"></script></head><body><main><h1>Herons</h1><p>Herons fish at dusk.</p>{body}
<live-voice endpoint="{endpoint}" {attributes}>{inside}</live-voice></main></body></html>"""
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.textContent"


@pytest.fixture
def widget(open_tab: Any, site: Any, livetoken: Function) -> Any:
    """Opens a page with the element."""

    def open_one(attributes: str = "", inside: str = "", body: str = "", lang: str = "en", **options: Any) -> Any:
        endpoint = f"http://localhost:{livetoken.port}"
        text = PAGE.format(lang=lang, body=body, endpoint=endpoint, attributes=attributes, inside=inside)
        tab = open_tab(site.add("/extras.html", text), **options)
        tab.page.wait_for_function(
            "() => document.querySelector('live-voice').shadowRoot?.querySelector('.status').textContent"
        )
        return tab

    return open_one


# ── Law


@pytest.mark.parametrize("lang", ["ar", "de", "en", "es", "fr", "hi", "it", "ja", "nl", "pl", "pt", "ru", "tr", "zh"])
@pytest.mark.parametrize("inside", ["", "<p slot=consent>Your voice goes to Google.</p>"])
def test_the_visitor_is_told_that_it_is_an_ai(lang: str, inside: str, widget: Any) -> None:
    """Before the talk begins, with and without a consent text, in each language that ships."""
    tab = widget(lang=lang, inside=inside)
    told = part(tab, "told")
    tab.page.wait_for_function(
        "(lang) => document.querySelector('live-voice').shadowRoot.querySelector('.card').lang === lang", arg=lang
    )
    assert told.is_visible()
    assert any(word in told.text_content() for word in ("AI", "KI", "IA", "ИИ", "YZ", "ذكاء اصطناعي"))


def test_the_floating_button_says_it_too(widget: Any) -> None:
    """One click on it begins the talk, so it is told on the button."""
    tab = widget("floating")
    assert part(tab, "bubble").text_content() == "Talk about this pageAI"
    assert part(tab, "ai").is_visible()


def test_consent_is_remembered_where_the_owner_names_a_key(widget: Any) -> None:
    """consent-key: agreed once, the next page asks no more; without it nothing is stored."""
    consent = "<p slot=consent>Your voice goes to Google.</p>"
    tab = widget('consent-key="voice-consent"', consent)
    part(tab, "main").click()
    tab.page.wait_for_function("() => document.querySelector('live-voice').session?.state === 'listening'")
    assert tab.page.evaluate("Object.keys(localStorage)") == ["voice-consent"]
    tab.page.reload()
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').shadowRoot?.querySelector('.status').textContent"
    )
    assert part(tab, "main").text_content() == "Talk about this page"
    tab.page.evaluate("localStorage.clear()")
    tab = widget("", consent)
    part(tab, "main").click()
    tab.page.wait_for_function("() => document.querySelector('live-voice').session?.state === 'listening'")
    assert tab.page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]") == [[], []]


# ── Starter questions


def test_questions_of_the_page_are_buttons_before_and_in_the_talk(widget: Any) -> None:
    """Each is a button with its text, reached by the keyboard; a press asks it, in writing; no microphone is asked for."""
    inside = (
        "<span slot=question>What do  herons eat?</span><li slot=question>When do they fish?</li><p slot=question> </p>"
    )
    tab = widget(inside=inside, microphone=False)
    group = tab.page.get_by_role("group", name="Questions to begin with")
    group.wait_for()
    assert group.get_by_role("button").all_text_contents() == ["What do herons eat?", "When do they fish?"]
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate(FOCUSED) == "What do herons eat?"
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').session?.transcript.at(-1)?.text.includes('What do herons eat?')"
    )
    assert tab.page.evaluate(FOCUSED) == "What do herons eat?"  # the focus stays
    group.get_by_role("button", name="When do they fish?").click()
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').session?.transcript.filter(({ role }) => role === 'user').length === 2"
    )
    tab.page.evaluate(
        "document.querySelector('live-voice').append(Object.assign(document.createElement('b'), { slot: 'question', textContent: 'Why?' }))"
    )
    group.get_by_role("button", name="Why?").wait_for()


def test_questions_wait_for_consent(widget: Any) -> None:
    """Nothing can be asked before the visitor has agreed."""
    tab = widget(inside="<p slot=consent>Agree?</p><b slot=question>Why?</b>")
    tab.page.wait_for_timeout(400)
    assert part(tab, "questions").is_hidden()
    part(tab, "main").click()
    part(tab, "questions").wait_for()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (
            {"status": "ok", "questions": ["Why?", "<b>How?</b>", 7, None, "", "x" * 900]},
            ["Why?", "<b>How?</b>", "x" * 200],
        ),
        ({"status": "ok"}, []),
        ({"status": "ok", "questions": "Why?"}, []),
        ({"status": "ok", "questions": ["?"] * 50}, ["?"] * 8),
    ],
)
def test_questions_of_the_prompt_file_are_the_functions(
    answer: Any, shown: list[str], widget: Any, livetoken: Function, open_tab: Any
) -> None:
    """GET /?prompt=NAME brings them for a page that names its prompt; they are text; whatever else comes is left out."""
    tab = widget()
    asked = []

    def fulfill(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(json=answer, headers={"Access-Control-Allow-Origin": "*"})

    tab.page.route(lambda url: "prompt=" in url, fulfill)
    tab.page.evaluate(
        "() => { const voice = document.querySelector('live-voice'); voice.setAttribute('prompt', 'shop'); const { parentElement } = voice; voice.remove(); parentElement.append(voice); }"
    )
    tab.until(lambda: asked)
    if shown:
        part(tab, "questions").locator("button").first.wait_for()
    tab.page.wait_for_timeout(400)
    assert asked == [f"http://localhost:{livetoken.port}/?prompt=shop"]
    assert part(tab, "questions").locator("button").all_text_contents() == shown
    assert tab.page.evaluate("document.querySelector('live-voice').shadowRoot.querySelector('.questions b')") is None


@pytest.mark.parametrize(("prompt", "answers"), [("guide", True), ("voice-assistant", False)])
def test_questions_come_from_the_real_function(prompt: str, answers: bool, widget: Any, livetoken: Function) -> None:  # noqa: FBT001 - pytest's parameter
    """Those of the shipped file stand there before anything is minted; pressing one asks it."""
    front = (ROOT / "prompts" / f"{prompt}.md").read_text(encoding="utf-8").split("---")[1]
    written = re.findall(r"^  - (.*\?)$", front, re.MULTILINE)
    assert bool(written) is answers
    tab = widget(f'prompt="{prompt}"', microphone=False)
    buttons = part(tab, "questions").locator("button")
    if answers:
        buttons.first.wait_for()
    tab.until(lambda: [line for line in livetoken.lines() if '"requestMethod": "GET"' in line])
    tab.page.wait_for_timeout(300)
    assert buttons.all_text_contents() == written
    if answers:
        buttons.first.click()
        tab.page.wait_for_function("() => document.querySelector('live-voice').session?.transcript[1]?.final")
        assert written[0] in part(tab, "log").locator(".user").first.text_content()


PHONE = {"width": 360, "height": 640}
HEIGHTS = """() => { const { shadowRoot } = document.querySelector('live-voice');
  const [log, questions] = ['.log', '.questions'].map((name) => shadowRoot.querySelector(name));
  return [log.clientHeight, questions.clientHeight, questions.scrollWidth > questions.clientWidth]; }"""


@pytest.mark.parametrize(("floating", "room"), [("", 80), ("floating", 220)])
def test_on_a_phone_the_conversation_can_be_read(floating: str, room: int, widget: Any) -> None:
    """With questions and actions, what is said keeps its room: the questions are one row that scrolls sideways."""
    inside = "".join(
        f"<span slot=question>{question}</span>" for question in ("What do herons eat?", "When?", "Where do they nest?")
    )
    tab = widget(f"actions {floating}", inside, microphone=False, viewport=PHONE)
    if floating:
        part(tab, "bubble").click()
    ask(tab, "What do herons do?")
    tab.page.get_by_role("button", name="Copy the conversation").wait_for()
    log, questions, scrolls = tab.page.evaluate(HEIGHTS)
    assert log >= room
    assert questions < 50
    assert scrolls


def test_the_floating_button_keeps_away_from_both_edges(widget: Any) -> None:
    """However long its words are."""
    tab = widget(f'floating label-talk="{"Talk about everything " * 4}"', viewport=PHONE)
    box = part(tab, "bubble").bounding_box()
    assert [round(box["x"]), round(box["x"] + box["width"])] == [16, 344]


# ── What one can do with a conversation


def test_addresses_of_the_site_are_links_and_nothing_else_is(widget: Any, site: Any, cloud: Google) -> None:
    """In what both say; other origins, other schemes and markup stay text."""
    own = f"{site.url}/index.html"
    said = f"See {own}, or {site.url}/a?b=1#c. Not https://other.test/ nor javascript:alert(1) nor <a href={own}>x</a> nor {site.url}@other.test/."
    cloud.scenario({"session": [{"turn": [{"say": said}]}]})
    tab = widget(microphone=False)
    answer = ask(tab, f"Is it {own}?")
    cloud.scenario({})
    assert answer == said
    links = (
        "[...document.querySelector('live-voice').shadowRoot.querySelectorAll('.log .{} a')].map((link) => link.href)"
    )
    tab.page.wait_for_function(
        "() => document.querySelector('live-voice').shadowRoot.querySelectorAll('.log a').length === 4"
    )
    assert tab.page.evaluate(links.format("model")) == [own, f"{site.url}/a?b=1#c", own]
    assert tab.page.evaluate(links.format("user")) == [own]


def test_a_conversation_can_be_copied_saved_and_rated(widget: Any) -> None:
    """Buttons come with the first answer, in the page's language; the file and the clipboard hold who said what."""
    tab = widget("actions", microphone=False)
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = ask(tab, "What do herons do?")
    text = f"You: What do herons do?\n\nAssistant: {answer}\n"
    tab.page.get_by_role("button", name="Copy the conversation").click()
    tab.page.get_by_text("The conversation was copied.").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n") == text
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Save the conversation as text").click()
    assert pathlib.Path(saved.value.path()).read_text() == text
    assert saved.value.suggested_filename == "Conversation.txt"
    tab.page.evaluate(
        "() => { window.ratings = []; addEventListener('live-voice-rating', ({ detail, target }) => ratings.push([detail, target.localName])); }"
    )
    good, bad = tab.page.get_by_role("button", name="Good answer"), tab.page.get_by_role("button", name="Bad answer")
    good.click()
    assert good.get_attribute("aria-pressed") == "true"
    bad.click()
    assert good.get_attribute("aria-pressed") == "false"
    bad.click()
    ratings = tab.page.evaluate("ratings")
    assert [detail["rating"] for detail, _ in ratings] == ["up", "down", None]
    assert ratings[0] == [{"id": 2, "rating": "up", "text": answer}, "live-voice"]


def test_silent_answers_are_written_and_not_played(widget: Any) -> None:
    """The switch says that speech is billed all the same; nothing sounds; the state never speaks; it can be undone."""
    tab = widget('actions="silent"', microphone=False)
    ask(tab, "Hello")
    assert tab.page.get_by_role("button", name="Copy the conversation").is_hidden()
    tab.page.get_by_role("button", name="Answer in writing only").click()
    assert "billed as speech" in part(tab, "note").last.text_content()
    assert tab.page.evaluate(
        "[document.querySelector('live-voice').silent, document.querySelector('live-voice').session.silent]"
    ) == [True, True]
    tab.page.evaluate(
        "() => { window.states = []; addEventListener('live-voice-state', ({ detail }) => states.push(detail.state)); }"
    )
    assert "Hello" in ask(tab, "And now?")
    assert "speaking" not in tab.page.evaluate("states")
    tab.page.get_by_role("button", name="Answer in writing only").click()
    ask(tab, "And again?")
    assert "speaking" in tab.page.evaluate("states")


# ── The page's sections, and the tools in a talk


def test_the_sections_of_the_page_are_told(widget: Any) -> None:
    """Visible headings with an id of their own, of an anchor or of their section; never private, hidden or nameless ones; 50 at most."""
    body = (
        '<h2 id="a">First  <b>part</b></h2><section id="b"><h2>Second</h2><h3>No id</h3></section><h2><a id="c"></a>Third</h2><a id="d"></a><h2>Fourth</h2>'
        '<h2 id="e" hidden>secret</h2><h2 id="f" data-private>secret</h2><div data-private><h2 id="g">secret</h2></div><h2 id="h">Open <i data-private>secret</i></h2>'
        f'<h2 id="{"i" * 101}">Too long</h2><h2 id="j">{"T" * 300}</h2><h2 id="k"></h2>'
        + "".join(f'<h3 id="n{n}">N{n}</h3>' for n in range(60))
    )
    tab = widget(body=body)
    with tab.page.expect_request(lambda request: request.method == "POST") as sent:
        part(tab, "main").hover()
    sections = sent.value.post_data_json["pageSections"]
    assert sections[:6] == [
        {"id": "a", "title": "First part"},
        {"id": "b", "title": "Second"},
        {"id": "c", "title": "Third"},
        {"id": "d", "title": "Fourth"},
        {"id": "h", "title": "Open"},
        {"id": "j", "title": "T" * 100},
    ]
    assert len(sections) == 50
    assert "secret" not in json.dumps(sections)
    tab.errors.clear()  # a function that does not know the field yet refuses it
    tab = widget('page="off"', body=body)
    with tab.page.expect_request(lambda request: request.method == "POST") as sent:
        part(tab, "main").hover()
    assert "pageSections" not in sent.value.post_data_json
    tab.errors.clear()


def test_the_model_uses_the_tools(widget: Any, site: Any, cloud: Google) -> None:
    """Search, reading and showing in one talk, declared by an owner's prompt; nothing of it is loaded before it is called."""
    site.add("/llms.txt", f"- [Locks]({site.url}/locks.html): How boats are lifted", Content_Type="text/plain")
    site.add("/locks.html", LOCKS)
    turns = [
        {"when": "where", "call": {"name": "search_site", "args": {"query": "locks"}}},
        {"when": "read", "call": {"name": "read_page", "args": {"address": "/locks.html"}}},
        {"when": "show", "call": {"name": "show_section", "args": {"section": "herons"}}},
        {"when": "go", "call": {"name": "open_page", "args": {"address": "/locks.html"}}},
        {"when": "out", "call": {"name": "open_page", "args": {"address": "https://other.test/"}}},
    ]
    cloud.scenario({"session": [{"turn": turns}]})
    tab = widget('prompt="site-tools" search="/llms.txt"', microphone=False)
    site.asked.clear()
    for question in ("where do you write about locks?", "read it", "show it", "go there", "out of here"):
        before = len(cloud.session()["toolResponses"]) if cloud.sessions() else 0
        tab.page.evaluate("(text) => document.querySelector('live-voice').say(text)", question)
        tab.until(lambda before=before: cloud.sessions() and len(cloud.session()["toolResponses"]) > before)
        tab.page.wait_for_timeout(300)
    cloud.scenario({})
    found, read, shown, offered, refused = (answer["response"] for answer in cloud.session()["toolResponses"])
    assert found == {
        "results": [{"title": "Locks", "address": f"{site.url}/locks.html", "excerpt": "How boats are lifted"}]
    }
    assert "A lock lifts boats" in read["text"]
    assert shown["shown"] is True
    assert offered["opened"] is False
    assert offered["offered"] is True
    assert "error" in refused
    assert tab.page.url.endswith("/extras.html")
    assert part(tab, "note").locator("a").get_attribute("href") == f"{site.url}/locks.html"
    scripts = [path for path in site.asked if path.endswith(".js")]
    assert scripts.count("/livetoken-site.js") == 1
    site.pages.pop("/llms.txt")


def test_an_address_reads_from_left_to_right_in_arabic_too(widget: Any, site: Any, cloud: Google) -> None:
    """The link that is offered stands by itself, as people write it."""
    address = "/%D8%A3%D9%82%D9%81%D8%A7%D9%84/page.html"
    turns = [
        {"when": "go", "call": {"name": "open_page", "args": {"address": address}}},
        {"when": "there", "call": {"name": "open_page", "args": {"address": "/100%/%E0%A4%A"}}},
    ]
    cloud.scenario({"session": [{"turn": turns}]})
    tab = widget('prompt="site-tools"', lang="ar", microphone=False)
    for count, question in enumerate(("go", "there"), start=1):
        tab.page.evaluate("(text) => document.querySelector('live-voice').say(text)", question)
        tab.until(lambda count=count: cloud.sessions() and len(cloud.session()["toolResponses"]) >= count)
    cloud.scenario({})
    links = part(tab, "note").locator("a")
    assert links.all_text_contents() == ["/أقفال/page.html", "/100%/%E0%A4%A"]
    assert links.first.evaluate("(link) => [getComputedStyle(link).direction, getComputedStyle(link).unicodeBidi]") == [
        "ltr",
        "isolate",
    ]
