"""The example site: under its strict policy the voice searches it, reads, shows and opens its pages."""

from typing import Any

import pytest

from dev.processes import Google
from dev.search_index import search_index
from tests.client.browser.element import ask, part, start_muted

pytestmark = pytest.mark.conversations


@pytest.fixture(name="index", scope="module", autouse=True)
def _index() -> None:
    """A search index, where this machine can make one."""
    if search_index() is None:
        pytest.skip("there is no Pagefind for this machine")


def test_the_index_answers_under_the_policy(open_tab: Any, site: Any) -> None:
    """Pagefind loads, finds the page about locks first, and gives addresses of the site."""
    tab = open_tab(f"{site.url}/bicycles/opening-hours.html")
    found = tab.page.evaluate("""async () => {
        const pagefind = await import('/bicycles/pagefind/pagefind.js');
        const { results } = await pagefind.search('locks');
        const pages = await Promise.all(results.slice(0, 5).map((result) => result.data()));
        return pages.map(({ url, meta }) => [url, meta.title]);
    }""")
    assert found[0] == ["/bicycles/locks.html", "Bicycle locks"]
    assert all(url.startswith("/bicycles/") for url, _ in found)
    assert [line for line in tab.requests if not line.split()[1].startswith("http://localhost:")] == []


def test_a_walk_through_the_site(open_tab: Any, site: Any, cloud: Google) -> None:
    """Found, read, shown, opened, and still talking on the next page, which is the one that the model is told then."""
    tab = open_tab(f"{site.url}/bicycles/")
    start_muted(tab, "bubble")
    assert "/bicycles/locks.html" in ask(tab, "Where do you write about locks?")
    assert "A lock does not stop a thief" in ask(tab, "Read me the page")
    assert "first-visit" in ask(tab, "Show me the first visit")
    part(tab, "type").fill("Go there")
    part(tab, "type").press("Enter")
    tab.page.wait_for_url("**/bicycles/locks.html*")
    part(tab, "log").get_by_text("Go there").wait_for()
    assert "Here it is" in ask(tab, "Show me")
    first, second = cloud.sessions()[0], cloud.sessions()[-1]
    assert [session["effective"]["tools"][0]["functionDeclarations"][0]["name"] for session in (first, second)] == [
        "search_site"
    ] * 2
    told = [str(session["effective"]["systemInstruction"]) for session in (first, second)]
    assert ["what-we-do: What we do" in text for text in told] == [True, False]
    assert ["shackle: Shackle locks" in text for text in told] == [False, True]


def test_a_form_that_was_begun_keeps_the_page(open_tab: Any, site: Any) -> None:
    """While somebody writes on the contact page, the voice offers the link and stays."""
    tab = open_tab(f"{site.url}/bicycles/contact.html")
    tab.page.locator("#booking input").first.fill("Ada")
    start_muted(tab, "bubble")
    assert "You have the link; the page stays as it is." in ask(tab, "Take me to the page about lights")
    assert tab.page.url == f"{site.url}/bicycles/contact.html"
    assert tab.page.locator("#booking input").first.input_value() == "Ada"
