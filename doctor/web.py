"""HTTP as a browser or a stranger would send it; the doctor's only user of urllib."""

import contextlib
import functools
import http.client
import ipaddress
import json
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from doctor.trouble import no_answer

LARGEST_ANSWER = 256 * 1024  # bytes; ours are below one thousandth of it
_PIECE = 16 * 1024
FORBIDDEN, UNAUTHORIZED = 403, 401


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of any status, redirects included. `seconds` is from sending the request to the last byte."""

    status: int
    headers: Message
    body: bytes = field(repr=False)
    seconds: float

    def header(self, name: str) -> str:
        """The header's value, empty where there is none."""
        return str(self.headers.get(name, ""))

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
        """The stable code of a refusal in livetoken's own form; empty for anything else."""
        ours = isinstance(self.json.get("error"), str) and isinstance(self.json.get("code"), str)
        return str(self.json["code"]) if ours else ""

    @property
    def token(self) -> str | None:
        """The ephemeral token in the body, if any."""
        token = self.json.get("token")
        return token if isinstance(token, str) and token else None

    def described(self) -> str:
        """Status and kind of the answer in a few words, without its content."""
        kind = (self.header("Content-Type").partition(";")[0].strip() or "no content type") if self.body else "empty"
        return f"{self.status} {self.code}" if self.code else f"{self.status}, {kind}"


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Returns every answer, so that refusals are looked at and redirects are never followed."""

    def http_response(self, request: urllib.request.Request, response: http.client.HTTPResponse) -> Any:  # noqa: ARG002 - the library's own signature
        return response

    https_response = http_response


class Web:
    """Sends requests; `timeout` is in seconds, for connecting and for the whole answer each."""

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
        begun = self._clock()
        try:
            with self._opener(url).open(request, timeout=self.timeout) as response:
                content = self._read(response, begun)
                return Answer(response.status, response.headers, content, self._clock() - begun)
        except (OSError, http.client.HTTPException) as error:
            raise no_answer(error, url, self.timeout) from error

    def _read(self, response: http.client.HTTPResponse, begun: float) -> bytes:
        content = b""
        while len(content) < LARGEST_ANSWER and (piece := response.read1(_PIECE)):
            content += piece
            if self._clock() - begun > self.timeout:  # the socket's own timeout starts anew with every drop
                raise TimeoutError
        return content

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        proxies: dict[str, str] | None = {} if proxy_for(url) is None else None
        handlers = [_AsItIs(), urllib.request.HTTPSHandler(context=self.context), urllib.request.ProxyHandler(proxies)]
        return urllib.request.build_opener(*handlers)


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
