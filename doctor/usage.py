"""Whether pages can report what conversations used, and whether the reports arrive."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from doctor import google_api
from doctor.cloud_run import Service
from doctor.deployment import NO_TOKEN, Deployment
from doctor.finding import Failure

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

LOGGING = "https://logging.googleapis.com"
DAYS = 7
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"

_REFUSED, _NONE = "invalid_request", "not_found"  # of a report that is none; of an address where none are taken


def reports(deployment: Deployment) -> str:
    """Send a report that is none, which is refused where reports are taken; nothing is written down of it."""
    url = f"{deployment.home.rstrip('/')}/api/usage"
    sent = {"Content-Type": "application/json", "Origin": deployment.origin, **deployment.headers}
    answer = deployment.web.send("POST", url, sent, NO_TOKEN)
    if answer.code == _NONE:
        return (
            "pages cannot report what conversations use: USAGE_REPORTS is off, or the function is of an earlier version"
        )
    if answer.code != _REFUSED:
        return f"whether usage reports arrive is not known: {url} answered {answer.described()}"
    service = deployment.service
    return (
        "usage reports are taken; what has arrived: "
        f"$ gcloud logging read '{_query(service)}' --project={service.project} --freshness={DAYS}d --format=json"
        " | make usage"
    )


def arrived(
    service: Service, now: datetime, timeout: float, login: Callable[[], "Credentials"], base_url: str = LOGGING
) -> str:
    """When the last report was written down, as Cloud Logging says; nothing within seven days is no failure.

    Raises:
        Failure: Cloud Logging does not say.
    """
    if any(value.isupper() for value in service):
        return "not looked at: only an address such as https://NAME-NUMBER.REGION.run.app tells where it is deployed"
    since = now - timedelta(days=DAYS)
    wanted = {
        "resourceNames": [f"projects/{service.project}"],
        "filter": f'{_query(service)} timestamp>="{since:%Y-%m-%dT%H:%M:%SZ}"',
        "orderBy": "timestamp desc",
        "pageSize": 1,
    }
    seen, found = google_api.asked(login, timeout, "POST", f"{base_url}/v2/entries:list", wanted)
    if seen == google_api.OK and isinstance(found, dict):
        entries = found.get("entries", [])
        if entries == []:
            return (
                f"no usage report has arrived within {DAYS} days; if there were conversations, see whether the pages "
                'say usage-reports="off", or whether their policy (connect-src) keeps them from the function'
            )
        last = str(entries[0].get("timestamp")) if isinstance(entries, list) and isinstance(entries[0], dict) else ""
        if re.fullmatch(_TIME, last, re.ASCII):
            return f"the last usage report arrived at {last}"
        seen = "no time"
    denied = ": this account may not look" if seen == google_api.DENIED else ""
    raise Failure(
        f"Cloud Logging does not say whether usage reports arrive{denied}.",
        "Grant yourself the role, if you want this checked:\n"
        f"$ gcloud projects add-iam-policy-binding {service.project} --role=roles/logging.viewer "
        "--member=user:YOU@EXAMPLE.COM",
        seen,
    )


def _query(service: Service) -> str:
    return f'resource.labels.service_name="{service.name}" jsonPayload.reportedBy="client"'
