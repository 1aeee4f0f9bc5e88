"""The tree of refusals: what the function says instead of a token.

Each class carries its HTTP status, a stable code and a constant public sentence; the cause goes only to the log.
"""

import re
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """Any answer other than a token; raised by the module that decides, answered by `main.py`.

    Attributes:
        status: HTTP status.
        code: stable, machine-readable name.
        sentence: what a visitor or the page's author may read; never holds a value from outside.
        retry_after: whole seconds for the `Retry-After` header, or None.
        severity: how Cloud Logging files it: the caller's doing is a WARNING, ours an ERROR.
        counts: it counts against its address as a token would, because the request itself is at fault.
        cause: a sentence for the owner's log; holds no secret and no page text.
        details: fields for the log's line; hold no secret and no page text.
        headers: headers beyond those of every answer.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    sentence: str = "Something went wrong on our side."
    severity: ClassVar[str] = "WARNING"
    counts: ClassVar[bool] = False
    retry_after: int | None = None

    def __init__(self, cause: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(self.code)
        self.cause = cause
        self.headers: dict[str, str] = {}
        self.details: dict[str, object] = {}
        if retry_after is not None:
            self.retry_after = retry_after
        if self.retry_after is not None:
            self.headers["Retry-After"] = str(self.retry_after)


class Internal(Refusal):
    """An exception that nobody expected."""

    severity = "ERROR"

    @classmethod
    def because(cls, error: Exception) -> "Internal":
        """Return the refusal for an exception that nobody expected."""
        refusal = cls()
        refusal.__cause__ = error
        return refusal


class InvalidJson(Refusal):
    """The body is not one complete JSON document in UTF-8."""

    status, code, counts = 400, "invalid_json", True
    sentence = "The request body is not valid JSON."


class InvalidRequest(Refusal):
    """The JSON is well-formed, but a field is unknown, of the wrong type or not allowed."""

    status, code, counts = 400, "invalid_request", True

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field or 'the request'} {reason}")
        self.sentence = f"The field '{field}' {reason}." if field else f"The request {reason}."

    @classmethod
    def of_unknown(cls, field: str) -> "InvalidRequest":
        """Return the refusal of a field that nobody knows; its name is repeated only where it reads like one."""
        if re.fullmatch(r"\w{1,40}", field, re.ASCII):
            return cls(field, "is not known here")
        return cls("", "has a field that is not known here")


class CallerNotVerified(Refusal):
    """`CALLERS` is set and the request carries no valid credential of its caller."""

    status, code = 401, "caller_not_verified"
    sentence = "This site asks its visitors to be verified first, and this request could not be."


class OriginNotAllowed(Refusal):
    """The `Origin` header is missing or not, byte for byte, on the allowlist."""

    status, code = 403, "origin_not_allowed"
    sentence = "This site is not allowed to ask for tokens here."


class NotFound(Refusal):
    """A path other than `/`, `/api/token` and, unless `USAGE_REPORTS` is off, `/api/usage`."""

    status, code = 404, "not_found"
    sentence = "There is nothing at this address; POST to / or /api/token."


class MethodNotAllowed(Refusal):
    """A method that the path does not know; `Allow` lists those that it does."""

    status, code = 405, "method_not_allowed"
    sentence = "This method is not allowed here; tokens are asked for with POST."

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.headers["Allow"] = allow


class BodyTooLarge(Refusal):
    """The body is longer than 64 KiB; than 4 KiB where it reports usage."""

    status, code, counts = 413, "body_too_large", True

    def __init__(self, most: int = 64 * 1024) -> None:
        super().__init__()
        self.sentence = f"The request body is larger than {most // 1024} KiB."


class UnsupportedMediaType(Refusal):
    """The body is not announced as plain `application/json` in UTF-8."""

    status, code, counts = 415, "unsupported_media_type", True
    sentence = "The request body must be sent as application/json in UTF-8, not compressed."


class RateLimited(Refusal):
    """The address, the site or the verified caller has had its share; `Retry-After` says when there is more."""

    status, code = 429, "rate_limited"
    sentence = "Too many conversations were started; please wait a moment."


class Misconfigured(Refusal):
    """Only the owner can mend it: a wrong prompt file, model, region, or a key that Gemini does not accept."""

    status, code, severity = 500, "misconfigured", "ERROR"
    sentence = "This site's voice assistant is not set up correctly; its owner can find the reason in the log."


class UpstreamError(Refusal):
    """Gemini answered with an error, with nonsense, with a redirect, or not at all."""

    status, code, severity = 502, "upstream_error", "ERROR"
    sentence = "The voice service gave no usable answer; please try again."


class UpstreamBusy(Refusal):
    """Gemini's own quota is used up (its 429): the owner's quota, not the visitor's."""

    status, code, retry_after = 503, "upstream_busy", 30
    sentence = "The voice service is busy; please try again in a little while."


class TemporarilyUnavailable(Refusal):
    """Something that we need first cannot be had now: the key, the limits' storage, the callers' signing keys."""

    status, code, severity, retry_after = 503, "temporarily_unavailable", "ERROR", 5
    sentence = "The voice assistant cannot be reached just now; please try again in a moment."


class Paused(Refusal):
    """The owner has set `PAUSED`."""

    status, code, retry_after = 503, "paused", 300
    sentence = "The voice assistant is paused."

    def __init__(self, sentence: str = "") -> None:
        super().__init__()
        self.sentence = sentence or self.sentence


class UpstreamTimeout(Refusal):
    """Gemini did not finish its answer in time."""

    status, code, severity = 504, "upstream_timeout", "ERROR"
    sentence = "The voice service took too long to answer; please try again."


def every_refusal() -> list[type[Refusal]]:
    """Return every refusal that can be answered, by status and code; docs/errors.md is checked against it."""
    return sorted(
        [Internal, *(kind for kind in Refusal.__subclasses__() if kind is not Internal)],
        key=lambda kind: (kind.status, kind.code),
    )
