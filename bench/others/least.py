"""The least function that mints with the SDK: one client, the page's text locked in, nothing checked, nobody refused.

What this one cannot do, no function on this framework with this SDK can.
"""

import functools
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import functions_framework
from flask import Request

if TYPE_CHECKING:
    from google.genai import Client


@functools.cache
def client() -> "Client":
    """Return the one client, made after the server has forked."""
    from google import genai

    return genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options={"api_version": "v1alpha"})


@functions_framework.http
def mint_token(request: Request) -> dict[str, str | None]:
    """Answer a constrained token to anybody."""
    from google.genai import types

    page, now = request.get_json(), datetime.now(UTC)
    voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore"))
    setup = types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        speech_config=types.SpeechConfig(voice_config=voice),
        system_instruction=f"You speak about this page: {page['pageContent']}",
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        session_resumption=types.SessionResumptionConfig(),
        context_window_compression=types.ContextWindowCompressionConfig(sliding_window=types.SlidingWindow()),
    )
    token = client().auth_tokens.create(
        config=types.CreateAuthTokenConfig(
            uses=1,
            expire_time=now + timedelta(minutes=30),
            new_session_expire_time=now + timedelta(minutes=2),
            live_connect_constraints=types.LiveConnectConstraints(model="gemini-3.8-live", config=setup),
        )
    )
    return {"token": token.name}
