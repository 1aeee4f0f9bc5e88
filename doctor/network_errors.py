"""What it means when no answer came at all: names, certificates, connections."""

import http.client
import re
import socket
import ssl
import urllib.error
from urllib.parse import urlsplit

from doctor.finding import Failure


def no_answer(error: BaseException, url: str, timeout: float) -> Failure:  # noqa: PLR0911 - one return for each failure
    """Return what it means that a request, or a connection, ended with `error`."""
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    host = urlsplit(url).hostname
    match error:
        case socket.gaierror() | UnicodeError():
            return Failure(
                f"There is no host called {host}.",
                "Compare the URL, letter by letter, with what the deployment printed:\n"
                "$ terraform -chdir=terraform output -raw url",
            )
        case ssl.SSLCertVerificationError():
            return _certificate(error, str(host))
        case ssl.SSLError():
            return Failure(
                f"{host} does not speak TLS there ({error.reason or 'the handshake broke off'}).",
                "Check the port in the URL; for a function on this machine write http:// instead of https://.",
            )
        case ConnectionRefusedError():
            return Failure(
                "Nothing listens at this address and port.",
                "Check the port in the URL; for a function on this machine, start it (make run).",
            )
        case TimeoutError():
            return Failure(
                f"No complete answer came within {timeout:g} seconds.",
                "Try again; if it stays so, look whether the function starts at all, and whether a firewall "
                "between here and there lets HTTPS through. --timeout waits longer.",
            )
        case ConnectionError() | http.client.HTTPException():
            return Failure(
                f"The connection broke off in the middle of the answer ({type(error).__name__}).",
                "Try again; if it stays so, look in the function's log: the process may be crashing. "
                "A server that expects https:// also breaks off when asked with http://.",
            )
    if tunnel := re.match(r"Tunnel connection failed: (\d{3})\b", str(error), re.ASCII):
        return Failure(
            "The proxy of the network that this machine is in does not let it through to the function.",
            "Give HTTPS_PROXY the proxy's user and password, run the doctor from another network, or ask whoever runs "
            "this one to let the function's address through. Visitors in that network meet the same.",
            f"the proxy answered with {tunnel[1]}",
        )
    return Failure(
        f"The network gave up ({getattr(error, 'strerror', None) or type(error).__name__}).",
        "Check this machine's own connection, then try again.",
    )


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Failure:
    says = error.verify_message.rstrip(".")
    if "self-signed" in says or "unable to get local issuer" in says:
        why = "nobody that browsers trust has signed it"
        fix = "Use the address that Google gave the function (https://….run.app), or give your domain a certificate "
        fix += "that browsers know. Behind a company's proxy, let SSL_CERT_FILE name the company's own certificate."
    elif "expired" in says:
        why = "it has expired"
        fix = "Renew it. If it is new, check this machine's clock."
    elif "mismatch" in says or "not valid for" in says:
        why = f"it is for other names than {host}"
        fix = (
            "Use the name that the certificate is for, or have one made for this name. In the network of a hotel or of "
        )
        fix += "guests, sign in there first: until then it answers in everybody's place."
    else:
        why = "browsers would not accept it"
        fix = "Put it in order at whoever serves this name."
    return Failure(f"The certificate cannot be trusted: {why}.", fix, f"TLS says: {says}")
