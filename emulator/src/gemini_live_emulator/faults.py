"""Misbehaviour on demand, for a target and the next N calls or until cleared."""

import asyncio
import dataclasses
import math
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gemini_live_emulator.errors import named_error
from gemini_live_emulator.replies import error_response

TARGETS = ("gemini", "secret", "metadata", "socket")
HTTP_KINDS = ("hang", "delay", "drip", "reset", "truncate", "redirect", "html", "body", "error")
SOCKET_KINDS = ("hang", "delay", "reset", "refuse", "close", "drop", "silent", "go-away")
_HTML = "<!DOCTYPE html><html><title>Error</title><p>The server encountered an error. That is all we know.</html>\n"

Genuine = Callable[[], Awaitable[web.Response]]


def _fitting(name: str, value: Any, kind: Any) -> Any:
    """The value, if it is a text or a number as its field demands; raises ValueError."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, str) if "str" in str(kind) else number):
        raise ValueError(f"{name} must be a {'text' if 'str' in str(kind) else 'number'}")
    return value


@dataclasses.dataclass
class Fault:
    """One way to misbehave, for calls with `path` in theirs. `times` None: until cleared. Times are in milliseconds."""

    target: str
    kind: str
    times: float = math.inf
    ms: float = 500
    part: str = "body"
    status: int = 200
    url: str = "http://127.0.0.1:9/"
    text: str = ""
    content_type: str = "application/json; charset=UTF-8"
    name: str = "internal"
    message: str = ""
    retry_after: int | None = None
    retry_delay: str | None = None
    code: int = 1011
    reason: str = "Internal error encountered."
    messages: int = 1
    path: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Fault":
        """From the JSON of `POST /_standin/faults`, in either spelling; raises ValueError with what is wrong."""
        names = {field.name: field for field in dataclasses.fields(cls)}
        given: dict[str, Any] = {}
        for name, value in body.items():
            plain = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
            if plain not in names:
                raise ValueError(f"unknown field {name!r}; known: {', '.join(names)}")
            if value is not None:
                given[plain] = _fitting(name, value, names[plain].type)
        target, kind = given.get("target"), given.get("kind")
        if target not in TARGETS:
            raise ValueError(f"target must be one of {', '.join(TARGETS)}")
        kinds = SOCKET_KINDS if target == "socket" else HTTP_KINDS
        if kind not in kinds:
            raise ValueError(f"kind for {target} must be one of {', '.join(kinds)}")
        fault = cls(**given)
        try:
            named_error(fault.name, "", None, None)
        except KeyError as error:
            raise ValueError(f"unknown error name {fault.name!r}") from error
        if "status" not in given and kind in ("redirect", "refuse"):
            fault.status = 307 if kind == "redirect" else 503
        return fault

    def shown(self) -> dict[str, Any]:
        """The JSON of `GET /_standin/faults`."""
        times = None if self.times == math.inf else int(self.times)
        return {**dataclasses.asdict(self), "times": times}


class Faults:
    """The faults in force; for each target the oldest one counts."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def take(self, target: str, path: str) -> Fault | None:
        """The fault for this call, if any; one that has done its number of calls is gone."""
        for fault in self.all:
            if fault.target == target and fault.path in path:
                fault.times -= 1
                if fault.times < 1:
                    self.all.remove(fault)
                return fault
        return None


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
