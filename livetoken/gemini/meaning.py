"""What Gemini's failures mean for us. Its words are only searched, never repeated."""

import re
from typing import TYPE_CHECKING

from livetoken.errors import Misconfigured, UpstreamBusy, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeyRefusedError(Exception):
    """Gemini says that the key is bad: invalid, expired, leaked, or not allowed to do this."""


def meaning(code: int, status: str, details: str, response: object) -> Exception:
    """Return what an HTTP error means: a refusal, or KeyRefusedError. `details` is the error's JSON."""
    says = f"{code} {status}"[:80]
    match code:
        case 429:
            return UpstreamBusy(f"Gemini's quota is used up ({says})", retry_after=_retry_after(response, details))
        case 401 | 403:
            return KeyRefusedError(says)
        case 400 if "API_KEY" in details or "API key" in details:
            return KeyRefusedError(says)
        case 400 if "FAILED_PRECONDITION" in details:
            return Misconfigured(f"Gemini does not serve this project from this region ({says})")
        case 404:
            return Misconfigured(
                f"Gemini knows no ephemeral tokens under this version ({says}); see GEMINI_API_VERSION"
            )
    return UpstreamError(f"Gemini answered {says}")


def _retry_after(response: object, details: str) -> int | None:
    """Return how many seconds Gemini asks to wait, at most an hour; None where it does not say."""
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    asked = re.fullmatch(r"([0-9]{1,6})", headers.get("retry-after", ""), re.ASCII) or re.search(
        r'"retryDelay": "([0-9]{1,6})', details
    )
    return min(max(int(asked[1]), 1), 3600) if asked else None
