"""The token itself: it is minted, the answer is complete, and nobody may keep a copy of it."""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from doctor import websocket_url
from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.fixes import refused
from doctor.web import Answer, is_loopback

LONGEST = timedelta(hours=20)  # no token may live longer
_TIMES = ("expiresAt", "newSessionExpiresAt")
_FORMS = {
    "token": r"auth_tokens/[\w-]{16,400}",
    "expiresAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
    "newSessionExpiresAt": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
    "model": r"models/[\w.-]{1,100}",
    "voice": r"[\w-]{1,100}",
    "prompt": r"[a-z0-9][a-z0-9-]{0,100}",
    "apiVersion": r"v1(alpha|beta)?",
    "websocketUrl": websocket_url.FORM,
}


def mints(deployment: Deployment) -> str:
    """The site's page gets a token."""
    answer = deployment.mint()
    deployment.received_at = deployment.now()
    if answer.status != 200 or not answer.token:  # noqa: PLR2004 - what a token comes with
        raise refused(deployment, answer)
    deployment.token = answer
    return f"a token in {1000 * answer.seconds:.0f} ms"


def complete(deployment: Deployment) -> str:
    """The answer has everything that a page needs, and it is plausible."""
    answer = minted(deployment)
    fields = answer.json
    wrong = [
        f"{name} is missing" if name not in fields else f"{name} is not of its form"
        for name, form in _FORMS.items()
        if not isinstance(fields.get(name), str) or not re.fullmatch(form, fields[name], re.ASCII)
    ]
    if not wrong:
        wrong = _implausible(fields, answer, deployment)
    if wrong:
        raise Failure(
            "A page could not connect with this answer: " + "; ".join(wrong) + ".",
            "Deploy this repository's version of livetoken; another one, or something else, answers here.",
            answer.described(),
        )
    names = f"{fields['model']}, voice {fields['voice']}, prompt {fields['prompt']}, {fields['apiVersion']}"
    return f"all {len(_FORMS)} fields; {names}, at {websocket_url.leads_to(fields['websocketUrl'])}"


def _implausible(fields: dict[str, Any], answer: Answer, deployment: Deployment) -> list[str]:
    wrong = []
    url = fields["websocketUrl"]
    if url.startswith("ws:") and not is_loopback(url):
        wrong.append("websocketUrl is not encrypted (ws:// instead of wss://)")
    if f".{fields['apiVersion']}." not in url:
        wrong.append("websocketUrl is for another version than apiVersion")
    try:
        ends = {name: datetime.fromisoformat(fields[name]) for name in _TIMES}
    except ValueError:
        return [*wrong, "its times are no dates"]
    if ends["newSessionExpiresAt"] > ends["expiresAt"]:
        wrong.append("newSessionExpiresAt is after expiresAt")
    # a clock that is wrong is the clock check's finding, so a time that suits either clock is plausible here
    clocks = [moment for moment in (server_time(answer), deployment.received_at) if moment]
    for name, end in ends.items():
        if not any(timedelta() < end - clock <= LONGEST for clock in clocks):
            wrong.append(f"{name} is over, or more than 20 hours away")
    return wrong


def headers(deployment: Deployment) -> str:
    """No cache may keep the token, no browser may take the answer for another type, and the page may read it."""
    answer = minted(deployment)
    wrong = []
    if "no-store" not in answer.header("Cache-Control").lower():
        wrong.append("Cache-Control is not no-store: a cache could hand one visitor's token to the next")
    if answer.header("X-Content-Type-Options").lower() != "nosniff":
        wrong.append("X-Content-Type-Options is not nosniff")
    if answer.header("Content-Type").partition(";")[0].strip() != "application/json":
        wrong.append("Content-Type is not application/json")
    if answer.header("Access-Control-Allow-Origin") != deployment.origin:
        wrong.append("Access-Control-Allow-Origin is not the site's origin, so the page cannot read the answer")
    if wrong:
        raise Failure(
            "; ".join(wrong) + ".",
            "Keep whatever stands in front of the function (a CDN, a load balancer, a proxy) from changing headers.",
            answer.described(),
        )
    return "no-store, nosniff, JSON, readable for the page"


def minted(deployment: Deployment) -> Answer:
    """The answer that holds the token; the check `mints` comes before."""
    assert deployment.token is not None  # noqa: S101 - for the type checker
    return deployment.token


def server_time(answer: Answer) -> datetime | None:
    """What the server's clock said when it answered."""
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(answer.header("Date"))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
