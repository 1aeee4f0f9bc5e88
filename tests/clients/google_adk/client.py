"""google-adk: an agent's live run, with a tool that the framework calls itself."""

import asyncio
import os
import pathlib
import warnings

warnings.simplefilter("ignore")

from google.adk.agents import LiveRequestQueue, LlmAgent, RunConfig  # noqa: E402
from google.adk.agents.run_config import StreamingMode  # noqa: E402
from google.adk.models.google_llm import Gemini  # noqa: E402
from google.adk.runners import InMemoryRunner  # noqa: E402
from google.genai import types  # noqa: E402

called: list[str] = []


def turn_on_the_lights() -> dict:
    """Turn the lights on."""
    called.append("lights")
    return {"on": True}


class Talk:
    """What a live run has yielded so far."""

    def __init__(self, events) -> None:
        self.events, self.seen = events, []

    async def until(self, found) -> list:
        """The events up to the first that is wanted."""
        new = []
        async for event in self.events:
            new.append(event)
            if found(event):
                return new
        raise AssertionError(f"the run ended after {new[-3:]}")

    async def turn(self) -> tuple[str, bytes, list]:
        """Words and sound of a turn, and its events."""
        events = await self.until(lambda event: event.turn_complete)
        words = "".join(e.output_transcription.text or "" for e in events if e.output_transcription and e.partial)
        parts = [part for e in events if e.content for part in e.content.parts or [] if part.inline_data]
        return words, b"".join(part.inline_data.data for part in parts), events


async def main() -> None:
    """Talk."""
    agent = LlmAgent(
        name="mugs",
        model=Gemini(model="gemini-3.8-live", api_version="v1beta"),
        instruction="Speak of mugs.",
        tools=[turn_on_the_lights],
    )
    runner = InMemoryRunner(agent=agent, app_name="clients")
    session = await runner.session_service.create_session(app_name="clients", user_id="u")
    queue = LiveRequestQueue()
    config = RunConfig(
        streaming_mode=StreamingMode.BIDI,
        response_modalities=["AUDIO"],
        output_audio_transcription=types.AudioTranscriptionConfig(),
        input_audio_transcription=types.AudioTranscriptionConfig(),
        session_resumption=types.SessionResumptionConfig(),
    )
    talk = Talk(runner.run_live(user_id="u", session_id=session.id, live_request_queue=queue, run_config=config))

    def ask(text: str) -> None:
        queue.send_content(types.Content(role="user", parts=[types.Part(text=text)]))

    ask("Good morning")
    words, sound, events = await talk.turn()
    print("ok connect")
    assert "You said: “Good morning”." in words, words
    assert len(sound) > 10_000
    print("ok text, sound out, transcript")
    assert any(event.usage_metadata for event in events)
    print("ok usage")
    ask("Turn on the lights")
    await talk.until(lambda event: event.output_transcription and "answered" in (event.output_transcription.text or ""))
    await talk.turn()
    assert called == ["lights"]
    print("ok function call")
    pcm = pathlib.Path(os.environ["SPEECH"]).read_bytes()
    for place in range(0, len(pcm), 3200):
        queue.send_realtime(types.Blob(data=pcm[place : place + 3200], mime_type="audio/pcm;rate=16000"))
    words, _, events = await talk.turn()
    assert any(event.input_transcription for event in events)
    assert "I heard 1" in words, words
    print("ok sound in")
    ask("Tell me a long story about everything that you have ever heard of")
    await talk.until(lambda event: event.output_transcription)
    ask("Stop")
    await talk.until(lambda event: event.interrupted)
    print("ok interruption")
    queue.close()


asyncio.run(asyncio.wait_for(main(), 120))
