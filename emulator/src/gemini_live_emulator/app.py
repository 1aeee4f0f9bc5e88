"""One port for everything: picks who answers a request, applies faults, notes what came."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from urllib.parse import unquote

from aiohttp import web

from gemini_live_emulator.control import routes as control
from gemini_live_emulator.live import admission
from gemini_live_emulator.rest import routes as rest
from gemini_live_emulator.rest.faults import perform, until_gone
from gemini_live_emulator.state.state import State

# The SDKs write two slashes, and a base URL may bring a path of its own.
_SOCKET = re.compile(
    r".*/ws/google\.ai\.generativelanguage\.(v1alpha|v1beta)\.GenerativeService\.(BidiGenerateContent(?:Constrained)?)"
)


async def handle(state: State, request: web.BaseRequest) -> web.StreamResponse:
    """Answer one request of any kind."""
    path = unquote(request.raw_path.partition("?")[0])
    if path.startswith("/_standin/"):
        return await control.answer(state, request, path.removeprefix("/_standin/"))
    if request.headers.get("Upgrade", "").lower() == "websocket":
        entry = state.requests.note("socket", request, path)
        match = _SOCKET.fullmatch(path)
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
        return await admission.serve(
            state, request, match[1], constrained=match[2].endswith("Constrained"), fault=fault
        )
    name = rest.endpoint(path)
    entry = state.requests.note(name, request, path)
    fault = state.faults.take(name, path)
    if fault:
        response = await perform(fault, request, lambda: rest.answer(state, request, path))
    else:
        response = await rest.answer(state, request, path)
    entry["status"] = response.status
    return response


@contextlib.asynccontextmanager
async def running(
    state: State, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve `state` while the block runs; yields the port, which is a free one when 0 is asked for."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await handle(state, request)

    server = web.Server(answer, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls, backlog=1024)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await asyncio.gather(*(session.leave(1001, "") for session in state.open))
        await runner.cleanup()
