"""The door of the Live API: who may open a session, and with which setup."""

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gemini_live_emulator import models
from gemini_live_emulator.errors import NO_KEY, GoogleError, LiveCloseError
from gemini_live_emulator.faults import Fault
from gemini_live_emulator.handles import Conversation
from gemini_live_emulator.messages import raw_setup, read
from gemini_live_emulator.record import Record
from gemini_live_emulator.session import Session
from gemini_live_emulator.tokens import Token
from gemini_live_emulator.wire import Wire
from gemini_live_emulator.world import World

LARGEST_MESSAGE = 16 * 1024 * 1024


async def serve(
    world: World, request: web.BaseRequest, api_version: str, *, constrained: bool, fault: Fault | None
) -> web.WebSocketResponse:
    """Accept the upgrade always, so that a browser can read why it is refused; then admit and serve the session."""
    socket = web.WebSocketResponse(timeout=2, max_msg_size=LARGEST_MESSAGE, compress=False)
    await socket.prepare(request)
    wire = Wire(socket, request, fault)
    try:
        async with asyncio.timeout(world.options.connection_seconds):
            first = await wire.receive()
        if first is not None:
            await _session(world, wire, request, api_version, first, constrained=constrained, fault=fault)
    except LiveCloseError as error:
        await wire.close(error.code, error.reason)
    except TimeoutError:
        await wire.close(1008, "The operation was aborted.")
    return socket


async def _session(
    world: World,
    wire: Wire,
    request: web.BaseRequest,
    api_version: str,
    first: str,
    *,
    constrained: bool,
    fault: Fault | None,
) -> None:
    given = _credential(request, constrained=constrained)
    record = Record(given if constrained else None, api_version, raw_setup(first), request.headers.get("Origin"))
    wire.record = record
    world.records.append(record)
    if fault and fault.kind == "reset":
        wire.drop()
        return
    if fault and fault.kind == "close":
        raise LiveCloseError(fault.code, fault.reason)
    token = _token(world, given, constrained=constrained)
    message = read(first)
    if set(message) != {"setup"}:
        raise LiveCloseError(1007, "The first message must be a setup message, and nothing else.")
    effective = token.effective(message["setup"]) if token else message["setup"]
    record.effective = effective
    conversation = _admit(world, token, effective)
    by_token, locked = token is not None, token is not None and (token.setup is not None or bool(token.mask))
    model = models.check(effective, api_version, by_token=by_token, locked_model=locked)
    if token and conversation is None:
        token.used += 1
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.ms / 1000)
    session = Session(world, wire, record, model=model, conversation=conversation or Conversation(), token=token)
    await session.run(silent=fault is not None and fault.kind == "silent")


def _credential(request: web.BaseRequest, *, constrained: bool) -> str | None:
    """A token from the query or the Authorization header; for the unconstrained method an API key."""
    if not constrained:
        return request.query.get("key") or request.headers.get("x-goog-api-key")
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return request.query.get("access_token") or (value.strip() if scheme.lower() == "token" else None)


def _token(world: World, given: str | None, *, constrained: bool) -> Token | None:
    """The token that was presented; None for an API key that is accepted. Raises LiveCloseError."""
    if not given:
        raise LiveCloseError(1008, NO_KEY)
    if not constrained:
        try:
            world.keys.check(given)
        except GoogleError as error:
            raise LiveCloseError(1007 if error.code == HTTPStatus.BAD_REQUEST else 1008, error.message) from error
        return None
    token = world.tokens.find(given)
    if token is None:
        raise LiveCloseError(1008, "auth token is not valid")
    if world.clock.now() >= token.expire_time:
        raise LiveCloseError(1011, "Token has expired")
    return token


def _admit(world: World, token: Token | None, effective: dict[str, Any]) -> Conversation | None:
    """The conversation that a valid handle in the effective setup resumes; else None, when a new one may start."""
    handle = effective.get("sessionResumption", {}).get("handle")
    if handle:
        conversation = world.handles.resume(handle)
        if conversation is None:
            raise LiveCloseError(1008, "BidiGenerateContent session not found")
        return conversation
    if token is None:
        return None
    if token.uses and token.used >= token.uses:
        raise LiveCloseError(1011, "Token has been used too many times")
    if world.clock.now() >= token.new_session_expire_time:
        raise LiveCloseError(1011, "Token has expired")
    return None
