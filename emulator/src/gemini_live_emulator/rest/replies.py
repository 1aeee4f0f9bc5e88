"""Answers over HTTP in the form that Google gives them."""

import json
from typing import Any

from aiohttp import web

from gemini_live_emulator.protocol.errors import GoogleError

_JSON_HEADERS = {"Content-Type": "application/json; charset=UTF-8"}


def error_response(error: GoogleError) -> web.Response:
    """Google's error as an answer."""
    headers = {**_JSON_HEADERS, **error.headers}
    return web.Response(status=error.code, body=error.body, headers=headers)


def json_response(value: Any, status: int = 200) -> web.Response:
    """JSON, printed as Google prints it."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return web.Response(status=status, body=text.encode(errors="replace"), headers=_JSON_HEADERS)
