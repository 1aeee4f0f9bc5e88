"""The settings: read from the environment once, checked all together, frozen.

`TABLE` is the one list of them; the README's table and Terraform's variables are held against it by tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from livetoken.errors import Paused
from livetoken.settings import rules
from livetoken.settings.origins import parse_origins


class SettingsError(Exception):
    """The environment holds mistakes; the message lists every one with its fix. Stops start-up."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("livetoken cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the owner decided. Durations are in seconds; keys never show in `repr`."""

    allowed_origins: tuple[str, ...]
    gemini_api_key_secret: str | None
    gemini_api_key: str | None = field(repr=False)
    gemini_base_url: str
    secret_manager_base_url: str
    gemini_api_version: str
    prompts: Path
    default_prompt: str
    token_seconds: int
    new_session_seconds: int
    limit_per_address: tuple[rules.Limit, ...]
    limit_per_origin: tuple[rules.Limit, ...]
    limits_storage: str = field(repr=False)  # may hold a password
    trusted_hops: int
    callers: str
    paused: str | None
    usage_reports: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings that `environment` spells out.

        Raises:
            SettingsError: listing every mistake at once; a value that may be secret is never repeated in it.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for setting in TABLE:
            text = environment.get(setting.name, "").strip()
            try:
                values[setting.name.lower()] = setting.parse(text or setting.default)
            except ValueError as mistake:
                problems += [f"{setting.name}: {line}" for line in str(mistake).split("\n")]
        problems += _contradictions(environment, values)
        if problems:
            raise SettingsError(problems)
        if not environment.get("NEW_SESSION_SECONDS", "").strip():
            values["new_session_seconds"] = min(values["new_session_seconds"], values["token_seconds"])
        return cls(**values)

    def require_running(self) -> None:
        """Raise Paused when the owner has thrown the kill switch."""
        if self.paused is not None:
            raise Paused(self.paused)

    @property
    def websocket_url(self) -> str:
        """The address a page opens with its token; its version and method are the ones the token was made for."""
        service = f"google.ai.generativelanguage.{self.gemini_api_version}.GenerativeService"
        return f"ws{self.gemini_base_url.removeprefix('http')}/ws/{service}.BidiGenerateContentConstrained"


def _contradictions(environment: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    """Return the mistakes that only show when settings are seen together."""
    problems = []
    named = [name for name in ("GEMINI_API_KEY_SECRET", "GEMINI_API_KEY") if environment.get(name, "").strip()]
    if len(named) != 1:
        problems.append(
            "GEMINI_API_KEY_SECRET, GEMINI_API_KEY: set exactly one: "
            "the secret's resource name, or the key itself for local runs"
        )
    explicit = bool(environment.get("NEW_SESSION_SECONDS", "").strip())
    if explicit and values.get("new_session_seconds", 0) > values.get("token_seconds", float("inf")):
        problems.append(
            "NEW_SESSION_SECONDS: is more than TOKEN_SECONDS; a session cannot start after its token has ended"
        )
    if environment.get("DEBUG"):
        problems.append("DEBUG: is set, and would open the framework's debugger to the public; unset it")
    return problems


class Setting(NamedTuple):
    """One row: the environment variable, its default as text, what it must be, and how it is read."""

    name: str
    default: str
    rule: str
    parse: Callable[[str], Any]


TABLE = tuple(
    Setting(*row)
    for row in (
        (
            "ALLOWED_ORIGINS",
            "",
            "comma-separated origins, `https://host[:port]`, one `*` for previews; required",
            parse_origins,
        ),
        (
            "GEMINI_API_KEY_SECRET",
            "",
            "`projects/P/secrets/S/versions/latest` or a version's number",
            rules.secret_version,
        ),
        (
            "GEMINI_API_KEY",
            "",
            "the key itself, for local runs and plain containers; exactly one of the two",
            rules.api_key,
        ),
        (
            "GEMINI_BASE_URL",
            "https://generativelanguage.googleapis.com",
            "`https://…`, or `http://` on loopback",
            rules.base_url,
        ),
        (
            "SECRET_MANAGER_BASE_URL",
            "https://secretmanager.googleapis.com",
            "`https://…`, or `http://` on loopback",
            rules.base_url,
        ),
        ("GEMINI_API_VERSION", "v1alpha", "`v1alpha` or `v1beta`", rules.api_version),
        ("PROMPTS", "prompts", "folder of prompt files", rules.folder),
        ("DEFAULT_PROMPT", "voice-assistant", "file name in it, without `.md`", rules.prompt_name),
        ("TOKEN_SECONDS", "1800", "60 … 71940: how long a conversation may last", rules.whole(*rules.TOKEN_SECONDS)),
        (
            "NEW_SESSION_SECONDS",
            "120",
            "60 … `TOKEN_SECONDS`: how long a token waits to be used",
            rules.whole(*rules.TOKEN_SECONDS),
        ),
        ("LIMIT_PER_ADDRESS", "10/minute;200/day", "tokens per client address; `;` joins several", rules.limits),
        ("LIMIT_PER_ORIGIN", "60/minute;500/day", "tokens per site", rules.limits),
        ("LIMITS_STORAGE", "memory://", "or `redis://…`, `rediss://…`: exact across instances", rules.storage),
        ("TRUSTED_HOPS", "1", "`1`; `2` behind an external load balancer; up to `5` behind more", rules.whole(1, 5)),
        (
            "CALLERS",
            "",
            "`firebase-auth:PROJECT_ID`, `firebase-app-check:PROJECT_NUMBER` or `oidc:ISSUER AUDIENCE`",
            rules.callers,
        ),
        ("PAUSED", "", "kill switch: `1`, or the sentence that visitors read", rules.paused),
        ("USAGE_REPORTS", "on", "`on` or `off`: whether pages may report what conversations used", rules.switch),
    )
)
