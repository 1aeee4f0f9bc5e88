"""google-genai: its own tests against a live backend, then a conversation with a token of the function."""

import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

from google import genai
from google.genai import types

MODEL = "gemini-3.8-live"


def their_own_tests() -> None:
    """The suites of the installed package that talk to a backend: Live sessions and the creation of tokens."""
    suites = pathlib.Path(genai.__file__).parent / "tests"
    with tempfile.TemporaryDirectory() as replays:
        env = {
            **os.environ,
            "GOOGLE_API_KEY": os.environ["GEMINI_API_KEY"],
            "GOOGLE_GENAI_RUN_GEMINI_ONLY_IN_API_MODE": "true",
            # Written to when tests are collected, and not used when they talk to a backend.
            "GOOGLE_GENAI_REPLAYS_DIRECTORY": replays,
            "PYTHONPATH": str(pathlib.Path(__file__).parent),
        }
        where = [f"--rootdir={suites}", f"--confcutdir={suites}", str(suites / "live_api"), str(suites / "tokens")]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            "pytest.ini",
            "-p",
            "to_emulator",
            "-p",
            "no:cacheprovider",
            "--mode=api",
        ]
        done = subprocess.run([*command, *where], env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    print("ok own tests:", done.stdout.strip().splitlines()[-1].strip("= "))


async def turn(session: genai.live.AsyncSession) -> tuple[str, bytes, dict]:
    """Words, sound and what else came, up to the end of the turn."""
    words, sound, seen = "", b"", {}
    async for message in session.receive():
        content = message.server_content
        if content and content.output_transcription:
            words += content.output_transcription.text or ""
        if content and content.input_transcription:
            seen["heard"] = content.input_transcription.text
        if content and content.interrupted:
            seen["interrupted"] = True
        if message.tool_call:
            seen["calls"] = message.tool_call.function_calls
        if message.session_resumption_update and message.session_resumption_update.resumable:
            seen["handle"] = message.session_resumption_update.new_handle
        if message.usage_metadata:
            seen["tokens"] = message.usage_metadata.total_token_count
        sound += message.data or b""
    return words, sound, seen


async def by_token() -> None:
    """The token of the function decides about everything; the SDK has nothing else."""
    client = genai.Client(api_key=os.environ["TOKEN"], http_options={"api_version": "v1alpha"})
    async with client.aio.live.connect(model="whatever") as session:
        await session.send_realtime_input(text="Hello")
        words, sound, _ = await turn(session)
        assert words.endswith("You said: “Hello”."), words
        assert sound
        print("ok token of the function")


async def by_key() -> None:
    """Everything else, with the key."""
    client = genai.Client(http_options={"api_version": "v1beta"})
    tool = types.FunctionDeclaration(
        name="turn_on_the_lights", description="Lights.", behavior=types.Behavior.NON_BLOCKING
    )
    config = types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        input_audio_transcription={},
        output_audio_transcription={},
        session_resumption={},
        tools=[types.Tool(function_declarations=[tool])],
    )
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        print("ok connect")
        await session.send_realtime_input(text="Good morning")
        words, sound, seen = await turn(session)
        assert "Good morning" in words
        assert len(sound) > 10_000
        assert seen["tokens"]
        print("ok text, sound out, transcript, usage")
        pcm = pathlib.Path(os.environ["SPEECH"]).read_bytes()
        for place in range(0, len(pcm), 3200):
            await session.send_realtime_input(
                audio=types.Blob(data=pcm[place : place + 3200], mime_type="audio/pcm;rate=16000")
            )
        words, _, seen = await turn(session)
        assert "seconds of sound" in seen["heard"]
        print("ok sound in")
        await session.send_realtime_input(text="Turn on the lights")
        _, _, seen = await turn(session)
        (call,) = seen["calls"]
        await session.send_tool_response(
            function_responses=types.FunctionResponse(id=call.id, name=call.name, response={"on": True})
        )
        words, _, _ = await turn(session)
        assert "turn_on_the_lights answered" in words
        print("ok function call")
        await session.send_realtime_input(text="Tell me a long story about everything that you have ever heard of")
        async for message in session.receive():
            if message.data:
                break
        await session.send_realtime_input(text="Stop")
        _, _, seen = await turn(session)
        assert seen.get("interrupted")
        _, _, seen = await turn(session)
        print("ok interruption")
        handle = seen["handle"]
    config.session_resumption = types.SessionResumptionConfig(handle=handle)
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_context_update(system_instruction="Speak of tea.")
        await session.send_realtime_input(text="And now?")
        words, _, _ = await turn(session)
        assert "Before that you said: “Stop”." in words
        assert "Speak of tea." in words
        print("ok resumption, context update")


warnings.simplefilter("ignore")
their_own_tests()
asyncio.run(by_token())
asyncio.run(by_key())
