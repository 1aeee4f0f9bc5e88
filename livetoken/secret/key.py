"""The Gemini API key: cached, read once for all who wait, rotated without a redeploy."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.brake import Brake
from livetoken.runtime.cached import Cached, NotFetchedError, Times
from livetoken.runtime.deadlines import Deadlines
from livetoken.secret.secret_manager import READ_SECONDS, Key, SecretReader, explain, needs_owner
from livetoken.settings.environment import Settings

TTL_SECONDS = 300  # a rotated key is noticed within this time
STALE_SECONDS = 3600  # a known key still serves this long when Secret Manager does not answer
RETRY_SECONDS = 1.5  # after a failed read the next one waits this long
KEPT_SECONDS = 30  # when Gemini refuses the key and the secret still holds that one, it is not read again for so long
WARN_SECONDS = 60  # between two log lines about a key that could not be refreshed
log = logging.getLogger("livetoken.secret")


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

    def prefetch(self) -> None:
        """Read the key before anybody needs it."""

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

    def prefetch(self) -> None:
        """Do nothing, as above."""

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
        self._read, self._deadlines, self._found = read, deadlines.for_upstream(), found
        times = Times(
            fresh=TTL_SECONDS, stale=STALE_SECONDS, retry=RETRY_SECONDS, retry_stale=RETRY_SECONDS, forced=KEPT_SECONDS
        )
        self._cached = Cached(self._fetch, times, clock, behind=self._warn)
        self._warned = Brake(clock)

    def prepare(self) -> None:
        """Do what takes time but waits for nobody; part of the warm-up."""
        self._read.prepare()

    def prefetch(self) -> None:
        """Read the key before anybody needs it; part of the warm-up, and a failure binds nobody."""
        try:
            self._cached.prefetch()
        except NotFetchedError as missing:
            raise self._unavailable(missing) from missing

    def get(self) -> Key:
        """Return the cached key, or read it while all others wait for the same read.

        A key past its time still serves everybody while it is read anew in the background, and when that fails.

        Raises:
            TemporarilyUnavailable: there is no usable key and Secret Manager gave none within two seconds.
        """
        try:
            return self._cached.get()
        except NotFetchedError as missing:
            raise self._unavailable(missing) from missing

    def replacement(self, refused: Key) -> Key | None:
        """Return a key other than `refused`, reading the secret once more unless that has happened meanwhile."""
        try:
            key = self._cached.renew(lambda key, _: key.value != refused.value)
        except NotFetchedError:
            return None
        return key if key.value != refused.value else None

    def _unavailable(self, missing: NotFetchedError) -> TemporarilyUnavailable:
        return TemporarilyUnavailable(explain(missing.failure, self._read.name))

    def _fetch(self) -> Key:
        self._read.prepare()
        key = self._deadlines.within(READ_SECONDS, self._read)
        self._found(key.value)
        return key

    def _warn(self, missing: NotFetchedError) -> None:
        if not self._warned.holds():
            self._warned.apply(WARN_SECONDS)
            level = logging.ERROR if needs_owner(missing.failure) else logging.WARNING
            version = getattr(self._cached.value, "version", "")
            log.log(
                level,
                "%s; the cached key, version %s, still serves",
                explain(missing.failure, self._read.name),
                version,
            )


def key_source(settings: Settings, deadlines: Deadlines, found: Callable[[str], None]) -> KeySource:
    """Return where the key comes from; opens nothing yet. `found` hears every value that is read."""
    if settings.gemini_api_key:
        return GivenKey(settings.gemini_api_key)
    return SecretKey(SecretReader(settings), deadlines, found)
