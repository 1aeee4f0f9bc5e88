"""Whether a revision is bound less than the one that replaced it: the pipeline never goes back to such a one.

A page that is paused, a limit that was lowered, a site that was taken off the list: each may be what keeps the owner
from harm at this moment. So a revision counts as bound less unless it can be shown that it is not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from livetoken.settings import rules
from livetoken.settings.environment import TABLE

# Settings that bound nothing: another value of them is no reason to stay.
_HARMLESS = {"DEFAULT_PROMPT", "GEMINI_API_VERSION", "PROMPTS"}
_DEFAULTS = {setting.name: setting.default for setting in TABLE}
_MAX_SCALE = "autoscaling.knative.dev/maxScale"
_NO_BOUND = 1_000_000  # instances of a revision that names none


def bound_less(previous: Mapping[str, Any], protection: Mapping[str, Any]) -> list[str]:
    """Return in what the revision `previous` is bound less, a sentence each; empty when in nothing.

    Args:
        previous: what `gcloud run revisions describe --format=json` prints.
        protection: Terraform's output of that name: `settings` by name, and `max_instances`.
    """
    old, new = _settings(previous), protection["settings"]
    reasons = []
    for name in sorted({*old, *new} & set(_DEFAULTS) - _HARMLESS):
        before, now = old.get(name) or _DEFAULTS[name], new.get(name) or _DEFAULTS[name]
        if before != now and not _RULES.get(name, _never)(before, now):
            reasons.append(f"{name} was another, or allowed more.")
    if _instances(previous) > protection["max_instances"]:
        reasons.append("It may run more instances.")
    return reasons


def _settings(revision: Mapping[str, Any]) -> dict[str, str]:
    """Return a revision's environment; of a secret only its name."""
    [container] = revision["spec"]["containers"]
    return {
        entry["name"]: entry.get("value", "")
        if "valueFrom" not in entry
        else f"secret {entry['valueFrom']['secretKeyRef']['name']}"
        for entry in container.get("env", [])
    }


def _instances(revision: Mapping[str, Any]) -> int:
    return int(revision["metadata"].get("annotations", {}).get(_MAX_SCALE, _NO_BOUND))


def _never(_before: str, _now: str) -> bool:
    return False


def _fewer_origins(before: str, now: str) -> bool:
    return {origin.strip() for origin in before.split(",")} <= {origin.strip() for origin in now.split(",")}


def _not_more(before: str, now: str) -> bool:
    return int(before) <= int(now)


def _tighter(before: str, now: str) -> bool:
    """Whether each window of `now` is kept by some window of `before`: so many of them cover it, and hold no more."""
    return all(
        any(had.amount * -(-limit.seconds // had.seconds) <= limit.amount for had in rules.limits(before))
        for limit in rules.limits(now)
    )


def _still_paused(before: str, now: str) -> bool:
    return rules.paused(now.strip()) is None or rules.paused(before.strip()) is not None


def _no_callers_now(_before: str, now: str) -> bool:
    return not now


_RULES: Mapping[str, Callable[[str, str], bool]] = {
    "ALLOWED_ORIGINS": _fewer_origins,
    "CALLERS": _no_callers_now,
    "LIMIT_PER_ADDRESS": _tighter,
    "LIMIT_PER_ORIGIN": _tighter,
    "NEW_SESSION_SECONDS": _not_more,
    "PAUSED": _still_paused,
    "TOKEN_SECONDS": _not_more,
}
