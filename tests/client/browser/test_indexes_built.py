"""Sites that the newest MkDocs, Material, Sphinx and Furo build here and now: their voice finds the index, the pages, the texts."""

import mimetypes
import os
import pathlib
import subprocess
from typing import Any

import pytest

from dev.children import ROOT
from tests.client.browser.test_indexes import ASKED, ENTRIES, SECTIONS, WORDS, check
from tests.client.browser.tools import call, use

SOURCES = ROOT / "tests" / "client" / "indexes"
PYTHON = ROOT / ".cache" / "generators" / "bin" / "python"
DEEP = "/docs/en/latest/"

pytestmark = [
    pytest.mark.installs,
    pytest.mark.skipif(not PYTHON.exists(), reason="the generators are not here: make test-installs installs them"),
]


def built(generator: str, options: list[str], folder: pathlib.Path) -> pathlib.Path:
    """The folder of the built site."""
    site = folder / "site"
    if generator == "sphinx":
        command = ["sphinx", "-q", "-C", "-D", "project=The canal", *options, str(SOURCES / "sphinx"), str(site)]
    else:
        settings = folder / "mkdocs.yml"
        settings.write_text(f'{{"site_name": "The canal", "docs_dir": "{SOURCES / "mkdocs"}"}}')
        command = ["mkdocs", "-q", "build", "-f", str(settings), "-d", str(site), *options]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([str(PYTHON), "-m", *command], check=True, env=environment, timeout=120)
    return site


@pytest.mark.parametrize(
    ("generator", "options", "suffix"),
    [
        ("mkdocs", [], "/"),
        ("mkdocs", ["-t", "readthedocs", "--no-directory-urls"], ".html"),
        ("mkdocs", ["-t", "material"], "/"),
        ("sphinx", [], ".html"),
        ("sphinx", ["-b", "dirhtml"], "/"),
        ("sphinx", ["-D", "html_theme=furo"], ".html"),
        ("sphinx", ["-D", "html_theme=furo", "-b", "dirhtml"], "/"),
    ],
    ids=["mkdocs", "mkdocs-flat", "material", "sphinx", "sphinx-dirhtml", "furo", "furo-dirhtml"],
)
def test_a_built_site(
    generator: str, options: list[str], suffix: str, tmp_path: pathlib.Path, open_tab: Any, site: Any
) -> None:
    """From a page three folders deep and without `search`: the index is found, then each page, and its text is read."""
    folder = built(generator, options, tmp_path)
    for path in [path for path in site.pages if path.startswith(DEEP)]:
        del site.pages[path]  # of the one before
    for file in folder.rglob("*"):
        path = file.relative_to(folder).as_posix()
        if file.suffix in (".html", ".js", ".json", ".css"):
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            address = DEEP + path.removesuffix("index.html").replace("ß", "%C3%9F")
            site.add(address, file.read_text(encoding="utf-8"), Content_Type=f"{kind}; charset=utf-8")
    page = "guide/locks/" if suffix == "/" else "guide/locks.html"
    tab = open_tab(site.url + DEEP + page)
    tab.warnings = []
    tab.page.on("console", lambda message: tab.warnings.append(message.text) if message.type == "warning" else None)
    site.asked.clear()
    use(tab)
    check(tab, site.url + DEEP, ASKED | SECTIONS | (ENTRIES if generator == "sphinx" else {}), suffix=suffix)
    for word, place in WORDS.items():
        (best, *_) = call(tab, "search_site", query=word)["results"]
        assert best["address"].startswith(f"{site.url}{DEEP}{place}"), (word, best)
        assert best["excerpt"], (word, best)
        assert "¶" not in best["excerpt"]
        assert "text" in call(tab, "read_page", address=best["address"])
    read = call(tab, "read_page", address=f"{DEEP}{page}")
    assert "A lock lifts boats & barges between two levels; chamber < 40 metres is the rule." in read["text"]
    assert "¶" not in read["text"]
    assert [path for path in site.asked if path.startswith("/search/")] == []
    assert tab.warnings == []
    tab.errors.clear()  # fonts and pictures of themes are not served here
