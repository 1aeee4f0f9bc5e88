"""One constrained, single-use ephemeral token: in time, with the key of now, and what the page should know of it."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from livetoken.errors import Misconfigured, UpstreamTimeout
from livetoken.gemini.meaning import KeyRefusedError
from livetoken.prompts.files import Prompt, TokenSpec
from livetoken.runtime.deadlines import Deadlines
from livetoken.runtime.once import Once
from livetoken.secret.key import KeySource
from livetoken.secret.secret_manager import Key
from livetoken.settings.environment import Settings

if TYPE_CHECKING:
    from livetoken.gemini.endpoint import Gemini

MINT_SECONDS = 5.5  # everything from reading the key to a checked token, a second try with a new key included
log = logging.getLogger("livetoken.tokens")


@dataclass(frozen=True)
class Token:
    """A minted token and what the page should know of it. Times are in UTC."""

    name: str = field(repr=False)
    spec: TokenSpec = field(repr=False)
    expires_at: datetime
    new_session_expires_at: datetime


class Tokens:
    """Mints tokens; imports and opens nothing before `prepare` or the first mint."""

    def __init__(
        self, settings: Settings, key_source: KeySource, prompts: Iterable[Prompt], deadlines: Deadlines
    ) -> None:
        self.settings, self._key_source, self._prompts, self._deadlines = settings, key_source, prompts, deadlines
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.gemini = Once(lambda: _gemini(settings))

    def prepare(self) -> None:
        """Import the SDK, open the client, check every prompt file's config with its types; part of the warm-up."""
        gemini = self.gemini()
        for prompt in self._prompts:
            try:
                gemini.constraints.prepare(prompt)
            except Misconfigured as mistake:
                log.error("%s", mistake.cause)  # noqa: TRY400 - the cause says it all
        gemini.client(self._key_source.get().value)

    def mint(self, spec: TokenSpec, notes: MutableMapping[str, object] | None = None) -> Token:
        """Return a token that can do exactly what `spec` says, once.

        Args:
            spec: what it is for.
            notes: gets `secretMilliseconds`, `mintMilliseconds` and `keyVersion` as they become known, for the log.

        Raises:
            TemporarilyUnavailable: there is no key.
            Misconfigured, UpstreamBusy, UpstreamError, UpstreamTimeout: what Gemini's failure means for us.
        """
        noted: MutableMapping[str, object] = {} if notes is None else notes
        try:
            return self._deadlines.within(
                self._deadlines.left(MINT_SECONDS), lambda: self._mint_with_current_key(spec, noted)
            )
        except TimeoutError as error:
            raise UpstreamTimeout("Gemini did not answer in time") from error

    def _mint_with_current_key(self, spec: TokenSpec, notes: MutableMapping[str, object]) -> Token:
        with _timing("secret", notes):
            key = self._key_source.get()
        try:
            return self._mint(spec, key, notes)
        except KeyRefusedError as refused:
            better = self._key_source.replacement(key)
            if better is None:
                cure = "put a valid one into the secret"
                raise Misconfigured(f"Gemini refuses the key, version {key.version} ({refused}); {cure}") from refused
        try:
            return self._mint(spec, better, notes)
        except KeyRefusedError as refused:
            raise Misconfigured(f"Gemini refuses the new key, version {better.version}, too ({refused})") from refused

    def _mint(self, spec: TokenSpec, key: Key, notes: MutableMapping[str, object]) -> Token:
        gemini, now = self.gemini(), self.now()
        expires_at = now + timedelta(seconds=self.settings.token_seconds)
        new_session_expires_at = now + timedelta(seconds=self.settings.new_session_seconds)
        notes["keyVersion"] = key.version
        with _timing("mint", notes):
            name = gemini.create(spec, key.value, expires_at, new_session_expires_at)
        return Token(name, spec, expires_at, new_session_expires_at)


@contextlib.contextmanager
def _timing(what: str, notes: MutableMapping[str, object]) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        notes[f"{what}Milliseconds"] = round(1000 * (time.perf_counter() - started), 1)


def _gemini(settings: Settings) -> "Gemini":
    # the SDK takes longer to import than everything else together, so it is not imported before it is needed
    from livetoken.gemini.connection import tls_context
    from livetoken.gemini.endpoint import Gemini

    return Gemini(settings, tls_context())
