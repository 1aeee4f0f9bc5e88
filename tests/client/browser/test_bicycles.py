"""The example site: its strict policy lets the search index work, and nothing else."""

from typing import Any

import pytest

from dev.search_index import search_index


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
