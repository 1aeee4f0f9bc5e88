"""Google's error bodies, with the texts that its endpoints send."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_KEY = "API key not valid. Please pass a valid API key."
NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
EXPIRED_KEY = "API key expired. Please renew the API key."
LEAKED_KEY = "Your API key was reported as leaked. Please use another API key."
REGION = "User location is not supported for the API use."
QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. "
    "For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
)

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class GoogleError(Exception):
    """A refusal over HTTP: `code`, and the JSON `body` in Google's form."""

    def __init__(
        self,
        code: int,
        message: str,
        status: str | None = None,
        details: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.headers = headers or {}
        error: dict[str, Any] = {"code": code, "message": message, "status": status or STATUS.get(code, "UNKNOWN")}
        if details:
            error["details"] = details
        self.body = (json.dumps({"error": error}, indent=2) + "\n").encode()


class LiveCloseError(Exception):
    """A refusal over the socket: close `code` and `reason`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        # A close frame has room for 123 bytes of reason; Google cuts longer ones.
        self.reason = reason.encode()[:123].decode(errors="ignore")


def key_error(message: str, reason: str, code: int = 400) -> GoogleError:
    """A refusal of the API key, with the reason that a machine can read."""
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
    ]
    return GoogleError(code, message, details=details)


def field_error(description: str, field: str = "auth_token") -> GoogleError:
    """A refusal of one field of a request's body."""
    violation = {"field": field, "description": description}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return GoogleError(400, description, details=details)


def named_error(name: str, message: str, retry_after: int | None, retry_delay: str | None) -> GoogleError | None:
    """Google's answer of that name; None where it is a 404 with an empty body. Raises KeyError for another name."""
    details: list[dict[str, Any]] = []
    if retry_delay is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry_delay})
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    errors: dict[str, Callable[[], GoogleError | None]] = {
        "bad-key": lambda: key_error(message or BAD_KEY, "API_KEY_INVALID"),
        "bad-request": lambda: GoogleError(400, message or "Request contains an invalid argument."),
        "region": lambda: GoogleError(400, message or REGION, "FAILED_PRECONDITION"),
        "unauthenticated": lambda: GoogleError(
            401, message or "Request had invalid authentication credentials. Expected OAuth 2 access token."
        ),
        "leaked-key": lambda: GoogleError(403, message or LEAKED_KEY),
        "denied": lambda: GoogleError(403, message or "The caller does not have permission"),
        "not-found": lambda: GoogleError(404, message) if message else None,
        "quota": lambda: GoogleError(429, message or QUOTA, details=details, headers=headers),
        "internal": lambda: GoogleError(500, message or "Internal error encountered."),
        "unavailable": lambda: GoogleError(
            503, message or "The service is currently unavailable.", details=details, headers=headers
        ),
        "deadline": lambda: GoogleError(504, message or "Deadline expired before operation could complete."),
    }
    return errors[name]()
