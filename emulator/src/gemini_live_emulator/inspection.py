"""The control routes under `/_standin/`: what the stand-in saw, and what it shall do next (docs/emulator.md)."""

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gemini_live_emulator.faults import Fault
from gemini_live_emulator.record import Record
from gemini_live_emulator.replies import json_response
from gemini_live_emulator.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def answer(world: World, request: web.BaseRequest, path: str) -> web.Response:
    """Answer a control route; a mistake in the request gets 400 and a sentence, an unknown route 404."""
    try:
        body = json.loads(await request.read() or b"{}") if request.method in ("POST", "PUT") else {}
        if not isinstance(body, dict):
            return json_response({"error": "the body must be a JSON object"}, 400)
        result = await _route(world, request.method, path.rstrip("/").split("/"), body)
    except LookupError as error:
        return json_response({"error": str(error)}, 404)
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)
    return result if isinstance(result, web.Response) else json_response(result)


async def _route(world: World, method: str, parts: list[str], body: dict[str, Any]) -> Any:  # noqa: PLR0911 - one per route
    match method, parts:
        case "GET", ["mints"]:
            return [mint.shown() for mint in world.tokens.mints]
        case "GET", ["mints", number, "raw"]:
            return web.Response(body=world.tokens.mints[int(number)].raw)
        case "GET", ["sessions"]:
            return [record.shown() for record in world.records]
        case "GET", ["sessions", number, *rest]:
            return _session(world.records[int(number)], rest)
        case "GET", ["requests"]:
            return world.seen.shown()
        case "GET", ["faults"]:
            return [fault.shown() for fault in world.faults.all]
        case "DELETE", ["faults"]:
            world.faults.all.clear()
            return {}
    if method == "POST":
        return await _change(world, parts, body)
    raise LookupError(f"no control route {method} {'/'.join(parts)}; see docs/emulator.md")


def _session(record: Record, rest: list[str]) -> Any:
    match rest:
        case []:
            return record.detail()
        case ["audio"]:
            return web.Response(body=bytes(record.audio), content_type="application/octet-stream")
        case _:
            raise LookupError("a session has only /audio beneath it")


async def _change(world: World, parts: list[str], body: dict[str, Any]) -> Any:
    changes: dict[str, Callable[[World, dict[str, Any]], Awaitable[Any]]] = {
        "faults": _fault,
        "secrets": _secret,
        "keys": _key,
        "clock": _clock,
        "hear": _hear,
        "go-away": _go_away,
        "reset": _reset,
    }
    match parts:
        case [name] if name in changes:
            return await changes[name](world, body)
        case ["secrets", secret, number]:
            world.secrets.set_state(secret, int(number), str(body.get("state")))
            return {}
    raise LookupError(f"no control route POST {'/'.join(parts)}; see docs/emulator.md")


async def _fault(world: World, body: dict[str, Any]) -> Any:
    fault = Fault.read(body)
    if fault.kind == "go-away":
        return await _go_away(world, {"seconds": fault.ms / 1000})
    world.faults.all.append(fault)
    return fault.shown()


async def _secret(world: World, body: dict[str, Any]) -> Any:
    payload = base64.b64decode(body["base64"]) if "base64" in body else str(body["value"]).encode()
    if body.get("accept", True):
        world.keys.set(payload.decode(errors="replace").strip(), "accepted")
    return {"version": world.secrets.add(str(body.get("secret", "gemini-api-key")), payload)}


async def _key(world: World, body: dict[str, Any]) -> Any:
    world.keys.set(str(body["key"]), str(body.get("state", "accepted")))
    return {}


async def _clock(world: World, body: dict[str, Any]) -> Any:
    world.clock.shift(float(body.get("shiftSeconds", 0)))
    return {"now": world.clock.now().isoformat()}


async def _hear(world: World, body: dict[str, Any]) -> Any:
    world.heard.extend(map(str, body["texts"]))
    return {"waiting": len(world.heard)}


async def _go_away(world: World, body: dict[str, Any]) -> Any:
    sessions = list(world.open)
    await asyncio.gather(*(session.go_away(float(body.get("seconds", 1))) for session in sessions))
    return {"sessions": len(sessions)}


async def _reset(world: World, _: dict[str, Any]) -> Any:
    await asyncio.gather(*(session.leave(1001, "") for session in world.open))
    world.reset()
    return {}
