"""`python -m doctor URL --origin ORIGIN`: examines a deployed function and says what to do."""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doctor.check import run
from doctor.deployment import Deployment
from doctor.examination import checks, google_checks
from doctor.live import Live
from doctor.report import Lines, document
from doctor.web import Web
from doctor.websocket_url import parse_hosts
from livetoken.prompts.locked import SETUP_FIELDS
from livetoken.settings.environment import Settings, SettingsError
from livetoken.settings.origins import parse_origins

if TYPE_CHECKING:
    from doctor.finding import Finding

DEFAULT_SECRET = "livetoken-gemini-api-key"  # noqa: S105 - the name that Terraform gives it
_GOOGLE_SETTINGS = ("GEMINI_BASE_URL", "SECRET_MANAGER_BASE_URL", "GEMINI_API_VERSION")
_EPILOG = """\
examples:
  make doctor URL=https://livetoken-123456789012.us-central1.run.app ORIGIN=https://shop.example
  python -m doctor https://… --origin https://shop.example,https://www.shop.example --json
  python -m doctor https://… --origin https://shop.example --project my-project

A healthy function is asked for one token, which is used up.
Exit status: 0 all is well, 1 a check failed, 2 wrong usage.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m doctor",
        description="Examines a deployed livetoken function from outside: each check gets a line, each failure a fix.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("url", metavar="URL", help="where pages ask for tokens")
    made.add_argument(
        "--origin",
        required=True,
        metavar="ORIGIN",
        help="a site on the allowlist, https://host[:port]; more of them, separated by commas, count as listed, too",
    )
    made.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    made.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="for each answer (30)")
    made.add_argument("--prompt", metavar="NAME", help="the prompt file to ask for (the function's default)")
    made.add_argument(
        "--open", default="", metavar="FIELDS", help="setup fields that this prompt file leaves open on purpose"
    )
    made.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="sent along; for functions with CALLERS"
    )
    made.add_argument(
        "--websocket",
        default="",
        metavar="HOSTS",
        help="host[:port], separated by commas, where sessions may be opened, beside Google's; for GEMINI_BASE_URL",
    )
    made.add_argument(
        "--speak", action="store_true", help="let the model speak once, to see whose instruction counts (under a cent)"
    )
    made.add_argument("--project", metavar="P", help="look at Google's side, too: secret, key, model, API versions")
    made.add_argument(
        "--secret", default=DEFAULT_SECRET, metavar="S", help=f"the secret's name in that project ({DEFAULT_SECRET})"
    )
    return made


def examined(given: argparse.Namespace) -> Deployment:
    """The deployment that the command line names.

    Raises:
        ValueError: with a sentence, when it names none.
    """
    parts = urlsplit(given.url)
    if (
        not re.fullmatch(r"[!-~]+", given.url)
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in given.url
    ):
        raise ValueError(f"URL: {given.url!r} is not an address such as https://livetoken-….run.app")
    _ = parts.port  # raises ValueError where it is no number
    try:
        origins = parse_origins(given.origin)
    except ValueError as mistakes:
        raise ValueError("--origin: " + str(mistakes).replace("\n", "; ")) from mistakes
    headers = {}
    for header in given.header:
        name, colon, value = header.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name) or not value.strip().isprintable():
            raise ValueError("--header: must be like 'Authorization: Bearer TOKEN'")
        headers[name] = value.strip()
    opened = tuple(filter(None, (name.strip() for name in given.open.split(","))))
    if unknown := [name for name in opened if name not in SETUP_FIELDS or name == "model"]:
        raise ValueError(f"--open: {unknown[0]!r} is not a field that a prompt file can leave open")
    try:
        websockets = parse_hosts(given.websocket)
    except ValueError as mistake:
        raise ValueError(f"--websocket: {mistake}") from mistake
    if not 0 < given.timeout <= 600:  # noqa: PLR2004 - ten minutes
        raise ValueError("--timeout: must be more than 0 and at most 600 seconds")
    web = Web(given.timeout)
    live = Live(given.timeout, web.context)
    return Deployment(
        given.url,
        origins,
        web,
        live,
        prompt=given.prompt,
        opened=opened,
        headers=headers,
        websockets=websockets,
        project=given.project,
        speak=given.speak,
    )


def google_settings(given: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The function's own settings for Google's side, checked by the function's own rules.

    Raises:
        SettingsError: project, secret or an address is not of its form.
    """
    secret = given.secret if "/" in given.secret else f"projects/{given.project}/secrets/{given.secret}/versions/latest"
    own = {name: environment[name] for name in _GOOGLE_SETTINGS if name in environment}
    required = {"ALLOWED_ORIGINS": given.origin, "GEMINI_API_KEY_SECRET": secret}
    return Settings.from_environment(required | own)


def main(arguments: Sequence[str] | None = None) -> int:
    """Examine, report, and return the exit status."""
    given = parser().parse_args(arguments)
    try:
        deployment = examined(given)
        settings = google_settings(given, os.environ) if given.project else None
    except (ValueError, SettingsError) as mistake:
        print(f"{mistake}\nSee python -m doctor --help", file=sys.stderr)
        return 2
    planned = checks()
    if settings:
        planned += google_checks(settings, given.timeout)
    lines = Lines(sys.stderr if given.json else sys.stdout)
    quiet = given.json and not sys.stderr.isatty()
    findings: list[Finding] = []
    if not quiet:
        lines.title(deployment.url, deployment.origin)
    started = (lambda _: None) if quiet else lines.started
    for finding in run(planned, deployment, started, secrets=deployment.secrets):
        findings.append(finding)
        if not quiet:
            lines.finding(finding)
    if given.json:
        counts = deployment.minted, deployment.minted_with_key
        print(document(deployment.url, deployment.origin, findings, *counts))
    else:
        lines.summary(findings, deployment.minted, deployment.minted_with_key)
    return 0 if all(finding.ok for finding in findings) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
