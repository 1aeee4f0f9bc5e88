"""The package in five sites: installed into a copy of each, built, opened in Chromium (`make sites`).

pytest does not find this file by itself, because it installs some 200 MB and takes minutes.
"""

import functools
import os
import pathlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dev.processes import Google, free_port, function, google
from dev.static_server import Handler, Server
from tests.client.browser.element import ask, part
from tests.client.chromium import CHROMIUM, MISSING
from tests.client.npm import ROOT
from tests.client.sites.building import PATIENCE, QUIET, packed, path_with_node, prepared, run
from tests.support import until_ready

SITES = ("vite-react", "next", "vitepress", "sveltekit", "astro")
FOLDER = ROOT / "build" / "sites"


@pytest.fixture(scope="module")
def path() -> str:
    """A PATH with a Node.js that is new enough."""
    if not CHROMIUM:
        pytest.skip(MISSING)
    return path_with_node()


@pytest.fixture(scope="module")
def tarball(path: str) -> pathlib.Path:
    """The package."""
    return packed(FOLDER, path)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Google]:
    """What the function asks, and what the page talks to."""
    with google(speaking_rate=8) as running:
        yield running


# What a development server says of itself
DEVELOPMENT = ("debug: [vite]", "info: %cDownload the React DevTools")


def converse(address: str, cloud: Google, browser: Any, own: tuple[str, ...] = ()) -> None:
    """Open the site, type, speak, change the language; nothing but what begins with `own` may stand on the console."""
    origin = address.rstrip("/")
    env = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute"}
    with function(cloud, [origin], env=env) as livetoken:
        until_ready(livetoken.url, origin)
        with browser.new_context(permissions=["microphone"]) as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}?endpoint=http://localhost:{livetoken.port}/")
            page.wait_for_function(
                "() => document.querySelector('live-voice')?.shadowRoot?.querySelector('.status').textContent"
            )
            tab = Tab(page)
            assert "Herons of" in ask(tab, "What is this page about?")
            page.wait_for_function("() => document.getElementById('said').textContent.includes('Herons of')")
            part(tab, "main").click()  # ends what was typed
            part(tab, "main").click()
            part(tab, "mute").wait_for()
            page.wait_for_function(
                "() => ['listening', 'speaking'].includes(document.querySelector('live-voice').state)"
            )
            page.wait_for_timeout(500)
            assert cloud.session()["audio"]["bytes"] > 0
            part(tab, "main").click()
            page.evaluate("document.documentElement.lang = 'de'")
            page.wait_for_function(
                "() => document.querySelector('live-voice').shadowRoot.querySelector('.status').textContent === 'Bereit'"
            )
            assert [line for line in complaints if not line.startswith(own)] == []


class Tab:
    """What the helpers of the browser tests want of a page."""

    def __init__(self, page: Any) -> None:
        self.page = page


@pytest.mark.timeout(3 * PATIENCE)
@pytest.mark.parametrize("name", SITES)
def test_a_built_site_talks(name: str, path: str, tarball: pathlib.Path, cloud: Google, browser: Any) -> None:
    """What the site's own build makes of the package, served as a static host would."""
    folder = prepared(name, tarball, path)
    run("npm", "run", "build", cwd=folder, path=path)
    handler = functools.partial(Handler, texts={}, directory=str(folder / "out"))
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        converse(f"http://localhost:{server.server_port}/", cloud, browser)
    finally:
        server.shutdown()
        server.server_close()
    assert list((folder / "out").rglob("livetoken-worklet*.js")), "the worklet must stay a file: policies forbid data:"


@pytest.mark.timeout(3 * PATIENCE)
def test_a_site_in_development_talks(path: str, tarball: pathlib.Path, cloud: Google, browser: Any) -> None:
    """Vite's development server serves the package from its own cache: the worklet is found there, too."""
    folder = prepared("vite-react", tarball, path)
    port = free_port()
    command = [
        str(folder / "node_modules" / ".bin" / "vite"),
        "--port",
        str(port),
        "--strictPort",
        "--host",
        "localhost",
    ]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **QUIET, "PATH": path}) as process:
        try:
            until_answers(port)
            converse(f"http://localhost:{port}/", cloud, browser, own=DEVELOPMENT)
        finally:
            process.terminate()


def until_answers(port: int) -> None:
    """Wait until somebody listens on the port of localhost."""
    for _ in range(300):
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("Vite did not start")
