"""Who calls, verified: Firebase Auth, Firebase App Check, any OpenID Connect issuer. The only user of PyJWT."""

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
LONGEST_CREDENTIAL = 8192  # characters; anything longer is not a token
LONGEST_SUBJECT = 255  # characters; OpenID Connect's own bound
ACCESS_TOKEN = "at+jwt"  # noqa: S105 - the type that RFC 9068 gives to access tokens
_FIREBASE_AUTH_KEYS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
_APP_CHECK_KEYS = "https://firebaseappcheck.googleapis.com/v1/jwks"


class Verifier:
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
            # ID tokens and access tokens; many an issuer's other JWTs, such as logout tokens, name another type
            self._algorithms, self._types = ["RS256", "ES256"], ["", "jwt", ACCESS_TOKEN]

    @property
    def header(self) -> str | None:
        """The request header that carries the credential; None when nobody is verified."""
        return {"": None, "firebase-app-check": "X-Firebase-AppCheck"}.get(self._kind, "Authorization")

    def prepare(self) -> None:
        """Fetch the issuer's keys before somebody waits for them; part of the warm-up."""
        if self.header is not None:
            import jwt  # noqa: F401 - on a slow processor this alone may last longer than the fetch should

            self._keys.prefetch()

    def verify(self, headers: "Headers") -> str | None:
        """Return the verified subject, or None when `CALLERS` is empty.

        Raises:
            CallerNotVerified: no credential, or one whose signature, issuer, audience, times or subject is wrong.
            TemporarilyUnavailable: the issuer's signing keys cannot be had and none are known.
        """
        if self.header is None:
            return None
        credential = headers.get(self.header, "")
        if self.header == "Authorization":
            scheme, _, credential = credential.partition(" ")
            credential = credential if scheme.lower() == "bearer" else ""
        # one compact JWS of ASCII; everything else is refused before a library sees it
        if len(credential) > LONGEST_CREDENTIAL or not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", credential, re.ASCII):
            raise CallerNotVerified("no credential, or one that is no JWT")
        key_id, kind = self._key_id_and_type(credential)
        key = self._keys.find(key_id)
        if key is None:
            raise CallerNotVerified("the credential names a key that its issuer does not have")
        claims = self._claims(credential, key)
        self._require_for_us(claims, kind, headers.get("Origin"))
        subject = claims["sub"]
        if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise CallerNotVerified("the credential has no usable subject")
        return str(subject)

    def _key_id_and_type(self, unverified: str) -> tuple[str, str]:
        """Return the name of the key that a credential claims to be signed with, and the type that it claims to be."""
        import jwt

        try:
            header = jwt.get_unverified_header(unverified)
        except Exception as error:
            raise _refusal(error) from error
        key_id, kind = header.get("kid"), str(header.get("typ", "")).lower().removeprefix("application/")
        if not key_id or header.get("alg") not in self._algorithms or kind not in self._types:
            raise CallerNotVerified("the credential names no key, or an algorithm or type that is not accepted")
        return str(key_id), kind

    def _claims(self, unverified: str, key: Any) -> dict[str, Any]:
        """Return the claims of a credential whose signature and claims all hold."""
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

    def _require_for_us(self, claims: Mapping[str, Any], kind: str, origin: str | None) -> None:
        """Refuse what the issuer has signed for another purpose or for somebody else.

        An access token is made for an API, and `azp` names the client that has asked for it. An ID token is made for
        a client; where it has several audiences, or somebody else has asked for it, `azp` says who may present it
        (OpenID Connect Core, 3.1.3.7). Some issuers name the page's origin there.
        """
        if "events" in claims:  # RFC 8417: every security event has it, a logout token among them, nothing else does
            raise CallerNotVerified("the credential is a logout token or another security event")
        oidc = self._kind == "oidc"  # Firebase's tokens are all of one kind
        if oidc and (kind == ACCESS_TOKEN or "scope" in claims or "scp" in claims):
            return
        party = claims.get("azp")
        if oidc and party is None and isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1:
            raise CallerNotVerified("the credential is an ID token for several, and does not say who may present it")
        if party is not None and party not in (self._audience, origin):
            raise CallerNotVerified("the credential is an ID token that was made for another client")

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
