"""The Gemini API key: cached, read once for all who wait, rotated without a redeploy."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from livetoken.errors import TemporarilyUnavailable
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
        self._read, self._deadlines, self._found, self._clock = read, deadlines.for_upstream(), found, clock
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
                level = logging.ERROR if needs_owner(failure.__cause__) else logging.WARNING
                log.log(level, "%s; the cached key, version %s, still serves", failure.cause, key.version)
        finally:
            self._refreshing.release()


def key_source(settings: Settings, deadlines: Deadlines, found: Callable[[str], None]) -> KeySource:
    """Return where the key comes from; opens nothing yet. `found` hears every value that is read."""
    if settings.gemini_api_key:
        return GivenKey(settings.gemini_api_key)
    return SecretKey(SecretReader(settings), deadlines, found)
