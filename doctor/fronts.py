"""Who answers in livetoken's place, and what that means: the allowlist has no part in an answer that is not ours."""

import re

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.known_fronts import BY_STATUS, FRONTS, Front
from doctor.web import FORBIDDEN, UNAUTHORIZED, Answer

_READ = 64 * 1024  # bytes of a page that are searched
_TITLE, _ERRORS = 400, 400


def answers(answer: Answer) -> Front | None:
    """Return who has written this answer himself; None where nothing says so."""
    page = answer.body[:_READ].decode("utf-8", "replace")
    if answer.status < _ERRORS:  # any website may speak of firewalls, but not in this place
        page = page.partition("</title>")[0][-_TITLE:]
    for front in FRONTS:
        if _shows(answer, front.own) or any(text in page for text in front.texts):
            return front
    return BY_STATUS.get(answer.status)


def between(answer: Answer) -> Front | None:
    """Return who has passed the answer on, or has written it; None where nothing says so."""
    passing = (front for front in FRONTS if _shows(answer, front.headers))
    return answers(answer) or next(passing, None)


def _shows(answer: Answer, headers: dict[str, str]) -> bool:
    return any(
        re.fullmatch(pattern, " ".join(value[:500].lower().split()))
        for name, pattern in headers.items()
        for value in map(str, answer.headers.get_all(name, []))
    )


def not_ours(answer: Answer, deployment: Deployment) -> Failure:
    """Return what it means that somebody else than livetoken answers a request for a token."""
    if is_cloud_runs(answer):
        return not_public(answer, deployment)
    if front := answers(answer):
        cause = f"{_capital(front.name)} answers in the function's place: it {front.does}."
        return Failure(cause, front.fix, answer.described())
    if front := between(answer):
        cause = f"{_capital(front.name)} stands in front of the function; it, or something behind it, answers instead."
        return Failure(cause, front.fix, answer.described())
    service = deployment.service
    return Failure(
        "The answer is neither a token nor one of livetoken's refusals.",
        "Look into the function's log: if the request is not there, somebody in front of the function has answered. "
        "If the address has a path, check that it is / or /api/token; and deploy this repository's version.\n"
        f"{service.hint}$ gcloud run services logs read {service.name} {service.flags} --limit=50",
        answer.described(),
    )


def is_cloud_runs(answer: Answer) -> bool:
    """Whether the words are Cloud Run's when it turns a visitor away, whoever has passed them on."""
    return answer.status in (UNAUTHORIZED, FORBIDDEN) and b"Your client does not have permission" in answer.body


def not_public(answer: Answer, deployment: Deployment) -> Failure:
    """Return what it means that Cloud Run turns a visitor away."""
    service = deployment.service
    return Failure(
        "The function is not public: Cloud Run turns every visitor away before our code runs. It looks like a CORS "
        "error in the browser's console, but no CORS or allowlist setting will fix it.",
        "Let everybody call it; it refuses strangers itself (Terraform: public = true, then apply):\n"
        f"{service.hint}"
        f"$ gcloud run services add-iam-policy-binding {service.name} {service.flags} --member=allUsers "
        "--role=roles/run.invoker\n"
        "If your organisation forbids allUsers (domain restricted sharing), switch the check itself off instead:\n"
        f"$ gcloud run services update {service.name} {service.flags} --no-invoker-iam-check",
        answer.described(),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
