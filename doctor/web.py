"""HTTP as a browser or a stranger would send it; the doctor's only user of urllib."""

import contextlib
import functools
import http.client
import ipaddress
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, TypeVar
from urllib.parse import urlsplit

from doctor.network_errors import no_answer
from doctor.quoting import shown
from livetoken.errors import every_refusal

T = TypeVar("T")
LARGEST_ANSWER = 256 * 1024  # bytes; ours are below one thousandth of it
_PIECE = 16 * 1024
_KIND = r"[\w.+-]{1,40}/[\w.+-]{1,40}"
FORBIDDEN, UNAUTHORIZED = 403, 401
CODES = frozenset(refusal.code for refusal in every_refusal())


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of any status, redirects included. `seconds` is from sending the request to the last byte."""

    status: int
    headers: Message
    body: bytes = field(repr=False)
    seconds: float

    def header(self, name: str) -> str:
        """The header's value on one line, empty where there is none."""
        return " ".join(str(self.headers.get(name, "")).split())

    @functools.cached_property
    def json(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(self.body)
            if isinstance(document, dict):
                return document
        return {}

    @property
    def code(self) -> str:
        """The code of a refusal of livetoken's, in its form; empty for anything else, which somebody else has said."""
        texts = [self.json.get(name) for name in ("error", "code", "requestId")]
        return str(texts[1]) if all(isinstance(text, str) for text in texts) and texts[1] in CODES else ""

    @property
    def token(self) -> str | None:
        """The ephemeral token in the body, if any."""
        token = self.json.get("token")
        return token if isinstance(token, str) and token else None

    def described(self) -> str:
        """Status and kind of the answer in a few words, without its content."""
        if self.code:
            return f"{self.status} {self.code}"
        kind = self.header("Content-Type").partition(";")[0].strip()
        return f"{self.status}, {(shown(kind, _KIND) if kind else 'no content type') if self.body else 'empty'}"


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Returns every answer, so that refusals are looked at and redirects are never followed."""

    def http_response(self, request: urllib.request.Request, response: http.client.HTTPResponse) -> Any:  # noqa: ARG002 - the library's own signature
        return response

    https_response = http_response


class Web:
    """Sends requests; `timeout` is in seconds, for each answer from looking up the name to the last byte."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self.timeout, self._clock = timeout, clock
        self.context = _context()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: object = None) -> Answer:
        """Return the answer to one request; `body` is sent as JSON.

        Raises:
            Failure: there was none.
        """
        data = None if body is None else json.dumps(body).encode()
        given = {"User-Agent": "livetoken-doctor", **headers}
        request = urllib.request.Request(url, data, given, method=method)  # noqa: S310 - main() lets http and https in
        try:
            return within(self.timeout, lambda: self._answer(request))
        except (OSError, http.client.HTTPException) as error:
            raise no_answer(error, url, self.timeout) from error

    def _answer(self, request: urllib.request.Request) -> Answer:
        begun, content = self._clock(), b""
        with self._opener(request.full_url).open(request, timeout=self.timeout) as response:
            while len(content) < LARGEST_ANSWER and (piece := response.read1(_PIECE)):
                content += piece
                if self._clock() - begun > self.timeout:
                    raise TimeoutError
            return Answer(response.status, response.headers, content[:LARGEST_ANSWER], self._clock() - begun)

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        proxies: dict[str, str] | None = {} if proxy_for(url) is None else None
        handlers = [_AsItIs(), urllib.request.HTTPSHandler(context=self.context), urllib.request.ProxyHandler(proxies)]
        return urllib.request.build_opener(*handlers)


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises.

    The timeouts of sockets begin anew with every byte, so a server that drips its answer passes them for ever.

    Raises:
        TimeoutError: it was not done within `seconds`. It is left to itself, and ends with this process.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            done.set_exception(error)

    threading.Thread(target=run, daemon=True, name="within").start()
    return done.result(timeout=seconds)


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def proxy_for(url: str) -> str | None:
    """The proxy that this machine's settings prescribe for the URL; never one for the machine itself."""
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc):
        return None
    return urllib.request.getproxies().get(parts.scheme)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:  # some installations of Python bring no authorities
        with contextlib.suppress(ImportError):
            import certifi

            context.load_verify_locations(certifi.where())
    return context
