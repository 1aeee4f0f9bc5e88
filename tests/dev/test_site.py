"""The site to try the voice on: its pages, what tells robots of them, and its search index."""

import html.parser
import http.client
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from dev import llms, search_index
from dev.static_server import site
from tests.support import ROOT

PAGES = sorted(search_index.SITE.glob("*.html"))
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self' http://localhost:8080 ws://127.0.0.1:9090 ws://localhost:9090 "
    "wss://generativelanguage.googleapis.com; base-uri 'none'; form-action 'self'"
)


class Tags(html.parser.HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep one."""
        self.found.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        """Return what an attribute says wherever it stands."""
        return [str(attributes[attribute]) for _, attributes in self.found if attribute in attributes]


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_a_page(path: Path) -> None:
    """Each has the voice, the strict policy, a title, a description, sections with ids of their own; every link leads somewhere."""
    tags = Tags(path)
    voices = [attributes for tag, attributes in tags.found if tag == "live-voice"]
    assert [(voice["endpoint"], voice["prompt"]) for voice in voices] == [("http://localhost:8080", "guide")]
    assert tags.values("content")[0] == POLICY
    ids = tags.values("id")
    assert len(ids) == len(set(ids)) >= 3
    for link in [*tags.values("href"), *tags.values("src")]:
        address = urlsplit(urljoin(f"file://{path}", link))
        target = Path(address.path) if address.path else path
        served = target if target.exists() else ROOT / "client" / "src" / target.name
        assert served.is_file(), link
        assert not address.fragment or f'id="{address.fragment}"' in served.read_text(encoding="utf-8")
    assert "style" not in {name for _, attributes in tags.found for name in attributes}


def test_a_dozen_pages() -> None:
    """There are enough of them to search, each with a title of its own."""
    titles = [page.title for page in llms.pages()]
    assert len(titles) == len(set(titles)) >= 12


@pytest.mark.parametrize("name", ["llms.txt", "llms-full.txt"])
def test_llms(name: str) -> None:
    """The two files say what the pages say; `python -m dev.llms` writes them."""
    assert (search_index.SITE / name).read_text(encoding="utf-8") == llms.texts()[name]


def test_llms_hold_the_pages() -> None:
    """Each page's address, headings and words are there; its form is not."""
    whole = llms.texts()["llms-full.txt"]
    assert whole.startswith("# Kettle Lane Bicycles\n\nURL: index.html\n\n")
    assert "\n# Bicycle locks\n\nURL: locks.html\n\n" in whole
    assert (
        "\n## Shackle locks\n\nA hardened shackle of fourteen millimetres is what we put on our own bicycles." in whole
    )
    assert "\n- Bicycle locks\n- Lights\n" in whole
    assert whole.count("\nURL: ") == len(PAGES)
    assert "Your name" not in whole


@pytest.fixture(name="served", scope="module")
def _served() -> Iterator[str]:
    """The examples, with an index where this machine can make one."""
    search_index.search_index()
    with site("http://localhost:8080", 9090) as url:
        yield url


def get(url: str, path: str) -> tuple[int, bytes]:
    """Ask for a path as it is written."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_index_is_served(served: str) -> None:
    """The index is at the usual place below the site, made of these pages; no address leads out of its folder."""
    if importlib.util.find_spec("pagefind_bin") is None:
        pytest.skip("there is no Pagefind for this machine")
    assert get(served, "/bicycles/pagefind/pagefind.js?x")[0] == 200
    status, entry = get(served, "/bicycles/pagefind/pagefind-entry.json")
    assert (status, json.loads(entry)["languages"]["en"]["page_count"]) == (200, len(PAGES))
    (secret := search_index.INDEX.parent / "beside.txt").write_text("x")
    for path in (
        "/bicycles/pagefind/../beside.txt",
        "/bicycles/pagefind/%2e%2e/beside.txt",
        "/bicycles/pagefind/nothing.js",
        "/bicycles/pagefind/",
    ):
        assert get(served, path)[0] == 404, path
    secret.unlink()
    assert get(served, "/bicycles/")[0] == get(served, "/bicycles/llms.txt")[0] == get(served, "/index.html")[0] == 200


def test_without_pagefind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A machine without it is told, an old index is gone, and nothing else stops."""
    (tmp_path / "old").mkdir()
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert search_index.search_index(index=tmp_path / "old") is None
    assert "there is no Pagefind for this machine; llms-full.txt is searched." in capsys.readouterr().out
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit('no disk')", "raise SystemExit(3)", "import time; time.sleep(60)"]
)
def test_pagefind_fails(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whatever becomes of it, a line says so, and the pages are served without an index."""
    real: Any = subprocess.run
    monkeypatch.setattr(search_index, "_SECONDS", 2)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(subprocess, "run", lambda _, **options: real([sys.executable, "-c", program], **options))
    assert search_index.search_index(index=tmp_path / "index") is None
    assert "No search index: Pagefind cannot make one (" in capsys.readouterr().out
