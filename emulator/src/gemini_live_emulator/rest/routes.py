"""The HTTP endpoints of Gemini, Secret Manager and the metadata server, dispatched by path."""

import re

from aiohttp import web

from gemini_live_emulator.protocol import models
from gemini_live_emulator.protocol.errors import GoogleError, key_error
from gemini_live_emulator.rest.replies import error_response, json_response
from gemini_live_emulator.state import secrets
from gemini_live_emulator.state.metadata import HEADERS
from gemini_live_emulator.state.requests import credential
from gemini_live_emulator.state.state import State

_MINT = re.compile(r"/(v1alpha|v1beta)/auth_tokens")
_MODELS = re.compile(r"/(v1|v1alpha|v1beta)/models(?:/([^/:]+))?(?::(\w+))?")
_JSON = {"Content-Type": "application/json; charset=UTF-8"}


def endpoint(path: str) -> str:
    """Which of Google's servers a path belongs to: the name that faults and counts use."""
    if path == "/" or path.startswith("/computeMetadata"):
        return "metadata"
    if path.startswith("/v1/projects/"):
        return "secret"
    return "gemini"


async def answer(state: State, request: web.BaseRequest, path: str) -> web.Response:
    """What Google would answer; errors included."""
    try:
        match endpoint(path):
            case "metadata":
                status, kind, text = state.metadata.answer(path, request.headers.get("Metadata-Flavor"))
                return web.Response(status=status, body=text.encode(), headers={**HEADERS, "Content-Type": kind})
            case "secret":
                return _secret(state, request, path)
            case _:
                return await _gemini(state, request, path)
    except GoogleError as error:
        return error_response(error)


def _secret(state: State, request: web.BaseRequest, path: str) -> web.Response:
    match = secrets.PATH.fullmatch(path)
    if not match or request.method != "GET":
        return web.Response(status=404)
    authorization = request.headers.get("Authorization")
    return json_response(state.secrets.access(authorization, state.metadata.token, *match.groups()))


async def _gemini(state: State, request: web.BaseRequest, path: str) -> web.Response:
    if (match := _MINT.fullmatch(path)) and request.method == "POST":
        state.keys.check(credential(request))
        name = state.tokens.mint(match[1], await request.read())
        return web.Response(body=b'{\n  "name": "%s"\n}\n' % name.encode(), headers=_JSON)
    if match := _MODELS.fullmatch(path):
        return _models(state, request, *match.groups())
    return web.Response(status=404)


def _models(state: State, request: web.BaseRequest, version: str, name: str | None, method: str | None) -> web.Response:
    key = credential(request)
    if key and key.startswith("auth_tokens/"):
        # Ephemeral tokens open Live sessions and nothing else.
        raise key_error("API key not valid. Please pass a valid API key.", "API_KEY_INVALID")
    state.keys.check(key)
    if method:
        model = f"models/{name}"
        raise GoogleError(
            404,
            f"{model} is not found for API version {version}, or is not supported for {method}. "
            "Call ModelService.ListModels to see the list of available models and their supported methods.",
        )
    if request.method != "GET":
        return web.Response(status=404)
    if name:
        return json_response(models.listed(f"models/{name}", version))
    return json_response({"models": [models.listed(known, version) for known in models.MODELS]})
