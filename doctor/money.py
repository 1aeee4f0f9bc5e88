"""What it may cost: a conversation, by the token's life and the prompt file in this folder; a day, by the limits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from dev import costs
from doctor.clocks import span
from doctor.cloud_run import Service
from doctor.deployed import CLOUD_RUN, Deployed, read
from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.minting import LONGEST, minted, server_time
from livetoken.settings import rules
from livetoken.settings.environment import TABLE
from livetoken.settings.origins import parse_origins

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

ROOT = Path(__file__).resolve().parent.parent
_UNKNOWN = "unknown: livetoken/usage/prices.json has no price for the model"


def conversation(deployment: Deployment, prompts: Path = ROOT / "prompts") -> str:
    """What one conversation costs at most: its model, how long the token lasts, whether the context is compressed."""
    answer = minted(deployment)
    ends, clocks = datetime.fromisoformat(answer.json["expiresAt"]), (server_time(answer), deployment.received_at)
    left = [
        ends - clock for clock in clocks if clock and timedelta() < ends - clock <= LONGEST
    ]  # `complete` has looked
    seconds = round(left[0].total_seconds())
    model, name = str(answer.json["model"]).removeprefix("models/"), f"prompts/{answer.json['prompt']}.md"
    window = costs.Talk(model, costs.table()["worst_case"]["window_tokens"])
    talk = next((talk for talk in _talks(prompts / f"{answer.json['prompt']}.md") if talk.model == model), None)
    usd = (talk or window).usd(seconds)
    what = f"{span(seconds)} of {model} cost {_dollars(usd)}"
    if talk is None:
        return f"{what}; {name} is not in this folder, so whether it compresses its context is not known"
    if talk.context_tokens < window.context_tokens:
        return f"{what}; {name} compresses its context at {talk.context_tokens} tokens"
    return (
        f"{what}; {name} never compresses its context, so each turn bills the whole conversation again: "
        "context_window_compression bounds that"
    )


def worst_day(service: Service, timeout: float, login: Callable[[], "Credentials"], base_url: str = CLOUD_RUN) -> str:
    """What the worst day costs, by the limits that are deployed."""
    if any(value.isupper() for value in service):
        return "not looked at: only an address such as https://NAME-NUMBER.REGION.run.app tells where it is deployed"
    deployed = read(service, timeout, login, base_url)
    try:
        return day(deployed)
    except ValueError as error:
        raise Failure(
            "The deployed settings are not of the form that this version of livetoken knows.",
            "Examine the function with the version that is deployed, or deploy this one.",
        ) from error


def day(deployed: Deployed, root: Path = ROOT) -> str:
    """What so many conversations cost as the limits let through, for each site and each instance that counts alone."""
    texts = {setting.name: deployed.environment.get(setting.name, "").strip() or setting.default for setting in TABLE}
    sites = len(parse_origins(texts["ALLOWED_ORIGINS"]))
    shared = texts["LIMITS_STORAGE"] != "memory://" or "LIMITS_STORAGE" in deployed.secrets
    counters = 1 if shared else deployed.instances
    tokens = costs.tokens(rules.limits(texts["LIMIT_PER_ORIGIN"]), costs.DAY) * sites * counters
    seconds = int(texts["TOKEN_SECONDS"])
    files = sorted((root / texts["PROMPTS"]).glob("*.md"))
    talks = [talk.usd(seconds) for file in files for talk in _talks(file)]
    known = [usd for usd in talks if usd is not None]
    worst = max(known) * tokens if known and len(known) == len(talks) else None
    counts = f"sites: {sites}, counters: {counters}"
    if not shared and counters > 1:
        counts += ", as each instance counts for itself"
    return (
        f"LIMIT_PER_ORIGIN={texts['LIMIT_PER_ORIGIN']} lets through {tokens} conversations a day of {span(seconds)} "
        f"({counts}); with the prompt files in this folder they cost {_dollars(worst)}"
    )


def _talks(file: Path) -> list[costs.Talk]:
    """What a prompt file lets a page talk to; nothing where there is no such file, or none that can be read."""
    try:
        return costs.talks(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []


def _dollars(usd: Fraction | None) -> str:
    return f"at most {float(usd):,.2f} dollars" if usd is not None else _UNKNOWN
