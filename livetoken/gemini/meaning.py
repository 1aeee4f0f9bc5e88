"""What Gemini's failures mean for us. Its words are searched; repeated are only those about our own setup."""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from livetoken.errors import Misconfigured, UpstreamBusy, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeyRefusedError(Exception):
    """Gemini says that the key is bad: invalid, expired, leaked, or not allowed to do this."""


SENTENCE = 300  # characters of Gemini's sentence that the log gets
QUOTED = 12  # as many characters that stand in a stranger's text, too, are taken for a quotation of it
_NOT_OURS = re.compile(r"expire_?time|session_?resumption", re.ASCII | re.IGNORECASE)  # the clock's; a page's handle
_OUR_SETUP = re.compile(r"auth_?token\b|bidi_?generate_?content_?setup|field_?mask", re.ASCII | re.IGNORECASE)


def meaning(code: int, status: str, details: str, response: object, texts: Iterable[str] = ()) -> Exception:
    """Return what an HTTP error means: a refusal, or KeyRefusedError.

    `details` is the error's JSON, `texts` is what strangers wrote that was sent, so that it can be left out of the log.
    """
    says = f"{code} {status}"[:80]
    match code:
        case 429:
            return UpstreamBusy(f"Gemini's quota is used up ({says})", retry_after=_retry_after(response, details))
        case 401 | 403:
            return KeyRefusedError(says)
        case 400:
            return _bad_request(says, details, texts)
        case 404:
            return Misconfigured(
                f"Gemini knows no ephemeral tokens under this version ({says}); see GEMINI_API_VERSION"
            )
    return UpstreamError(f"Gemini answered {says}")


def _bad_request(says: str, details: str, texts: Iterable[str]) -> Exception:
    if "API_KEY" in details or "API key" in details:
        return KeyRefusedError(says)
    if "FAILED_PRECONDITION" in details:
        return Misconfigured(f"Gemini does not serve this project from this region ({says})")
    if _OUR_SETUP.search(details) and not _NOT_OURS.search(details):
        return Misconfigured(f"Gemini does not take what the prompt file locks ({says}): {_sentence(details, texts)}")
    return UpstreamError(f"Gemini answered {says}")


def _sentence(details: str, texts: Iterable[str]) -> str:
    """Return Gemini's sentence for the owner: bounded, with field names, without values or anything of `texts`."""
    try:
        message = str(json.loads(details)["error"]["message"])
    except (ValueError, LookupError, TypeError):
        return "no sentence"
    plain = " ".join(re.sub(r"[^ -~]+", " ", message[: 10 * SENTENCE]).split())
    sentence = re.sub(r'"([^"]*)(?:"|\Z)', _name_or_nothing, plain)
    hidden = bytearray(len(sentence))
    for text in texts:
        for begin in range(len(sentence) - QUOTED + 1):
            if sentence[begin : begin + QUOTED] in text:
                hidden[begin : begin + QUOTED] = b"\1" * QUOTED
    kept = "".join("\0" if hide else character for character, hide in zip(sentence, hidden, strict=True))
    return re.sub(r"\0+", "…", kept)[:SENTENCE]


def _name_or_nothing(quoted: re.Match[str]) -> str:
    """Return what stands in quotes where it is a field's name; values are left out."""
    return quoted[0] if re.fullmatch(r"[A-Za-z_][\w.]{0,60}", quoted[1], re.ASCII) else '"…"'


def _retry_after(response: object, details: str) -> int | None:
    """Return how many seconds Gemini asks to wait, at most an hour; None where it does not say."""
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    asked = re.fullmatch(r"([0-9]{1,6})", headers.get("retry-after", ""), re.ASCII) or re.search(
        r'"retryDelay": "([0-9]{1,6})', details
    )
    return min(max(int(asked[1]), 1), 3600) if asked else None
