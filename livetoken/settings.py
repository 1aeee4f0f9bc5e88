"""The settings: read from the environment once, checked all together, frozen.

`TABLE` is the one list of them; the README's table and Terraform's variables are held against it by tests.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from livetoken.origins import parse_origins
from livetoken.refusals import Paused

ROOT = Path(__file__).resolve().parent.parent  # beside main.py; relative folders start here
KEY = re.compile(r"[!#-&(-~]{20,400}", re.ASCII)  # printable, no quotes; the shape of a key, whatever its prefix
_SECRET = re.compile(r"projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]{1,255}/versions/(?:latest|[1-9][0-9]*)", re.ASCII)
_LIMIT = re.compile(
    r"\s*[1-9][0-9]{0,8}\s*(?:/|\bper\b)\s*(?:[1-9][0-9]{0,5}\s*)?(?:second|minute|hour|day|month|year)s?\s*",
    re.ASCII | re.IGNORECASE,
)
_CALLERS = re.compile(r"firebase-auth:[a-z0-9-]+|firebase-app-check:[0-9]+|oidc:https://[!-~]+ [!-~]+", re.ASCII)
_OFF = ("", "0", "off", "false", "no")


class SettingsError(Exception):
    """The environment holds mistakes; the message lists every one with its cure. Stops start-up."""

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
    limit_per_address: str
    limit_per_origin: str
    limits_storage: str = field(repr=False)  # may hold a password
    trusted_hops: int
    callers: str
    paused: str | None

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


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {expected}")
        return text

    return parse


def _optional(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: parse(text) if text else None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _base_url(text: str) -> str:
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        host, url = "", urlsplit("")
    loopback = host in ("localhost", "::1") or re.fullmatch(r"127(\.[0-9]{1,3}){3}", host, re.ASCII)
    if (
        not host
        or not re.fullmatch(r"[!-~]+", text)
        or url.query
        or url.fragment
        or "@" in url.netloc
        or "?" in text
        or "#" in text
    ):
        raise ValueError("must be a plain URL such as https://host, without user, query or fragment")
    if url.scheme != "https" and not (url.scheme == "http" and loopback):
        raise ValueError("must start with https:// (http:// is only for this machine's own loopback addresses)")
    return text.rstrip("/")


def _limit(text: str) -> str:
    if not all(_LIMIT.fullmatch(part) for part in text.split(";")):
        raise ValueError("must be limits such as 10/minute or 60/minute;5000/day")
    return text


def _paused(text: str) -> str | None:
    """Return None when off, "" for the usual sentence, or the owner's own."""
    if text.lower() in _OFF:
        return None
    return "" if text == "1" else text


def _folder(text: str) -> Path:
    folder = ROOT / text
    if not folder.is_dir():
        raise ValueError(f"there is no folder {text!r} beside main.py")
    return folder


class Setting(NamedTuple):
    """One row: the environment variable, its default as text, what it must be, and how it is read."""

    name: str
    default: str
    rule: str
    parse: Callable[[str], Any]


_NAME = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
TABLE = (
    Setting("ALLOWED_ORIGINS", "", "comma-separated exact origins, `https://host[:port]`; required", parse_origins),
    Setting(
        "GEMINI_API_KEY_SECRET",
        "",
        "`projects/P/secrets/S/versions/latest` or a version's number",
        _optional(
            _matching(_SECRET, "projects/PROJECT/secrets/NAME/versions/latest, or a version's number instead of latest")
        ),
    ),
    Setting(
        "GEMINI_API_KEY",
        "",
        "the key itself, for local runs and plain containers; exactly one of the two",
        _optional(_matching(KEY, "a Gemini API key: 20 to 400 printable characters without quotes or spaces")),
    ),
    Setting(
        "GEMINI_BASE_URL",
        "https://generativelanguage.googleapis.com",
        "`https://…`, or `http://` on loopback",
        _base_url,
    ),
    Setting(
        "SECRET_MANAGER_BASE_URL",
        "https://secretmanager.googleapis.com",
        "`https://…`, or `http://` on loopback",
        _base_url,
    ),
    Setting(
        "GEMINI_API_VERSION",
        "v1alpha",
        "`v1alpha` or `v1beta`",
        _matching(re.compile("v1alpha|v1beta"), "v1alpha or v1beta"),
    ),
    Setting("PROMPTS", "prompts", "folder of prompt files", _folder),
    Setting(
        "DEFAULT_PROMPT",
        "voice-assistant",
        "file name in it, without `.md`",
        _matching(_NAME, "a prompt file's name without .md: lower-case letters, digits and hyphens"),
    ),
    Setting("TOKEN_SECONDS", "1800", "60 … 71940: how long a conversation may last", _whole(60, 71940)),
    Setting("NEW_SESSION_SECONDS", "120", "60 … `TOKEN_SECONDS`: how long a token waits to be used", _whole(60, 71940)),
    Setting("LIMIT_PER_ADDRESS", "10/minute", "tokens per client address; `;` joins several", _limit),
    Setting("LIMIT_PER_ORIGIN", "60/minute;5000/day", "tokens per site", _limit),
    Setting(
        "LIMITS_STORAGE",
        "memory://",
        "or `redis://…`, `rediss://…`: exact across instances",
        _matching(re.compile(r"memory://|rediss?://[!-~]+"), "memory://, redis://… or rediss://…"),
    ),
    Setting("TRUSTED_HOPS", "1", "`1`; `2` behind an external load balancer", _whole(1, 2)),
    Setting(
        "CALLERS",
        "",
        "`firebase-auth:PROJECT_ID`, `firebase-app-check:PROJECT_NUMBER` or `oidc:ISSUER AUDIENCE`",
        lambda text: (
            text
            and _matching(
                _CALLERS, "firebase-auth:PROJECT_ID, firebase-app-check:PROJECT_NUMBER or oidc:https://ISSUER AUDIENCE"
            )(text)
        ),
    ),
    Setting("PAUSED", "", "kill switch: `1`, or the sentence that visitors read", _paused),
)
