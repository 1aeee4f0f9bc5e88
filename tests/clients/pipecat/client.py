"""pipecat: a pipeline around its service for Gemini Live, with its own defaults."""

import asyncio
import json
import os
import pathlib
import ssl
import urllib.request

from google.genai.types import HttpOptions
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMRunFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.google.gemini_live.llm import GeminiLiveLLMService

called: list[str] = []


class Listener(FrameProcessor):
    """What comes out of the service."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note it and pass it on."""
        await super().process_frame(frame, direction)
        self.frames.put_nowait(frame)
        await self.push_frame(frame, direction)

    async def until(self, found) -> tuple[str, int]:
        """Words and bytes of sound up to the first frame that is wanted."""
        words, sound = "", 0
        while True:
            frame = await asyncio.wait_for(self.frames.get(), 20)
            words += frame.text if isinstance(frame, TTSTextFrame) else ""
            sound += len(frame.audio) if isinstance(frame, TTSAudioRawFrame) else 0
            if found(frame, words):
                return words, sound

    async def said(self, text: str) -> int:
        """Bytes of sound up to the end of an answer in which the text occurs."""
        seen = ""
        while text not in seen:
            seen, sound = await self.until(lambda frame, _: isinstance(frame, LLMFullResponseEndFrame))
        return sound


async def turn_on_the_lights(params) -> None:
    """Answer the call."""
    called.append(params.function_name)
    await params.result_callback({"on": True})


async def talk(task: PipelineTask, listener: Listener) -> None:
    """Talk, then end the pipeline."""
    pcm = pathlib.Path(os.environ["SPEECH"]).read_bytes()

    async def speak(text: str = "") -> None:
        """Send a second of sound, which is understood as the text."""
        if text:
            body = json.dumps({"texts": [text]}).encode()
            trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
            address = f"{os.environ['EMULATOR']}/_standin/hear"
            await asyncio.to_thread(lambda: urllib.request.urlopen(address, body, timeout=10, context=trust).close())
        for place in range(0, len(pcm), 3200):
            piece = pcm[place : place + 3200]
            await task.queue_frame(InputAudioRawFrame(audio=piece, sample_rate=16_000, num_channels=1))
            await asyncio.sleep(0.02)

    await task.queue_frame(LLMRunFrame())
    assert await listener.said("Before that you said: “Greet the visitor.”.") > 10_000
    print("ok connect")
    print("ok text, sound out, transcript")
    await speak()
    await listener.said("seconds of sound")
    print("ok sound in")
    await speak("Turn on the lights")
    await listener.said("turn_on_the_lights answered")
    assert called == ["turn_on_the_lights"]
    print("ok function call")
    await speak("Tell me a long story about everything that you have ever heard of")
    await listener.until(lambda frame, _: isinstance(frame, TTSAudioRawFrame))
    await speak("Stop")
    await listener.until(lambda frame, _: isinstance(frame, InterruptionFrame))
    print("ok interruption")
    await task.cancel()


async def main() -> None:
    """Run the pipeline and the talk side by side."""
    schema = FunctionSchema(name="turn_on_the_lights", description="Lights.", properties={}, required=[])
    llm = GeminiLiveLLMService(
        api_key=os.environ["GEMINI_API_KEY"],
        settings=GeminiLiveLLMService.Settings(model="models/gemini-3.8-live"),
        system_instruction="Speak of mugs.",
        tools=ToolsSchema(standard_tools=[schema]),
        http_options=HttpOptions(api_version="v1beta"),
    )
    llm.register_function("turn_on_the_lights", turn_on_the_lights)
    context = LLMContext([{"role": "user", "content": "Greet the visitor."}])
    pair, listener = LLMContextAggregatorPair(context), Listener()
    task = PipelineTask(
        Pipeline([pair.user(), llm, listener, pair.assistant()]),
        params=PipelineParams(audio_in_sample_rate=16_000, audio_out_sample_rate=24_000),
    )
    run = asyncio.create_task(PipelineRunner(handle_sigint=False).run(task))
    await talk(task, listener)
    await run


asyncio.run(asyncio.wait_for(main(), 120))
