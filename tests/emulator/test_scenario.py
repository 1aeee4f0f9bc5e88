"""Scenarios: what is said, called, closed and dropped instead of the emulator's own script."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import pytest
from gemini_live_emulator.state.scenario import Scenario, ScenarioError
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from dev import processes
from dev.children import DiedError
from dev.processes import Google
from tests.emulator.talk import TRANSCRIBED, Live, contents, live, setup, token, tone, words

SHOP = """
[[session]]

[[session.turn]]
when = "mugs?"
call = { name = "add_to_basket", args = { item = "blue mug", quantity = 2 } }
say = "Two blue mugs are in your basket."

[[session.turn]]
say = "Welcome to the shop."

[[session.turn]]
say = "It hears: and now?"
repeat = true

[[session]]
close = { code = 1008, reason = "The operation was aborted." }

[[session]]
drop_after_seconds = 0.4

[[session]]

[[session.turn]]
hear = "is anybody there"
say = "Yes."
wait_seconds = 0.3

[[session.turn]]
close = { code = 1011, reason = "Internal error encountered.", after_seconds = 0.1 }

[[session]]

[[session.turn]]
say = "Goodbye."
drop = true
"""


async def said(session: Live, text: str) -> str:
    """What is answered to a text."""
    await session.say(text)
    return words(await session.turn())


def test_a_whole_scenario(google: Google) -> None:
    """Five sessions follow their plans; the last plan serves whoever comes later."""
    google.scenario(tomllib.loads(SHOP))
    name = token(google.url, setup=setup(**TRANSCRIBED), uses=0)

    async def go() -> None:
        clock = asyncio.get_running_loop().time
        async with live(google.url, name) as session:
            assert await said(session, "Hello") == "Welcome to the shop."
            await session.say("Two MUGS, please")
            found = await session.until(lambda message: "toolCall" in message)
            (call,) = found[-1]["toolCall"]["functionCalls"]
            assert (call["name"], call["args"]) == ("add_to_basket", {"item": "blue mug", "quantity": 2})
            await session.turn()
            result = {"id": call["id"], "name": call["name"], "response": {"ok": True}}
            await session.send({"toolResponse": {"functionResponses": [result]}})
            assert words(await session.turn()) == "Two blue mugs are in your basket."
            assert [await said(session, text) for text in ("a", "b")] == ["It hears: and now?"] * 2
        async with live(google.url, name) as session:
            assert await session.closed() == (1008, "The operation was aborted.")
            assert session.messages == []
        async with live(google.url, name) as session:
            await session.next()
            start = clock()
            with pytest.raises(ConnectionClosedError) as caught:
                await session.turn()
            assert caught.value.rcvd is None
            assert 0.3 < clock() - start < 3
        async with live(google.url, name) as session:
            await session.sound(tone(0.5) + bytes(32_000))
            messages = await session.turn()
            assert words(messages, "inputTranscription") == "is anybody there"
            assert words(messages) == "Yes."
            await session.say("And?")
            assert await session.closed() == (1011, "Internal error encountered.")
            assert contents(session.messages[-3:], "modelTurn") == []
        for _ in range(2):
            async with live(google.url, name) as session:
                assert await said(session, "Hi") == "Goodbye."
                with pytest.raises(ConnectionClosed):
                    await session.turn()

    asyncio.run(go())


def test_without_a_fitting_turn_it_answers_as_ever(google: Google) -> None:
    """A plan that is used up, or does not fit, leaves the word to the emulator's own script."""
    google.scenario({"session": [{"turn": [{"when": "^never$", "say": "x"}]}]})

    async def go() -> str:
        async with live(google.url, token(google.url, setup=setup(**TRANSCRIBED))) as session:
            return await said(session, "Hello")

    assert asyncio.run(go()).endswith("You said: “Hello”.")
    google.scenario({})
    assert asyncio.run(go()).endswith("You said: “Hello”.")


MISTAKES: list[tuple[Any, str]] = [
    ({"sessions": []}, "the scenario: unknown field 'sessions'; known: session"),
    ({"session": [{"turns": []}]}, "session 1: unknown field 'turns'"),
    ({"session": [{}, {"turn": [{"sya": "x"}]}]}, "session 2, turn 1: unknown field 'sya'"),
    ({"session": [{"turn": [{"say": 7}]}]}, "session 1, turn 1: say must be str, not int"),
    ({"session": [{"turn": [{"when": "("}]}]}, "session 1, turn 1: when is no regular expression"),
    ({"session": [{"turn": [{"call": {"args": {}}}]}]}, "session 1, turn 1: call needs a name"),
    ({"session": [{"turn": [{"call": "f"}]}]}, "session 1, turn 1: call must be a list of tables"),
    ({"session": [{"close": {"code": True}}]}, "session 1: close: code must be int, not bool"),
    ({"session": [{"close": {}, "drop_after_seconds": 1}]}, "session 1: a socket is closed or dropped, not both"),
    ({"session": [7]}, "session must be a list of tables"),
    ({"session": [{"turn": [{"wait_seconds": "1"}]}]}, "turn 1: wait_seconds must be int or float, not str"),
]


@pytest.mark.parametrize(("data", "sentence"), MISTAKES, ids=[row[1][:40] for row in MISTAKES])
def test_a_scenario_that_makes_no_sense(data: Any, sentence: str) -> None:
    """The place, and what is wrong with it."""
    with pytest.raises(ScenarioError) as caught:
        Scenario.read(data)
    assert sentence in str(caught.value)


def test_a_file_on_the_command_line(tmp_path: Path) -> None:
    """`--scenario FILE`; a reset starts it anew, a file that is wrong or missing ends the start with its name."""
    path = tmp_path / "shop.toml"
    path.write_text(SHOP)

    async def go(google: Google) -> str:
        async with live(google.url, token(google.url, setup=setup(**TRANSCRIBED))) as session:
            return await said(session, "Hello")

    with processes.google(scenario=path, speaking_rate=20) as google:
        assert asyncio.run(go(google)) == "Welcome to the shop."
        google.reset()
        assert asyncio.run(go(google)) == "Welcome to the shop."
    path.write_text("[[session]]\nclose = 3")
    for name, sentence in ((path, "session 1: close must be dict, not int"), (tmp_path / "no.toml", "No such file")):
        with pytest.raises(DiedError, match=sentence), processes.google(scenario=name):
            pass
