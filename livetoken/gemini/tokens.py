"""One constrained, single-use ephemeral token: in time, with the key of now, and what the page should know of it."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from livetoken.errors import Misconfigured, Refusal, TemporarilyUnavailable
from livetoken.gemini.meaning import KeyRefusedError
from livetoken.prompts.prompt import Prompt, TokenSpec
from livetoken.runtime.deadlines import START_SECONDS, Deadlines
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
    """A minted token and what the page should know of it. Times are in UTC.

    `measured` is for the log: `secretMilliseconds`, `mintMilliseconds` and `keyVersion`.
    """

    name: str = field(repr=False)
    spec: TokenSpec = field(repr=False)
    expires_at: datetime
    new_session_expires_at: datetime
    measured: Mapping[str, object] = field(default_factory=dict, repr=False)


class Tokens:
    """Mints tokens; imports and opens nothing before `prepare` or the first mint."""

    def __init__(
        self, settings: Settings, key_source: KeySource, prompts: Iterable[Prompt], deadlines: Deadlines
    ) -> None:
        self.settings, self._key_source, self._prompts = settings, key_source, prompts
        self._deadlines = deadlines.for_upstream()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.gemini = Once(lambda: _gemini(settings, self._deadlines))

    def prepare(self) -> None:
        """Import the SDK and let it write the requests, which checks all prompt files; part of the warm-up."""
        gemini = self.gemini()
        for prompt in self._prompts:
            try:
                gemini.requests.prepare(prompt)
            except Misconfigured as mistake:
                log.error("%s", mistake.cause)  # noqa: TRY400 - the cause says it all

    def started(self) -> bool:
        """Whether the SDK is there, so that what takes long is not our own start."""
        return self.gemini.made

    def connect(self) -> None:
        """Open the connection that the first token will take; part of the warm-up."""
        self.gemini().connect()

    def mint(self, spec: TokenSpec) -> Token:
        """Return a token that can do exactly what `spec` says, once.

        Raises:
            TemporarilyUnavailable: there is no key, or the function itself has not started in time.
            Misconfigured, UpstreamBusy, UpstreamError, UpstreamTimeout: what Gemini's failure means for us.
                What was measured until then is in the refusal's `details`.
        """
        gemini = self._start(spec)
        mint = _Mint(self, gemini, spec)
        try:
            with self._deadlines.bounded(MINT_SECONDS):
                return mint.with_current_key(self._key_source)
        except Refusal as refusal:
            refusal.details.update(mint.measured)
            raise

    def _start(self, spec: TokenSpec) -> "Gemini":
        """Return the endpoint with its request for `spec`: what the SDK takes to come and to write it is our start."""
        if self.started() and self.gemini().requests.has(spec):
            return self.gemini()
        try:
            self._deadlines.start(self._key_source.prepare)
            gemini = self._deadlines.start(self.gemini)
            self._deadlines.start(lambda: gemini.requests.written(spec))
        except TimeoutError as error:
            cause = f"the function's own start took more than {START_SECONDS:.0f} s, before Gemini was asked"
            raise TemporarilyUnavailable(f"{cause}; give it more processor time (Terraform: cpu)") from error
        return gemini


class _Mint:
    """One mint, and what is measured of it for the log."""

    def __init__(self, tokens: Tokens, gemini: "Gemini", spec: TokenSpec) -> None:
        self._tokens, self._gemini, self._spec = tokens, gemini, spec
        self.measured: dict[str, object] = {}

    def with_current_key(self, key_source: KeySource) -> Token:
        """Return a token; where Gemini refuses the key, the one that has replaced it is tried once."""
        began = time.perf_counter()
        try:
            key = key_source.get()
        finally:
            self._measure("secret", began)
        try:
            return self._with(key)
        except KeyRefusedError as refused:
            better = key_source.replacement(key)
            if better is None:
                fix = "put a valid one into the secret"
                raise Misconfigured(f"Gemini refuses the key, version {key.version} ({refused}); {fix}") from refused
        try:
            return self._with(better)
        except KeyRefusedError as refused:
            raise Misconfigured(f"Gemini refuses the new key, version {better.version}, too ({refused})") from refused

    def _with(self, key: Key) -> Token:
        settings, now = self._tokens.settings, self._tokens.now()
        lives = self._spec.prompt.front.token_seconds or settings.token_seconds
        expires_at = now + timedelta(seconds=lives)
        new_session_expires_at = now + timedelta(seconds=min(lives, settings.new_session_seconds))
        self.measured["keyVersion"] = key.version
        began = time.perf_counter()
        try:
            name = self._gemini.create(self._spec, key.value, expires_at, new_session_expires_at)
        finally:
            self._measure("mint", began)
        return Token(name, self._spec, expires_at, new_session_expires_at, self.measured)

    def _measure(self, what: str, began: float) -> None:
        self.measured[f"{what}Milliseconds"] = round(1000 * (time.perf_counter() - began), 1)


def _gemini(settings: Settings, deadlines: Deadlines) -> "Gemini":
    # the SDK takes longer to import than everything else together, so it is not imported before it is needed
    from livetoken.gemini.connection import tls_context
    from livetoken.gemini.endpoint import Gemini

    return Gemini(settings, tls_context(), deadlines)
