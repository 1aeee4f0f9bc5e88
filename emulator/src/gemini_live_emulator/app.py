"""One port for everything: picks who answers a request, applies faults, notes what came."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote

from aiohttp import web

from gemini_live_emulator.control import routes as control
from gemini_live_emulator.hints import Hints
from gemini_live_emulator.live import admission
from gemini_live_emulator.rest import routes as rest
from gemini_live_emulator.rest.faults import perform, until_gone
from gemini_live_emulator.state.state import State

_FIREBASE = re.compile(r".*/ws/google\.firebase\.vertexai\.(v1beta)\.GenerativeService/(BidiGenerateContent)")
# The SDKs write two slashes, and a base URL may bring a path of its own.
_SOCKET = re.compile(
    r".*/ws/google\.ai\.generativelanguage\.(v1alpha|v1beta)\.GenerativeService\.(BidiGenerateContent(?:Constrained)?)"
)


async def handle(state: State, hints: Hints, request: web.BaseRequest) -> web.StreamResponse:
    """Answer one request of any kind."""
    path = unquote(request.raw_path.partition("?")[0])
    if path.startswith("/_standin/"):
        return await control.answer(state, request, path.removeprefix("/_standin/"))
    hints.look_at_path(path)
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return await _socket(state, request, path)
    name = rest.endpoint(path)
    entry = state.requests.note(name, request, path)
    fault = state.faults.take(name, path)
    if fault:
        response = await perform(fault, request, lambda: rest.answer(state, request, path))
    else:
        response = await rest.answer(state, request, path)
    entry["status"] = response.status
    return response


async def _socket(state: State, request: web.BaseRequest, path: str) -> web.StreamResponse:
    entry = state.requests.note("socket", request, path)
    match = _SOCKET.fullmatch(path) or _FIREBASE.fullmatch(path)
    if not match:
        entry["status"] = 404
        return web.Response(status=404)
    fault = state.faults.take("socket", path)
    if fault and fault.kind == "refuse":
        entry["status"] = fault.status
        return web.Response(status=fault.status)
    if fault and fault.kind == "hang":
        await until_gone(request)
        return web.Response()
    entry["status"] = 101
    constrained = match[2].endswith("Constrained")
    return await admission.serve(state, request, match[1], constrained=constrained, fault=fault)


class _FirstBytes(asyncio.Protocol):
    """Looks at the first bytes of a connection, then hands it to the HTTP server."""

    def __init__(self, server: Callable[[], web.RequestHandler], hints: Hints) -> None:
        self._server, self._hints = server, hints
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for what comes first."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker: TCP and TLS have these
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand over, unless it is TLS where none is served."""
        assert self._transport is not None  # noqa: S101 - for the type checker: data come after the connection
        if self._hints.look_at_first_bytes(data):
            self._transport.close()
            return
        protocol = self._server()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(data)


@contextlib.asynccontextmanager
async def running(
    state: State,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    hints: Hints | None = None,
) -> AsyncIterator[int]:
    """Serve `state` while the block runs; yields the port, which is a free one when 0 is asked for."""
    hints = hints or Hints()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await handle(state, hints, request)

    server = web.Server(answer, access_log=None)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: _FirstBytes(server, hints), host, port, ssl=tls, backlog=1024)
    try:
        yield int(listener.sockets[0].getsockname()[1])
    finally:
        listener.close()
        await asyncio.gather(*(session.leave(1001, "") for session in state.open))
        await server.shutdown(1)
