"""The least function, except that nothing leaves it: the SDK's call is answered in memory.

What this one cannot do, no function on this framework with this SDK can, whatever carries its requests.
"""

import functools
import json
import os
from typing import TYPE_CHECKING, Any

import functions_framework
from flask import Request

if TYPE_CHECKING:
    from google.genai import Client


@functools.cache
def client() -> "Client":
    """Return the one client, made after the server has forked; its transport invents the answers."""
    import httpx2
    from google import genai

    def answer(request: httpx2.Request) -> httpx2.Response:
        request.read()
        return httpx2.Response(200, content=b'{"name": "auth_tokens/0"}')

    options: dict[str, Any] = {
        "api_version": "v1alpha",
        "client_args": {"transport": httpx2.MockTransport(answer)},
    }
    return genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options=options)


@functions_framework.http
def mint_token(request: Request) -> dict[str, str | None]:
    """Answer what the SDK makes of an invented answer; the setup is handed over ready-made, the cheapest way there is."""
    from google.genai import types

    text = json.loads(request.get_data())["pageContent"]
    setup = {"model": "models/gemini-3.8-live", "systemInstruction": {"parts": [{"text": text}]}}
    extra = types.HttpOptions(extra_body={"bidiGenerateContentSetup": setup})
    return {"token": client().auth_tokens.create(config=types.CreateAuthTokenConfig(uses=1, http_options=extra)).name}
