"""livekit-plugins-google: the realtime model of LiveKit's agents, without a room."""

import asyncio
import os
import pathlib

from livekit import rtc
from livekit.agents import function_tool, llm
from livekit.plugins.google.realtime import RealtimeModel


@function_tool
async def turn_on_the_lights() -> str:
    """Turn the lights on."""
    return "they are on"


class Talk:
    """A session and the generations that it has created."""

    def __init__(self, session) -> None:
        self.session = session
        self.created: asyncio.Queue = asyncio.Queue()
        self.metrics: list = []
        session.on("generation_created", self.created.put_nowait)
        session.on("metrics_collected", self.metrics.append)

    async def turn(self) -> tuple[str, int, list]:
        """Words, samples of sound, and function calls of the next generation."""
        created = await asyncio.wait_for(self.created.get(), 20)
        words, samples = "", 0
        calls: list = []

        async def functions() -> None:
            calls.extend([call async for call in created.function_stream])

        async def message(generation) -> None:
            nonlocal words, samples

            async def text() -> None:
                nonlocal words
                async for fragment in generation.text_stream:
                    words += fragment

            async def sound() -> None:
                nonlocal samples
                async for frame in generation.audio_stream:
                    samples += frame.samples_per_channel

            await asyncio.gather(text(), sound())

        async def messages() -> None:
            async for generation in created.message_stream:
                await message(generation)

        await asyncio.gather(functions(), messages())
        return words, samples, calls


async def main() -> None:
    """Talk."""
    model = RealtimeModel(
        model="gemini-3.8-live",
        api_key=os.environ["GEMINI_API_KEY"],
        api_version="v1beta",
        instructions="Speak of mugs.",
    )
    session = model.session()
    talk = Talk(session)
    await session.update_tools([turn_on_the_lights])
    session.generate_reply(instructions="Greet the visitor.")
    words, samples, _ = await talk.turn()
    print("ok connect")
    assert "My instruction begins: “Speak of mugs.”." in words, words
    assert samples > 5_000
    print("ok text, sound out, transcript")
    pcm = pathlib.Path(os.environ["SPEECH"]).read_bytes()
    for place in range(0, len(pcm), 3200):
        session.push_audio(rtc.AudioFrame(pcm[place : place + 3200], 16_000, 1, len(pcm[place : place + 3200]) // 2))
    words, _, _ = await talk.turn()
    assert "I heard 1" in words, words
    print("ok sound in")
    session.generate_reply(instructions="Turn on the lights")
    _, _, calls = await talk.turn()
    (call,) = calls
    assert call.name == "turn_on_the_lights"
    context = session.chat_ctx.copy()
    context.items.append(call)
    context.items.append(
        llm.FunctionCallOutput(call_id=call.call_id, name=call.name, output="they are on", is_error=False)
    )
    await session.update_chat_ctx(context)
    words, _, _ = await talk.turn()
    assert "turn_on_the_lights answered" in words, words
    print("ok function call")
    assert talk.metrics[-1].total_tokens
    print("ok usage")
    assert session.session_resumption_handle
    print("ok resumption handle")
    await session.aclose()


asyncio.run(asyncio.wait_for(main(), 120))
