"""Gemini, with `--project`: the key works, the model exists, which API versions mint; through google-genai."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.quoting import quoted, shown
from livetoken.prompts.models import DEFAULT_MODEL
from livetoken.settings.environment import Settings

if TYPE_CHECKING:
    from google.genai import Client

VERSIONS = ("v1alpha", "v1beta", "v1")
_LIVE_ACTION = "bidiGenerateContent"
_ABSENT = 404


class Attempt(NamedTuple):
    """What came of a call: Google's status and words; `says` is empty when it went well, 0 when nothing answered."""

    status: int
    says: str = ""

    def described(self) -> str:
        """Status and words together."""
        return f"{self.status} {quoted(self.says)}" if self.status else self.says


class Gemini:
    """Examines what a key can do. The key stays in here, and tokens are dropped at once: no finding holds either."""

    def __init__(self, settings: Settings, timeout: float, key: Callable[[], str]) -> None:
        self._base_url, self._timeout, self._key = settings.gemini_base_url, timeout, key
        self._configured = settings.gemini_api_version
        self._attempts: dict[str, Attempt] = {}

    def key(self, deployment: Deployment) -> str:
        """Gemini accepts the key."""
        own = self._own_version(deployment)
        for version in sorted(VERSIONS, key=lambda version: version != own):
            attempt = self._mint(version, deployment)
            if not attempt.says:
                return f"mints under {version}"
            if attempt.status != _ABSENT:  # not known under this version says nothing about the key
                raise self._why(attempt)
        raise Failure(
            "No API version mints tokens.",
            "Check GEMINI_BASE_URL, and whether Google has moved ephemeral tokens to another version.",
            f"404 under each of {', '.join(VERSIONS)}",
        )

    def model(self, deployment: Deployment) -> str:
        """The model exists for this key, and is one for live conversations."""
        name = str(deployment.token.json.get("model")) if deployment.token else f"models/{DEFAULT_MODEL}"
        client = self._client(self._own_version(deployment))
        try:
            actions = client.models.get(model=name).supported_actions or []
        except Exception as error:
            attempt = self._failed(error)
            if attempt.status != _ABSENT:
                raise self._why(attempt) from error
            raise Failure(f"{name} does not exist for this key.", self._others(client), "404") from error
        if actions and _LIVE_ACTION not in actions:
            raise Failure(
                f"{name} is no model for live conversations.", self._others(client), ", ".join(map(shown, actions))
            )
        return f"{name} is there"

    def versions(self, deployment: Deployment) -> str:
        """The API version that the function uses mints tokens."""
        own = self._own_version(deployment)
        attempts = {version: self._mint(version, deployment) for version in VERSIONS}
        seen = ", ".join(
            f"{version} {f'does not ({attempt.status or attempt.says})' if attempt.says else 'mints'}"
            for version, attempt in attempts.items()
        )
        if not attempts[own].says:
            return f"{seen}; the function uses {own}"
        usable = [version for version in ("v1alpha", "v1beta") if not attempts[version].says]
        fix = f"Set GEMINI_API_VERSION={usable[0]} and deploy." if usable else "Try again in a minute."
        raise Failure(f"The function uses {own}, which mints no tokens now.", fix, seen)

    def _own_version(self, deployment: Deployment) -> str:
        """The version that the function answered with, else the one that is set here."""
        named = str(deployment.token.json.get("apiVersion")) if deployment.token else ""
        return named if named in VERSIONS else self._configured

    def _client(self, version: str) -> "Client":
        from google import genai
        from google.genai import types

        options = types.HttpOptions(
            api_version=version,
            base_url=self._base_url,
            timeout=int(1000 * self._timeout),
            client_args={"follow_redirects": False},  # or the key would follow one
        )
        return genai.Client(api_key=self._key(), vertexai=False, http_options=options)

    def _mint(self, version: str, deployment: Deployment) -> Attempt:
        """Mint once under `version`: a token locked to one model."""
        if version not in self._attempts:
            from google.genai import types

            client = self._client(version)
            locked = types.LiveConnectConfig(response_modalities=[types.Modality.AUDIO])
            constraints = types.LiveConnectConstraints(model=DEFAULT_MODEL, config=locked)
            try:
                with warnings.catch_warnings():  # that this call is experimental, and that v1beta is unusual
                    warnings.simplefilter("ignore")
                    config = types.CreateAuthTokenConfig(uses=1, live_connect_constraints=constraints)
                    name = client.auth_tokens.create(config=config).name
            except Exception as error:  # noqa: BLE001 - the SDK's transport errors share no base with its own
                self._attempts[version] = self._failed(error)
            else:
                deployment.minted_with_key += bool(name)
                self._attempts[version] = Attempt(200, "" if name else "an answer without a token")
        return self._attempts[version]

    def _failed(self, error: Exception) -> Attempt:
        """Return Google's status and words; should they repeat the key, it is struck out."""
        code = getattr(error, "code", None)
        says = str(getattr(error, "message", "") or type(error).__name__).replace(self._key(), "[key]")
        return Attempt(code if isinstance(code, int) else 0, says)

    def _others(self, client: "Client") -> str:
        try:
            live = [
                model.name or "" for model in client.models.list() if _LIVE_ACTION in (model.supported_actions or [])
            ]
        except Exception:  # noqa: BLE001 - without the list the fix says less
            live = []
        known = f" This key may use: {', '.join(map(shown, live))}." if live else ""
        return f"Name another `model` in the prompt file, and deploy.{known}"

    def _why(self, attempt: Attempt) -> Failure:
        """Return what a failed call means."""
        seen, says = attempt.described(), attempt.says.lower()
        match attempt.status:
            case 400 if "location" in says:
                return Failure("Gemini does not serve the country of this machine.", "Run the doctor elsewhere.", seen)
            case 400 | 401 | 403 if "key" in says:
                return Failure(
                    "Gemini does not accept the key.",
                    "Make a new key in Google AI Studio, and add it to the secret as a new version. The function takes "
                    "it up by itself within minutes.",
                    seen,
                )
            case 403:
                return Failure(
                    "The key may not use the Gemini API: the API is off in its project, or the key is restricted.",
                    "Enable generativelanguage.googleapis.com in its project, and allow it in the key's restrictions.",
                    seen,
                )
            case 429:
                return Failure("The key's quota is used up.", "Wait, or raise it in Google AI Studio.", seen)
        host = urlsplit(self._base_url).netloc
        return Failure(f"Gemini at {host} gave no usable answer.", "Try again in a minute.", seen)
