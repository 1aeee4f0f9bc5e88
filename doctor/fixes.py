"""What each of livetoken's refusals means to the site's owner, and what to do about it."""

import re

from doctor.deployment import Deployment
from doctor.finding import Failure
from doctor.fronts import between, not_ours
from doctor.quoting import quoted
from doctor.web import Answer

_MEANINGS = {
    "origin_not_allowed": (
        "The site is on the allowlist, but the prompt file's own `origins` do not list it.",
        "Add the site to `origins` in the prompt file, or examine another one with --prompt NAME.",
    ),
    "caller_not_verified": (
        "The function wants to know who calls (setting CALLERS), and the doctor cannot sign in.",
        "Give it what a signed-in page sends: --header 'Authorization: Bearer …' or 'X-Firebase-AppCheck: …'.",
    ),
    "paused": (
        "It is paused: the kill switch is thrown.",
        "Remove the setting PAUSED (Terraform: paused) and deploy, when it shall go on.",
    ),
    "misconfigured": (
        "Gemini does not accept what the function asks for: a wrong key, model, API version, region or prompt file.",
        "The log names which. With --project the doctor looks at the key and the model itself.",
    ),
    "upstream_error": (
        "Gemini gave no usable answer.",
        "Try again in a minute. If it stays so, the log names Gemini's status.",
    ),
    "upstream_timeout": (
        "Gemini did not answer in time.",
        "Try again in a minute. If it stays so, check that the function may reach the Internet (VPC egress).",
    ),
    "upstream_busy": (
        "Your Gemini quota is used up.",
        "Wait a moment, or raise the quota or spend limit of the key's project in Google AI Studio.",
    ),
    "temporarily_unavailable": (
        "The function cannot have what it needs first: the key, LIMITS_STORAGE, or the signing keys of CALLERS.",
        "The log names which. With --project the doctor looks at the secret itself.",
    ),
    "internal": ("The function met an error that nobody expected.", "The log holds the place in the code."),
    "invalid_request": (
        "The function refuses an ordinary request; it may be another version than this doctor.",
        "Deploy this repository's version, then run the doctor again.",
    ),
}


def refused(deployment: Deployment, answer: Answer) -> Failure:
    """Return what it means that an honest page got `answer` instead of a token."""
    wait = answer.header("Retry-After")
    wait = wait if re.fullmatch(r"[0-9]{1,6}", wait, re.ASCII) else ""
    if answer.code == "rate_limited":
        soon = f"in {wait} s" if wait else "in a minute"
        return Failure(
            "The limit of tokens per address or site is used up: the function works as it should.",
            f"Run the doctor again {soon}. If visitors meet this, raise LIMIT_PER_ADDRESS or LIMIT_PER_ORIGIN.",
            answer.described(),
        )
    if not answer.code:
        if between(answer):
            return not_ours(answer, deployment)
        empty = "token" in answer.json and answer.token is None
        return Failure(
            "The answer holds an empty token." if empty else "The answer holds no token, and no reason why.",
            "This is not how livetoken answers. Compare the address with what the deployment printed, or deploy it.",
            answer.described(),
        )
    cause, fix = _MEANINGS.get(answer.code, ("The function refuses.", "The log says why."))
    says = quoted(answer.json["error"])
    if answer.code == "paused" and wait:
        cause += f" Visitors read: {says}"
    if "log" in fix:
        fix += "\n" + log_command(deployment, answer)
    return Failure(cause, fix, f"{answer.described()}: {says}")


def log_command(deployment: Deployment, answer: Answer, field: str = "jsonPayload.message") -> str:
    """Return the command that prints what the log says about this very request."""
    request_id = str(answer.json.get("requestId", ""))
    known = re.fullmatch(r"[0-9A-Za-z]{1,64}", request_id, re.ASCII)
    query = f'jsonPayload.requestId="{request_id}"' if known else "severity>=WARNING"
    project = deployment.service.project
    return f"$ gcloud logging read '{query}' --project={project} --limit=10 --format='value({field})'"
