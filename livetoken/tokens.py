"""One constrained, single-use ephemeral token from Gemini. The only importer of google-genai."""

import contextlib
import enum
import json
import logging
import math
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from livetoken.deadlines import OUTSTANDING, Deadlines
from livetoken.prompts import Order, Prompt
from livetoken.refusals import Misconfigured, UpstreamError, UpstreamTimeout
from livetoken.secret import Key, KeySource
from livetoken.settings import Settings
from livetoken.upstream import KeyRefusedError, meaning

if TYPE_CHECKING:
    from ssl import SSLContext

    from google.genai import Client
    from google.genai.types import LiveConnectConfig
    from httpx2 import BaseTransport

MINT_SECONDS = 5.5  # everything from reading the key to a checked token, a second try with a new key included
SDK_MILLISECONDS = 4000  # the SDK's own timeout; it is per read, so MINT_SECONDS bounds it

_TOKEN = re.compile(r"auth_tokens/[\w-]{1,300}", re.ASCII)
log = logging.getLogger("livetoken.tokens")


@dataclass(frozen=True)
class Token:
    """A minted token and what the page should know of it. Times are in UTC."""

    name: str = field(repr=False)
    order: Order = field(repr=False)
    expires_at: datetime
    new_session_expires_at: datetime


class Tokens:
    """Mints tokens; imports and opens nothing before `prepare` or the first mint."""

    def __init__(
        self, settings: Settings, key_source: KeySource, prompts: Iterable[Prompt], deadlines: Deadlines
    ) -> None:
        self.settings, self._key_source, self._prompts, self._deadlines = settings, key_source, prompts, deadlines
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()
        self._configs: dict[str, LiveConnectConfig | Misconfigured] = {}
        self._written: dict[tuple[str | None, ...], dict[str, Any]] = {}
        self._tls: SSLContext | None = None

    def prepare(self) -> None:
        """Import the SDK, check every prompt file's config with its types, and open the client; part of the warm-up."""
        for prompt in self._prompts:
            try:
                self._constraints(Order(prompt, prompt.front.models[0], prompt.front.voices[0], "text", ""))
            except Misconfigured as mistake:
                log.error("%s", mistake.cause)  # noqa: TRY400 - the cause says it all
        self.client(self._key_source.get())

    def mint(self, order: Order, notes: MutableMapping[str, object] | None = None) -> Token:
        """Return a token that can do exactly what `order` says, once.

        Args:
            order: what it is for.
            notes: gets `secretMilliseconds`, `mintMilliseconds` and `keyVersion` as they become known, for the log.

        Raises:
            TemporarilyUnavailable: there is no key.
            Misconfigured, UpstreamBusy, UpstreamError, UpstreamTimeout: what Gemini's failure means for us.
        """
        noted: MutableMapping[str, object] = {} if notes is None else notes
        try:
            return self._deadlines.within(
                self._deadlines.left(MINT_SECONDS), lambda: self._mint_with_current_key(order, noted)
            )
        except TimeoutError as error:
            raise UpstreamTimeout("Gemini did not answer in time") from error

    def _mint_with_current_key(self, order: Order, notes: MutableMapping[str, object]) -> Token:
        with _timing("secret", notes):
            key = self._key_source.get()
        try:
            return self._mint(order, key, notes)
        except KeyRefusedError as refused:
            better = self._key_source.replacement(key)
            if better is None:
                cure = "put a valid one into the secret"
                raise Misconfigured(f"Gemini refuses the key, version {key.version} ({refused}); {cure}") from refused
        try:
            return self._mint(order, better, notes)
        except KeyRefusedError as refused:
            raise Misconfigured(f"Gemini refuses the new key, version {better.version}, too ({refused})") from refused

    def _mint(self, order: Order, key: Key, notes: MutableMapping[str, object]) -> Token:
        from google.genai import types

        now = self.now()
        expires_at = now + timedelta(seconds=self.settings.token_seconds)
        new_session_expires_at = now + timedelta(seconds=self.settings.new_session_seconds)
        config = types.CreateAuthTokenConfig(
            uses=1,
            expire_time=expires_at,
            new_session_expire_time=new_session_expires_at,
            http_options=types.HttpOptions(extra_body=self._constraints(order)),
        )
        notes["keyVersion"] = key.version
        try:
            with _timing("mint", notes):
                client = self.client(key)  # held here: a collected client closes the connection under its call
                name = client.auth_tokens.create(config=config).name
        except Exception as error:
            raise _meaning(error) from error
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise UpstreamError("Gemini's answer holds no token")
        return Token(name, order, expires_at, new_session_expires_at)

    def client(self, key: Key) -> "Client":
        """Return the SDK's client for `key`: one for all requests, made again when the key changes."""
        with self._lock:
            if key.value not in self._clients:
                self._clients = {key.value: self._new_client(key.value)}
            return self._clients[key.value]

    def _new_client(self, key: str, transport: "BaseTransport | None" = None) -> "Client":
        import httpx2
        from google import genai
        from google.genai import types

        if self._tls is None:
            self._tls = httpx2.create_ssl_context()  # the SDK would load all certificates three times for each client
        pool = httpx2.Limits(max_connections=OUTSTANDING, max_keepalive_connections=OUTSTANDING)
        # written out: else the environment could send the key elsewhere, and redirects would carry it along
        options = types.HttpOptions(
            api_version=self.settings.gemini_api_version,
            base_url=self.settings.gemini_base_url,
            timeout=SDK_MILLISECONDS,
            client_args={"follow_redirects": False, "verify": self._tls, "transport": transport, "limits": pool},
            async_client_args={"verify": self._tls, "ssl": self._tls},
        )
        return genai.Client(api_key=key, vertexai=False, http_options=options)

    def _constraints(self, order: Order) -> dict[str, Any]:
        """Return what the token locks, as the SDK writes it, with this order's texts filled in.

        The SDK writes it once for each shape of order; anew for each token, it would cost as much as half the call.
        """
        shape = order._replace(
            system_instruction=order.system_instruction and "text",
            resumption_handle=order.resumption_handle and "handle",
        )
        named = (order.prompt.name, *shape[1:])
        written = self._written.get(named)
        if written is None:
            written = self._written[named] = self._write(shape)
        setup = dict(written)
        if order.system_instruction is not None:
            setup["systemInstruction"] = setup["systemInstruction"] | {"parts": [{"text": order.system_instruction}]}
        if order.resumption_handle:
            setup["sessionResumption"] = setup["sessionResumption"] | {"handle": order.resumption_handle}
        # `lock_additional_fields` stays unset: the API refuses the SDK's own masks; ours has top-level names only
        mask = order.prompt.front.field_mask
        return {"bidiGenerateContentSetup": setup} | ({"fieldMask": mask} if mask else {})

    def _write(self, shape: Order) -> dict[str, Any]:
        """Return the setup that the SDK writes for `shape`: its own call, answered here before it leaves."""
        import httpx2
        from google.genai import types

        sent: list[bytes] = []

        class Pad(httpx2.BaseTransport):
            """Keeps what is sent."""

            def handle_request(self, request: httpx2.Request) -> httpx2.Response:
                sent.append(request.read())
                return httpx2.Response(200, json={"name": "auth_tokens/none"})

        client = self._new_client("no-key", Pad())
        constraints = types.LiveConnectConstraints(model=shape.model, config=self._config(shape))
        try:
            client.auth_tokens.create(config=types.CreateAuthTokenConfig(live_connect_constraints=constraints))
        except Exception as error:  # the types let it through, the SDK's writing does not
            raise Misconfigured(f"{shape.prompt.name}.md: config: {type(error).__name__} from the SDK") from error
        setup: dict[str, Any] = json.loads(sent[0])["bidiGenerateContentSetup"]
        return setup

    def _checked(self, prompt: Prompt) -> "LiveConnectConfig | Misconfigured":
        if prompt.name not in self._configs:
            self._configs[prompt.name] = checked_config(prompt)
        return self._configs[prompt.name]

    def _config(self, order: Order) -> "LiveConnectConfig":
        """Return the prompt's config with this order's voice, instruction and handle filled in."""
        from google.genai import types

        config = self._checked(order.prompt)
        if isinstance(config, Misconfigured):
            raise Misconfigured(config.cause)
        update: dict[str, Any] = {}
        if "AUDIO" in (config.response_modalities or []):
            voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=order.voice))
            update["speech_config"] = types.SpeechConfig(voice_config=voice)
        if order.system_instruction is not None:
            update["system_instruction"] = order.system_instruction
        if order.resumption_handle:
            update["session_resumption"] = types.SessionResumptionConfig(handle=order.resumption_handle)
        return config.model_copy(update=update)


@contextlib.contextmanager
def _timing(what: str, notes: MutableMapping[str, object]) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        notes[f"{what}Milliseconds"] = round(1000 * (time.perf_counter() - started), 1)


def checked_config(prompt: Prompt) -> "LiveConnectConfig | Misconfigured":
    """Return a prompt file's config as the SDK's own type, or the refusal that names file, field and reason."""
    import pydantic
    from google.genai import types

    usual: dict[str, object] = {"input_audio_transcription": {}, "output_audio_transcription": {}}
    if "generation_config" not in prompt.front.open:
        usual["response_modalities"] = ["AUDIO"]
    # a field that is left to the client must not be sent: the mask does not name it
    wanted = {name: value for name, value in usual.items() if name not in prompt.front.open} | dict(prompt.front.config)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the SDK warns of names that it does not know; we refuse them below
            config = types.LiveConnectConfig.model_validate(wanted)
    except pydantic.ValidationError as error:
        reasons = [
            f"config.{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}"
            for mistake in error.errors(include_input=False)
        ]
    else:
        reasons = list(_odd_values("config", config.model_dump(exclude_none=True)))
    return Misconfigured(f"{prompt.name}.md: " + "; ".join(reasons)) if reasons else config


def _odd_values(path: str, value: object) -> Iterator[str]:
    """Yield what the SDK lets through although the API cannot know it: numbers that are none, names it invents."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _odd_values(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _odd_values(f"{path}.{place}", inner)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{path}: must be a number"
    elif isinstance(value, enum.Enum) and value.name not in type(value).__members__:
        yield f"{path}: must be one of {', '.join(type(value).__members__)}"


def _meaning(error: Exception) -> Exception:
    """Return what a failure of the SDK's call means; its text stays inside."""
    from google.genai import errors

    if isinstance(error, errors.APIError):
        return meaning(error.code, str(error.status), json.dumps(error.details, default=str), error.response)
    kind = type(error).__name__
    if "Timeout" in kind:
        return UpstreamTimeout(f"Gemini did not answer in time ({kind})")
    return UpstreamError(f"Gemini gave no usable answer ({kind})")
