"""A proxy that gives a server processor time only while a request is under way, as Cloud Run's request-based billing does.

It stops the server's whole process group (SIGSTOP) when the last answer has left, and lets it go on (SIGCONT) before it
passes the next request on.
"""

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

from bench.servers import Server
from dev.processes import free_port

PIECE = 65_536


class Throttle:
    """Counts what is under way, and stops or continues the process group."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._under_way = 0

    def begin(self) -> None:
        """A request comes in."""
        with self._lock:
            self._under_way += 1
            os.killpg(self._server.process.pid, signal.SIGCONT)

    def end(self) -> None:
        """An answer has left."""
        with self._lock:
            self._under_way -= 1
            if not self._under_way:
                os.killpg(self._server.process.pid, signal.SIGSTOP)

    def stop(self) -> None:
        """Stop a server that nobody has asked for anything yet."""
        self.begin()
        self.end()


@contextlib.contextmanager
def throttled(server: Server) -> Iterator[Server]:
    """Yield the server as it is behind the proxy; at the end it runs again."""
    port, throttle = free_port(), Throttle(server)
    with socket.create_server(("127.0.0.1", port)) as listener:
        threading.Thread(target=_accept, args=(listener, server.port, throttle), daemon=True).start()
        _await(server)
        throttle.stop()
        try:
            yield Server(port, server.process, time.perf_counter())
        finally:
            os.killpg(server.process.pid, signal.SIGCONT)


def _await(server: Server) -> None:
    """Wait until a process serves the port: a start has processor time until then.

    Stopped while it forks that process, a server may come back without it.
    """
    while True:
        with (
            contextlib.suppress(ConnectionError),
            socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
        ):
            connection.shutdown(socket.SHUT_WR)  # there is no request, so nothing begins
            connection.recv(1)
            return
        time.sleep(0.005)


def _accept(listener: socket.socket, port: int, throttle: Throttle) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, port, throttle), daemon=True).start()


def _serve(client: socket.socket, port: int, throttle: Throttle) -> None:
    """Pass requests on, one after the other, each over a connection of its own, and their answers back."""
    with client, contextlib.suppress(OSError):
        while sent := _message(client):
            throttle.begin()
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=60) as server:
                    server.sendall(sent)
                    answer = _message(server)
                    client.sendall(answer)
            finally:
                throttle.end()


def _message(connection: socket.socket) -> bytes:
    """Return one whole message; nothing when there is no more."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(PIECE)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        body += connection.recv(PIECE)
    return head + b"\r\n\r\n" + body
