"""Secret Manager: one secret version, read through the real client, and what a failed reading means to the owner.

The only importer of google-cloud-secret-manager and google-auth.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livetoken.settings.environment import Settings
from livetoken.settings.rules import KEY, bare

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

READ_SECONDS = 2.0  # the whole read, credentials included
_GRANT = "grant roles/secretmanager.secretAccessor on this secret to the function's service account"
_FIXES = {  # what only the owner can do
    "PermissionDenied": _GRANT,
    "Forbidden": _GRANT,
    "NotFound": "check that GEMINI_API_KEY_SECRET names an existing secret and version",
    "FailedPrecondition": "the secret version is disabled or destroyed; add or enable one",
    "BadRequest": "the secret version is disabled or destroyed; add or enable one",
    "DefaultCredentialsError": "there are no credentials; run as a service account, or set GEMINI_API_KEY",
    "UnusableKeyError": "the secret must hold the key alone: 20 to 400 printable characters, without quotes, in UTF-8",
}
_PASSING = {
    "RefreshError": "the metadata server gave no credentials for the function's service account",
    "TimeoutError": "Secret Manager or the metadata server did not answer in time",
}


@dataclass(frozen=True)
class Key:
    """A key and the number of the secret version that it came from."""

    value: str = field(repr=False)
    version: str


class SecretReader:
    """Reads one secret version through the real client, made at the first read: after the server has forked."""

    def __init__(self, settings: Settings) -> None:
        self.name, self._base_url = settings.gemini_api_key_secret or "", settings.secret_manager_base_url
        self._client: SecretManagerServiceClient | None = None

    @staticmethod
    def prepare() -> None:
        """Import what reading takes; on a slow processor that alone may last longer than a read should."""
        import livetoken.secret.sessions  # noqa: F401

    def __call__(self) -> Key:
        """Return the key as it stands now."""
        if self._client is None:
            self._client = _client(self._base_url)
        # retry and timeout are written out: the client's own defaults take 26 seconds to give up
        version = self._client.access_secret_version(request={"name": self.name}, retry=None, timeout=READ_SECONDS)
        return usable_key(version.payload.data, version.name)


def _client(base_url: str) -> "SecretManagerServiceClient":
    import google.auth
    from google.cloud import secretmanager_v1
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import rest

    from livetoken.secret.sessions import CredentialsRequest, bounded

    request = CredentialsRequest()

    class Transport(rest.SecretManagerServiceRestTransport):
        """REST: safe after a fork, and it does not carry our credentials to wherever a redirect points."""

        def __init__(self, host: str, credentials: "Credentials") -> None:
            super().__init__(host=host, credentials=credentials)
            bounded(self._session).max_redirects = 0
            self._session._auth_request = request  # noqa: SLF001 - the library makes the session, and none like it

    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    credentials, _ = google.auth.default(scopes=scopes, request=request)
    return secretmanager_v1.SecretManagerServiceClient(transport=Transport(base_url, credentials))


def needs_owner(failure: str) -> bool:
    """Return whether only the owner can fix a failure of this type; anything else may pass by itself."""
    return failure in _FIXES


def explain(failure: str, name: str) -> str:
    """Return a sentence for the owner's log: a failure of which type, of which secret, and the fix."""
    fix = (_FIXES | _PASSING).get(failure, "Secret Manager gave no usable answer")
    return f"the Gemini key could not be read from {name} ({failure}): {fix}"


class UnusableKeyError(ValueError):
    """The secret's payload cannot be a key; the payload itself is not repeated anywhere."""


def usable_key(payload: bytes, name: str) -> Key:
    """Return the key in a secret version's payload, without what files have around it unseen.

    That is a line end, or the byte order mark of a program of Windows.

    Raises:
        UnusableKeyError: empty, too long, or with characters that no HTTP header may hold.
    """
    text = bare(payload.decode("utf-8", "replace"))
    if not KEY.fullmatch(text):
        raise UnusableKeyError
    return Key(text, name.rpartition("/")[2])
