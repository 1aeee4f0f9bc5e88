"""Is it there, and is it ours: name and TLS, reachable, public, health."""

import re
import socket
import ssl
from urllib.parse import urlsplit

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.fronts import answers, between, not_ours
from doctor.network_errors import no_answer
from doctor.quoting import quoted, shown
from doctor.web import FORBIDDEN, UNAUTHORIZED, Answer, is_loopback, proxy_for, within

_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
_NOT_FOUND, _TOO_MANY = 404, 429
_TURNS_AWAY = (UNAUTHORIZED, 402, FORBIDDEN, 405, 406, 407, 451, 511)
_READ = 64 * 1024  # bytes of a page that are searched
_SIGN_INS = {
    "accounts.google.com": "to Google first (Identity-Aware Proxy, or a private service)",
    "cloudflareaccess.com": "first (Cloudflare Access)",
    "login.microsoftonline.com": "to Microsoft first",
    "vercel.com": "to Vercel first (deployment protection)",
}
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
        until = within(deployment.web.timeout, lambda: _certificate_ends(deployment, host, port))
    except ssl.SSLError as error:
        raise no_answer(error, url, deployment.web.timeout).seen(resolved) from error
    except OSError:  # no connection at all is what the next check tells
        return f"{resolved}; TLS could not be tried"
    return f"{resolved}; certificate valid until {until}"


def _certificate_ends(deployment: Deployment, host: str, port: int) -> str:
    with (
        socket.create_connection((host, port), deployment.web.timeout) as plain,
        deployment.web.context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return shown(str(dict(secured.getpeercert() or {}).get("notAfter")), r"[\w: ]{1,40}")


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
    host = where.netloc.rpartition("@")[2]
    there = shown(f"{where.scheme}://{host}{where.path}" if host else target)
    seen = f"{answer.described()}, to {there}"
    asks = next((asks for name, asks in _SIGN_INS.items() if re.search(rf"(^|\.){name}$", where.hostname or "")), "")
    if asks:
        raise Failure(
            f"It asks visitors to sign in {asks}.",
            "Switch that off for this service: it must be open to everybody, and refuses strangers itself.",
            seen,
        )
    if answers(answer):
        raise not_ours(answer, deployment).seen(seen)
    raise Failure(
        "It redirects. Browsers do not follow a redirect when they ask for permission first, so no page gets a token.",
        f"If that is where the function is, use this address in the page: {there}\n"
        "If it is the sign-in page of the network that this machine is in (a hotel's, a guest's), sign in there first.",
        seen,
    )


def public(deployment: Deployment) -> str:
    """Requests reach our code: nobody in front of it turns visitors away."""
    answer = _first(deployment)
    if answer.code or _is_healthy(answer) or not (answer.status in _TURNS_AWAY or answers(answer)):
        return "open to everybody"
    seen, service = f"{answer.described()}, and not in the form in which our own code refuses", deployment.service
    if not _is_cloud_run(answer):
        raise _turned_away(deployment, answer).seen(seen + _title(answer))
    raise Failure(
        "The function is not public: Cloud Run turns every visitor away before our code runs. It looks like a CORS "
        "error in the browser's console, but no CORS or allowlist setting will fix it.",
        "Let everybody call it; it refuses strangers itself (Terraform: public = true, then apply):\n"
        f"{service.hint}"
        f"$ gcloud run services add-iam-policy-binding {service.name} {service.flags} --member=allUsers "
        "--role=roles/run.invoker\n"
        "If your organisation forbids allUsers (domain restricted sharing), switch the check itself off instead:\n"
        f"$ gcloud run services update {service.name} {service.flags} --no-invoker-iam-check",
        seen + _title(answer),
    )


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
    if b"Your client does not have permission" in answer.body:  # its words; whoever passed them on did not write them
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
