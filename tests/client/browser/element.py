"""Handles <live-voice> as a visitor would."""

from typing import Any


def part(tab: Any, name: str) -> Any:
    """A part of the element's shadow tree."""
    return tab.page.locator(f"live-voice >> .{name}")


def ask(tab: Any, text: str) -> str:
    """Type a question; returns the whole answer."""
    part(tab, "type").fill(text)
    part(tab, "type").press("Enter")
    tab.page.wait_for_function(
        """(text) => {
          const entries = document.querySelector('live-voice').session?.transcript ?? [];
          const place = entries.findLastIndex((entry) => entry.text === text);
          return place >= 0 && entries[place + 1]?.final;
        }""",
        arg=text,
    )
    return str(part(tab, "log").locator(".model bdi").last.text_content())


def start_muted(tab: Any, button: str = "main") -> None:
    """Press the button, switch the microphone with its tones off once it is there, and wait for silence."""
    part(tab, button).click()
    mute(tab)


def mute(tab: Any) -> None:
    """Switch the microphone with its tones off, which would interrupt every answer, and wait for silence."""
    part(tab, "mute").click()
    tab.page.evaluate(
        """async () => {
          const voice = document.querySelector('live-voice');
          for (let quiet = 0; quiet < 10; quiet = voice.state === 'muted' ? quiet + 1 : 0) await new Promise((done) => setTimeout(done, 50));
        }"""
    )
