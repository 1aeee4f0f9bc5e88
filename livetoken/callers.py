"""Optional proof of who calls: Firebase Auth, Firebase App Check, any OpenID Connect issuer. The only user of PyJWT."""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from livetoken.deadlines import Deadlines
from livetoken.refusals import CallerNotVerified, TemporarilyUnavailable

if TYPE_CHECKING:
    from jwt import PyJWKClient, PyJWKSet
    from werkzeug.datastructures import Headers

KEYS_SECONDS = 2.0  # fetching an issuer's signing keys, its discovery document included
FETCH_SECONDS = 1.5  # one read of either
CACHE_SECONDS = 21_600  # keys are fetched anew after six hours, as Firebase recommends
LEEWAY_SECONDS = 30  # between the issuer's clock and ours
COOL_DOWN_SECONDS = 30  # between two fetches because of an unknown key
ALGORITHMS = ["RS256", "ES256"]  # never `none`, never a shared secret
LONGEST_PROOF = 8192  # characters; anything longer is not a token
LONGEST_SUBJECT = 255  # characters; OpenID Connect's own bound
LARGEST_DOCUMENT = 100 * 1024  # bytes of a discovery document
_FIREBASE_AUTH_KEYS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
_APP_CHECK_KEYS = "https://firebaseappcheck.googleapis.com/v1/jwks"


class Callers:
    """Verifies the callers that `CALLERS` asks for; with `CALLERS` empty, everybody is nobody in particular."""

    def __init__(self, callers: str, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic) -> None:
        kind, _, rest = callers.partition(":")
        self._kind, self._deadlines = kind, deadlines
        self._opening = threading.Lock()
        self._keys: PyJWKClient | None = None
        self._issuer, _, self._audience = rest.partition(" ")
        if kind == "firebase-auth":
            self._issuer, self._audience = f"https://securetoken.google.com/{rest}", rest
        elif kind == "firebase-app-check":
            self._issuer, self._audience = f"https://firebaseappcheck.googleapis.com/{rest}", f"projects/{rest}"
        self._clock, self._refreshed_at = clock, float("-inf")

    @property
    def header(self) -> str | None:
        """The request header that carries the proof; None when nobody is verified."""
        return {"": None, "firebase-app-check": "X-Firebase-AppCheck"}.get(self._kind, "Authorization")

    def verify(self, headers: "Headers") -> str | None:
        """Return the verified subject, or None when `CALLERS` is empty.

        Raises:
            CallerNotVerified: no proof, or one whose signature, issuer, audience, times or subject is wrong.
            TemporarilyUnavailable: the issuer's signing keys cannot be had and none are known.
        """
        if self.header is None:
            return None
        proof = headers.get(self.header, "")
        if self.header == "Authorization":
            scheme, _, proof = proof.partition(" ")
            proof = proof if scheme.lower() == "bearer" else ""
        # one compact JWS of ASCII; everything else is refused before a library sees it
        if len(proof) > LONGEST_PROOF or not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", proof, re.ASCII):
            raise CallerNotVerified("no proof, or one that is no JWT")
        return self._subject(proof)

    def _subject(self, unverified: str) -> str:
        import jwt

        try:
            header = jwt.get_unverified_header(unverified)
            if header.get("alg") not in ALGORITHMS or (
                self._kind == "firebase-app-check" and header.get("typ") != "JWT"
            ):
                raise CallerNotVerified("the proof names an algorithm or type that is not accepted")
            key = self._key(header.get("kid"))
            # written out although some are the library's defaults: this is what verified means here
            claims = jwt.decode(
                unverified,
                key,
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={
                    "require": ["exp", "iat", "aud", "iss", "sub"],
                    "verify_signature": True,
                    "verify_exp": True,
                    "verify_iat": True,
                    "verify_nbf": True,
                    "verify_aud": True,
                    "verify_iss": True,
                    "verify_sub": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise CallerNotVerified(type(error).__name__) from error
        subject = claims["sub"]
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise CallerNotVerified("the proof has no usable subject")
        return str(subject)

    def _key(self, key_id: str | None) -> Any:
        """Return the public key that the proof names; an unknown name fetches the issuer's keys anew, but not often.

        A failed fetch counts as one, so that made-up names cannot keep us waiting while the issuer is down.
        """
        try:
            known = self._deadlines.within(KEYS_SECONDS, lambda: self._open().get_jwk_set())
            if not _has(known, key_id) and self._clock() - self._refreshed_at >= COOL_DOWN_SECONDS:
                self._refreshed_at = self._clock()
                known = self._deadlines.within(KEYS_SECONDS, lambda: self._open().get_jwk_set(refresh=True))
        except Exception as error:
            raise TemporarilyUnavailable(
                f"the signing keys of CALLERS could not be fetched ({type(error).__name__})"
            ) from error
        if key_id is None or not _has(known, key_id):
            raise CallerNotVerified("the proof names a key that its issuer does not have")
        return known[key_id].key

    def _open(self) -> "PyJWKClient":
        from jwt import PyJWKClient

        with self._opening:
            if self._keys is None:
                self._keys = PyJWKClient(self._keys_url(), lifespan=CACHE_SECONDS, timeout=FETCH_SECONDS)
            return self._keys

    def _keys_url(self) -> str:
        fixed = {"firebase-auth": _FIREBASE_AUTH_KEYS, "firebase-app-check": _APP_CHECK_KEYS}
        return fixed.get(self._kind) or discovered_keys_url(self._issuer)


def _has(keys: "PyJWKSet", key_id: str | None) -> bool:
    return any(key.key_id == key_id and key.public_key_use in ("sig", None) for key in keys.keys)


def discovered_keys_url(issuer: str, open_url: Callable[..., Any] = urllib.request.urlopen) -> str:
    """Return the `jwks_uri` of an issuer's discovery document; the document must speak for that very issuer.

    Raises:
        OSError: it cannot be fetched, or is not what OpenID Connect Discovery describes.
    """
    with open_url(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=FETCH_SECONDS) as response:
        text = response.read(LARGEST_DOCUMENT)
    try:
        document = json.loads(text)
        named, keys_url = document["issuer"], document["jwks_uri"]
    except (ValueError, KeyError, TypeError) as error:
        raise OSError("not a discovery document") from error
    if named != issuer or not str(keys_url).startswith("https://"):
        raise OSError("the discovery document is another issuer's")
    return str(keys_url)
