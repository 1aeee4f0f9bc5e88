"""One request to Google as the owner who is logged in on this machine."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from doctor.web import within

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

OK, DENIED = "200", "403"


def asked(
    login: Callable[[], "Credentials"], timeout: float, method: str, url: str, content: Mapping[str, Any] | None = None
) -> tuple[str, Any]:
    """Return the status, with the JSON that came with 200; else the status or the kind of error, and None."""
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession
    from requests import RequestException

    def answer() -> tuple[str, Any]:
        with AuthorizedSession(login()) as session:  # type: ignore[no-untyped-call]
            came = session.request(  # type: ignore[no-untyped-call]
                method, url, json=content, timeout=timeout, allow_redirects=False
            )
            status = str(came.status_code)
            return status, came.json() if status == OK else None

    try:
        return within(timeout, answer)
    except (GoogleAuthError, RequestException, OSError, ValueError) as error:
        return type(error).__name__, None
