"""JSON answers, with the headers that all of them carry."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from livetoken.errors import Refusal
from livetoken.gemini.tokens import Token
from livetoken.settings.environment import Settings

_JSON = ("Content-Type", "application/json")
_ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Vary", "Origin"))


def answer(status: int, content: dict[str, Any] | None, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer, or an empty one, that nobody may cache or take for another type."""
    told = [*_ALWAYS, *(headers or {}).items()]
    if content is not None:
        return Response(json.dumps(content), status, [_JSON, *told])
    response = Response(b"", status, told)
    del response.headers["Content-Type"]
    return response


def preflight() -> Response:
    """Return the answer to a preflight: flask-cors adds what an allowed origin may do."""
    return answer(204, None)


def health(settings: Settings, public: Mapping[str, object], **more: bool) -> Response:
    """Return the answer to a health check, with what is public of a prompt and what else is known."""
    return answer(200, {"status": "ok" if settings.paused is None else "paused", **more, **public})


def token(minted: Token, settings: Settings, request_id: str) -> Response:
    """Return everything that the page needs to connect, so that it cannot get version, method or model wrong."""
    prompt = minted.spec.prompt
    content: dict[str, Any] = {
        "token": minted.name,
        "expiresAt": _written(minted.expires_at),
        "newSessionExpiresAt": _written(minted.new_session_expires_at),
        "model": f"models/{minted.spec.model}",
        "voice": minted.spec.voice,
        "prompt": prompt.name,
        "promptVersion": prompt.version,
        "requestId": request_id,
        "apiVersion": settings.gemini_api_version,
        "websocketUrl": settings.websocket_url,
        **prompt.public,
    }
    if prompt.front.budget_minutes:
        content["budget"] = {"minutes": prompt.front.budget_minutes}
    return answer(200, content)


def _written(time: datetime) -> str:
    """Return a time in UTC as RFC 3339 has it, in whole seconds."""
    return time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def reported() -> Response:
    """Return the answer to a report of usage: nothing."""
    return answer(204, None)


def refusal(refused: Refusal, request_id: str) -> Response:
    """Return a refusal as JSON: its constant sentence, its code, and the id under which the log knows the request."""
    return answer(
        refused.status, {"error": refused.sentence, "code": refused.code, "requestId": request_id}, refused.headers
    )
