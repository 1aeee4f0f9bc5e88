"""The least function without the SDK: the request written by hand, sent by the standard library over kept connections.

What this one cannot do, no function on this framework can.
"""

import http.client
import json
import os
from urllib.parse import urlsplit

import functions_framework
from flask import Request

URL = urlsplit(os.environ["GOOGLE_GEMINI_BASE_URL"])
HEADERS = {"x-goog-api-key": os.environ["GEMINI_API_KEY"], "Content-Type": "application/json"}
idle: list[http.client.HTTPConnection] = []


@functions_framework.http
def mint_token(request: Request) -> dict[str, str]:
    """Answer a token to anybody."""
    text = json.loads(request.get_data())["pageContent"]
    setup = {"model": "models/gemini-3.8-live", "systemInstruction": {"parts": [{"text": text}]}}
    body = json.dumps({"uses": 1, "bidiGenerateContentSetup": setup})
    connection = idle.pop() if idle else http.client.HTTPConnection(URL.hostname or "", URL.port)
    connection.request("POST", "/v1alpha/auth_tokens", body, HEADERS)
    name = json.load(connection.getresponse())["name"]
    idle.append(connection)
    return {"token": name}
