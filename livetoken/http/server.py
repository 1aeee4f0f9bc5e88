"""What is asked of the server, gunicorn in functions-framework; the only module that knows it."""

import contextlib
import os
import socket
from collections.abc import Mapping, MutableMapping
from typing import Any

from flask import Request
from gunicorn.http.body import Body
from gunicorn.http.message import HeaderPolicy

# the server would say "100 Continue" to everybody, before anybody is refused; `continue_reading` says it
HeaderPolicy._policy_expect_continue = False  # noqa: SLF001 - there is no setting; tests/http/test_server.py holds it


def threads(environment: Mapping[str, str]) -> int:
    """Return how many requests are answered at once: `THREADS`, or what functions-framework makes of none."""
    return max(1, int(environment.get("THREADS") or 4 * (os.cpu_count() or 1)))


def connection_of(environ: Mapping[str, Any]) -> socket.socket | None:
    """Return the client's connection; None under another server."""
    return environ.get("gunicorn.socket")


def expects_continue(request: Request) -> bool:
    """Whether the client waits for a "100 Continue" before it sends its body."""
    return request.headers.get("Expect", "").strip().lower() == "100-continue"


def continue_reading(request: Request) -> None:
    """Ask a client that waits for it to send its body now."""
    connection = connection_of(request.environ)
    if connection and expects_continue(request) and request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        del request.environ["HTTP_EXPECT"]  # it waits no longer


def use_no_more(environ: MutableMapping[str, Any]) -> None:
    """Let the connection end with this answer: what else comes on it is the rest of a body, not a request."""
    received = environ.get("wsgi.input")
    if isinstance(received, Body):
        received.failed = True  # the server's own word for a body that it could not read to its end
    _read_no_more(environ)


def end_promptly(request: Request) -> None:
    """Do not let the server linger on a connection that ends with this answer.

    It would wait for the client to close its side, for up to 2 s, in the one thread that accepts everybody's requests.
    """
    wish = request.headers.get("Connection", "").strip().lower()
    if wish == "close" or (request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0" and wish != "keep-alive"):
        _read_no_more(request.environ)


def _read_no_more(environ: Mapping[str, Any]) -> None:
    connection = connection_of(environ)
    if connection is not None:
        with contextlib.suppress(OSError):  # the client is gone already
            connection.shutdown(socket.SHUT_RD)
