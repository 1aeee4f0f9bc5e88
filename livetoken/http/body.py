"""A request's body: bounded in size and time, and strict JSON."""

import contextlib
import io
import itertools
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from flask import Request

from livetoken.errors import BodyTooLarge, InvalidJson, InvalidRequest, UnsupportedMediaType
from livetoken.http import server
from livetoken.http.body_deadline import BodyDeadlines

BODY_BYTES = 64 * 1024  # no request may have more
DRAIN_BYTES = 32 * 1024 * 1024  # Cloud Run lets no more through
PIECE_BYTES = 64 * 1024
OBJECTS = 100  # in one body; no request has more than one
BODY_SECONDS = 5.0  # for the whole body, read or drained, however slowly it trickles in
_JSON = re.compile(r'application/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?', re.ASCII | re.IGNORECASE)
DRAINS = 8  # bodies of refused requests that are read away at once; the others are cut off
_deadlines = BodyDeadlines(BODY_SECONDS)
_drains = threading.BoundedSemaphore(DRAINS)


class _Nothing(io.BytesIO):
    """A body of which nothing is left."""


def read_json(request: Request, most: int = BODY_BYTES) -> dict[str, Any]:
    """Return the body's JSON object, of at most `most` bytes; an empty one where there is neither body nor type.

    Raises:
        UnsupportedMediaType, BodyTooLarge, InvalidJson, InvalidRequest: it is not one small, strict, plain object.
    """
    announced = any(name in request.headers for name in ("Content-Type", "Content-Encoding", "Transfer-Encoding"))
    if not announced and not request.content_length:
        return {}
    if not _JSON.fullmatch(request.headers.get("Content-Type", "")) or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    return parse_object(_read(request, most))


def _read(request: Request, most: int) -> bytes:
    """Return the whole body, reading no more than one byte too many.

    Flask's MAX_CONTENT_LENGTH is no help: the framework turns its early refusals into crashes and cuts chunked bodies.
    """
    expected = request.content_length
    try:
        with _deadlines.reading(request.environ):
            server.continue_reading(request)
            body = request.stream.read(most + 1)
    except Exception as error:  # a broken body is reported by whatever exception the server's parser happens to raise
        request.stream = io.BytesIO()  # what is left of it must not be read again as if it were whole
        raise InvalidJson("the body broke off") from error
    if len(body) > most:
        raise BodyTooLarge(most)
    if expected is not None and len(body) < expected:
        raise InvalidJson("the body is shorter than announced")
    request.stream = _Nothing()
    return body


def drain(request: Request) -> None:
    """Read away what is left of the body, in small pieces, so that the client hears the answer instead of a reset.

    Who waits to be asked for a body is not asked any more, and not all threads can be held by slow ones: then the
    connection ends with the answer.
    """
    if not isinstance(request.stream, _Nothing):
        if server.expects_continue(request) or not _drains.acquire(blocking=False):
            server.use_no_more(request.environ)
        else:
            try:
                _read_away(request)
            finally:
                _drains.release()
        request.stream = _Nothing()  # the framework reads it once more
    server.end_promptly(request)


def _read_away(request: Request) -> None:
    left = DRAIN_BYTES
    with contextlib.suppress(Exception), _deadlines.reading(request.environ):  # a body that breaks off is drained
        while left > 0 and (piece := request.stream.read(PIECE_BYTES)):
            left -= len(piece)


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that `body` is.

    Raises:
        InvalidJson: not UTF-8, not JSON, with a name twice, NaN, or with numbers, nesting or objects beyond all sense.
        InvalidRequest: JSON, but no object.
    """
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_objects(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidJson from error
    if not isinstance(document, dict):
        raise InvalidRequest("", "must be a JSON object")
    return document


def _objects() -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Return what makes the objects of one document, which is done in Python and therefore takes its time."""
    made = itertools.count(1)

    def make(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if next(made) > OBJECTS or len(document) < len(pairs):
            raise ValueError("more objects than any request has, or a name twice")
        return document

    return make


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
