"""The control routes under `/_standin/`: what the emulator saw, and what it shall do next (emulator/README.md)."""

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gemini_live_emulator.rest.replies import json_response
from gemini_live_emulator.state.faults import Fault
from gemini_live_emulator.state.scenario import Scenario
from gemini_live_emulator.state.session_record import SessionRecord
from gemini_live_emulator.state.state import State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def answer(state: State, request: web.BaseRequest, path: str) -> web.Response:
    """Answer a control route; a mistake in the request gets 400 and a sentence, an unknown route 404."""
    try:
        body = json.loads(await request.read() or b"{}") if request.method in ("POST", "PUT") else {}
        if not isinstance(body, dict):
            return json_response({"error": "the body must be a JSON object"}, 400)
        result = await _route(state, request.method, path.rstrip("/").split("/"), body)
    except LookupError as error:
        return json_response({"error": str(error)}, 404)
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)
    return result if isinstance(result, web.Response) else json_response(result)


async def _route(state: State, method: str, parts: list[str], body: dict[str, Any]) -> Any:  # noqa: PLR0911 - one per route
    match method, parts:
        case "GET", ["mints"]:
            return [mint.shown() for mint in state.tokens.mints]
        case "GET", ["mints", number, "raw"]:
            return web.Response(body=state.tokens.mints[int(number)].raw)
        case "GET", ["sessions"]:
            return [record.shown() for record in state.sessions]
        case "GET", ["sessions", number, *rest]:
            return _session(state.sessions[int(number)], rest)
        case "GET", ["requests"]:
            return state.requests.shown()
        case "GET", ["faults"]:
            return [fault.shown() for fault in state.faults.all]
        case "DELETE", ["faults"]:
            state.faults.all.clear()
            return {}
    if method == "POST":
        return await _change(state, parts, body)
    raise LookupError(f"no control route {method} {'/'.join(parts)}; see emulator/README.md")


def _session(record: SessionRecord, rest: list[str]) -> Any:
    match rest:
        case []:
            return record.detail()
        case ["audio"]:
            return web.Response(body=bytes(record.audio), content_type="application/octet-stream")
        case _:
            raise LookupError("a session has only /audio beneath it")


async def _change(state: State, parts: list[str], body: dict[str, Any]) -> Any:
    changes: dict[str, Callable[[State, dict[str, Any]], Awaitable[Any]]] = {
        "faults": _fault,
        "secrets": _secret,
        "keys": _key,
        "clock": _clock,
        "hear": _hear,
        "go-away": _go_away,
        "scenario": _scenario,
        "reset": _reset,
    }
    match parts:
        case [name] if name in changes:
            return await changes[name](state, body)
        case ["secrets", secret, number]:
            state.secrets.set_state(secret, int(number), str(body.get("state")))
            return {}
    raise LookupError(f"no control route POST {'/'.join(parts)}; see emulator/README.md")


async def _fault(state: State, body: dict[str, Any]) -> Any:
    fault = Fault.read(body)
    if fault.kind == "go-away":
        return await _go_away(state, {"seconds": fault.ms / 1000})
    state.faults.all.append(fault)
    return fault.shown()


async def _secret(state: State, body: dict[str, Any]) -> Any:
    payload = base64.b64decode(body["base64"]) if "base64" in body else str(body["value"]).encode()
    if body.get("accept", True):
        state.keys.set(payload.decode(errors="replace").strip(), "accepted")
    return {"version": state.secrets.add(str(body.get("secret", "gemini-api-key")), payload)}


async def _key(state: State, body: dict[str, Any]) -> Any:
    state.keys.set(str(body["key"]), str(body.get("state", "accepted")))
    return {}


async def _clock(state: State, body: dict[str, Any]) -> Any:
    state.clock.shift(float(body.get("shiftSeconds", 0)))
    return {"now": state.clock.now().isoformat()}


async def _hear(state: State, body: dict[str, Any]) -> Any:
    state.utterances.extend(map(str, body["texts"]))
    return {"waiting": len(state.utterances)}


async def _scenario(state: State, body: dict[str, Any]) -> Any:
    state.scenario = Scenario.read(body)
    return {}


async def _go_away(state: State, body: dict[str, Any]) -> Any:
    sessions = list(state.open)
    await asyncio.gather(*(session.go_away(float(body.get("seconds", 1))) for session in sessions))
    return {"sessions": len(sessions)}


async def _reset(state: State, _: dict[str, Any]) -> Any:
    await asyncio.gather(*(session.leave(1001, "") for session in state.open))
    state.reset()
    return {}
