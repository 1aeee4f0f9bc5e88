"""pydantic-ai: an agent's realtime session over Gemini Live."""

import asyncio
import os
import pathlib

from pydantic_ai import Agent
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.realtime import RealtimeResponseInterruptedEvent, RealtimeTurnCompleteEvent
from pydantic_ai.realtime.google import GoogleRealtimeModel

agent = Agent(instructions="Speak of mugs.")
called: list[str] = []


@agent.tool_plain
def turn_on_the_lights() -> str:
    """Turn the lights on."""
    called.append("lights")
    return "they are on"


async def until(stream, found) -> list:
    """The events up to the first that is wanted."""
    events = [await anext(stream)]
    while not found(events[-1]):
        events.append(await anext(stream))
    return events


async def turn(stream) -> list:
    """The events up to the end of the turn."""
    return await until(stream, lambda event: isinstance(event, RealtimeTurnCompleteEvent))


def said(session) -> str:
    """The whole conversation as it is known to the agent."""
    return repr(session.all_messages())


async def main() -> None:
    """Talk."""
    model = GoogleRealtimeModel("gemini-3.8-live", provider=GoogleProvider(api_key=os.environ["GEMINI_API_KEY"]))
    async with agent.realtime(model).session() as session:
        stream = aiter(session)
        print("ok connect")
        await session.send("Good morning")
        await turn(stream)
        assert "My instruction begins: “Speak of mugs.”. You said: “Good morning”." in said(session), said(session)
        print("ok text, sound out, transcript")
        await session.send("Turn on the lights, please")
        while "turn_on_the_lights answered" not in said(session):
            await turn(stream)
        assert called == ["lights"]
        print("ok function call")
        pcm = pathlib.Path(os.environ["SPEECH"]).read_bytes()
        for place in range(0, len(pcm), 3200):
            await session.send_audio(pcm[place : place + 3200])
        while "I heard 1" not in said(session):
            await turn(stream)
        print("ok sound in")
        await session.send("Tell me a long story about everything that you have ever heard of")
        await until(stream, lambda event: "SpeechPart" in repr(event))
        await session.send("Stop")
        events = await turn(stream)
        assert any(isinstance(event, RealtimeResponseInterruptedEvent) for event in events), events
        print("ok interruption")
        usage = session.usage
        assert (usage() if callable(usage) else usage).input_tokens
        print("ok usage")


asyncio.run(asyncio.wait_for(main(), 120))
