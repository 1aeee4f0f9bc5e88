"""A plain client of the Live API for tests, and an in-process emulator with a clock that tests move."""

import asyncio
import base64
import contextlib
import dataclasses
import datetime as dt
import json
import random
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

from gemini_live_emulator import DEFAULT_KEY, app
from gemini_live_emulator.live import speech
from gemini_live_emulator.state.clock import Clock
from gemini_live_emulator.state.options import Options
from gemini_live_emulator.state.state import State
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import PATIENCE

MODEL = "models/gemini-3.8-live"
TRANSCRIBED: dict[str, Any] = {"inputAudioTranscription": {}, "outputAudioTranscription": {}}
TOOLS = [
    {
        "functionDeclarations": [
            {
                "name": "add_to_basket",
                "parameters": {
                    "type": "OBJECT",
                    "properties": {"item": {"type": "STRING"}, "quantity": {"type": "INTEGER"}},
                },
            },
            {"name": "show_item", "parameters": {"type": "OBJECT", "properties": {"item": {"type": "STRING"}}}},
        ]
    }
]
METHOD = "BidiGenerateContentConstrained"
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def setup(**more: Any) -> dict[str, Any]:
    """A setup that every rule accepts, with more fields or others."""
    return {"model": MODEL, "generationConfig": {"responseModalities": ["AUDIO"]}, **more}


def post(url: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and JSON (or raw bytes, where it is none) of a POST; `body` is sent as JSON unless it is bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {"x-goog-api-key": DEFAULT_KEY})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw


def mint(url: str, body: Any = None, version: str = "v1alpha") -> str:
    """A token for a create request's body, which must be accepted."""
    status, answer = post(f"{url}/{version}/auth_tokens", body or {})
    assert status == 200, answer
    return str(answer["name"])


def token(url: str, *, setup: dict[str, Any], **more: Any) -> str:
    """A token that locks a whole setup."""
    return mint(url, {"bidiGenerateContentSetup": setup, **more})


def tone(seconds: float, loudness: float = 0.3, rate: int = 16_000) -> bytes:
    """Speech-like sound of that length at 16 kHz: the emulator's own voice, thinned out."""
    sound = b"".join(sound for _, sound in speech.speak("la " * int(seconds * 8 + 8), "Kore", 1.5))
    samples = memoryview(sound).cast("h")
    count = int(seconds * rate)
    scaled = [int(samples[int(i * 1.5) % len(samples)] * loudness / 0.3) for i in range(count)]
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in scaled)


class Live:
    """One socket: what came in is kept, in order, with the moment it came."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self.times: list[float] = []

    async def send(self, message: Any) -> None:
        """Send one message as a text frame."""
        await self.socket.send(json.dumps(message))

    async def say(self, text: str) -> None:
        """Type something."""
        await self.send({"realtimeInput": {"text": text}})

    async def sound(self, pcm: bytes, rate: int = 16_000) -> None:
        """Send PCM16 in pieces of 100 ms, at once."""
        for place in range(0, len(pcm), rate // 5):
            piece = base64.b64encode(pcm[place : place + rate // 5]).decode()
            await self.send({"realtimeInput": {"audio": {"data": piece, "mimeType": f"audio/pcm;rate={rate}"}}})

    async def next(self) -> dict[str, Any]:
        """The next message."""
        raw = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        assert isinstance(raw, bytes), "Google sends binary frames"
        assert raw.endswith(b"\n"), "Google ends a frame with a newline"
        message = json.loads(raw)
        self.messages.append(message)
        self.times.append(asyncio.get_running_loop().time())
        return dict(message)

    async def until(self, wanted: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
        """The messages up to the first that is wanted, which is the last one."""
        found: list[dict[str, Any]] = []
        while not found or not wanted(found[-1]):
            found.append(await self.next())
        return found

    async def turn(self) -> list[dict[str, Any]]:
        """The messages to the end of the turn."""
        return await self.until(lambda message: message.get("serverContent", {}).get("turnComplete"))

    async def handle(self) -> str:
        """The next handle for session resumption."""
        found = await self.until(lambda message: message.get("sessionResumptionUpdate", {}).get("resumable"))
        return str(found[-1]["sessionResumptionUpdate"]["newHandle"])

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, which must come."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.next()
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""


def contents(messages: list[dict[str, Any]], key: str) -> list[Any]:
    """What stands under a key of serverContent, in the order it came."""
    return [message["serverContent"][key] for message in messages if key in message.get("serverContent", {})]


def words(messages: list[dict[str, Any]], key: str = "outputTranscription") -> str:
    """A transcription put together."""
    return "".join(fragment["text"] for fragment in contents(messages, key))


def sounds(messages: list[dict[str, Any]]) -> bytes:
    """The speech put together, PCM16 at 24 kHz."""
    parts = [part for turn in contents(messages, "modelTurn") for part in turn["parts"]]
    assert all(part["inlineData"]["mimeType"] == "audio/pcm;rate=24000" for part in parts)
    return b"".join(base64.b64decode(part["inlineData"]["data"]) for part in parts)


@contextlib.asynccontextmanager
async def live(
    url: str,
    name: str | None,
    first: Any = None,
    version: str = "v1alpha",
    *,
    query: str | None = None,
    path: str = "/ws/",
) -> AsyncIterator[Live]:
    """Connect with a token and send the first frame (`{"setup": {}}` unless another is given)."""
    query = f"access_token={name}" if query is None else query
    address = (
        f"{url.replace('http', 'ws', 1)}{path}google.ai.generativelanguage.{version}.GenerativeService.{METHOD}?{query}"
    )
    async with connect(address, max_size=None, max_queue=None) as socket:
        session = Live(socket)
        await session.send({"setup": {}} if first is None else first)
        yield session


async def refusal(
    url: str, name: str | None, first: Any = None, version: str = "v1alpha", **how: Any
) -> tuple[int, str]:
    """Code and reason of the close that such a connection gets."""
    async with live(url, name, first, version, **how) as session:
        return await session.closed()


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        """The present moment."""
        return self.now

    def pass_(self, **time: float) -> None:
        """Let time pass: `pass_(seconds=61)`."""
        self.now += dt.timedelta(**time)


@contextlib.asynccontextmanager
async def in_process(**options: Any) -> AsyncIterator[tuple[str, State, HandClock]]:
    """An emulator in this process with a clock of the test's own and always the same chance."""
    clock = HandClock()
    state = State(Options(**{"speaking_rate": 20, **options}), Clock(clock), random.Random(7))
    async with app.running(state) as port:
        yield f"http://127.0.0.1:{port}", state, clock


def state_token(state: State, **body: Any) -> str:
    """A token minted without HTTP."""
    return state.tokens.mint("v1alpha", json.dumps(body).encode())


def talk(steps: Callable[[Live, State], Any], *, version: str = "v1alpha", **how: Any) -> Any:
    """Run `steps(session, state)` in a session whose token locks the setup fields given; names of options are options."""
    options = {field.name: how.pop(field.name) for field in dataclasses.fields(Options) if field.name in how}

    async def go() -> Any:
        async with in_process(**options) as (url, state, _):
            locked = setup(**{**TRANSCRIBED, **how})
            async with live(url, state_token(state, bidiGenerateContentSetup=locked), version=version) as session:
                assert await session.next() == {"setupComplete": {}}
                return await steps(session, state)

    return asyncio.run(go())
