"""Gemini's endpoint for ephemeral tokens, as google-genai speaks to it; its failures, as refusals of ours."""

import json
import re
import ssl
import threading
from datetime import datetime

import httpx2
from google import genai
from google.genai import errors, types

from livetoken.errors import UpstreamError, UpstreamTimeout
from livetoken.gemini.connection import Transport
from livetoken.gemini.constraints import Constraints
from livetoken.gemini.meaning import meaning
from livetoken.prompts.files import TokenSpec
from livetoken.settings.environment import Settings

SDK_SECONDS = 4  # the SDK's own timeout; it is per read, so an outer deadline bounds it
_TOKEN = re.compile(r"auth_tokens/[\w-]{1,300}", re.ASCII)


class Gemini:
    """The SDK with one client for all requests, made again when the key changes."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext) -> None:
        self._settings, self._tls = settings, tls
        self._transport = Transport(settings.gemini_base_url, tls, SDK_SECONDS)
        self._clients: dict[str, genai.Client] = {}
        self._lock = threading.Lock()
        self.constraints = Constraints(lambda transport: self._new_client("no-key", transport))

    def create(self, spec: TokenSpec, key: str, expires_at: datetime, new_session_expires_at: datetime) -> str:
        """Return the name of a new single-use token that locks what `spec` says. Times are in UTC.

        Raises:
            KeyRefusedError: Gemini does not take this key.
            Misconfigured, UpstreamBusy, UpstreamError, UpstreamTimeout: what its failure means for us.
        """
        config = types.CreateAuthTokenConfig(
            uses=1,
            expire_time=expires_at,
            new_session_expire_time=new_session_expires_at,
            http_options=types.HttpOptions(extra_body=self.constraints.body(spec)),
        )
        try:
            client = self.client(key)  # held here: a collected client closes the connection under its call
            name = client.auth_tokens.create(config=config).name
        except Exception as error:
            raise _meaning(error) from error
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise UpstreamError("Gemini's answer holds no token")
        return name

    def client(self, key: str) -> genai.Client:
        """Return the client for `key`."""
        with self._lock:
            if key not in self._clients:
                self._clients = {key: self._new_client(key, self._transport)}
            return self._clients[key]

    def _new_client(self, key: str, transport: httpx2.BaseTransport) -> genai.Client:
        # written out: else the environment could send the key elsewhere, and redirects would carry it along;
        # without `verify` and `ssl` the SDK would load all certificates three times for each client
        options = types.HttpOptions(
            api_version=self._settings.gemini_api_version,
            base_url=self._settings.gemini_base_url,
            timeout=1000 * SDK_SECONDS,
            client_args={"follow_redirects": False, "verify": self._tls, "transport": transport},
            async_client_args={"verify": self._tls, "ssl": self._tls},
        )
        return genai.Client(api_key=key, vertexai=False, http_options=options)


def _meaning(error: Exception) -> Exception:
    """Return what a failure of the SDK's call means; its text stays inside."""
    if isinstance(error, errors.APIError):
        return meaning(error.code, str(error.status), json.dumps(error.details, default=str), error.response)
    kind = type(error).__name__
    if "Timeout" in kind:
        return UpstreamTimeout(f"Gemini did not answer in time ({kind})")
    return UpstreamError(f"Gemini gave no usable answer ({kind})")
