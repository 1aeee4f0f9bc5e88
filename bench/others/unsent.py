"""The least function with the setup ready-made, the SDK's call answered in memory: nothing leaves it.

What this one cannot do, no function on this framework with this SDK can, whatever carries its requests. With `SENDS` set
they do leave, over connections such as ours: what can be had when nothing is checked and nobody refused.
"""

import functools
import json
import os
from typing import TYPE_CHECKING, Any

import functions_framework
from flask import Request

if TYPE_CHECKING:
    import httpx2
    from google.genai import Client


@functools.cache
def client() -> "Client":
    """Return the one client, made after the server has forked."""
    from google import genai

    url = os.environ["GOOGLE_GEMINI_BASE_URL"]
    carried = over_connections(url) if "SENDS" in os.environ else in_memory()
    options: dict[str, Any] = {"api_version": "v1alpha", "base_url": url, "client_args": {"transport": carried}}
    return genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options=options)


def in_memory() -> "httpx2.BaseTransport":
    """Return a transport that invents the answers."""
    import httpx2

    def answer(request: httpx2.Request) -> httpx2.Response:
        request.read()
        return httpx2.Response(200, content=b'{"name": "auth_tokens/0"}')

    return httpx2.MockTransport(answer)


def over_connections(url: str) -> "httpx2.BaseTransport":
    """Return the transport of the function that is measured."""
    import httpx2

    from livetoken.gemini.connection import Connections, tls_context
    from livetoken.runtime.deadlines import Deadlines

    connections = Connections(url, tls_context(), Deadlines())

    def exchange(request: httpx2.Request) -> httpx2.Response:
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%s: %s" % header for header in request.headers.raw]
        answer = connections.exchange(b"\r\n".join(head) + b"\r\n\r\n" + request.read())
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.content)

    return httpx2.MockTransport(exchange)


@functions_framework.http
def mint_token(request: Request) -> dict[str, str | None]:
    """Answer what the SDK makes of an answer; the setup is handed over ready-made, the cheapest way there is."""
    from google.genai import types

    text = json.loads(request.get_data())["pageContent"]
    setup = {"model": "models/gemini-3.8-live", "systemInstruction": {"parts": [{"text": text}]}}
    extra = types.HttpOptions(extra_body={"bidiGenerateContentSetup": setup})
    return {"token": client().auth_tokens.create(config=types.CreateAuthTokenConfig(uses=1, http_options=extra)).name}
