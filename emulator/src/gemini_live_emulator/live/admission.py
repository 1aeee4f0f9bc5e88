"""The door of the Live API: who may open a session, and with which setup."""

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gemini_live_emulator.live.connection import Connection
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.session import Session
from gemini_live_emulator.protocol import setup_rules
from gemini_live_emulator.protocol.errors import NO_KEY, GoogleError, LiveCloseError
from gemini_live_emulator.protocol.messages import raw_setup, read
from gemini_live_emulator.state.conversation import Conversation
from gemini_live_emulator.state.faults import Fault
from gemini_live_emulator.state.session_record import SessionRecord
from gemini_live_emulator.state.state import State
from gemini_live_emulator.state.tokens import Token

# A client that closes the old socket first may see the new one arrive before the close was noticed here.
_CLOSING_SECONDS = 0.25
LARGEST_MESSAGE = 16 * 1024 * 1024


async def serve(
    state: State, request: web.BaseRequest, api_version: str, *, constrained: bool, fault: Fault | None
) -> web.WebSocketResponse:
    """Accept the upgrade always, so that a browser can read why it is refused; then admit and serve the session."""
    socket = web.WebSocketResponse(timeout=2, max_msg_size=LARGEST_MESSAGE, compress=False)
    await socket.prepare(request)
    connection = Connection(socket, request, fault)
    try:
        async with asyncio.timeout(state.options.connection_seconds):
            first = await connection.receive()
        if first is not None:
            await _session(state, connection, request, api_version, first, constrained=constrained, fault=fault)
    except LiveCloseError as error:
        await connection.close(error.code, error.reason)
    except TimeoutError:
        await connection.close(1008, "The operation was aborted.")
    return socket


async def _session(
    state: State,
    connection: Connection,
    request: web.BaseRequest,
    api_version: str,
    first: str,
    *,
    constrained: bool,
    fault: Fault | None,
) -> None:
    given = _credential(request, constrained=constrained)
    record = SessionRecord(given if constrained else None, api_version, raw_setup(first), request.headers.get("Origin"))
    connection.record = record
    state.sessions.append(record)
    if fault and fault.kind == "reset":
        connection.drop()
        return
    if fault and fault.kind == "close":
        raise LiveCloseError(fault.code, fault.reason)
    token = _token(state, given, constrained=constrained)
    message = read(first)
    if set(message) != {"setup"}:
        raise LiveCloseError(1007, "The first message must be a setup message, and nothing else.")
    effective = token.effective(message["setup"]) if token else message["setup"]
    record.effective = effective
    conversation = await _admit(state, token, effective)
    by_token, locked = token is not None, token is not None and (token.setup is not None or bool(token.mask))
    model = setup_rules.check(effective, api_version, by_token=by_token, locked_model=locked)
    if token and conversation is None:
        token.used += 1
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.ms / 1000)
    progress = state.scenario.next_session()
    conversation = conversation or Conversation()
    context = SessionContext(state, connection, record, model, conversation, effective, progress, token)
    if progress.ending and not progress.ending.after_seconds:
        await context.end(progress.ending)
        return
    await Session(context).run(silent=fault is not None and fault.kind == "silent")


def _credential(request: web.BaseRequest, *, constrained: bool) -> str | None:
    """A token from the query or the Authorization header; for the unconstrained method an API key."""
    if not constrained:
        return request.query.get("key") or request.headers.get("x-goog-api-key")
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return request.query.get("access_token") or (value.strip() if scheme.lower() == "token" else None)


def _token(state: State, given: str | None, *, constrained: bool) -> Token | None:
    """The token that was presented; None for an API key that is accepted. Raises LiveCloseError."""
    if not given:
        raise LiveCloseError(1008, NO_KEY)
    if not constrained:
        try:
            state.keys.check(given)
        except GoogleError as error:
            raise LiveCloseError(1007 if error.code == HTTPStatus.BAD_REQUEST else 1008, error.message) from error
        return None
    token = state.tokens.find(given)
    if token is None:
        raise LiveCloseError(1008, "auth token is not valid")
    if state.clock.now() >= token.expire_time:
        raise LiveCloseError(1011, "Token has expired")
    return token


async def _admit(state: State, token: Token | None, effective: dict[str, Any]) -> Conversation | None:
    """The conversation that a valid handle in the effective setup resumes; else None, when a new one may start."""
    handle = effective.get("sessionResumption", {}).get("handle")
    if handle:
        await _await_free(state, handle)
        conversation = state.handles.resume(handle)
        if conversation is None:
            raise LiveCloseError(1008, "BidiGenerateContent session not found")
        return conversation
    if token is None:
        return None
    if token.uses and token.used >= token.uses:
        raise LiveCloseError(1011, "Token has been used too many times")
    if state.clock.now() >= token.new_session_expire_time:
        raise LiveCloseError(1011, "Token has expired")
    return None


async def _await_free(state: State, handle: str) -> None:
    """Return when no socket of the session is open any more; raise LiveCloseError when one stays open."""
    if state.options.resume_while_open == "accepted":
        return
    end = asyncio.get_running_loop().time() + _CLOSING_SECONDS
    while state.handles.in_use(handle):
        if asyncio.get_running_loop().time() > end:
            raise LiveCloseError(1011, "The session is still open on another connection")
        await asyncio.sleep(0.01)
