"""One conversation over several pages is one to its owner: its reports, its time, its thumbs."""

import json
from typing import Any

import pytest

from dev import usage as table
from dev.processes import Function
from tests.client.browser.element import ask, part

pytestmark = pytest.mark.conversations

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number}</title><link rel="icon" href="/icon.svg">
<script type="module" src="/live-voice.js"></script></head><body><main><p>Text of page {number}.</p></main>
<live-voice endpoint="{endpoint}" remember actions="rate" prompt="{prompt}"></live-voice></body></html>"""
RECORD = "JSON.parse(sessionStorage.livetoken ?? 'null')"


@pytest.fixture
def talk(open_tab: Any, site: Any, livetoken: Function) -> Any:
    """Three pages with a prompt; opens the first, and tells what the function has logged of reports since."""
    before = len(livetoken.lines())

    def lines() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in livetoken.lines()[before:] if "/api/usage" in line]
        return [line for line in found if line["httpRequest"]["requestMethod"] == "POST"]

    def open_first(prompt: str) -> Any:
        endpoint = f"http://localhost:{livetoken.port}"
        for number in range(3):
            site.add(f"/talk{number}.html", PAGE.format(number=number, endpoint=endpoint, prompt=prompt))
        site.add("/rest.html", '<!doctype html><title>Rest</title><link rel="icon" href="/icon.svg">')
        tab = open_tab(f"{site.url}/talk0.html", microphone=False)
        tab.lines = lines
        return tab

    return open_first


def test_pages_are_parts_of_one_conversation(talk: Any, site: Any) -> None:
    """Each page's token has a report; all name the first one's number, so that `make usage` counts one conversation; a thumb counts."""
    tab = talk("guide")
    ask(tab, "My name is Ada.")
    tab.page.goto(f"{site.url}/talk1.html")
    ask(tab, "Who am I?")
    tab.page.get_by_role("button", name="Good answer").last.click()
    tab.page.goto(f"{site.url}/talk2.html")
    ask(tab, "And now?")
    part(tab, "main").click()
    tab.until(lambda: len(tab.lines()) == 3)
    first, second, third = (line["usage"] for line in tab.lines())
    assert [first["ended"], second["ended"], third["ended"]] == ["left", "left", "closed"]
    assert first["requestId"] == first["conversation"] == second["conversation"] == third["conversation"]
    assert len({first["requestId"], second["requestId"], third["requestId"]}) == 3
    assert [each["reconnects"] for each in (first, second, third)] == [0, 1, 1]
    assert [each["thumbs"]["up"] for each in (first, second, third)] == [0, 1, 0]
    groups = table.summed(table.reports("\n".join(json.dumps(line) for line in tab.lines())))
    assert [(len(sums.conversations), sums.turns, sums.thumbs["up"]) for sums in groups.values()] == [
        (1, first["turns"] + second["turns"] + third["turns"], 1)
    ]
    ask(tab, "Something new.")
    part(tab, "main").click()
    tab.until(lambda: len(tab.lines()) == 4)
    assert tab.lines()[-1]["usage"]["conversation"] == tab.lines()[-1]["usage"]["requestId"]


def test_the_minutes_of_a_budget_go_on(talk: Any, site: Any) -> None:
    """What was used on earlier pages is used; when all is, the conversation is over on this page and on the next."""
    tab = talk("short")
    ask(tab, "My name is Ada.")
    tab.page.goto(f"{site.url}/rest.html")
    used = tab.page.evaluate(RECORD)["resumption"]["counted"]
    assert 0 < used["milliseconds"] < 60_000
    assert len(used["conversation"]) == 16
    # as if a minute and fifty-six seconds had been talked
    tab.page.evaluate(
        "(record) => { record.resumption.counted.milliseconds = 116000; sessionStorage.livetoken = JSON.stringify(record); }",
        tab.page.evaluate(RECORD),
    )
    tab.page.goto(f"{site.url}/talk1.html")
    part(tab, "type").fill("Who am I?")
    part(tab, "type").press("Enter")
    tab.page.wait_for_function("() => document.querySelector('live-voice').session?.transcript.some(({ role, text }) => role === 'model' && text)")  # fmt: skip
    assert part(tab, "note").filter(has_text="One minute left").count() == 0
    tab.page.wait_for_function("() => document.querySelector('live-voice').state === 'ready'")
    assert "its time was up" in part(tab, "status").text_content()
    assert "Who am I?" in part(tab, "log").text_content()
    assert part(tab, "main").text_content() == "Talk about this page"
    tab.until(lambda: tab.page.evaluate(RECORD) is None)
    tab.until(lambda: len(tab.lines()) == 2)
    assert [line["usage"]["ended"] for line in tab.lines()] == ["left", "budget"]
    tab.page.goto(f"{site.url}/talk2.html")
    tab.page.wait_for_timeout(400)
    assert part(tab, "log").locator(".user").count() == 0
    assert "Ada" not in ask(tab, "Who am I?")
    tab.until(lambda: tab.page.evaluate(RECORD))
    assert tab.page.evaluate(RECORD)["resumption"]["counted"]["milliseconds"] < 60_000


@pytest.mark.parametrize("counted", ['"x"', '{"milliseconds": -1}', '{"milliseconds": 5, "conversation": 7}'])
def test_a_record_that_somebody_has_written(counted: str, talk: Any, site: Any) -> None:
    """What is no count makes the record none."""
    tab = talk("guide")
    ask(tab, "My name is Ada.")
    tab.page.goto(f"{site.url}/rest.html")
    tab.page.evaluate(
        f"(record) => {{ record.resumption.counted = {counted}; sessionStorage.livetoken = JSON.stringify(record); }}",
        tab.page.evaluate(RECORD),
    )
    tab.page.goto(f"{site.url}/talk1.html")
    tab.until(lambda: tab.page.evaluate(RECORD) is None)
