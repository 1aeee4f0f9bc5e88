"""The functions that it knows by name: called for plain sentences, and their results told in words."""

from typing import Any

import pytest
from gemini_live_emulator.live import page_tools
from gemini_live_emulator.state.conversation import Conversation, Place

from tests.emulator.talk import Live, talk, words

PARAMETERS = {"search_site": "query", "read_page": "address", "show_section": "section", "open_page": "address"}
ALL = set(PARAMETERS)
LOCKS = {
    "title": "Bicycle locks",
    "address": "https://shop.example/locks.html",
    "excerpt": "A lock weighs as much as it holds.",
}
LIGHTS = {"title": "Lights", "address": "https://shop.example/lights.html", "excerpt": ""}


def tools(*names: str) -> list[Any]:
    """Declarations of these functions, of all of them where none is named."""
    declared = [
        {"name": name, "parameters": {"type": "OBJECT", "properties": {PARAMETERS[name]: {"type": "STRING"}}}}
        for name in names or PARAMETERS
    ]
    return [{"functionDeclarations": declared}]


@pytest.mark.parametrize(
    ("sentence", "name", "about"),
    [
        ("where do you write about locks", "search_site", "locks"),
        ("where can i read something about the best  locks", "search_site", "best locks"),
        ("where is the workshop", "search_site", "workshop"),
        ("please search the site for lights", "search_site", "lights"),
        ("search lights", "search_site", "lights"),
        ("could you find a pump please", "search_site", "pump"),
        ("do you have anything about children", "search_site", "children"),
        ("look for opening hours", "search_site", "opening hours"),
        ("show me", "show_section", ""),
        ("show me the section about repairs", "show_section", "repairs"),
        ("please show it", "show_section", ""),
        ("read me the page about lights", "read_page", "lights"),
        ("read it to me", "read_page", ""),
        ("read that page", "read_page", ""),
        ("go there", "open_page", ""),
        ("ok, take me there please", "open_page", ""),
        ("go to the page about lights", "open_page", "lights"),
        ("open it", "open_page", ""),
        ("open https://shop.example/locks.html", "open_page", "https://shop.example/locks.html"),
    ],
)
def test_a_sentence_asks_for_a_function(sentence: str, name: str, about: str) -> None:
    """What it is about is what is left of the sentence; what only points at something is left out."""
    assert page_tools.wish(sentence, ALL) == page_tools.Wish(name, about)
    assert page_tools.wish(sentence, ALL - {name}) is None


@pytest.mark.parametrize(
    "sentence", ["hello", "i read a book", "go on", "where are you from", "my shop is open", "the show was good", "", "what is a lock", "find " + "x" * 300]
)  # fmt: skip
def test_other_sentences_ask_for_none(sentence: str) -> None:
    """A word in the middle of a sentence is no wish."""
    assert page_tools.wish(sentence, ALL) is None


def test_one_of_the_same_name_is_another() -> None:
    """An owner's function that has other parameters is called as all others are."""
    own = {"name": "search_site", "parameters": {"properties": {"term": {"type": "STRING"}}}}
    odd: list[dict[str, Any]] = [
        {"name": "read_page", "parameters": {"properties": 5}},
        {"name": "open_page", "parametersJsonSchema": [1]},
    ]
    assert page_tools.known([own, *odd, *tools("show_section")[0]["functionDeclarations"]]) == {"show_section"}

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Search the lights")
        return (await session.until(lambda message: "toolCall" in message))[-1]["toolCall"]["functionCalls"]

    (call,) = talk(steps, tools=[{"functionDeclarations": [own]}])
    assert call["args"] == {"term": "lights"}


async def ask(session: Live, text: str) -> tuple[str, Any]:
    """Say something; return name and arguments of the one call that comes of it, which is left without a result."""
    await session.say(text)
    return await called(session)


async def called(session: Live) -> tuple[str, Any]:
    """Return name and arguments of the next call."""
    (call,) = (await session.until(lambda message: "toolCall" in message))[-1]["toolCall"]["functionCalls"]
    await session.turn()
    session.out = call  # type: ignore[attr-defined]
    return call["name"], call["args"]


async def answer(session: Live, response: Any) -> None:
    """Answer the call that is out."""
    call = session.out  # type: ignore[attr-defined]
    await session.send(
        {"toolResponse": {"functionResponses": [{"id": call["id"], "name": call["name"], "response": response}]}}
    )


def test_a_walk_through_a_site() -> None:
    """Found, read, shown, opened: each sentence is about what was found before."""

    async def steps(session: Live, _: Any) -> None:
        assert await ask(session, "Where do you write about locks?") == ("search_site", {"query": "locks"})
        await answer(session, {"results": [LOCKS, LIGHTS, {"title": "no address"}, 5]})
        said = words(await session.turn())
        assert (
            f"I found “Bicycle locks”: {LOCKS['address']} . There it says: “A lock weighs as much as it holds.”. Also: “Lights”."
            in said
        )
        assert await ask(session, "Read me the page about lights.") == ("read_page", {"address": LIGHTS["address"]})
        await answer(session, {"title": "Lights", "address": LIGHTS["address"], "text": "word " * 30})
        assert f"The page “Lights” says: “{'word ' * 25}…”." in words(await session.turn())
        assert await ask(session, "Go there") == ("open_page", {"address": LOCKS["address"]})
        await answer(session, {"opened": False, "reason": "the visitor stayed"})
        assert "You have the link; the page stays as it is." in words(await session.turn())
        assert await ask(session, "Show me!") == ("show_section", {"section": "locks"})
        await answer(session, {"shown": True, "section": "Locks"})
        assert "Here it is: “Locks”." in words(await session.turn())

    talk(steps, tools=tools())


def test_what_was_not_found_yet_is_searched_first() -> None:
    """Reading and opening by words need a search, whose best result they then take; without one nothing is called."""

    async def steps(session: Live, _: Any) -> None:
        assert await ask(session, "Read me the page about lights") == ("search_site", {"query": "lights"})
        await answer(session, {"results": [LIGHTS]})
        assert await called(session) == ("read_page", {"address": LIGHTS["address"]})
        await answer(session, {"error": "no such page"})
        assert "That did not work: no such page" in words(await session.turn())
        assert await ask(session, "Open the page about elephants") == ("search_site", {"query": "elephants"})
        await answer(session, {"results": []})
        assert "I found nothing about “elephants” on this site." in words(await session.turn())
        await session.say("Go there")
        assert "You said: “Go there”." in words(await session.turn())

    talk(steps, tools=tools())


def test_the_first_section_is_shown() -> None:
    """Where nothing was sought, "show me" means the first of the sections that the instruction lists."""
    text = "Hello.\n<page-sections 1f2e>\nhours: When we are open\nplace: Where\n</page-sections 1f2e>"

    async def steps(session: Live, _: Any) -> Any:
        return await ask(session, "show me")

    instruction = {"parts": [{"text": text}]}
    shown = talk(steps, tools=tools("show_section"), systemInstruction=instruction)
    assert shown == ("show_section", {"section": "hours"})


@pytest.mark.parametrize(
    "model", ["models/gemini-3.1-flash-live-preview", "models/gemini-2.5-flash-native-audio-latest"]
)
def test_models_that_wait(model: str) -> None:
    """The same with a model that says nothing until the result has come."""

    async def steps(session: Live, _: Any) -> str:
        await session.say("find locks, please.")
        found = await session.until(lambda message: "toolCall" in message)
        session.out = found[-1]["toolCall"]["functionCalls"][0]  # type: ignore[attr-defined]
        await answer(session, {"results": [LOCKS]})
        return words(await session.turn())

    assert "I found “Bicycle locks”" in talk(steps, model=model, tools=tools())


def test_both_kinds_in_one_sentence() -> None:
    """Known functions and an owner's own go out in one message."""
    own = [{"functionDeclarations": [{"name": "add_to_basket"}, *tools()[0]["functionDeclarations"]]}]

    async def steps(session: Live, _: Any) -> Any:
        await session.say("Add two locks and show me the basket")
        return (await session.until(lambda message: "toolCall" in message))[-1]["toolCall"]["functionCalls"]

    calls = talk(steps, tools=own)
    assert [(call["name"], call["args"]) for call in calls] == [
        ("add_to_basket", {}),
        ("show_section", {"section": "basket"}),
    ]


@pytest.mark.parametrize(
    ("name", "result"),
    [("search_site", {"results": 5}), ("search_site", {}), ("search_site", None), ("read_page", {}), ("show_section", {"shown": 1}),
     ("open_page", "yes"), ("add_to_basket", {"error": "x"})],
)  # fmt: skip
def test_odd_results_are_read_out(name: str, result: object) -> None:
    """What is in no form that it knows is told as every function's result is."""
    conversation = Conversation()
    assert page_tools.told(conversation, name, result) == ""
    assert page_tools.take(conversation, [(name, result)]) is None


def test_opened() -> None:
    """A page that opens is told, too."""
    assert page_tools.told(Conversation(places=(Place("a", "b", "c"),)), "open_page", {"opened": True}) == "Here we go."
