"""HTTP as a browser or a stranger would send it; the doctor's only user of urllib."""

import contextlib
import functools
import http.client
import ipaddress
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from local.doctor.finding import Failure

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
        kind = self.header("Content-Type").partition(";")[0].strip() or "no content type"
        return f"{self.status} {self.code}" if self.code else f"{self.status}, {kind}"


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Returns every answer, so that refusals are looked at and redirects are never followed."""

    def http_response(self, _request: urllib.request.Request, response: Any) -> Any:
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
        proxies = {} if proxy_for(url) is None else None
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


def no_answer(error: BaseException, url: str, timeout: float) -> Failure:  # noqa: PLR0911 - one return for each failure
    """Return what it means that a request, or a connection, ended with `error`."""
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    host = urlsplit(url).hostname
    match error:
        case socket.gaierror():
            return Failure(
                f"There is no host called {host}.",
                "Compare the URL, letter by letter, with what the deployment printed:\n"
                "$ terraform -chdir=terraform output -raw url",
            )
        case ssl.SSLCertVerificationError():
            return _certificate(error, str(host))
        case ssl.SSLError():
            return Failure(
                f"{host} does not speak TLS there ({error.reason or 'the handshake broke off'}).",
                "Check the port in the URL; for a function on this machine write http:// instead of https://.",
            )
        case ConnectionRefusedError():
            return Failure(
                "Nothing listens at this address and port.",
                "Check the port in the URL; for a function on this machine, start it (make run).",
            )
        case TimeoutError():
            return Failure(
                f"No complete answer came within {timeout:g} seconds.",
                "Try again; if it stays so, look whether the function starts at all, and whether a firewall "
                "between here and there lets HTTPS through. --timeout waits longer.",
            )
        case ConnectionError() | http.client.HTTPException():
            return Failure(
                f"The connection broke off in the middle of the answer ({type(error).__name__}).",
                "Try again; if it stays so, look in the function's log: the process may be crashing. "
                "A server that expects https:// also breaks off when asked with http://.",
            )
    return Failure(
        f"The network gave up ({getattr(error, 'strerror', None) or type(error).__name__}).",
        "Check this machine's own connection, then try again.",
    )


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Failure:
    says = error.verify_message.rstrip(".")
    if "self-signed" in says or "unable to get local issuer" in says:
        why = "nobody that browsers trust has signed it"
        cure = "Use the address that Google gave the function (https://….run.app), or give your domain a certificate "
        cure += "that browsers know. Behind a company's proxy, let SSL_CERT_FILE name the company's own certificate."
    elif "expired" in says:
        why = "it has expired"
        cure = "Renew it. If it is new, check this machine's clock."
    elif "mismatch" in says or "not valid for" in says:
        why = f"it is for other names than {host}"
        cure = "Use the name that the certificate is for, or have one made for this name."
    else:
        why = "browsers would not accept it"
        cure = "Put it in order at whoever serves this name."
    return Failure(f"The certificate cannot be trusted: {why}.", cure, f"TLS says: {says}")
