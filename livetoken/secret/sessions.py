"""HTTP as Google's client does it, over sockets that end with the call. The only user of requests and urllib3."""

from collections.abc import Mapping
from typing import Any

import requests
from google.auth.transport.requests import Request
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from livetoken.runtime import sockets

WAIT_SECONDS = 2.0  # for connecting; the call's own time bounds that and each wait after it


class _Connects(HTTPConnection):
    """Connects by a socket that ends with the call."""

    def _new_conn(self) -> sockets.Socket:
        return sockets.connect(self.host, self.port, WAIT_SECONDS)


class _Connection(_Connects):
    """A plain connection."""


class _SecureConnection(_Connects, HTTPSConnection):
    """A connection with TLS; the adapter's context wraps its socket."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """Makes its pools of such connections."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools."""
        tls = create_urllib3_context()
        tls.sslsocket_class = sockets.TlsSocket
        super().init_poolmanager(*arguments, **options, ssl_context=tls)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def bounded(session: requests.Session) -> requests.Session:
    """Return `session`, whose sockets end with the call that uses them from now on."""
    adapter = _Adapter()
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


class CredentialsRequest(Request):
    """What credentials are fetched with. It is not begun again, as the library would, when the call's time is over."""

    def __init__(self) -> None:
        super().__init__(bounded(requests.Session()))

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = WAIT_SECONDS,
        **options: Any,
    ) -> Any:
        """Ask once; raises TimeoutError, which the library does not take for a reason to try again, when it is late."""
        left = sockets.time_left(timeout or WAIT_SECONDS)
        return super().__call__(url, method, body, headers, left, **options)  # type: ignore[no-untyped-call]
