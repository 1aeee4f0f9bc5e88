"""The SDK's call by itself: for each line read, makes so many tokens one after the other and prints their milliseconds."""

import json
import os
import sys
import time
import warnings
from datetime import UTC, datetime, timedelta

from google import genai
from google.genai import types

warnings.simplefilter("ignore")
client = genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options=types.HttpOptions(api_version="v1alpha"))
instruction = "You speak about this page: " + json.loads(os.environ["BODY"])["pageContent"]


def mint() -> None:
    """Make one token, with everything locked that the function locks by default."""
    now = datetime.now(UTC)
    voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore"))
    setup = types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        speech_config=types.SpeechConfig(voice_config=voice),
        system_instruction=instruction,
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        session_resumption=types.SessionResumptionConfig(),
        context_window_compression=types.ContextWindowCompressionConfig(sliding_window=types.SlidingWindow()),
    )
    token = client.auth_tokens.create(
        config=types.CreateAuthTokenConfig(
            uses=1,
            expire_time=now + timedelta(minutes=30),
            new_session_expire_time=now + timedelta(minutes=2),
            live_connect_constraints=types.LiveConnectConstraints(model="gemini-3.8-live", config=setup),
        )
    )
    assert token.name


for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        began = time.perf_counter()
        mint()
        times.append(1000 * (time.perf_counter() - began))
    print(json.dumps(times), flush=True)
