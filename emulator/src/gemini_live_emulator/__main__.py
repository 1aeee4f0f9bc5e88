"""`gemini-live-emulator`, or `python -m gemini_live_emulator`: all endpoints on one port, until it is interrupted."""

import argparse
import asyncio
import errno
import os
import pathlib
import signal
import ssl
import sys
import textwrap
import tomllib

from gemini_live_emulator import DEFAULT_KEY, app
from gemini_live_emulator.certificate import Certificate, CertificateError
from gemini_live_emulator.hints import Hints
from gemini_live_emulator.state.options import SWITCHES, Options
from gemini_live_emulator.state.scenario import Scenario, ScenarioError
from gemini_live_emulator.state.state import State

_ABOUT = """\
Google's Gemini Live API on your own machine. It needs no key, no account and no network, and it lets you see what
reached it.

It serves, on one port:
  POST /v1alpha/auth_tokens (and v1beta)     mints ephemeral tokens, as Gemini does
  /ws/google.ai.generativelanguage.…         the Live API's WebSocket, with a scripted, spoken answer
  GET  /v1beta/models                        the Live models
  GET  /v1/projects/…/versions/…:access      Secret Manager
  GET  /computeMetadata/v1/…                 the metadata server that credentials come from
  GET  /_standin/mints, /_standin/sessions   what it saw (more routes: its README)
"""
_EXAMPLES = """\
Point the SDKs at it with the key %(key)s:
  Python:      genai.Client(api_key=…, http_options={"base_url": "http://127.0.0.1:9090", "api_version": "v1alpha"})
  JavaScript:  new GoogleGenAI({apiKey: token, httpOptions: {baseUrl: "http://127.0.0.1:9090", apiVersion: "v1alpha"}})
Python's client.aio.live always uses TLS: give --https for it.
"""


def _certificates() -> pathlib.Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    return (pathlib.Path(cache) if cache else pathlib.Path.home() / ".cache") / "gemini-live-emulator"


def parser() -> argparse.ArgumentParser:
    """The command line's flags; those of `SWITCHES` come from the options themselves."""
    flags = argparse.ArgumentParser(
        prog="gemini-live-emulator",
        description=_ABOUT,
        epilog=textwrap.dedent(_EXAMPLES % {"key": DEFAULT_KEY}),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    flags.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    flags.add_argument("--port", type=int, default=9090, help="port to listen on (9090)")
    flags.add_argument("--key", default=DEFAULT_KEY, help=f"the API key that it accepts ({DEFAULT_KEY})")
    flags.add_argument(
        "--connection-seconds", type=float, default=600, metavar="S", help="how long one socket lives at most (600)"
    )
    flags.add_argument(
        "--go-away-seconds",
        type=float,
        default=10,
        metavar="S",
        help="how long before that end goAway is sent (10, at most a third of the life)",
    )
    flags.add_argument(
        "--speaking-rate", type=float, default=1, metavar="X", help="2 speaks twice as fast; for tests in a hurry (1)"
    )
    flags.add_argument(
        "--strict-mask",
        action="store_true",
        help="refuse a token whose setup holds fields that its field mask does not name",
    )
    for field in SWITCHES:
        choices = field.metadata["choices"]
        flag = "--" + field.name.replace("_", "-")
        flags.add_argument(flag, choices=choices, default=field.default, help=field.metadata["help"])
    flags.add_argument("--scenario", type=pathlib.Path, help="a TOML file of what it says and does (its README)")
    flags.add_argument(
        "--https",
        nargs="?",
        type=pathlib.Path,
        const=_certificates(),
        metavar="FOLDER",
        help="serve TLS with a certificate that openssl makes, kept in a folder (%(const)s)",
    )
    flags.add_argument("--certfile", help="serve TLS with this certificate (PEM)")
    flags.add_argument("--keyfile", help="its private key (PEM)")
    return flags


def _options(given: argparse.Namespace) -> Options:
    switches = {field.name: getattr(given, field.name) for field in SWITCHES}
    return Options(
        key=given.key,
        connection_seconds=given.connection_seconds,
        go_away_seconds=given.go_away_seconds,
        speaking_rate=given.speaking_rate,
        strict_mask=given.strict_mask,
        **switches,
    )


def _tls(given: argparse.Namespace) -> tuple[ssl.SSLContext | None, str]:
    """What TLS is served with, and what clients have to be told about it; raises CertificateError."""
    chain, key, advice = given.certfile, given.keyfile, ""
    if given.https:
        certificate = Certificate(given.https)
        certificate.ensure()
        chain, key, advice = certificate.chain, certificate.key, certificate.advice()
    if not chain:
        return None, ""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context, advice


def _scenario(path: pathlib.Path | None) -> Scenario:
    """What the file holds; raises ScenarioError with the file's name."""
    if path is None:
        return Scenario()
    try:
        return Scenario.read(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error


async def serve(given: argparse.Namespace) -> None:
    """Listen until asked to stop."""
    tls, advice = _tls(given)
    scenario = _scenario(given.scenario)
    hints = Hints(lambda text: print(text, flush=True))
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with app.running(State(_options(given), scenario=scenario), given.host, given.port, tls, hints) as port:
        scheme = "https" if tls else "http"
        print(f"Gemini Live emulator on {scheme}://{given.host}:{port}, key {given.key}", flush=True)
        if advice:
            print(advice, flush=True)
        await stop.wait()


def main() -> int:
    """Run until interrupted; 1 with a sentence when the port is taken, or a file is missing or wrong."""
    given = parser().parse_args()
    try:
        asyncio.run(serve(given))
    except (CertificateError, ScenarioError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        print(f"Port {given.port} is taken: choose another with --port, or end what uses it.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
