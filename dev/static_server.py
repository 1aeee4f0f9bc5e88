"""Serves `examples/`, its search index and `client/src/` as one folder, as a static host would, with a run's addresses.

Pages are written for the default ports. In `.html` files, and only there, `http://localhost:8080` becomes the
function's URL, and `ws://127.0.0.1:9090` and `ws://localhost:9090` the emulator's: in markup and in the CSP alike.
"""

import contextlib
import functools
import http.server
import io
import pathlib
import sys
import threading
from collections.abc import Iterator
from typing import Any

from dev.children import ROOT
from dev.search_index import ADDRESS, INDEX

EXAMPLES = ROOT / "examples"
CLIENT = ROOT / "client" / "src"  # an owner copies client/dist/ beside the pages; the same names, bundled
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


def replacements(function_url: str, google_port: int) -> dict[bytes, bytes]:
    """What pages say → what they are to say."""
    return {
        b"http://localhost:8080": function_url.encode(),
        b"ws://127.0.0.1:9090": f"ws://127.0.0.1:{google_port}".encode(),
        b"ws://localhost:9090": f"ws://localhost:{google_port}".encode(),
    }


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder: never cached, never listed."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **_TYPES}  # noqa: RUF012 - as in its base

    def __init__(self, *args: object, texts: dict[bytes, bytes], directory: str, client: pathlib.Path = CLIENT) -> None:
        self._texts = texts
        self._client = client
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def end_headers(self) -> None:
        """Add what every answer has."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_head(self) -> io.BytesIO | io.BufferedReader | None:
        """Answer with the file; a page gets its addresses first."""
        path = pathlib.Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if path.suffix != ".html" or not path.is_file():
            return super().send_head()  # type: ignore[return-value]
        page = path.read_bytes()
        for written, meant in self._texts.items():
            page = page.replace(written, meant)
        self.send_response(200)
        self.send_header("Content-Type", _TYPES[".html"])
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return io.BytesIO(page)

    def translate_path(self, path: str) -> str:
        """Return the file of an address: the index's, the pages' own, else the client's."""
        here = super().translate_path(path)
        index = f"{self.directory}{ADDRESS}"
        if here.startswith(index):
            return str(INDEX / here.removeprefix(index))
        there = self._client / pathlib.Path(here).relative_to(self.directory)
        return str(there) if there.is_file() and not pathlib.Path(here).exists() else here

    def list_directory(self, _: object) -> None:
        """Show nobody what else there is."""
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the function's log."""


class Server(http.server.ThreadingHTTPServer):
    """One thread for each connection."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless the connection did: a client that hangs up early is no event."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def site(function_url: str, google_port: int, port: int = 0, folder: pathlib.Path = EXAMPLES) -> Iterator[str]:
    """Serve the folder while the block runs; yields its URL, `http://localhost:PORT`."""
    texts = replacements(function_url, google_port)
    server = Server(("127.0.0.1", port), functools.partial(Handler, texts=texts, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="site", daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
