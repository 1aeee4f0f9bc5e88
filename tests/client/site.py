"""The example site on a port of its own, with pages that a test adds."""

import contextlib
import functools
import http.server
import io
import pathlib
import threading
import time
from collections.abc import Iterator

import dev.static_server


class Site:
    """Serves the examples as `make run` does, with the ports of this run, and pages that a test adds."""

    def __init__(self, client: pathlib.Path = dev.static_server.CLIENT) -> None:
        self.texts: dict[bytes, bytes] = {}
        pages: dict[str, tuple[bytes, dict[str, str]]] = {}  # path → body, headers
        self.pages = pages
        slow: dict[str, float] = {}  # path → seconds before it is answered
        self.slow = slow
        self.asked: list[str] = []  # paths, in the order of the requests
        asked = self.asked
        self.cookies: list[tuple[str, str]] = []  # path, and the cookies that came with its request
        cookies = self.cookies
        # path → the cookie of a visitor who has signed in, what such a one gets (the browser keeps it), what others get
        self.signed_in: dict[str, tuple[str, str, str]] = {}
        signed_in = self.signed_in

        class Handler(dev.static_server.Handler):
            def send_head(self) -> io.BytesIO | io.BufferedReader | None:
                asked.append(self.path)
                cookies.append((self.path, self.headers.get("Cookie", "")))
                time.sleep(slow.get(self.path, 0))
                if self.path in signed_in:
                    cookie, private, public = signed_in[self.path]
                    known = cookie in self.headers.get("Cookie", "")
                    return self.answer(
                        (private if known else public).encode(),
                        {"Cache-Control": "private, max-age=600"} if known else {},
                    )
                if self.path.split("?", 1)[0] not in pages:
                    return super().send_head()
                return self.answer(*pages[self.path.split("?", 1)[0]])

            def answer(self, body: bytes, headers: dict[str, str]) -> io.BytesIO:
                self.send_response(302 if "Location" in headers else 200)
                for name, value in {
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Length": str(len(body)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                if "Cache-Control" in headers:  # instead of the one that every answer has
                    http.server.BaseHTTPRequestHandler.end_headers(self)
                else:
                    self.end_headers()
                return io.BytesIO(body)

        handler = functools.partial(Handler, texts=self.texts, directory=str(dev.static_server.EXAMPLES), client=client)
        self.server = dev.static_server.Server(("127.0.0.1", 0), handler)
        self.url = f"http://localhost:{self.server.server_port}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Site"]:
        """Serve in a thread."""
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()

    def add(self, path: str, body: str, **headers: str) -> str:
        """Add a page; returns its address. Underscores in header names stand for hyphens."""
        self.pages[path] = (body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    def redirect(self, path: str, target: str) -> None:
        """Let a path lead elsewhere."""
        self.add(path, "", Location=target)
