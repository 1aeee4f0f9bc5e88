"""The official JavaScript SDK, bundled, in Chromium: takes the function's answer, talks, resumes, and cannot change what is locked."""

import json
import pathlib
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.js import packages

VISITOR = pathlib.Path(packages.HERE / "visitor.mjs")


@pytest.fixture(autouse=True)
def _bundle() -> None:
    packages.require()
    packages.bundle()


@pytest.fixture
def sdk_tab(open_tab: Any, site: Any, livetoken: Function) -> Any:
    """A page that has the SDK as `sdk` and the conversations of visitor.mjs as `visitor`."""
    site.add("/visitor.mjs", VISITOR.read_text(), Content_Type="text/javascript")
    tab = open_tab(site.add("/sdk-blank.html", "<!doctype html><title>SDK</title><link rel=icon href=/icon.svg>"))
    tab.page.evaluate(
        "async (endpoint) => { window.visitor = await import('/visitor.mjs'); window.sdk = (await import('/vendor/genai.js')).GoogleGenAI; window.endpoint = endpoint; }",
        f"http://localhost:{livetoken.port}",
    )
    return tab


def test_the_example_page_answers(open_tab: Any, site: Any, cloud: Google, livetoken: Function) -> None:
    """sdk.html, under its strict policy, with none of our client: a question is answered in writing and in sound."""
    tab = open_tab(f"{site.url}/sdk.html")
    before = len(livetoken.lines())
    tab.page.get_by_role("button", name="Ask").click()
    tab.page.wait_for_function("() => document.getElementById('status').textContent.startsWith('Done')")
    tab.until(lambda: any('"reportedBy"' in line for line in livetoken.lines()[before:]))
    (usage,) = (json.loads(line)["usage"] for line in livetoken.lines()[before:] if '"reportedBy"' in line)
    (billed,) = cloud.session()["usage"]
    assert sum(usage["tokens"]["in"].values()) == billed["promptTokenCount"]
    assert sum(usage["tokens"]["out"].values()) == billed["responseTokenCount"]
    assert (usage["turns"], usage["ended"]) == (1, "closed")
    answer = tab.page.locator("#answer").text_content()
    assert "With the official SDK" in answer
    assert "You said: “What is this page about?”." in answer
    assert not any("livetoken" in line for line in tab.requests)


def test_the_example_page_waits_for_its_warm_up(open_tab: Any, site: Any, livetoken: Function) -> None:
    """It begins when the page is opened; the question's token waits for it, and is asked for when it has failed, too."""
    held: list[Any] = []
    tab = open_tab(site.add("/sdk-before.html", "<!doctype html><title>SDK</title><link rel=icon href=/icon.svg>"))
    tab.page.route("**/?warm=1", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    tab.page.goto(f"{site.url}/sdk.html")
    tab.page.get_by_role("button", name="Ask").click()
    tab.page.wait_for_function("() => document.getElementById('status').textContent.startsWith('Asking')")
    tab.page.wait_for_timeout(300)
    assert [line for line in tab.requests if f":{livetoken.port}/" in line] == [
        f"GET http://localhost:{livetoken.port}/?warm=1"
    ]
    held[0].abort()
    tab.page.wait_for_function("() => document.getElementById('status').textContent.startsWith('Done')")
    tab.errors.clear()  # Chromium writes about the failure on the console


def test_it_talks_and_resumes(sdk_tab: Any) -> None:
    """A new token with the handle goes on with the conversation."""
    assert "Before that you said: “My name is Ada.”" in sdk_tab.page.evaluate("visitor.resume(sdk, endpoint)")["words"]


def test_it_cannot_change_what_is_locked(sdk_tab: Any, cloud: Google) -> None:
    """Model, voice, tools, instruction and modality of the client are ignored."""
    sdk_tab.page.evaluate(
        "(async () => visitor.talk(sdk, await visitor.askForToken(endpoint, null, { pageContent: 'Herons.' }), visitor.WISHES))()"
    )
    shown = cloud.sessions()[-1]
    assert "pirate" in str(shown["client"])
    assert shown["effective"]["model"] == "models/gemini-3.8-live"
    assert shown["effective"]["generationConfig"]["responseModalities"] == ["AUDIO"]
    assert not any(word in str(shown["effective"]) for word in ("pirate", "googleSearch", "rob", "Puck", "somebody"))


def test_it_cannot_use_a_token_twice_or_too_late_or_elsewhere(sdk_tab: Any, cloud: Google) -> None:
    """Each is refused: reuse, two minutes later, generateContent."""
    assert "Token has been used too many times" in sdk_tab.page.evaluate("visitor.reuse(sdk, endpoint)")
    assert "only supported by the live API" in sdk_tab.page.evaluate("visitor.generate(sdk, endpoint)")
    sdk_tab.page.evaluate("(async () => { window.answer = await visitor.askForToken(endpoint); })()")
    cloud.shift(121)
    try:
        assert "Token has expired" in sdk_tab.page.evaluate("visitor.failing(visitor.talk(sdk, answer))")
    finally:
        cloud.shift(0)
    sdk_tab.errors.clear()
