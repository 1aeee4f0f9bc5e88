"""Time: how long a visitor waits at first, and whether the clocks agree."""

import statistics
from datetime import datetime, timedelta

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.minting import server_time

SKEW_SECONDS = 30.0  # the Date header counts whole seconds, and packets travel; this is beyond both
_REPEATS = 3


def cold_start(deployment: Deployment) -> str:
    """The first answer of this run, which may have had to start an instance, beside later ones."""
    first, token = deployment.first, deployment.token
    assert first is not None  # noqa: S101 - for the type checker: `reachable` comes before
    later = statistics.median(deployment.get().seconds for _ in range(_REPEATS))
    measured = f"first answer {1000 * first.seconds:.0f} ms, later {1000 * later:.0f} ms"
    if token:
        measured += f", first token {1000 * token.seconds:.0f} ms"
    slowest = max(first.seconds, token.seconds if token else 0)
    if slowest > deployment.slow_seconds:
        raise Failure(
            f"A visitor may wait {slowest:.0f} seconds for the first word.",
            "Give the function a whole CPU and 512 MiB or more, choose a region near your visitors, and let the page "
            "ask GET / when it loads. min_instances = 1 keeps one running, and costs by the hour.",
            measured,
        )
    cold = first.seconds > max(5 * later, 0.5)
    return measured + ("; the instance was probably cold" if cold else "; the instance was probably running already")


def clock(deployment: Deployment) -> str:
    """This machine's clock, the server's Date header and the token's times agree."""
    answer = deployment.token or deployment.first
    assert answer is not None  # noqa: S101 - for the type checker: `reachable` comes before
    server = server_time(answer)
    if server is None:
        raise Failure(
            "The answer has no readable Date header.",
            "Keep whatever stands in front of the function from removing it.",
        )
    here = deployment.received_at if deployment.token else deployment.now()
    assert here is not None  # noqa: S101 - for the type checker: `mints` notes it
    ahead = (here - timedelta(seconds=answer.seconds / 2) - server).total_seconds()
    if abs(ahead) > SKEW_SECONDS:
        raise Failure(
            f"This machine's clock is {span(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} the server's. "
            "Google's is right; elsewhere, either may be wrong.",
            "Set this machine's clock by the network, and run the doctor again:\n$ sudo timedatectl set-ntp true",
            f"here {here:%H:%M:%S}, there {server:%H:%M:%S} UTC",
        )
    agreed = "this machine and the server agree to the second" if abs(ahead) < 2 else f"{abs(ahead):.0f} s apart"  # noqa: PLR2004 - what whole seconds can show
    if not deployment.token:
        return agreed
    left = {name: _left(deployment.token.json.get(name), server) for name in ("expiresAt", "newSessionExpiresAt")}
    lasts, waits = (span(seconds) if seconds else "?" for seconds in left.values())  # `complete` judges these
    return f"{agreed}; the token lasts {lasts} and must be used within {waits}"


def _left(text: object, now: datetime) -> float | None:
    try:
        return (datetime.fromisoformat(str(text)) - now).total_seconds()
    except (ValueError, TypeError):
        return None


def span(seconds: float) -> str:
    """A length of time as people say it."""
    whole = round(seconds)
    if whole < 120:  # noqa: PLR2004 - two minutes
        return f"{whole} s"
    if whole < 7200:  # noqa: PLR2004 - two hours
        return f"{round(whole / 60)} min"
    return f"{round(whole / 3600)} h"
