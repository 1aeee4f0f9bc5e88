"""What a session is charged for: the whole context each turn, what compression has left of it, thoughts; and it is kept."""

import asyncio
from typing import Any

import pytest
from gemini_live_emulator.live.usage import usage_metadata
from gemini_live_emulator.state.conversation import Conversation

from dev.processes import Google
from tests.emulator.talk import live, setup, token

TALK = 40.0  # seconds: 1000 tokens
COMPRESSED = {"triggerTokens": 8000, "slidingWindow": {"targetTokens": 4000}}


def contexts(compression: dict[str, Any] | None, turns: int = 12) -> list[int]:
    """Return what each of so many turns bills as input, where both sides speak for 40 seconds."""
    conversation, billed = Conversation(), []
    fields = setup(systemInstruction={"parts": [{"text": "x" * 400}]})
    if compression is not None:
        fields["contextWindowCompression"] = compression
    for _ in range(turns):
        conversation.add("user", "", TALK)
        conversation.add("model", "", TALK)
        usage = usage_metadata(fields, conversation, 0)
        assert usage["promptTokenCount"] == sum(detail["tokenCount"] for detail in usage["promptTokensDetails"])
        assert usage["responseTokenCount"] == 1000
        billed.append(usage["promptTokenCount"])
    return billed


def test_each_turn_bills_the_context_again() -> None:
    """The instruction of 100 tokens, and a turn more of each side every time."""
    assert contexts(None, 4) == contexts({}, 4) == [1100, 3100, 5100, 7100]


@pytest.mark.parametrize("compression", [COMPRESSED, {"triggerTokens": "8000", "slidingWindow": {}}])
def test_compression_bounds_what_a_turn_bills(compression: dict[str, Any]) -> None:
    """Beyond the trigger the oldest turns go until the target is met, half the trigger where none is named; never the instruction."""
    billed = contexts(compression)
    assert billed[:4] == [1100, 3100, 5100, 7100]
    assert max(billed) <= 8000
    assert billed[4] == 4100
    assert sum(billed) < sum(contexts(None))


@pytest.mark.parametrize(("level", "thoughts"), [("LOW", 32), ("HIGH", 128), (None, None)])
def test_thoughts_are_billed_apart(level: str | None, thoughts: int | None) -> None:
    """A model that thinks has thoughts beside its answer, in the total and nowhere else."""
    conversation = Conversation()
    conversation.add("user", "Hello")
    conversation.add("model", "", 2.0)
    config = {"responseModalities": ["AUDIO"], **({"thinkingConfig": {"thinkingLevel": level}} if level else {})}
    usage = usage_metadata(setup(generationConfig=config), conversation, 0)
    assert usage.get("thoughtsTokenCount") == thoughts
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + 50 + (thoughts or 0)


def test_inspection_tells_what_was_billed(google: Google) -> None:
    """A test can compare what a client has counted with what it was sent."""

    async def go() -> list[Any]:
        async with live(google.url, token(google.url, setup=setup())) as session:
            await session.next()
            for text in ("One", "Two"):
                await session.say(text)
                await session.turn()
            return [message["usageMetadata"] for message in session.messages if "usageMetadata" in message]

    sent = asyncio.run(go())
    assert len(sent) == 2
    assert google.session()["usage"] == sent
