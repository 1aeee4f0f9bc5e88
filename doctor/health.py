"""Is it open to everybody, and is it ours: what the first answer says."""

import re

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.fronts import answers, between, is_cloud_runs, not_ours, not_public
from doctor.quoting import quoted
from doctor.web import FORBIDDEN, UNAUTHORIZED, Answer

_SERVER_ERRORS = range(500, 600)
_NOT_FOUND, _TOO_MANY = 404, 429
_TURNS_AWAY = (UNAUTHORIZED, 402, FORBIDDEN, 405, 406, 407, 451, 511)
_READ = 64 * 1024  # bytes of a page that are searched


def public(deployment: Deployment) -> str:
    """Requests reach our code: nobody in front of it turns visitors away."""
    answer = _first(deployment)
    if answer.code or _is_healthy(answer) or not (answer.status in _TURNS_AWAY or answers(answer)):
        return "open to everybody"
    seen = f"{answer.described()}, and not in the form in which our own code refuses"
    if not _is_cloud_run(answer):
        raise _turned_away(deployment, answer).seen(seen + _title(answer))
    raise not_public(answer, deployment).seen(seen + _title(answer))


def _turned_away(deployment: Deployment, answer: Answer) -> Failure:
    """Return what it means that somebody in front of Cloud Run turns visitors away."""
    if between(answer):
        return not_ours(answer, deployment)
    server = answer.header("Server")
    who = f"somebody who calls himself {quoted(server, 40)}" if server else "somebody"
    return Failure(
        f"Visitors are turned away before our code runs, by {who} in front of the function.",
        "Let requests to this address through in whatever stands there: a CDN, a firewall, a load balancer, a VPN, or "
        "the proxy of the network that this machine is in. From another network it may look different.",
    )


def _is_cloud_run(answer: Answer) -> bool:
    """Whether it is Cloud Run that turns the visitor away, and not somebody in front of it."""
    if is_cloud_runs(answer):
        return True
    if between(answer) or answer.status not in (FORBIDDEN, UNAUTHORIZED):
        return False
    server = answer.header("Server").lower()
    bare = not server and re.search(rb"<title>\s{0,9}40[13] ", answer.body[:_READ], re.IGNORECASE) is not None
    return server == "google frontend" or bare


def health(deployment: Deployment) -> str:
    """It is livetoken that answers, and it has started."""
    answer = _first(deployment)
    if _is_healthy(answer):
        return "it runs" if answer.json["status"] == "ok" else "it runs, and is paused (PAUSED)"
    seen, service = answer.described() + _title(answer), deployment.service
    logs = f"{service.hint}$ gcloud run services logs read {service.name} {service.flags} --limit=50"
    if answer.status in _SERVER_ERRORS:
        raise Failure(
            "The function does not start, or crashes. A mistake in a setting stops it on purpose.",
            f"Its log names every wrong setting, with what to write instead:\n{logs}",
            seen,
        )
    if answer.status == _TOO_MANY:
        raise Failure(
            "Cloud Run has no free instance for the request.",
            f"Wait a minute. If it stays so, look at the log, and raise max_instances:\n{logs}",
            seen,
        )
    if answer.status == _NOT_FOUND and not answer.code:
        raise Failure(
            "There is no such service at this address, or it lets only internal traffic in.",
            "Compare the URL with what the deployment printed, and set its ingress to all:\n"
            f"{service.hint}$ gcloud run services describe {service.name} {service.flags} "
            "--format='value(status.url,metadata.annotations)'",
            seen,
        )
    raise Failure(
        "Something else than livetoken answers here.",
        "Give the function's own address, not your site's:\n$ terraform -chdir=terraform output -raw url",
        seen,
    )


def _is_healthy(answer: Answer) -> bool:
    return answer.status == 200 and answer.json.get("status") in ("ok", "paused")  # noqa: PLR2004 - as GET / answers


def _first(deployment: Deployment) -> Answer:
    assert deployment.first is not None  # noqa: S101 - for the type checker: `reachable` comes before
    return deployment.first


def _title(answer: Answer) -> str:
    """The title of an HTML page, which says who wrote it."""
    found = re.search(rb"<title>([^<]{1,400})</title>", answer.body[:_READ], re.IGNORECASE)
    title = " ".join(found[1].decode(errors="replace").split()) if found else ""
    return f" (a page called {quoted(title, 80)})" if title else ""
