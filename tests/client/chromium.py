"""Debian's Chromium, as all tests of the client launch it."""

import contextlib
import os
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import playwright.sync_api

from tests.client.microphone import write_tones

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
MISSING = "Chromium is missing: apt-get install chromium, or set CHROMIUM"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # all pages are of this machine: a process for each site, and a spare one for each next page, cost more than the page
    "--disable-site-isolation-trials",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=user-gesture-required",
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
)


@contextlib.contextmanager
def chromium(folder: pathlib.Path) -> Iterator[Any]:
    """A running Chromium whose microphone plays the tones, from a file in `folder`."""
    tones = folder / "tones.wav"
    write_tones(tones)
    with playwright.sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={tones}"],
            ignore_default_args=["--disable-back-forward-cache"],  # as visitors have it
        )
        try:
            yield running
        finally:
            running.close()
