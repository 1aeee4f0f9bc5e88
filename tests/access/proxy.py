"""A TCP proxy before a real server, with faults on demand: answers that drip, or that get lost on the way."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from tests.support import soon

PAUSE = 0.1  # seconds between the bytes of an answer that drips


class Proxy:
    """Passes on what comes; `fault` is "" or "drip", and the next `losing` answers are lost with their connections."""

    def __init__(self, port: int) -> None:
        """Stand before the server on `port`."""
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.fault, self.losing = "", 0
        self.connections: set[socket.socket] = set()

    def run(self) -> None:
        """Take connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections.add(client)
                server = socket.create_connection(("127.0.0.1", self._server_port))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def close(self) -> None:
        """Stop taking connections."""
        self._listener.close()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        self.connections.discard(client)
        client.close()
        server.close()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.losing > 0:
                    self.losing -= 1
                    client.shutdown(socket.SHUT_RDWR)
                    return
                for number in range(len(data)):
                    if self.fault != "drip":
                        client.sendall(data[number:])
                        break
                    client.sendall(data[number : number + 1])
                    time.sleep(PAUSE)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def before(port: int) -> Iterator[Proxy]:
    """Run a proxy before the server on `port`."""
    proxy = Proxy(port)
    threading.Thread(target=proxy.run, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.fault = ""
        proxy.close()
        soon(lambda: not proxy.connections)
