"""The checks in their order, and which needs which."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from doctor import allowlist, clocks, health, minting, money, reach, sessions, usage
from doctor.check import Check
from doctor.deployment import Deployment
from doctor.gemini import Gemini
from doctor.secret_manager import Secret, machine_login
from livetoken.settings.environment import Settings

if TYPE_CHECKING:
    from google.auth.credentials import Credentials


def checks() -> list[Check[Deployment]]:
    """What is examined from outside; the order is the one in which a page would meet the failures."""
    return [
        Check("name", reach.name),
        Check("reachable", reach.reachable, ("name",)),
        Check("public", health.public, ("reachable",)),
        Check("health", health.health, ("public",)),
        Check("origin", allowlist.origin, ("health",)),
        Check("look-alikes", allowlist.others, ("origin",)),
        Check("preflight", allowlist.preflight, ("origin",)),
        Check("foreign", allowlist.foreign, ("health",)),
        Check("mints", minting.mints, ("origin",)),
        Check("complete", minting.complete, ("mints",)),
        Check("headers", minting.headers, ("mints",)),
        Check("connects", sessions.connects, ("complete",)),
        Check("lock", sessions.lock, ("connects",)),
        Check("reuse", sessions.reuse, ("connects",)),
        Check("cold-start", clocks.cold_start, ("health",)),
        Check("clock", clocks.clock, ("health",)),
        Check("money", money.conversation, ("connects",)),
        Check("usage", usage.reports, ("mints",)),
    ]


def google_checks(
    settings: Settings, timeout: float, login: Callable[[], "Credentials"] = machine_login
) -> list[Check[Deployment]]:
    """What is examined on Google's side; it also tells something when the function does not answer at all."""
    secret = Secret(settings, timeout, login)
    gemini = Gemini(settings, timeout, lambda: secret.key)
    return [
        Check("secret", lambda _: secret.exists()),
        Check("access", lambda _: secret.access(), ("secret",)),
        Check("key", gemini.key, ("access",)),
        Check("model", gemini.model, ("key",)),
        Check("versions", gemini.versions, ("key",)),
        Check("worst-day", lambda deployment: money.worst_day(deployment.service, timeout, login)),
        Check("usage-log", lambda deployment: usage.arrived(deployment.service, deployment.now(), timeout, login)),
    ]
