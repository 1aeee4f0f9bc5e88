"""Answers that misbehave, as a fault demands."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from gemini_live_emulator.protocol.errors import named_error
from gemini_live_emulator.rest.replies import error_response
from gemini_live_emulator.state.faults import Fault

_HTML = "<!DOCTYPE html><html><title>Error</title><p>The server encountered an error. That is all we know.</html>\n"

Genuine = Callable[[], Awaitable[web.Response]]


async def until_gone(request: web.BaseRequest) -> None:
    """Say nothing until the client hangs up."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.1)


async def perform(fault: Fault, request: web.BaseRequest, genuine: Genuine) -> web.Response:  # noqa: PLR0911 - one per kind
    """Answer an HTTP request as the fault demands; `genuine` gives what would have been answered."""
    match fault.kind:
        case "hang":
            await until_gone(request)
            return web.Response()
        case "delay":
            await asyncio.sleep(fault.ms / 1000)
            return await genuine()
        case "reset":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case "drip" | "truncate":
            await _by_hand(fault, request, await genuine())
            return web.Response()
        case "redirect":
            return web.Response(status=fault.status, headers={"Location": fault.url})
        case "html":
            return web.Response(status=fault.status, text=_HTML, content_type="text/html", charset="UTF-8")
        case "body":
            headers = {"Content-Type": fault.content_type}
            return web.Response(status=fault.status, body=fault.text.encode(), headers=headers)
        case _:
            error = named_error(fault.name, fault.message, fault.retry_after, fault.retry_delay)
            return error_response(error) if error else web.Response(status=404)


async def _by_hand(fault: Fault, request: web.BaseRequest, answer: web.Response) -> None:
    """Write the answer's bytes one by one (drip), or only half of the body (truncate), then close."""
    body = bytes(answer.body) if isinstance(answer.body, bytes | bytearray) else b""
    lines = [f"HTTP/1.1 {answer.status} {answer.reason or ''}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length"]
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    slow = b"" if fault.kind == "truncate" else body if fault.part == "body" else head + body
    at_once = head + body[: len(body) // 2] if fault.kind == "truncate" else head if fault.part == "body" else b""
    transport = request.transport
    if transport is None:
        return
    transport.write(at_once)
    for position in range(len(slow)):
        if transport.is_closing():
            return
        transport.write(slow[position : position + 1])
        await asyncio.sleep(fault.ms / 1000)
    transport.close()
