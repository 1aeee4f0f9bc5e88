"""Is it there, and is it ours: name and TLS, reachable, public, health."""

import re
import socket
import ssl
from urllib.parse import urlsplit

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.trouble import no_answer
from doctor.web import FORBIDDEN, UNAUTHORIZED, Answer, is_loopback, proxy_for

_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
_NOT_FOUND, _TOO_MANY = 404, 429
_DEFAULT_PORTS = {"http": 80, "https": 443}


def name(deployment: Deployment) -> str:
    """The host's name resolves, and its certificate is one that browsers accept."""
    url = deployment.url
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or _DEFAULT_PORTS[parts.scheme]
    if parts.scheme == "http" and not is_loopback(url):
        raise Failure(
            "The URL begins with http://, and a page on https:// may not call that.",
            f"Run the doctor again with URL=https://{parts.netloc}{parts.path}, and use that address in the page.",
        )
    if proxy := proxy_for(url):
        return f"left to the proxy {urlsplit(proxy).hostname}"
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise no_answer(error, url, deployment.web.timeout) from error
    resolved = " ".join([host, *(f"is {address}" for address in sorted(addresses)[:1] if address != host)])
    if parts.scheme == "http":
        return f"{resolved}; no TLS, as is usual on one's own machine"
    try:
        with (
            socket.create_connection((host, port), deployment.web.timeout) as plain,
            deployment.web.context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            until = dict(secured.getpeercert() or {}).get("notAfter")
    except ssl.SSLError as error:
        raise no_answer(error, url, deployment.web.timeout).seen(resolved) from error
    except OSError:  # no connection at all is what the next check tells
        return f"{resolved}; TLS could not be tried"
    return f"{resolved}; certificate valid until {until}"


def reachable(deployment: Deployment) -> str:
    """Something answers over HTTP, and it does not send pages elsewhere."""
    deployment.first = answer = deployment.get()
    if answer.status not in _REDIRECTS:
        return f"answered in {1000 * answer.seconds:.0f} ms"
    target = answer.header("Location").partition("?")[0]
    try:
        where = urlsplit(target)
    except ValueError:
        where = urlsplit("")
    there = f"{where.scheme}://{where.netloc}{where.path}" if where.netloc else target
    seen = f"{answer.described()}, to {there}"
    if where.hostname == "accounts.google.com":
        raise Failure(
            "It asks visitors to sign in to Google first (Identity-Aware Proxy, or a private service).",
            "Switch that off for this service: it must be open to everybody, and refuses strangers itself.",
            seen,
        )
    raise Failure(
        "It redirects. Browsers do not follow a redirect when they ask for permission first, so no page gets a token.",
        f"If that is where the function is, use this address in the page: {there}",
        seen,
    )


def public(deployment: Deployment) -> str:
    """Requests reach our code: nobody in front of it turns visitors away."""
    answer = _first(deployment)
    if answer.status not in (FORBIDDEN, UNAUTHORIZED) or answer.code:
        return "open to everybody"
    place = deployment.place
    raise Failure(
        "The function is not public: Cloud Run turns every visitor away before our code runs. It looks like a CORS "
        "error in the browser's console, but no CORS or allowlist setting will cure it.",
        "Let everybody call it; it refuses strangers itself (Terraform: public = true, then apply):\n"
        f"{place.hint}"
        f"$ gcloud run services add-iam-policy-binding {place.name} {place.flags} --member=allUsers "
        "--role=roles/run.invoker\n"
        "If your organisation forbids allUsers (domain restricted sharing), switch the check itself off instead:\n"
        f"$ gcloud run services update {place.name} {place.flags} --no-invoker-iam-check",
        f"{answer.described()}, and not in the form in which our own code refuses" + _title(answer),
    )


def health(deployment: Deployment) -> str:
    """It is livetoken that answers, and it has started."""
    answer = _first(deployment)
    status = answer.json.get("status")
    if answer.status == 200 and status in ("ok", "paused"):  # noqa: PLR2004 - what a health check answers
        return "it runs" if status == "ok" else "it runs, and is paused (PAUSED)"
    seen, place = answer.described() + _title(answer), deployment.place
    logs = f"{place.hint}$ gcloud run services logs read {place.name} {place.flags} --limit=50"
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
            f"{place.hint}$ gcloud run services describe {place.name} {place.flags} "
            "--format='value(status.url,metadata.annotations)'",
            seen,
        )
    raise Failure(
        "Something else than livetoken answers here.",
        "Give the function's own address, not your site's:\n$ terraform -chdir=terraform output -raw url",
        seen,
    )


def _first(deployment: Deployment) -> Answer:
    assert deployment.first is not None  # noqa: S101 - for the type checker: `reachable` comes before
    return deployment.first


def _title(answer: Answer) -> str:
    """The title of an HTML page, which says who wrote it."""
    found = re.search(rb"<title>\s*([^<]{1,80}?)\s*</title>", answer.body, re.IGNORECASE)
    return f" (a page called “{found[1].decode(errors='replace')}”)" if found else ""
