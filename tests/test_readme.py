"""The README is for somebody who decides in a minute: short, with a picture, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.support import ROOT

LONGEST = 130
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md", "emulator/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have on GitHub."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_readme_is_short_and_shows_a_picture() -> None:
    """At most 130 lines, with one picture among the first, which is a PNG and lies here."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST
    (picture,) = re.findall(r"^!\[[^\]]{20,}\]\((docs/[a-z]+\.png)\)$", "\n".join(lines[:10]), re.MULTILINE)
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or a folder that is there, and a heading that it has."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target
