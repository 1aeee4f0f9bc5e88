"""Writes `llms.txt` and `llms-full.txt` of `examples/bicycles/` from its pages: `python -m dev.llms`.

The first lists the pages, each with what it says of itself; the second holds their whole texts as Markdown.
"""

import html.parser
import pathlib
import re
from typing import NamedTuple

from dev.search_index import SITE

_BLOCKS = {"h1": "# ", "h2": "## ", "p": "", "li": "- "}


class Page(NamedTuple):
    """What a page holds for readers of plain text."""

    name: str
    title: str
    description: str
    text: str


class _Reader(html.parser.HTMLParser):
    """Keeps the headings, paragraphs and lists of `<main>`, as Markdown."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.description = ""
        self._inside = self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block."""
        if tag == "meta" and dict(attrs).get("name") == "description":
            self.description = str(dict(attrs)["content"])
        self._inside = self._inside or tag == "main"
        self._hidden = self._hidden or tag == "form"
        if self._inside and tag in _BLOCKS:
            self.blocks.append(_BLOCKS[tag])

    def handle_endtag(self, tag: str) -> None:
        """End the part that is read, or the one that is not."""
        self._inside = self._inside and tag != "main"
        self._hidden = self._hidden and tag != "form"

    def handle_data(self, data: str) -> None:
        """Add to the block, as one line."""
        if self._inside and not self._hidden and self.blocks:
            self.blocks[-1] += re.sub(r"\s+", " ", data)


def read_page(path: pathlib.Path) -> Page:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    title, *blocks = (block.strip() for block in reader.blocks)
    text = re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", "\n\n".join(blocks))
    return Page(path.name, title.removeprefix("# "), reader.description, text)


def pages(site: pathlib.Path = SITE) -> list[Page]:
    """Return all pages, the first one first."""
    return sorted(map(read_page, site.glob("*.html")), key=lambda page: (page.name != "index.html", page.name))


def texts(site: pathlib.Path = SITE) -> dict[str, str]:
    """Return what the two files are to say, by name."""
    first, *others = found = pages(site)
    lines = "\n".join(f"- [{page.title}]({page.name}): {page.description}" for page in others)
    whole = "\n\n".join(f"# {page.title}\n\nURL: {page.name}\n\n{page.text}" for page in found)
    return {
        "llms.txt": f"# {first.title}\n\n> {first.description}\n\n## Pages\n\n{lines}\n",
        "llms-full.txt": f"{whole}\n",
    }


if __name__ == "__main__":
    for name, text in texts().items():
        (SITE / name).write_text(text, encoding="utf-8")
