"""Who may ask: the site's own origin, nobody that only looks like it, no stranger; and what browsers are told."""

from doctor.deployment import Deployment, accepts, turned_away
from doctor.finding import Failure
from doctor.fixes import log_command
from doctor.fronts import between, not_ours
from doctor.look_alikes import could_be_listed, look_alikes, mix_ups
from doctor.quoting import shown
from doctor.web import Answer

FOREIGN = "https://foreign.example"
_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_PREFLIGHT_OK = range(200, 300)


def origin(deployment: Deployment) -> str:
    """The site's own origin is on the allowlist, and so are the others that were named."""
    for own in deployment.origins:
        if own != deployment.origin and deployment.preflight(own).header(_ALLOW_ORIGIN) == own:
            continue  # said without a request that counts: an address may ask but ten times a minute
        answer = _probe(deployment, own)
        accepted = accepts(answer)
        if accepted is None:
            raise not_ours(answer, deployment)
        if not accepted:
            raise _not_accepted(deployment, own, answer)
    return f"{' and '.join(deployment.origins)} may ask"


def _not_accepted(deployment: Deployment, own: str, answer: Answer) -> Failure:
    """Return what it means that `own` is refused: mostly that something like it is listed."""
    others = {difference: other for difference, other in mix_ups(own).items() if not deployment.names(other)}
    listed = [(difference, other) for difference, other in others.items() if accepts(_probe(deployment, other))]
    if listed:
        difference, other = listed[0]
        return Failure(
            f"{own} is not on the allowlist, but {other} is (they differ in: {difference}). "
            "You have probably listed that one instead.",
            f"Write {own} into ALLOWED_ORIGINS (Terraform: allowed_origins), and deploy. "
            "If visitors really come from the other one, run the doctor with "
            f"ORIGIN={other}",
            answer.described(),
        )
    add = (
        f"Add it to ALLOWED_ORIGINS (Terraform: allowed_origins), written exactly so, and deploy: {own}\n"
        "The browser's console says what a page's origin is: open the page and enter location.origin there."
    )
    if any(map(accepts, deployment.probed.values())):  # so origins arrive as they are sent
        return Failure(f"{own} is not on the function's allowlist.", add, answer.described())
    front = between(answer)
    who = front.name if front else "something in between (a CDN, a load balancer, a proxy)"
    arrived = log_command(deployment, answer, "jsonPayload.origin")
    keep = f"let {who} pass the header Origin of POST requests on unchanged."
    told = [deployment.preflight(own), *([deployment.first] if deployment.first else [])]
    if any(seen.header(_ALLOW_ORIGIN) == own for seen in told):
        return Failure(
            f"{own} may ask, as the answers to other requests say, but the origin of its POST does not arrive: {who} "
            "takes the header Origin away, or changes it.",
            f"{keep[0].upper()}{keep[1:]} The log says which origin arrived:\n{arrived}",
            answer.described(),
        )
    return Failure(
        f"The function refuses {own}: its allowlist lacks this origin, or {who} takes the header Origin away.",
        f"{add}\nIf it is there already: {keep} The log says which origin arrived, or `none`:\n{arrived}",
        answer.described(),
    )


def others(deployment: Deployment) -> str:
    """No origin that only looks like the site's may ask."""
    tried = {
        difference: other for difference, other in look_alikes(deployment.origin).items() if not deployment.names(other)
    }
    answers = {difference: _probe(deployment, other) for difference, other in tried.items()}
    unclear = (answer for answer in answers.values() if accepts(answer) is None and not turned_away(answer))
    if (answer := next(unclear, None)) is not None:
        raise not_ours(answer, deployment)
    accepted = [tried[difference] for difference, answer in answers.items() if accepts(answer)]
    if not accepted:
        return f"refused: {', '.join(tried)}"
    seen = f"{len(accepted)} of {len(tried)} accepted"
    if not all(map(could_be_listed, accepted)):
        raise Failure(
            f"Origins are compared carelessly: {' and '.join(accepted)} may ask for tokens, too, on your bill.",
            "Deploy this repository's livetoken: it compares origins byte for byte.",
            seen,
        )
    raise Failure(
        f"{' and '.join(accepted)} may ask for tokens, too, on your bill.",
        "If that is no site of yours, remove it from ALLOWED_ORIGINS (Terraform: allowed_origins), and deploy. "
        f"If it is listed on purpose, tell the doctor so: ORIGIN={','.join([*deployment.listed, *accepted])}",
        seen,
    )


def preflight(deployment: Deployment) -> str:
    """Browsers learn that a page of the site may send JSON by POST."""
    answer = deployment.preflight(deployment.origin)
    allowed = answer.header(_ALLOW_ORIGIN)
    deploy = "Deploy livetoken anew as it is, and keep whatever stands in front of it from changing these headers."
    if answer.status not in _PREFLIGHT_OK and between(answer):
        raise not_ours(answer, deployment)
    faults = []
    if answer.status not in _PREFLIGHT_OK:
        faults.append(f"the answer is {answer.described()}, and browsers want 204")
    if not allowed:
        faults.append(f"{_ALLOW_ORIGIN} is missing")
    elif allowed != deployment.origin:
        faults.append(f"{_ALLOW_ORIGIN} is {shown(allowed)}, not {deployment.origin}")
    if not _lists(answer, "Access-Control-Allow-Methods", "post"):
        faults.append("Access-Control-Allow-Methods does not list POST")
    faults += [
        f"Access-Control-Allow-Headers does not list {header}"
        for header in ("content-type", *(name.lower() for name in deployment.headers))
        if not _lists(answer, "Access-Control-Allow-Headers", header)
    ]
    if not _lists(answer, "Vary", "origin"):
        faults.append("Vary does not list Origin, so a cache may give one site the answer meant for another")
    if faults:
        raise Failure(
            f"{'; '.join(faults)}. The page may not ask, or not read the answer; browsers call it a CORS error.",
            deploy,
            answer.described(),
        )
    return "POST with JSON is allowed to this origin, and to it alone"


def foreign(deployment: Deployment) -> str:
    """A foreign origin, the origin `null` and a missing one get neither a token nor permission to read."""
    asked: dict[str, str | None] = {FOREIGN: FOREIGN, "Origin: null": "null", "no Origin": None}
    own = deployment.probed.get(deployment.origin)
    own_may_ask = own is not None and accepts(own)  # else nobody knows whom a 403 that is not ours keeps out
    open_to, told = [], []
    for who, claimed in asked.items():
        answer = deployment.ask(claimed)
        if accepts(answer) is None and not (turned_away(answer) and own_may_ask):
            raise not_ours(answer, deployment)
        if accepts(answer):
            open_to.append(who)
        if answer.header(_ALLOW_ORIGIN):
            told.append(who)
    if deployment.preflight(FOREIGN).header(_ALLOW_ORIGIN):
        told.append("preflight of " + FOREIGN)
    if open_to:
        raise Failure(
            f"It mints for strangers ({', '.join(open_to)}): anybody can have conversations on your bill.",
            "Pause it now (PAUSED=1), then deploy livetoken itself, with your sites in ALLOWED_ORIGINS.",
            "not refused",
        )
    if told:
        raise Failure(
            f"It refuses strangers, but tells their browsers that they may read the answer ({', '.join(told)}).",
            f"Something in front of the function adds {_ALLOW_ORIGIN}; let it pass the function's headers unchanged.",
            "refused with CORS headers",
        )
    return "a foreign origin, null and none are refused, without CORS headers"


def _probe(deployment: Deployment, claimed: str) -> Answer:
    """Ask once as `claimed` in a way that costs no token where livetoken answers."""
    if claimed not in deployment.probed:
        deployment.probed[claimed] = deployment.ask(claimed)
    return deployment.probed[claimed]


def _lists(answer: Answer, header: str, value: str) -> bool:
    entries = [entry.strip().lower() for line in answer.headers.get_all(header, []) for entry in line.split(",")]
    return value in entries or ("*" in entries and header != "Vary")
