"""An issuer's public signing keys: fetched over https, once for all who wait, and kept while the issuer is down."""

import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime import sockets
from livetoken.runtime.cached import Cached, NotFetchedError, Times
from livetoken.runtime.deadlines import Deadlines

FETCH_SECONDS = 1.5  # discovery and keys together
CACHE_SECONDS = 21_600  # keys are fetched anew after six hours, as Firebase recommends
STALE_SECONDS = 86_400  # known keys still serve this long when their issuer does not answer
COOL_DOWN_SECONDS = 30  # between two fetches, failed ones included, where keys are known: so made-up names cost little
RETRY_SECONDS = 3  # after a failed fetch, until the next one, where none are known
LARGEST_DOCUMENT = 100 * 1024  # bytes


class SigningKeys:
    """The keys of one issuer by their ids; `fetch` returns them as they stand now, and raises when it cannot."""

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        deadlines: Deadlines,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._deadlines = fetch, deadlines.for_upstream()
        times = Times(fresh=CACHE_SECONDS, stale=STALE_SECONDS, retry=RETRY_SECONDS, retry_stale=COOL_DOWN_SECONDS)
        self._cached = Cached(self._fetch_in_time, times, clock)

    def prefetch(self) -> None:
        """Fetch the keys before anybody needs them; a failure binds nobody.

        Raises:
            TemporarilyUnavailable: the issuer does not answer.
        """
        try:
            self._cached.prefetch()
        except NotFetchedError as missing:
            raise _unavailable(missing) from missing

    def find(self, key_id: str) -> Any:
        """Return the key of that id, or None when the issuer has none; an unknown id asks the issuer, but not often.

        Raises:
            TemporarilyUnavailable: only the issuer could tell, and it does not answer.
        """
        try:
            keys = self._cached.get()
            if key_id not in keys:
                keys = self._cached.renew(lambda keys, age: key_id in keys or age < COOL_DOWN_SECONDS)
        except NotFetchedError as missing:
            raise _unavailable(missing) from missing
        return keys.get(key_id)

    def _fetch_in_time(self) -> Mapping[str, Any]:
        return self._deadlines.within(FETCH_SECONDS, self._fetch)


def _unavailable(missing: NotFetchedError) -> TemporarilyUnavailable:
    return TemporarilyUnavailable(
        "the signing keys of CALLERS are being fetched, after a failure"
        if missing.under_way
        else f"the signing keys of CALLERS could not be fetched ({missing.failure})"
    )


def fetch_json(url: str) -> Any:
    """Return the JSON document at an https address.

    An issuer that sends us elsewhere is not asked there: its keys would be another's, or come in the clear.

    Raises:
        OSError, ValueError, http.client.HTTPException: it cannot be fetched in time, redirects, or is no JSON document.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ValueError("signing keys are fetched over https only")
    with sockets.ending_in(FETCH_SECONDS), contextlib.closing(_Connection(parts.hostname or "", parts.port)) as issuer:
        issuer.request("GET", f"{parts.path or '/'}?{parts.query}".removesuffix("?"), headers={"Accept": "*/*"})
        answer = issuer.getresponse()
        text = answer.read(LARGEST_DOCUMENT)  # what is cut there is no JSON
    if answer.status != http.client.OK:
        raise OSError(f"no document, but {answer.status}")
    return json.loads(text)


class _Connection(http.client.HTTPSConnection):
    """A connection whose every wait ends with the call."""

    def connect(self) -> None:
        """Connect, and see the certificate of an authority that this machine trusts."""
        plain = sockets.connect(self.host, self.port, FETCH_SECONDS)
        self.sock = sockets.encrypted(plain, ssl.create_default_context(), self.host)


def discovered_keys_url(issuer: str, fetch: Callable[[str], Any] = fetch_json) -> str:
    """Return the `jwks_uri` of an issuer's discovery document; the document must speak for that very issuer.

    Raises:
        OSError, ValueError: it cannot be fetched, or is not what OpenID Connect Discovery describes.
    """
    document = fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise ValueError("not this issuer's discovery document")
    return str(document.get("jwks_uri"))
