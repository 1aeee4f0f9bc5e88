"""Is it there: the host's name, its certificate, and an answer that sends nobody elsewhere."""

import re
import socket
import ssl
from urllib.parse import urlsplit

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.fronts import answers, not_ours
from doctor.network_errors import no_answer
from doctor.quoting import shown
from doctor.web import is_loopback, proxy_for, within

_REDIRECTS = range(300, 400)
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
