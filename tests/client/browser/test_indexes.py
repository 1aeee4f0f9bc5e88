"""Search indexes that MkDocs and Sphinx have written, in several versions: each page of a small site is found by its words."""

from collections.abc import Mapping
from typing import Any

import pytest

from dev.children import ROOT
from tests.client.browser.tools import call, use

RECORDED = ROOT / "tests" / "client" / "indexes" / "recorded"
OWN = '<!doctype html><html lang="en"><title>Here</title><link rel="icon" href="/icon.svg"><main>Words.</main></html>'
STRAIGHT = dict.fromkeys(map(ord, "“”„"), '"')  # quotes are the language's own
GREAT_LOCK = "guide/gro%C3%9Fe-schleuse"
# what is asked → the page, the title
ASKED = {
    "locks": ("guide/locks", "Locks & weirs"),
    "rack paddle": ("guide/paddle", "The <paddle> & its rack"),
    "Öffnungszeiten": (GREAT_LOCK, "Die große Schleuse – Öffnungszeiten"),
    "offnungszeiten": (GREAT_LOCK, "Die große Schleuse – Öffnungszeiten"),
    "水門のしくみ": ("guide/suimon", "水門のしくみ"),
}
# the same for sections, whose place on the page is known
SECTIONS = {
    "sluice element": ("guide/locks#the-sluice-element", "The <sluice> element"),
    "navigation engineering": (
        "guide/locks#navigation-companies-and-engineering",
        "Navigation, companies and “engineering”",
    ),
    "Übernachtung": (f"{GREAT_LOCK}#ubernachtung-am-kanal", "Übernachtung am Kanal"),
    "Where to begin": ("#where-to-begin", "Where to begin"),
}
# what only Sphinx knows: entries of its index, functions
ENTRIES = {
    "towpath": ("guide/locks#index-0", "towpath"),
    "open_gate": ("guide/api#canal.gates.open_gate", "open_gate() (in module canal.gates)"),
}
# words of texts, which Sphinx keeps as stems
WORDS = {
    "barges": "guide/locks",
    "navigational": "guide/locks",
    "Schleusentore": GREAT_LOCK,
    "水門は船": "guide/suimon",
}


def check(tab: Any, root: str, asked: Mapping[str, tuple[str, str]], *, suffix: str) -> None:
    """Each question is answered by its page first, with its title; addresses end in `suffix` before their anchor."""
    for question, (place, title) in asked.items():
        results = call(tab, "search_site", query=question).get("results")
        assert results, question
        best = results[0]
        page, _, anchor = place.partition("#")
        written = f"{page or ('' if suffix == '/' else 'index')}{suffix}".removeprefix("/")
        found, _, found_anchor = best["address"].partition("#")
        assert found == root + written, (question, best)
        assert not anchor or found_anchor == anchor, (question, best)
        assert best["title"].translate(STRAIGHT) == title.translate(STRAIGHT)


@pytest.mark.parametrize("name", sorted(file.name for file in RECORDED.iterdir()))
def test_a_recorded_index(name: str, open_tab: Any, site: Any) -> None:
    """Titles are told as readers see them, whatever is escaped; names of other scripts and stems are found."""
    generator, version, *kind = name.removesuffix(".json").removesuffix(".js").split("-")
    folder = f"/docs/{name}/"
    index = f"{folder}searchindex.js" if generator == "sphinx" else f"{folder}search/search_index.json"
    content_type = "text/javascript" if generator == "sphinx" else "application/json"
    site.add(index, (RECORDED / name).read_text(), Content_Type=content_type)
    tab = open_tab(site.add("/here.html", OWN))
    use(tab, index)
    suffix = ".html" if generator == "sphinx" or "flat" in kind else "/"
    asked = dict(ASKED)
    if version == "1.3":
        asked.pop("rack paddle")  # its title there is Markdown as it was written
    if "titles" not in kind and version != "4.5":
        asked |= SECTIONS
    if generator == "sphinx" and version != "4.5" and "japanese" not in kind:
        asked |= ENTRIES if "german" not in kind else {"towpath": ENTRIES["towpath"]}
    check(tab, site.url + folder, asked, suffix=suffix)
    if not {"titles", "sections", "japanese", "german"}.intersection(kind):
        for word, page in WORDS.items():
            found = call(tab, "search_site", query=word)["results"][0]["address"]
            assert found.startswith(f"{site.url}{folder}{page}"), (word, found)
    tab.errors.clear()  # the pages that Sphinx' excerpts would come from are not there


def test_texts_of_mkdocs_are_no_markup(open_tab: Any, site: Any) -> None:
    """MkDocs has taken the tags away; what looks like one afterwards is the text. Material keeps tags."""
    for name in ("mkdocs-1.3", "mkdocs-1.6", "material-9.8"):
        index = f"/{name}/search/search_index.json"
        site.add(index, (RECORDED / f"{name}.json").read_text(), Content_Type="application/json")
        tab = open_tab(site.add("/here.html", OWN))
        use(tab, index)
        (best, *_) = call(tab, "search_site", query="maps keeper")["results"]
        assert 'a sluice as <sluice width="7">' in best["excerpt"]
        assert "<p>" not in best["excerpt"]


SAYS_ROOT = {
    "searchindex.js": '<script id="documentation_options" data-url_root="../../"></script>',  # Sphinx before 7.2
    "search/search_index.json": "<script>var base_url = '../..';</script>",
}


@pytest.mark.parametrize(("file", "name"), list(zip(SAYS_ROOT, ("sphinx-4.5.js", "mkdocs-1.3.json"), strict=True)))
def test_a_page_says_where_its_site_begins(file: str, name: str, open_tab: Any, site: Any) -> None:
    """However deep the site and the page in it are; places elsewhere are not tried."""
    folder = f"/a/b/{name}/"
    kind = "text/javascript" if file.endswith(".js") else "application/json"
    site.add(folder + file, (RECORDED / name).read_text(), Content_Type=kind)
    tab = open_tab(site.add(f"{folder}one/two/page.html", OWN.replace("<main>", f"{SAYS_ROOT[file]}<main>")))
    site.asked.clear()
    use(tab)
    best = call(tab, "search_site", query="barges")["results"][0]["address"]
    assert best.startswith(f"{site.url}{folder}guide/locks")
    indexes = [path for path in site.asked if path.endswith((".json", "searchindex.js", "pagefind/pagefind.js"))]
    assert all(path.startswith(folder) for path in indexes), indexes
    tab.errors.clear()  # what is tried first is not there
