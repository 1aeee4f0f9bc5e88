"""What a conversation used is told to the function, which writes it down: sums as the emulator billed them."""

import collections
import json
from collections.abc import Callable
from typing import Any

import pytest

from dev.processes import Function, Google
from livetoken.usage import prices
from tests.client.browser.element import ask, part
from tests.client.browser.test_widget import PAGE

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(name="lines")
def _lines(livetoken: Function) -> Lines:
    """What the function has logged of reports since the test began."""
    before = len(livetoken.lines())

    def since() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in livetoken.lines()[before:] if "/api/usage" in line]
        return [line for line in found if line["httpRequest"]["requestMethod"] == "POST"]

    return since


def billed(cloud: Google, number: int = -1) -> dict[str, dict[str, int]]:
    """Sum up what the emulator has billed in one session, by modality."""
    sums: dict[str, collections.Counter[str]] = {"in": collections.Counter(), "out": collections.Counter()}
    for usage in cloud.session(number)["usage"]:
        for way, name in (("in", "promptTokensDetails"), ("out", "responseTokensDetails")):
            for detail in usage.get(name, []):
                sums[way][detail["modality"].lower()] += detail["tokenCount"]
    return {way: dict(counts) for way, counts in sums.items()}


def test_a_conversation_s_line(open_tab: Any, site: Any, livetoken: Function, cloud: Google, lines: Lines) -> None:
    """Three questions in <live-voice>: one line, with what the emulator billed, each turn's context included."""
    element = f'<live-voice endpoint="http://localhost:{livetoken.port}" prompt="guide"></live-voice>'
    tab = open_tab(site.add("/usage.html", PAGE.format(lang="en", body=element)), microphone=False)
    for question in ("What is a tide mill?", "Who worked there?", "And at night?"):
        ask(tab, question)
        tab.until(lambda: tab.page.evaluate("document.querySelector('live-voice').state") in ("muted", "listening"))
    tab.until(lambda: len(cloud.session()["usage"]) == 3)
    tab.page.wait_for_timeout(300)
    part(tab, "main").click()
    tab.until(lines)
    (line,) = lines()
    usage = line["usage"]
    assert usage["tokens"] == billed(cloud)
    contexts = [spent["promptTokenCount"] for spent in cloud.session()["usage"]]
    assert sum(usage["tokens"]["in"].values()) == sum(contexts)
    assert contexts == sorted(set(contexts)), "each turn bills the context again, and it grows"
    assert (usage["turns"], usage["ended"], usage["reconnects"], usage["sequence"]) == (3, "closed", 0, 1)
    assert usage["usd"] == prices.usd("gemini-3.8-live", usage["tokens"]["in"], usage["tokens"]["out"])
    assert usage["usd"] > 0
    assert 0 < usage["seconds"] < 120
    mint = next(
        json.loads(text) for text in livetoken.lines() if f'"requestId": "{usage["requestId"]}", "origin"' in text
    )
    assert (
        (mint["prompt"], mint["promptVersion"])
        == (line["prompt"], line["promptVersion"])
        == ("guide", mint["promptVersion"])
    )
    assert (line["reportedBy"], line["origin"]) == ("client", site.url)
    assert "addressHash" not in line


def test_the_page_goes(module_tab: Any, site: Any, lines: Lines, cloud: Google) -> None:
    """A visitor who leaves in the middle is reported all the same, and no request of the page carries a cookie."""
    module_tab.page.evaluate(
        "async () => { document.cookie = 'a=b'; await start(); await ask('What fishes at dusk?'); }"
    )
    module_tab.until(lambda: len(cloud.session()["usage"]) == 1)
    expected = billed(cloud)
    module_tab.page.goto(f"{site.url}/sdk.html")
    module_tab.until(lambda: any(line["usage"]["ended"] == "left" for line in lines()))
    last = max(lines(), key=lambda line: int(line["usage"]["sequence"]))
    assert (last["usage"]["ended"], last["usage"]["tokens"]) == ("left", expected)


def test_thumbs_errors_and_a_second_token(module_tab: Any, lines: Lines, cloud: Google) -> None:
    """A conversation that goes on with another token has a report of each; thumbs count once for an answer, and can be taken back."""
    module_tab.page.evaluate(
        """async () => {
          await start();
          await ask('My name is Ada.');
          const { id } = session.transcript.at(-1);
          session.rate(id, 'down');
          session.rate(id, 'up');
          session.rate(id - 1, 'down');
          session.rate(id - 1, null);
        }"""
    )
    cloud.go_away(0.5)
    module_tab.page.evaluate(
        "async () => { if (!of('reconnected').length) await next('reconnected'); await ask('Who am I?'); session.close(); }"
    )
    module_tab.until(lambda: len(lines()) == 2)
    first, second = (line["usage"] for line in lines())
    assert (first["ended"], second["ended"]) == ("resumed", "closed")
    assert first["requestId"] == first["conversation"] == second["conversation"] != second["requestId"]
    assert [first["reconnects"], second["reconnects"]] == [0, 1]
    assert [first["thumbs"], second["thumbs"]] == [{"up": 1, "down": 0}, {"up": 0, "down": 0}]
    assert [first["tokens"], second["tokens"]] == [billed(cloud, -2), billed(cloud, -1)]
    module_tab.page.evaluate("() => session.rate(session.transcript.at(-1).id, 'down')")
    module_tab.until(lambda: len(lines()) == 3)
    late = lines()[-1]["usage"]
    assert (late["sequence"], late["thumbs"]["down"], late["ended"]) == (second["sequence"] + 1, 1, "closed")


def test_every_five_minutes(module_tab: Any, lines: Lines) -> None:
    """A long conversation is reported while it goes on; nothing new is not told again."""
    module_tab.page.clock.install()
    module_tab.page.evaluate("async () => { await start(); await ask('What fishes at dusk?'); }")
    module_tab.page.clock.run_for(5 * 60_000)
    module_tab.until(lines)
    (line,) = lines()
    assert (line["usage"]["ended"], line["usage"]["turns"]) == (None, 1)
    assert line["usage"]["seconds"] >= 300


def test_a_failed_conversation(module_tab: Any, lines: Lines, cloud: Google) -> None:
    """How it failed is told by its code."""
    reason = "You exceeded your current quota, please check your plan."
    module_tab.page.evaluate("async () => { await start(); await ask('What fishes at dusk?'); }")
    cloud.fault("socket", "close", code=1011, reason=reason)
    cloud.go_away(0.5)
    module_tab.page.evaluate("async () => { if (!of('error').length) await next('error'); }")
    module_tab.until(lines)
    usage = lines()[-1]["usage"]
    assert (usage["ended"], usage["errors"]) == ("failed", ["quota"])


@pytest.mark.parametrize("how", ["option", "attribute"])
def test_off(how: str, open_tab: Any, module_tab: Any, site: Any, livetoken: Function, lines: Lines) -> None:
    """Where the page does not want it, nothing is told."""
    if how == "option":
        tab = module_tab
        tab.page.evaluate(
            "async () => { await start({ usageReports: false }); await ask('What fishes at dusk?'); session.close(); }"
        )
    else:
        element = f'<live-voice endpoint="http://localhost:{livetoken.port}" usage-reports="off"></live-voice>'
        tab = open_tab(site.add("/usage.html", PAGE.format(lang="en", body=element)), microphone=False)
        ask(tab, "What is a tide mill?")
        part(tab, "main").click()
    tab.page.wait_for_timeout(500)
    assert lines() == []
    assert not [request for request in tab.requests if "/api/usage" in request]


@pytest.mark.parametrize(
    ("lang", "left", "over"),
    [("en", "One minute left.", "its time was up"), ("ar", "بقيت دقيقة واحدة.", "وقتها انتهى")],
)
def test_a_budget(
    lang: str, left: str, over: str, open_tab: Any, site: Any, livetoken: Function, lines: Lines, prompts: Any
) -> None:
    """The prompt file's minutes: one before their end is said politely, at the end the conversation ends and says why."""
    element = f'<live-voice endpoint="http://localhost:{livetoken.port}" prompt="short"></live-voice>'
    tab = open_tab(site.add("/budget.html", PAGE.format(lang=lang, body=element)), microphone=False)
    tab.page.wait_for_function("() => customElements.get('live-voice')")
    tab.page.clock.install()
    ask(tab, "What is a tide mill?")
    tab.page.clock.run_for(55_000)
    assert part(tab, "note").count() == 0
    tab.page.clock.run_for(6_000)
    assert part(tab, "note").text_content() == left
    assert part(tab, "log").get_attribute("role") == "log"  # screen readers wait until nothing else is said
    tab.page.clock.run_for(80_000)
    tab.page.wait_for_function("() => document.querySelector('live-voice').state === 'ready'")
    assert over in part(tab, "status").text_content()
    tab.until(lines)
    assert lines()[-1]["usage"]["ended"] == "budget"
