"""No input makes the emulator stumble: it answers or refuses, in its own words."""

import asyncio
import json
import random
from typing import Any

import pytest
from gemini_live_emulator.protocol.errors import GoogleError, LiveCloseError
from gemini_live_emulator.protocol.messages import read
from gemini_live_emulator.protocol.schema import AUTH_TOKEN, CLIENT_MESSAGE, Kind
from gemini_live_emulator.state.clock import Clock
from gemini_live_emulator.state.tokens import Tokens
from hypothesis import given
from hypothesis import strategies as st

from dev.processes import Google
from tests.emulator.talk import NOON, live, post, setup, token

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def near(kind: Kind, depth: int = 0) -> st.SearchStrategy[Any]:
    """JSON that looks like the kind, and here and there is something else."""
    if isinstance(kind, dict) and kind and depth < 5:
        fields = {name: near(inner, depth + 1) for name, inner in kind.items()}
        return st.fixed_dictionaries({}, optional=fields) | ANYTHING
    if isinstance(kind, list) and depth < 5:
        return st.lists(near(kind[0], depth + 1), max_size=2) | ANYTHING
    if isinstance(kind, frozenset):
        return st.sampled_from(sorted(kind)) | SCALARS
    return ANYTHING


@given(near(AUTH_TOKEN))
def test_every_body_is_minted_or_refused(body: Any) -> None:
    """Whatever the JSON, the answer is a name or a GoogleError."""
    tokens = Tokens(Clock(lambda: NOON), random.Random(1))
    refused: list[GoogleError] = []
    try:
        tokens.mint("v1alpha", json.dumps(body).encode())
    except GoogleError as error:
        refused.append(error)
    assert [error.code for error in refused] == [400] * (1 - len(tokens.mints))


@given(near(CLIENT_MESSAGE) | st.text(max_size=20))
def test_every_message_is_read_or_refused(message: Any) -> None:
    """Whatever the frame, it is a message or a close with a reason that fits."""
    refused: list[LiveCloseError] = []
    try:
        read(message if isinstance(message, str) else json.dumps(message))
    except LiveCloseError as error:
        refused.append(error)
    assert all(error.code == 1007 and len(error.reason.encode()) <= 123 for error in refused)


TOOLS: list[Any] = [
    {"name": "_"},
    {"name": "add", "parameters": "none"},
    {"name": "add", "parameters": {"properties": []}},
    {
        "name": "add",
        "parameters": {"properties": {"a": 1, "b": {"type": 7}, "c": {"enum": "x"}, "d": {"enum": ["blue"]}}},
    },
    {"name": "add", "parametersJsonSchema": {"properties": {"n": {"type": "number"}, "all": {"type": "boolean"}}}},
]


@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_any_declaration_can_be_called(google: Google, tool: dict[str, Any]) -> None:
    """Function schemas are free-form, and a strange one breaks nothing."""

    async def go() -> None:
        locked = setup(tools=[{"functionDeclarations": [tool]}])
        async with live(google.url, token(google.url, setup=locked)) as session:
            await session.say("add 2 blue mugs")
            await session.until(lambda message: "toolCall" in message or "turnComplete" in str(message))

    asyncio.run(go())


MESSAGES: list[Any] = [
    {"clientContent": {"turns": [{}], "turnComplete": True}},
    {"clientContent": {"turnComplete": True}},
    {"clientContent": {"turns": {"parts": {"text": "one"}}, "turnComplete": True}},
    {"toolResponse": {}},
    {"toolResponse": {"functionResponses": [{}]}},
    {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=0", "data": "AAAA"}}},
    {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=1", "data": "AAAAAA=="}}},
    {"realtimeInput": {"audio": {"mimeType": "audio/pcm", "data": "AAA="}}},
    {"realtimeInput": {"video": {"mimeType": "image/jpeg", "data": "/9j/"}}},
    {"realtimeInput": {"video": {}}},
    {"realtimeInput": {"text": ""}},
    {"realtimeInput": {"audioStreamEnd": True}},
    {},
]


def test_nothing_makes_it_stumble(google: Google) -> None:
    """After all of these its terminal is as quiet as before: an error of its own would be printed there."""
    before = len(google.lines())

    async def go() -> None:
        name = token(google.url, setup=setup(), uses=0)
        for message in MESSAGES:
            async with live(google.url, name) as session:
                await session.next()
                await session.send(message)
                await session.send({"clientContent": {"turns": [], "turnComplete": True}})
                await asyncio.sleep(0.02)
        for frame in (b"\xff\xfe", "", "[", "[" * 50_000):
            async with live(google.url, name) as session:
                await session.next()
                await session.socket.send(frame)
                assert (await session.closed())[0] == 1007

    asyncio.run(go())
    for path in ("/%00", "//", "/v1alpha/auth_tokens?key=%ff", "/_standin/../x"):
        post(google.url + path, b"\xff")
    assert google.lines()[before:] == []
