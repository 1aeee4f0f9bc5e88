"""`python -m dev.picture`: draws docs/widget.png anew, the README's picture of a conversation on the example page.

Chromium shows the page as `make run` serves it, and the emulator says what the scenario below holds.
"""

import os
import pathlib
import tempfile
import urllib.request

from playwright.sync_api import Page, sync_playwright

from dev import processes
from dev.children import ROOT
from dev.static_server import site

PICTURE = ROOT / "docs" / "widget.png"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
QUESTION = "Why did the miller work at night?"
SCENARIO = """
[[session]]
[[session.turn]]
when = "night"
say = "Because the mill followed the moon, not the sun: high water comes about fifty minutes later every day."
"""


def main() -> None:
    """Start everything, hold the conversation, and take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = pathlib.Path(folder) / "scenario.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        port = processes.free_port()
        origin = f"http://localhost:{port}"
        with (
            processes.google(scenario=scenario, speaking_rate=8) as google,
            processes.function(google, [origin]) as function,
            site(f"http://localhost:{function.port}", google.port, port) as url,
            sync_playwright() as driver,
        ):
            urllib.request.urlopen(f"{function.url}/?warm=1", timeout=30).close()  # noqa: S310 - our own loopback address
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(
                viewport={"width": 900, "height": 600}, device_scale_factor=1.5, color_scheme="light", locale="en-GB"
            )
            page.goto(url)
            _converse(page)
            page.screenshot(path=PICTURE)
            browser.close()


def _converse(page: Page) -> None:
    """Type the question, wait for the answer, and bring the element into the middle."""
    box = page.locator("live-voice >> .type")
    box.fill(QUESTION)
    box.press("Enter")
    page.wait_for_function("() => document.querySelector('live-voice').session?.transcript.at(1)?.final")
    page.wait_for_function("() => document.querySelector('live-voice').state !== 'speaking'")
    page.evaluate("document.querySelector('live-voice').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)


if __name__ == "__main__":
    main()
