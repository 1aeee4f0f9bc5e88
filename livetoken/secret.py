"""The Gemini API key: from Secret Manager, cached, fetched once for all who wait, rotated without a redeploy.

The only importer of google-cloud-secret-manager.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from livetoken.deadlines import Deadlines
from livetoken.refusals import TemporarilyUnavailable
from livetoken.rules import KEY
from livetoken.settings import Settings

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

TTL_SECONDS = 300  # a rotated key is noticed within this time
STALE_SECONDS = 3600  # a known key still serves this long when Secret Manager does not answer
RETRY_SECONDS = 1.5  # after a failed read the next one waits this long
KEPT_SECONDS = 30  # when Gemini refuses the key and the secret still holds that one, it is not read again for so long
WARN_SECONDS = 60  # between two log lines about a key that could not be refreshed
READ_SECONDS = 2.0  # the whole read, credentials included
log = logging.getLogger("livetoken.secret")


@dataclass(frozen=True)
class Key:
    """A key and the number of the secret version that it came from."""

    value: str = field(repr=False)
    version: str


class Reader(Protocol):
    """Reads the secret; `name` is the version's resource name, which an owner's log may show."""

    name: str

    def prepare(self) -> None:
        """Do what takes time but waits for nobody; called before every read."""

    def __call__(self) -> Key:
        """Return the key as it stands now."""


class KeySource(Protocol):
    """Where the key comes from."""

    def prepare(self) -> None:
        """Do what takes time but waits for nobody; part of the warm-up."""

    def get(self) -> Key:
        """Return the key; raise TemporarilyUnavailable when there is none."""

    def replacement(self, refused: Key) -> Key | None:
        """Return the key to use instead of one that Gemini refused; None when there is no other."""


class GivenKey:
    """The key that stands in the environment."""

    def __init__(self, value: str) -> None:
        self._key = Key(value, "environment")

    def prepare(self) -> None:
        """Do nothing: the key is there."""

    def get(self) -> Key:
        """Return the key."""
        return self._key

    def replacement(self, refused: Key) -> Key | None:  # noqa: ARG002 - there is only this one
        """Return None: the environment holds one key."""
        return None


class SecretKey:
    """The key that Secret Manager keeps.

    `found` hears every value that is read, so that the logs can strike it out; `clock` gives seconds.
    """

    def __init__(
        self,
        read: Reader,
        deadlines: Deadlines,
        found: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._deadlines, self._found, self._clock = read, deadlines, found, clock
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._cached: tuple[Key | None, float] = None, float("-inf")  # one value, so that no reader sees half a change
        self._failed_at = self._kept_at = self._warned_at = float("-inf")
        self._failure = ""

    def prepare(self) -> None:
        """Do what takes time but waits for nobody; part of the warm-up."""
        self._read.prepare()

    def get(self) -> Key:
        """Return the cached key, or read it while all others wait for the same read.

        A key past its time still serves everybody while it is read anew in the background, and when that fails.

        Raises:
            TemporarilyUnavailable: there is no usable key and Secret Manager gave none within two seconds.
        """
        key, read_at = self._cached
        age = self._clock() - read_at
        if key is None or age >= STALE_SECONDS:
            return self._refresh(lambda current: current is not key)
        if age >= TTL_SECONDS and not self._recently_failed() and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh_behind, args=(key,), daemon=True, name="refresh-key").start()
        return key

    def replacement(self, refused: Key) -> Key | None:
        """Return a key other than `refused`, reading the secret once more unless that has happened meanwhile."""
        try:
            key = self._refresh(lambda current: current.value != refused.value, refused)
        except TemporarilyUnavailable:
            return None
        return key if key.value != refused.value else None

    def _recently_failed(self) -> bool:
        return self._clock() - self._failed_at < RETRY_SECONDS

    def _refresh(self, settled: Callable[[Key], bool], refused: Key | None = None) -> Key:
        """Read the secret, unless `settled` says that the key which others fetched while we waited will do.

        When it still holds the key that Gemini refused, it is not read for that reason again for a while.
        """
        with self._lock:
            # this comparison comes before any cool-down, or requests in flight during a rotation would fail
            current, _ = self._cached
            if current and settled(current):
                return current
            if self._recently_failed():
                raise TemporarilyUnavailable(self._failure)
            if refused and self._clock() - self._kept_at < KEPT_SECONDS:
                raise TemporarilyUnavailable("the secret still held the refused key a moment ago")
            try:
                self._read.prepare()
                key = self._deadlines.within(READ_SECONDS, self._read)
            except Exception as error:
                self._failed_at, self._failure = self._clock(), explain(error, self._read.name)
                raise TemporarilyUnavailable(self._failure) from error
            self._found(key.value)
            self._cached = key, self._clock()
            if refused and key.value == refused.value:
                self._kept_at = self._clock()
            return key

    def _refresh_behind(self, key: Key) -> None:
        try:
            self._refresh(lambda current: current is not key)
        except TemporarilyUnavailable as failure:
            if self._clock() - self._warned_at >= WARN_SECONDS:
                self._warned_at = self._clock()
                level = logging.ERROR if type(failure.__cause__).__name__ in _CURES else logging.WARNING
                log.log(level, "%s; the cached key, version %s, still serves", failure.cause, key.version)
        finally:
            self._refreshing.release()


_GRANT = "grant roles/secretmanager.secretAccessor on this secret to the function's service account"
_CURES = {  # what only the owner can mend
    "PermissionDenied": _GRANT,
    "Forbidden": _GRANT,
    "NotFound": "check that GEMINI_API_KEY_SECRET names an existing secret and version",
    "FailedPrecondition": "the secret version is disabled or destroyed; add or enable one",
    "BadRequest": "the secret version is disabled or destroyed; add or enable one",
    "DefaultCredentialsError": "there are no credentials; run as a service account, or set GEMINI_API_KEY",
    "UnusableKeyError": "the secret must hold the key alone: 20 to 400 printable characters, without quotes",
}
_PASSING = {
    "RefreshError": "the metadata server gave no credentials for the function's service account",
    "TimeoutError": "Secret Manager or the metadata server did not answer in time",
}


def explain(error: Exception, name: str) -> str:
    """Return a sentence for the owner's log: which failure of which secret, and the cure. Never the failure's text."""
    kind = type(error).__name__
    cure = (_CURES | _PASSING).get(kind, "Secret Manager gave no usable answer")
    return f"the Gemini key could not be read from {name} ({kind}): {cure}"


class UnusableKeyError(ValueError):
    """The secret's payload cannot be a key; the payload itself is not repeated anywhere."""


def usable_key(payload: bytes, name: str) -> Key:
    """Return the key in a secret version's payload, surrounding white space removed.

    Raises:
        UnusableKeyError: empty, too long, or with characters that no HTTP header may hold.
    """
    text = payload.decode("ascii", "replace").strip()
    if not KEY.fullmatch(text):
        raise UnusableKeyError
    return Key(text, name.rpartition("/")[2])


def key_source(settings: Settings, deadlines: Deadlines, found: Callable[[str], None]) -> KeySource:
    """Return where the key comes from; opens nothing yet. `found` hears every value that is read."""
    if settings.gemini_api_key:
        return GivenKey(settings.gemini_api_key)
    return SecretKey(SecretReader(settings), deadlines, found)


class SecretReader:
    """Reads one secret version through the real client, made at the first read: after the server has forked."""

    def __init__(self, settings: Settings) -> None:
        self.name, self._base_url = settings.gemini_api_key_secret or "", settings.secret_manager_base_url
        self._client: SecretManagerServiceClient | None = None

    @staticmethod
    def prepare() -> None:
        """Import what reading takes; on a slow processor that alone may last longer than a read should."""
        import google.auth.transport.requests
        import google.cloud.secretmanager_v1.services.secret_manager_service.transports.rest  # noqa: F401

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

    class Transport(rest.SecretManagerServiceRestTransport):
        """REST: safe after a fork, and it does not carry our credentials to wherever a redirect points."""

        def __init__(self, host: str, credentials: "Credentials") -> None:
            super().__init__(host=host, credentials=credentials)
            self._session.max_redirects = 0

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    return secretmanager_v1.SecretManagerServiceClient(transport=Transport(base_url, credentials))
