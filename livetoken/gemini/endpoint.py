"""Gemini's endpoint for ephemeral tokens, as google-genai speaks to it; its failures, as refusals of ours."""

import json
import re
import ssl
from datetime import datetime

import httpx2
from google import genai
from google.genai import errors, types

from livetoken.errors import UpstreamError, UpstreamTimeout
from livetoken.gemini.answer import Answer
from livetoken.gemini.connection import WAIT_SECONDS, Connections, NotConnectedError
from livetoken.gemini.meaning import meaning
from livetoken.gemini.token_request import TokenRequests
from livetoken.prompts.prompt import TokenSpec
from livetoken.runtime.deadlines import Deadlines
from livetoken.settings.environment import Settings

_TOKEN = re.compile(r"auth_tokens/[\w-]{1,300}", re.ASCII)


class Gemini:
    """The endpoint: requests that the SDK has written, over connections of our own."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext, deadlines: Deadlines) -> None:
        self._settings, self._tls = settings, tls
        self._connections = Connections(settings.gemini_base_url, tls, deadlines)
        self.requests = TokenRequests(self._new_client)

    def connect(self) -> None:
        """Open a connection for the next call, unless it fails; that call will meet the failure and say it."""
        self._connections.prepare()

    def create(self, spec: TokenSpec, key: str, expires_at: datetime, new_session_expires_at: datetime) -> str:
        """Return the name of a new single-use token that locks what `spec` says. Times are in UTC.

        Raises:
            KeyRefusedError: Gemini does not take this key.
            Misconfigured, UpstreamBusy, UpstreamError, UpstreamTimeout: what its failure means for us.
        """
        request = self.requests.filled(spec, key, expires_at, new_session_expires_at)
        try:
            name = _name(self._connections.exchange(request))
        except errors.APIError as error:
            details = json.dumps(error.details, default=str)
            texts = (spec.system_instruction or "", spec.resumption_handle)
            raise meaning(error.code, str(error.status), details, error.response, texts) from error
        except NotConnectedError as error:
            raise UpstreamTimeout("there was no connection to Gemini in time") from error
        except TimeoutError as error:
            raise UpstreamTimeout("Gemini did not answer in time") from error
        except Exception as error:
            raise UpstreamError(f"Gemini gave no usable answer ({type(error).__name__})") from error
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise UpstreamError("Gemini's answer holds no token")
        return name

    def _new_client(self, key: str, transport: httpx2.BaseTransport) -> genai.Client:
        # written out: else the environment could send the key elsewhere;
        # without `verify` and `ssl` the SDK would load all certificates three times for each client
        options = types.HttpOptions(
            api_version=self._settings.gemini_api_version,
            base_url=self._settings.gemini_base_url,
            timeout=round(1000 * WAIT_SECONDS),
            client_args={"follow_redirects": False, "verify": self._tls, "transport": transport},
            async_client_args={"verify": self._tls, "ssl": self._tls},
        )
        return genai.Client(api_key=key, vertexai=False, http_options=options)


def _name(answer: Answer) -> object:
    """Return the token's name in an answer, judged as the SDK judges answers.

    Raises:
        errors.APIError: it is an error.
        ValueError: it is no JSON, or compressed in a way that it does not say.
    """
    content = answer.content
    if answer.status != httpx2.codes.OK or any(name.lower() == "content-encoding" for name, _ in answer.headers):
        response = httpx2.Response(answer.status, headers=answer.headers, content=content)
        errors.APIError.raise_for_response(response)
        content = response.content
    document = json.loads(content)
    return types.AuthToken.model_validate({"name": document.get("name")}).name if isinstance(document, dict) else None
