"""How each setting is read: a text becomes a value, or a ValueError with the fix."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent  # beside main.py; relative folders start here
KEY = re.compile(r"[!#-&(-~]{20,400}", re.ASCII)  # printable, no quotes; the shape of a key, whatever its prefix
LIMIT = re.compile(
    r"\s*([1-9][0-9]{0,8})\s*(?:/|\bper\b)\s*(?:([1-9][0-9]{0,5})\s*)?(second|minute|hour|day|month|year)s?\s*",
    re.ASCII | re.IGNORECASE,
)
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "month": 30 * 86_400, "year": 12 * 30 * 86_400}
_UNSEEN = r"\s\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
OFF = ("", "0", "off", "false", "no")
ON = ("1", "on", "true", "yes")
NAME = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)  # of a prompt file, without .md


def bare(text: str) -> str:
    """Return `text` without white space and invisible characters at its ends, such as the byte order mark of a file."""
    return re.sub(rf"\A[{_UNSEEN}]+|[{_UNSEEN}]+\Z", "", text)


def matching(pattern: str, expected: str, default: str | None = None) -> Callable[[str], str]:
    """Return a reader of the `default`, and of texts that match `pattern` whole; `expected` says what they look like.

    Patterns are compiled when they are needed; a start with the defaults needs few of them.
    """

    def parse(text: str) -> str:
        if text != default and not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"must be {expected}")
        return text

    return parse


def optional(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    """Return a reader that takes nothing for None, and leaves the rest to `parse`."""
    return lambda text: parse(text) if text else None


TOKEN_SECONDS = 60, 71_940  # Google makes none that lives 20 hours


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def base_url(text: str) -> str:
    """Return a base URL without trailing slash: https, or http to this machine only."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        host, url = "", urlsplit("")
    if not host or "@" in url.netloc or not re.fullmatch(r"[!-~]+", text) or re.search(r"[?#\\]|/\.", text):
        raise ValueError("must be a plain URL such as https://host, without user, query or fragment")
    loopback = host in ("localhost", "::1") or re.fullmatch(r"127(\.[0-9]{1,3}){3}", host, re.ASCII)
    if not text.startswith(("https://", "http://") if loopback else "https://"):
        raise ValueError("must start with https:// (http:// is only for this machine's own loopback addresses)")
    return text.rstrip("/")


class Limit(NamedTuple):
    """So many tokens in any window of so many units, as the `limits` library means it: 10, 1, minute."""

    amount: int
    multiple: int
    unit: str

    @property
    def seconds(self) -> int:
        """How long the window is."""
        return self.multiple * SECONDS[self.unit]

    def __str__(self) -> str:
        """Return the words for the log."""
        return f"{self.amount} per {self.multiple} {self.unit}"


def limits(text: str) -> tuple[Limit, ...]:
    """Return limits that are written in the notation of the `limits` library, which is slow to import."""
    matches = [LIMIT.fullmatch(part) for part in text.split(";")]
    read = [Limit(int(match[1]), int(match[2] or 1), match[3].lower()) for match in matches if match]
    if len(read) < len(matches):
        raise ValueError("must be limits such as 10/minute or 60/minute;5000/day")
    return tuple(dict.fromkeys(read))  # the same limit twice would count each request twice in one window


def paused(text: str) -> str | None:
    """Return None when off, "" for the usual sentence, or the owner's own."""
    if text.lower() in OFF:
        return None
    return "" if text == "1" else text


def switch(text: str) -> bool:
    """Return whether something is on."""
    if text.lower() not in (*OFF, *ON):
        raise ValueError("must be on or off")
    return text.lower() in ON


def folder(text: str) -> Path:
    """Return an existing folder; relative ones are beside main.py."""
    folder = ROOT / text
    if not folder.is_dir():
        raise ValueError(f"there is no folder {text!r} beside main.py")
    return folder


_key = optional(matching(KEY.pattern, "a Gemini API key: 20 to 400 printable characters without quotes or spaces"))


def api_key(text: str) -> str | None:
    """Return the key; what files and pages put around it unseen is left out."""
    return _key(bare(text) or text)


secret_version = optional(
    matching(
        r"projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]{1,255}/versions/(?:latest|[1-9][0-9]*)",
        "projects/PROJECT/secrets/NAME/versions/latest, or a version's number instead of latest",
    )
)
api_version = matching("v1alpha|v1beta", "v1alpha or v1beta")
prompt_name = matching(NAME.pattern, "a prompt file's name without .md: lower-case letters, digits and hyphens")
storage = matching(
    r"rediss?://(?:[!-.0-?A-~]*@)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])"
    r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(?:/[0-9]{0,4})?",
    "memory://, or redis://[user:password@]host[:port][/database], or the same with rediss:// for TLS; no cluster",
    default="memory://",
)
callers = matching(
    r"firebase-auth:[a-z0-9-]+|firebase-app-check:[0-9]+|oidc:https://[!-~]+ [!-~]+",
    "firebase-auth:PROJECT_ID, firebase-app-check:PROJECT_NUMBER or oidc:https://ISSUER AUDIENCE",
    default="",
)
