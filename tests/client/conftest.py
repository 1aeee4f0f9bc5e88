"""A page's surroundings: the emulator, the real function, the example site and Chromium, on loopback."""

import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

import dev.static_server
from dev.children import ROOT
from dev.processes import Function, Google, function, google
from tests.client.chromium import CHROMIUM, MISSING, chromium
from tests.client.site import Site
from tests.support import until_ready


@pytest.fixture(scope="session")
def cloud() -> Iterator[Google]:
    """The emulator; it speaks much faster than people do, and puts several parts into a message."""
    with google(speaking_rate=8, sound_parts="bundled") as running:
        yield running


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The example site; the fixture `livetoken` tells it the ports."""
    with Site().running() as running:
        yield running


# An owner's prompt that declares the page tools by hand
SITE_TOOLS = """  tools:
    - function_declarations:
        - {name: search_site, description: Finds pages., parameters: {type: OBJECT, properties: {query: {type: STRING}}}}
        - {name: read_page, description: Reads a page., parameters: {type: OBJECT, properties: {address: {type: STRING}}}}
        - {name: show_section, description: Shows a part., parameters: {type: OBJECT, properties: {section: {type: STRING}}}}
        - {name: open_page, description: Opens a page., parameters: {type: OBJECT, properties: {address: {type: STRING}}}}
---
You guide through the site of {{ pageTitle }}. Speak {{ lang }}.
{{ pageContent }}
"""


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The project's prompt files, `shop-waits`, a shop whose model waits for the results of functions, and `short`, which has two minutes."""
    folder = tmp_path_factory.mktemp("prompts") / "prompts"
    shutil.copytree(ROOT / "prompts", folder)
    text = (folder / "shop.md").read_text(encoding="utf-8")
    waits = text.replace("gemini-3.8-live", "gemini-3.1-flash-live-preview").replace("NON_BLOCKING", "BLOCKING")
    (folder / "shop-waits.md").write_text(waits, encoding="utf-8")
    (folder / "short.md").write_text("---\nbudget: {minutes: 2}\n---\nBe brief.", encoding="utf-8")
    (folder / "site-tools.md").write_text(text[: text.index("  tools:")] + SITE_TOOLS, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def livetoken(cloud: Google, site: Site, prompts: pathlib.Path) -> Iterator[Function]:
    """The function, for the origin of the example site and without a limit that tests would meet."""
    env = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute", "PROMPTS": str(prompts)}
    with function(cloud, [site.url], env=env) as running:
        until_ready(running.url, site.url)
        site.texts.update(dev.static_server.replacements(f"http://localhost:{running.port}", cloud.port))
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's Chromium. One for each module: Playwright's event loop must not run on in others."""
    if not CHROMIUM:
        pytest.skip(MISSING)
    with chromium(tmp_path_factory.mktemp("microphone")) as running:
        yield running
