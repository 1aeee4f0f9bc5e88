"""The function as one writes it first: both SDKs imported at the top, both clients made for each request."""

import os
from datetime import UTC, datetime, timedelta

import functions_framework
from flask import Request, jsonify
from google import genai
from google.cloud import secretmanager


@functions_framework.http
def mint_token(request: Request) -> object:
    """Answer a constrained token to anybody."""
    page = request.get_json(silent=True) or {}
    secrets = secretmanager.SecretManagerServiceClient(
        transport="rest", client_options={"api_endpoint": os.environ["SECRET_MANAGER_BASE_URL"]}
    )
    version = secrets.access_secret_version(name=os.environ["GEMINI_API_KEY_SECRET"])
    client = genai.Client(api_key=version.payload.data.decode(), http_options={"api_version": "v1alpha"})
    now = datetime.now(UTC)
    token = client.auth_tokens.create(
        config={
            "uses": 1,
            "expire_time": now + timedelta(minutes=30),
            "new_session_expire_time": now + timedelta(minutes=2),
            "live_connect_constraints": {
                "model": "gemini-3.8-live",
                "config": {
                    "response_modalities": ["AUDIO"],
                    "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}},
                    "input_audio_transcription": {},
                    "output_audio_transcription": {},
                    "system_instruction": f"You speak about this page: {page.get('pageContent', '')}",
                },
            },
        }
    )
    return jsonify(token=token.name)
