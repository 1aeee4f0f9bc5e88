"""The page tools: search, reading, showing and opening pages of the site, and what hostile content can do to them."""

import json
from typing import Any

import pytest

from dev.children import ROOT
from tests.client.browser.tools import call, use

pytestmark = pytest.mark.conversations

ADDRESSES = (ROOT / "tests" / "hostile" / "addresses.txt").read_text().split("\n")
HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="/icon.svg"></head>'
LOCKS = (
    HEAD.format(title="Locks")
    + """<body><nav>Menu of the site</nav><main><h1 id="locks">Locks</h1><p>A lock lifts boats between two levels of a canal.</p>
<p data-private>Account 4711</p><p hidden>secret-hidden</p><p style="display: none">secret-none</p><p style="opacity:0">secret-opacity</p>
<div aria-hidden="true">secret-aria</div><template>secret-template</template><noscript>secret-noscript</noscript><!-- secret-comment -->
<form><input value="secret-input"><textarea>secret-area</textarea><select><option>secret-option</select></form>
<script>window.secretScript = 'secret-script'; parent.ran = true</script><dialog>secret-dialog</dialog><div popover>secret-popover</div>
<img src="/never.png" onerror="parent.ran = true"><ul><li>One</li><li>Two <b>bold</b> words</li></ul>
<details><summary>More</summary>Folded answers are told.</details><table><tr><td>12</td><td>sacks</td></tr></table></main></body></html>"""
)
OWN = HEAD.format(title="Here") + "<body><main><h1>Here</h1><p>Some words.</p></main></body></html>"


@pytest.fixture
def page(open_tab: Any, site: Any) -> Any:
    """A page of the site with the tools at hand: `call(name, args)`; `warnings` are the console's."""
    site.asked.clear()

    def open_one(body: str = OWN, index: str = "", path: str = "/here.html", **headers: str) -> Any:
        tab = open_tab(site.add(path, body, **headers))
        tab.warnings = []
        tab.page.on("console", lambda message: tab.warnings.append(message.text) if message.type == "warning" else None)
        use(tab, index)
        return tab

    return open_one


def test_only_addresses_of_the_site_are_taken(page: Any, site: Any) -> None:
    """Schemes, other hosts, backslashes, user names, invisible characters: none is read, none is opened."""
    tab = page()
    host = site.url.removeprefix("http://")
    rows = [line for line in ADDRESSES if line and not line.startswith("#")]
    assert len(rows) > 30
    for row in rows:
        address = row.format(origin=site.url, userinfo=site.url.replace("//", "//user:secret@"), host=host)
        assert "error" in call(tab, "read_page", address=address), address
        assert "error" in call(tab, "open_page", address=address), address
    odds: tuple[object, ...] = (None, 7, {}, [], "", " ", "/" + "x" * 3000)
    for odd in odds:
        assert "error" in call(tab, "read_page", address=odd)
    assert [line for line in tab.requests if site.url not in line] == []


def test_a_page_is_read_as_its_markup_shows_it(page: Any, site: Any) -> None:
    """Text line by line; nothing private or hidden, no menu, no form; nothing of it runs or loads."""
    site.add("/locks.html", LOCKS)
    tab = page()
    read = call(tab, "read_page", address="/locks.html#locks")
    assert read["title"] == "Locks"
    assert read["address"] == f"{site.url}/locks.html#locks"
    assert read["text"].split("\n") == [
        "Locks",
        "A lock lifts boats between two levels of a canal.",
        "One",
        "Two bold words",
        "More",
        "Folded answers are told.",
        "12 sacks",
    ]
    assert tab.page.evaluate("window.ran ?? false") is False
    assert "/never.png" not in site.asked


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ("data-private", False),
        ("hidden", False),
        ('aria-hidden="true"', False),
        ("inert", False),
        ('style="visibility:hidden"', False),
        ('class="visually-hidden"', True),
    ],
)
def test_what_is_around_a_text_hides_it(attributes: str, told: bool, page: Any, site: Any) -> None:  # noqa: FBT001 - pytest's parameter
    """A part within something private or hidden is not told; style sheets are not applied, and the guide says so."""
    site.add(
        "/around.html", HEAD.format(title="A") + f"<body {attributes}><main>The secret of the miller</main></body>"
    )
    text = call(page(), "read_page", address="around.html")["text"]
    assert ("secret" in text) is told


def test_redirects_to_others_and_other_files_are_refused(page: Any, site: Any) -> None:
    """No redirect leaves the site; a page that is missing, too large or no text is told so; cookies stay at home."""
    site.redirect("/away", "http://127.0.0.1:9/elsewhere")
    site.redirect("/moved", "/locks.html")
    site.add("/locks.html", LOCKS)
    site.add("/large.html", "<p>" + "x" * 2_100_000)
    site.add("/picture.html", "GIF89a", Content_Type="image/gif")
    tab = page()
    tab.page.evaluate("document.cookie = 'session=4711'")
    assert "error" in call(tab, "read_page", address="/away")
    assert call(tab, "read_page", address="/moved")["address"] == f"{site.url}/locks.html"
    assert "more than" in call(tab, "read_page", address="/large.html")["error"]
    assert "no such file" in call(tab, "read_page", address="/picture.html")["error"]
    assert "404" in call(tab, "read_page", address="/missing.html")["error"]
    assert [cookie for path, cookie in site.cookies if path == "/locks.html" and cookie] == []
    tab.errors.clear()  # Chromium reports the refusals on the console


def test_a_long_page_is_cut(page: Any, site: Any) -> None:
    """8000 characters of a page are told, with a mark; deep and broad pages take no long."""
    site.add("/long.html", HEAD.format(title="T" * 900) + "<main>" + "<p>Many words. " * 5000 + "</main>")
    site.add("/deep.html", "<div>" * 20_000 + "deep" + "<b>x" * 20_000)
    tab = page()
    read = call(tab, "read_page", address="/long.html")
    assert len(read["text"]) <= 8000
    assert read["text"].endswith("…")
    assert len(read["title"]) <= 200
    assert "text" in call(tab, "read_page", address="/deep.html")


# ── Search

MKDOCS = {
    "config": {"fields": {"title": {"boost": 1000.0}}},  # Material's, which keeps markup
    "docs": [
        {"location": "", "title": "Home", "text": "Welcome to the canal."},
        {"location": "guide/locks/", "title": "Locks", "text": "<p>A <b>lock</b> lifts boats &amp; barges.</p>"},
        {"location": "guide/locks/#gates", "title": "Gates", "text": "Mitre gates close against the water."},
        {"location": "https://other.test/", "title": "Locks elsewhere", "text": "lock lock lock"},
        {"location": "javascript:alert(1)", "title": "lock", "text": "lock"},
    ],
}
SPHINX = (
    "Search.setIndex("
    + json.dumps(
        {
            "docnames": ["index", "guide/locks"],
            "titles": ["Home", "Locks"],
            "terms": {"boat": 1, "canal": [0, 1], "lift": 1},
            "titleterms": {"lock": 1},
            "alltitles": {"Gates of wood": [[1, "gates"]], "Locks": [[1, None]]},
        }
    )
    + ")"
)
LLMS_FULL = """# Home

URL: {origin}/

Welcome.

# Locks
Source: {origin}/locks.html

A lock lifts boats.

```sh
# not a heading
```

# Elsewhere
URL: https://other.test/

A lock, too.
"""
LLMS = """# The canal

> All about it

## Pages

- [Home](/): Welcome
- [Locks](/locks.html): How boats are lifted in a lock
- [Elsewhere](https://other.test/locks): lock lock lock
- [Bad](javascript:alert(1)): lock
"""
LIST = [
    {"Title": "Locks", "permalink": "/locks.html", "Content": "A lock lifts boats."},
    {"title": "Elsewhere", "url": "//other.test/", "content": "lock lock"},
    {
        "title": "<img src=x onerror=alert(1)>Water",
        "url": "/x.html",
        "content": "<script>alert(1)</script>Lock keepers and other people of the canal",
    },
    None,
    7,
    {"url": 7},
]
FILES = {
    "/site/search/search_index.json": (json.dumps(MKDOCS), "application/json"),
    "/sphinx/searchindex.js": (SPHINX, "text/javascript"),
    "/llms-full.txt": (LLMS_FULL, "text/plain"),
    "/texts/llms.txt": (LLMS, "text/plain"),
    "/list.json": (json.dumps(LIST), "application/json"),
}


@pytest.mark.parametrize(
    ("index", "address", "excerpt"),
    [
        ("/site/search/search_index.json", "/site/guide/locks/", "A lock lifts boats & barges."),
        ("/sphinx/searchindex.js", "/sphinx/guide/locks.html", "A lock lifts boats between two levels of a canal."),
        ("/llms-full.txt", "/locks.html", "A lock lifts boats."),
        ("/texts/llms.txt", "/locks.html", "How boats are lifted in a lock"),
        ("/list.json", "/locks.html", "A lock lifts boats."),
    ],
)
def test_each_index_finds_the_page(index: str, address: str, excerpt: str, page: Any, site: Any) -> None:
    """The page comes first, with its own address and the words around; other origins and their likes are left out, markup is text."""
    text, kind = FILES[index]
    site.add(index, text.replace("{origin}", site.url), Content_Type=kind)
    site.add("/sphinx/guide/locks.html", LOCKS)
    site.add("/sphinx/_static/documentation_options.js", "const DOCUMENTATION_OPTIONS = { BUILDER: 'html' };", Content_Type="text/javascript")  # fmt: skip
    results = call(page(index=index), "search_site", query="locks")["results"]
    assert results[0]["address"] == site.url + address
    assert excerpt in results[0]["excerpt"]
    assert len(results) <= 5
    for result in results:
        assert set(result) == {"title", "address", "excerpt"}
        assert result["address"].startswith(site.url + "/")
        assert "<" not in json.dumps(result)
        assert "alert" not in json.dumps(result)


def test_words_are_found_in_other_forms_and_scripts(page: Any, site: Any) -> None:
    """Endings, accents, slips of the pen, the beginning of a word, and scripts without spaces."""
    entries = [
        {"title": "Schleusen", "url": "/a", "text": "Schleusentore öffnen sich."},
        {"title": "Écluses", "url": "/b", "text": "Une écluse élève les bateaux."},
        {"title": "水門", "url": "/c", "text": "運河の水門は船を持ち上げます。"},
        {"title": "Lifting", "url": "/d", "text": "Boats are lifted by water."},
    ]
    site.add("/forms.json", json.dumps(entries), Content_Type="application/json")
    tab = page(index="/forms.json")
    for query, path in [
        ("ecluse", "/b"),
        ("水門", "/c"),
        ("lift boat", "/d"),
        ("Schleusentor", "/a"),
        ("schleussen", "/a"),
    ]:
        assert call(tab, "search_site", query=query)["results"][0]["address"] == site.url + path, query
    assert call(tab, "search_site", query="zebra")["results"] == []
    assert "error" in call(tab, "search_site", query="")
    assert "error" in call(tab, "search_site", query={"a": 1})


def test_named_characters_are_the_characters(page: Any, site: Any) -> None:
    """As lists and Pagefind write them; what is no such name stays."""
    entries = [
        {
            "title": "&Eacute;cluses &amp; &ouml;ffnen &mdash; l&rsquo;eau &#8364; &#x20AC;",
            "url": "/a",
            "content": "&laquo;&szlig;&raquo;&nbsp;&AMP; &bogus; &constructor; AT&T; lock",
        }
    ]
    site.add("/named.json", json.dumps(entries), Content_Type="application/json")
    (best,) = call(page(index="/named.json"), "search_site", query="lock")["results"]
    assert best["title"] == "Écluses & öffnen — l’eau € €"
    assert best["excerpt"] == "«ß» & &bogus; &constructor; AT&T; lock"


def test_the_usual_places_are_tried_in_order(page: Any, site: Any) -> None:
    """Without an attribute the first index that is there is taken, below the site's own folder, too; `off` means none."""
    site.add("/project/llms.txt", LLMS, Content_Type="text/plain")
    tab = page(path="/project/here.html")
    assert call(tab, "search_site", query="lock")["results"][0]["address"] == f"{site.url}/locks.html"
    assert [path for path in site.asked if "pagefind" in path or "search" in path or "llms" in path][:3] == [
        "/livetoken-site.js",
        "/project/pagefind/pagefind.js",
        "/pagefind/pagefind.js",
    ] or "/project/pagefind/pagefind.js" in site.asked
    tab.errors.clear()  # Chromium reports what is not there
    assert "error" in call(page(index="off"), "search_site", query="lock")
    site.pages.pop("/project/llms.txt")


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("[" + "7," * 4_100_000 + "7]", "application/json", "more than"),
        ('{"a": ', "application/json", "no JSON"),
        ("[]", "application/json", "names no page"),
        ("null", "application/json", "names no page"),
        ("<p>Not found</p>", "text/html", "no such file"),
        (json.dumps([{"url": "https://other.test/", "title": "lock"}]), "application/json", "names no page"),
    ],
    ids=["huge", "broken", "empty", "null", "a page", "another site's"],
)
def test_an_index_that_cannot_be_used_is_told_on_the_console(
    text: str, kind: str, why: str, page: Any, site: Any
) -> None:
    """The owner reads why; the model hears that there is nothing to search."""
    site.add("/bad.json", text, Content_Type=kind)
    tab = page(index="/bad.json")
    assert call(tab, "search_site", query="lock") == {"error": "This site has no index that can be searched."}
    assert any(why in line for line in tab.warnings), tab.warnings


def test_an_index_that_never_comes_ends_the_search(page: Any, site: Any) -> None:
    """After six seconds the search goes on without it."""
    tab = page(index="/never.json")
    tab.page.route("**/never.json", lambda route: None)
    tab.page.clock.install()
    tab.page.evaluate("() => { window.answer = call('search_site', { query: 'lock' }); }")
    tab.page.wait_for_timeout(300)
    tab.page.clock.run_for(7000)
    tab.page.unroute_all(behavior="ignoreErrors")
    assert "error" in tab.page.evaluate("answer")
    assert any("in time" in line for line in tab.warnings)


def test_a_name_that_is_no_index_is_told(page: Any) -> None:
    """search="…" of another origin, or of no known kind."""
    for index in ("https://other.test/pagefind/pagefind.js", "/index.html", "javascript:alert(1)//.json"):
        tab = page(index=index)
        assert "error" in call(tab, "search_site", query="lock")
        assert any("is no index" in line for line in tab.warnings)


PAGEFIND = """
export const init = async () => {};
export const search = async (query) => ({ results: [
  { data: async () => ({ url: '/locks.html', excerpt: 'A <mark>lock</mark> lifts &amp; lowers', meta: { title: 'Locks' },
    sub_results: [{ title: 'Gates', url: '/locks.html#gates', excerpt: '<mark>lock</mark> gates', locations: [1, 2] }] }) },
  { data: async () => ({ url: 'https://other.test/', excerpt: query, meta: { title: 'No' } }) },
  { data: async () => { throw new Error('broken'); } },
] });
"""


def test_pagefind_searches_by_itself(page: Any, site: Any) -> None:
    """Its own ranking and excerpts, as text; what is broken or elsewhere is left out."""
    site.add("/pagefind/pagefind.js", PAGEFIND, Content_Type="text/javascript")
    results = call(page(), "search_site", query="lock")["results"]
    assert results == [{"title": "Locks: Gates", "address": f"{site.url}/locks.html#gates", "excerpt": "lock gates"}]
    site.pages.pop("/pagefind/pagefind.js")


def test_a_policy_without_webassembly_leaves_pagefind_out(page: Any, site: Any) -> None:
    """The console names what script-src needs, and the next index is taken."""
    site.add("/pagefind/pagefind.js", PAGEFIND, Content_Type="text/javascript")
    site.add("/llms.txt", LLMS, Content_Type="text/plain")
    tab = page(Content_Security_Policy="default-src 'self'; script-src 'self' 'nonce-x'")
    assert call(tab, "search_site", query="lock")["results"][0]["address"] == f"{site.url}/locks.html"
    assert any("wasm-unsafe-eval" in line for line in tab.warnings)
    tab.errors.clear()  # Chromium reports what the policy refused, and what is not there
    for path in ("/pagefind/pagefind.js", "/llms.txt"):
        site.pages.pop(path)


def test_a_policy_that_forbids_reading_is_told(page: Any, site: Any) -> None:
    """connect-src without 'self', and Trusted Types without a policy named livetoken: the model hears why."""
    site.add("/locks.html", LOCKS)
    tab = page(Content_Security_Policy="default-src 'self'; connect-src http://localhost:1")
    assert "connect-src needs 'self'" in call(tab, "read_page", address="/locks.html")["error"]
    tab.errors.clear()
    tab = page(Content_Security_Policy="default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'")
    assert "trusted-types needs livetoken" in call(tab, "read_page", address="/locks.html")["error"]
    tab.errors.clear()
    tab = page(
        Content_Security_Policy="default-src 'self'; require-trusted-types-for 'script'; trusted-types livetoken"
    )
    assert "A lock lifts boats" in call(tab, "read_page", address="/locks.html")["text"]
    tab.errors.clear()


# ── Showing

LONG = (
    HEAD.format(title="Long")
    + """<body><main><h1 id="top">Canals</h1><p>Words.</p><div style="height:3000px"></div><h2 id="gates">Mitre gates</h2><p>They close.</p>
<section id="wheels"><h2>Wheels of oak</h2><p>Oak is kind.</p></section><details><summary>More</summary><h3 id="folded">Barnacles</h3></details>
<div data-private><h2 id="account">Account</h2></div><h2 id="hid" hidden>Hidden</h2><p>The paddles are short boards.</p><button>B</button></main></body>"""
)


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("gates", "gates"),
        ("#gates", "gates"),
        ("Mitre gates", "gates"),
        ("the gates, mitre", "gates"),
        ("wheels", "wheels"),
        ("folded", "folded"),
        ("short boards", "The paddles are short boards."),
    ],
)
def test_a_section_is_shown_by_its_id_or_its_words(wanted: str, shown: str, page: Any) -> None:
    """It is scrolled to and highlighted; the focus stays; folded parts open."""
    tab = page(LONG)
    tab.page.emulate_media(reduced_motion="reduce")
    tab.page.evaluate("document.querySelector('button').focus({ preventScroll: true })")
    assert call(tab, "show_section", section=wanted) == {"shown": True, "section": shown}
    assert tab.page.evaluate("scrollY") > 500
    assert tab.page.evaluate("CSS.highlights.get('livetoken-shown').size") == 1
    assert tab.page.evaluate("document.activeElement.localName") == "button"


COVERED = """<style>{css}</style><body><main><h1>Top</h1><p style="block-size: 1500px"></p><section><h2 id="gates">Mitre gates</h2>
<p style="block-size: 400px">They close.</p></section><p style="block-size: 1500px"></p></main><div class="bar"></div><aside></aside></body>"""
PANEL = "aside { position: fixed; inset: 30vh 2vw 0 }"


@pytest.mark.parametrize(
    ("css", "top", "bottom"),
    [
        (PANEL, 0, 0.3),
        ("aside { position: fixed; inset: 0 2vw 40vh }", 0.6, 1),
        (PANEL + ".bar { position: fixed; inset: 0 0 auto; block-size: 10vh }", 0.1, 0.3),
        (
            "body { display: flex; flex-direction: column } .bar { order: -1; position: sticky; top: 0; block-size: 20vh; flex: none }",
            0.2,
            1,
        ),
        ("aside { position: fixed; inset: 0 }", 0, 1),  # no place is free
        ("main { position: fixed; inset: 0; overflow: auto }", 0, 1),  # the page's own
    ],
)
def test_what_is_shown_is_not_behind_a_panel(css: str, top: float, bottom: float, page: Any) -> None:
    """It comes to where no bar and no panel of the window stands before it, and the page's own style is left as it was."""
    tab = page(HEAD.format(title="Covered") + COVERED.format(css=css))
    tab.page.emulate_media(reduced_motion="reduce")
    assert call(tab, "show_section", section="gates")["shown"]
    place, height = tab.page.evaluate(
        "[document.getElementById('gates').getBoundingClientRect().top / innerHeight, document.getElementById('gates').offsetHeight / innerHeight]"
    )
    assert top <= place <= bottom - height
    assert tab.page.evaluate("document.getElementById('gates').hasAttribute('style')") is False


@pytest.mark.parametrize(
    "wanted", ["account", "Account", "hid", "no such thing", "", None, 7, "%E0%A4%A", "<b>", "[id]"]
)
def test_what_is_private_or_absent_is_not_shown(wanted: Any, page: Any) -> None:
    """Nothing moves, and the model hears that there is no such section."""
    tab = page(LONG)
    assert call(tab, "show_section", section=wanted) == {"error": "This page shows no such section."}
    assert tab.page.evaluate("[scrollY, CSS.highlights.size]") == [0, 0]


def test_without_highlights_an_outline_shows_it(page: Any) -> None:
    """Browsers without the Custom Highlight API; the mark goes after a while; a strict policy forbids none of it."""
    tab = page(
        LONG, Content_Security_Policy="default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"
    )
    tab.errors.clear()  # the page's own style attribute
    tab.page.clock.install()
    tab.page.evaluate("() => { Object.defineProperty(CSS, 'highlights', { value: undefined }); }")
    call(tab, "show_section", section="gates")
    assert tab.page.evaluate("getComputedStyle(document.getElementById('gates')).outlineStyle") == "solid"
    tab.page.clock.run_for(9000)
    assert tab.page.evaluate("document.getElementById('gates').hasAttribute('livetoken-shown')") is False
    tab.errors.clear()
