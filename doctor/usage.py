"""Whether pages can report what conversations used, and how to see that the reports arrive."""

from doctor.deployment import NO_TOKEN, Deployment

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
    query = f'resource.labels.service_name="{service.name}" jsonPayload.reportedBy="client"'
    return (
        "usage reports are taken; what has arrived: "
        f"$ gcloud logging read '{query}' --project={service.project} --freshness=7d --format=json | make usage"
    )
