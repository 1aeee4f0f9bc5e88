"""Optional proof of who calls: Firebase Auth, Firebase App Check, any OpenID Connect issuer. The only user of PyJWT."""

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from livetoken.access.signing_keys import SigningKeys, discovered_keys_url, fetch_json
from livetoken.errors import CallerNotVerified
from livetoken.runtime.deadlines import Deadlines

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

LEEWAY_SECONDS = 30  # between the issuer's clock and ours
LONGEST_PROOF = 8192  # characters; anything longer is not a token
LONGEST_SUBJECT = 255  # characters; OpenID Connect's own bound
_FIREBASE_AUTH_KEYS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
_APP_CHECK_KEYS = "https://firebaseappcheck.googleapis.com/v1/jwks"


class Callers:
    """Verifies the callers that `CALLERS` asks for; with `CALLERS` empty, everybody is nobody in particular."""

    def __init__(
        self,
        callers: str,
        deadlines: Deadlines,
        fetch: Callable[[str], Any] = fetch_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind, _, rest = callers.partition(":")
        self._fetch = fetch
        self._keys = SigningKeys(self._fetch_keys, deadlines, clock)
        # never `none`, never a shared secret; Firebase signs with RS256 alone
        self._algorithms, self._types = ["RS256"], ["jwt"]
        if self._kind == "firebase-auth":
            self._issuer, self._audience = f"https://securetoken.google.com/{rest}", rest
        elif self._kind == "firebase-app-check":
            self._issuer, self._audience = f"https://firebaseappcheck.googleapis.com/{rest}", f"projects/{rest}"
        else:
            self._issuer, _, self._audience = rest.partition(" ")
            # ID tokens and access tokens; an issuer's other JWTs, such as logout tokens, name another type
            self._algorithms, self._types = ["RS256", "ES256"], ["", "jwt", "at+jwt"]

    @property
    def header(self) -> str | None:
        """The request header that carries the proof; None when nobody is verified."""
        return {"": None, "firebase-app-check": "X-Firebase-AppCheck"}.get(self._kind, "Authorization")

    def prepare(self) -> None:
        """Fetch the issuer's keys before somebody waits for them; part of the warm-up."""
        if self.header is not None:
            import jwt  # noqa: F401 - on a slow processor this alone may last longer than the fetch should

            self._keys.find("")

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
        key = self._keys.find(self._key_id(proof))
        if key is None:
            raise CallerNotVerified("the proof names a key that its issuer does not have")
        subject = self._claims(proof, key)["sub"]
        if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise CallerNotVerified("the proof has no usable subject")
        return str(subject)

    def _key_id(self, unverified: str) -> str:
        """Return the name of the key that a proof claims to be signed with."""
        import jwt

        try:
            header = jwt.get_unverified_header(unverified)
        except Exception as error:
            raise _refusal(error) from error
        key_id, kind = header.get("kid"), str(header.get("typ", "")).lower()
        if not key_id or header.get("alg") not in self._algorithms or kind not in self._types:
            raise CallerNotVerified("the proof names no key, or an algorithm or type that is not accepted")
        return str(key_id)

    def _claims(self, unverified: str, key: Any) -> dict[str, Any]:
        """Return the claims of a proof whose signature and claims all hold."""
        import jwt

        try:
            # written out although some are the library's defaults: this is what verified means here
            return jwt.decode(
                unverified,
                key,
                algorithms=self._algorithms,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={
                    "require": ["exp", "iat", "aud", "iss", "sub"],
                    "enforce_minimum_key_length": True,
                    "verify_signature": True,
                    "verify_exp": True,
                    "verify_iat": True,
                    "verify_nbf": True,
                    "verify_aud": True,
                    "verify_iss": True,
                    "verify_sub": True,
                },
            )
        except Exception as error:
            raise _refusal(error) from error

    def _fetch_keys(self) -> Mapping[str, Any]:
        """Return the issuer's keys that verify signatures, by their ids."""
        from jwt import PyJWKSet

        fixed = {"firebase-auth": _FIREBASE_AUTH_KEYS, "firebase-app-check": _APP_CHECK_KEYS}
        document = self._fetch(fixed.get(self._kind) or discovered_keys_url(self._issuer, self._fetch))
        usable = [key for key in PyJWKSet.from_dict(document) if key.key_id and key.public_key_use in ("sig", None)]
        if not usable:
            raise ValueError("no key that could verify a signature")
        return {str(key.key_id): key for key in usable}


def _refusal(error: Exception) -> CallerNotVerified:
    """Return the refusal for whatever a library makes of a stranger's text: bad claims, deep nesting, huge numbers."""
    return CallerNotVerified(type(error).__name__)
