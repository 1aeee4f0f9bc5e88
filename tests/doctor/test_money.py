"""What it may cost: told by the same reckoning as Terraform's, never a zero where nothing is known."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.auth.exceptions import DefaultCredentialsError
from google.oauth2.credentials import Credentials

from dev import costs, processes
from doctor import money, usage
from doctor.cloud_run import Service
from doctor.deployed import Deployed
from doctor.finding import Failure
from tests.doctor.conftest import Examine
from tests.doctor.front import Answering, Asked, Reply
from tests.doctor.test_minting import changed

InFront = Callable[[Answering], str]
SERVICE = Service("livetoken", "us-central1", "my-project")
COMPRESSED = "---\nconfig:\n  context_window_compression: {trigger_tokens: 8000, sliding_window: {}}\n---\nHello."


def dollars(context: int, seconds: int, tokens: int = 1) -> str:
    """Return what so many talks to the default model cost, as it is printed."""
    usd = costs.Talk("gemini-3.8-live", context).usd(seconds)
    assert usd is not None
    return f"at most {float(usd * tokens):,.2f} dollars"


def test_a_conversation(examine: Examine, function: processes.Function) -> None:
    """The shipped prompt file, the token's life, and what they cost together."""
    (talk, *_) = costs.talks((money.ROOT / "prompts" / "voice-assistant.md").read_text())
    detail = examine(function.url)["money"].detail
    assert detail.startswith(f"30 min of gemini-3.8-live cost {dollars(talk.context_tokens, 1800)}; ")
    assert f"prompts/voice-assistant.md compresses its context at {talk.context_tokens} tokens" in detail


@pytest.mark.parametrize(
    ("text", "context", "words"),
    [
        (COMPRESSED, 8000, "compresses its context at 8000 tokens"),
        ("Hello.", 131_072, "never compresses its context"),
        (None, 131_072, "is not in this folder"),
        ("---\nmodel: another-live\n---\nHello.", 131_072, "is not in this folder"),
        ("---\n[\n---\nHello.", 131_072, "is not in this folder"),
    ],
    ids=["compressed", "not", "absent", "another-model", "broken"],
)
def test_whether_it_compresses(
    examine: Examine, function: processes.Function, tmp_path: Path, text: str | None, context: int, words: str
) -> None:
    """The prompt file in this folder tells; without it, the most is said."""
    if text is not None:
        (tmp_path / "voice-assistant.md").write_text(text)
    said = money.conversation(examine(function.url).deployment, tmp_path)
    assert words in said
    assert dollars(context, 1800) in said


def test_an_unknown_price(examine: Examine, in_front: InFront) -> None:
    """A model without a price costs an unknown sum, not none."""
    detail = examine(in_front(changed(model="models/another-live")))["money"].detail
    assert "cost unknown: livetoken/usage/prices.json has no price for the model" in detail


DAYS: list[tuple[dict[str, str], frozenset[str], int, int, str]] = [
    ({"LIMIT_PER_ORIGIN": "60/minute;500/day"}, frozenset(), 1, 500, "sites: 1, counters: 1)"),
    ({"LIMIT_PER_ORIGIN": "10/minute"}, frozenset(), 1, 14_400, "sites: 1, counters: 1)"),
    (
        {"LIMIT_PER_ORIGIN": "100/day"},
        frozenset(),
        3,
        300,
        "sites: 1, counters: 3, as each instance counts for itself)",
    ),
    ({"LIMIT_PER_ORIGIN": "100/day", "LIMITS_STORAGE": "redis://10.0.0.3"}, frozenset(), 3, 100, "counters: 1)"),
    ({"LIMIT_PER_ORIGIN": "100/day"}, frozenset({"LIMITS_STORAGE"}), 3, 100, "counters: 1)"),
    (
        {"LIMIT_PER_ORIGIN": "100/day", "ALLOWED_ORIGINS": "https://a.example, https://b.example"},
        frozenset(),
        1,
        200,
        "sites: 2, counters: 1)",
    ),
]


@pytest.mark.parametrize(("environment", "secrets", "instances", "tokens", "counts"), DAYS)
def test_the_worst_day(
    tmp_path: Path, environment: dict[str, str], secrets: frozenset[str], instances: int, tokens: int, counts: str
) -> None:
    """Limits times sites times counters times the dearest conversation."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "one.md").write_text(COMPRESSED)
    (tmp_path / "prompts" / "two.md").write_text("Hello.")
    settings = {"ALLOWED_ORIGINS": "https://a.example", "TOKEN_SECONDS": "600", **environment}
    said = money.day(Deployed(settings, secrets, instances), tmp_path)
    assert f"lets through {tokens} conversations a day of 10 min" in said
    assert counts in said
    assert dollars(131_072, 600, tokens) in said


def test_the_worst_day_is_unknown(tmp_path: Path) -> None:
    """One model without a price, or no prompt file at all, leaves the sum unknown."""
    deployed = Deployed({"ALLOWED_ORIGINS": "https://a.example"}, frozenset(), 1)
    assert "they cost unknown" in money.day(deployed, tmp_path)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "one.md").write_text("---\nmodel: [gemini-3.8-live, another-live]\n---\nHello.")
    assert "they cost unknown" in money.day(deployed, tmp_path)


def deployed_as(**environment: Any) -> dict[str, Any]:
    """Return a service as Cloud Run's API describes it."""
    variables = [
        {"name": name, **({"value": value} if isinstance(value, str) else {"valueSource": {"secretKeyRef": value}})}
        for name, value in {"ALLOWED_ORIGINS": "https://a.example", **environment}.items()
    ]
    return {
        "name": "projects/my-project/locations/us-central1/services/livetoken",
        "template": {"scaling": {"maxInstanceCount": 2}, "containers": [{"image": "x", "env": variables}]},
    }


def answered(reply: Reply, asked_for: list[str]) -> Answering:
    """Return a way of answering as Cloud Run's API; what is asked for, and as whom, is noted."""

    def answering(asked: Asked) -> Reply:
        asked_for.append(f"{asked.method} {asked.path} {asked.headers['Authorization']}")
        return reply

    return answering


def login() -> Credentials:
    """Return a login without an account."""
    return Credentials(token="a-token-of-the-owner")  # type: ignore[no-untyped-call]


def test_what_is_deployed_is_asked_of_cloud_run(in_front: InFront) -> None:
    """One request for the service that the address names, as the owner; its settings and instances count."""
    asked_for: list[str] = []
    service = deployed_as(LIMIT_PER_ORIGIN="7/day", LIMITS_STORAGE={"secret": "redis"})
    reply = Reply(200, [("Content-Type", "application/json")], json.dumps(service).encode())
    said = money.worst_day(SERVICE, 5, login, in_front(answered(reply, asked_for)))
    assert "LIMIT_PER_ORIGIN=7/day lets through 7 conversations a day" in said
    assert asked_for == [
        "GET /v2/projects/my-project/locations/us-central1/services/livetoken Bearer a-token-of-the-owner"
    ]


def test_instances_of_cloud_run(in_front: InFront) -> None:
    """The least of the bounds counts; where none is set, Cloud Run's own."""
    for scaling, service, counters in ((None, None, 100), (2, None, 2), (5, 3, 3)):
        found = deployed_as(LIMIT_PER_ORIGIN="7/day")
        found["template"]["scaling"] = {"maxInstanceCount": scaling} if scaling else {}
        found["scaling"] = {"maxInstanceCount": service} if service else {}
        url = in_front(answered(Reply(200, [("Content-Type", "application/json")], json.dumps(found).encode()), []))
        assert f"counters: {counters}," in money.worst_day(SERVICE, 5, login, url)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(403, [], b"{}"), "this account may not look"),
        (Reply(404, [], b"{}"), "Cloud Run does not say how the function is deployed."),
        (Reply(302, [("Location", "https://foreign.example/")]), "does not say"),
        (Reply(200, [], b"no json"), "does not say"),
        (Reply(200, [], b"[]"), "does not say"),
        (Reply(200, [], b"{}"), "does not say"),
        (Reply(200, [], b'{"template": {"containers": [{"env": [{"value": 7}]}]}}'), "does not say"),
        (Reply(200, [], json.dumps(deployed_as(LIMIT_PER_ORIGIN="soon")).encode()), "not of the form"),
    ],
    ids=["denied", "absent", "redirect", "text", "list", "empty", "odd", "another-version"],
)
def test_cloud_run_says_nothing(in_front: InFront, reply: Reply, expected: str) -> None:
    """No answer, or an odd one, is a failure with a fix."""
    with pytest.raises(Failure, match=expected) as failed:
        money.worst_day(SERVICE, 5, login, in_front(answered(reply, [])))
    assert failed.value.fix


def test_nobody_is_logged_in() -> None:
    """Without a login it says so by its kind."""

    def nobody() -> Credentials:
        raise DefaultCredentialsError

    with pytest.raises(Failure, match="does not say") as failed:
        money.worst_day(SERVICE, 5, nobody)
    assert failed.value.detail == "DefaultCredentialsError"


@pytest.mark.parametrize("service", [Service(), Service("livetoken"), Service("livetoken", "REGION", "my-project")])
def test_an_address_that_does_not_tell(service: Service) -> None:
    """Without region and name there is nothing to ask for; that is no failure."""
    assert money.worst_day(service, 5, login).startswith("not looked at")


NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"entries": [{"timestamp": "2026-11-25T10:00:00.123456Z"}]}, "arrived at 2026-11-25T10:00:00.123456Z"),
        ({"entries": []}, "no usage report has arrived within 7 days"),
        ({}, "no usage report has arrived within 7 days"),
    ],
    ids=["one", "none", "nothing"],
)
def test_when_the_last_report_arrived(in_front: InFront, entries: dict[str, Any], said: str) -> None:
    """One request to Cloud Logging, as the owner, for this service's reports within seven days."""
    asked_for: list[Asked] = []

    def answering(asked: Asked) -> Reply:
        asked_for.append(asked)
        return Reply(200, [("Content-Type", "application/json")], json.dumps(entries).encode())

    assert said in usage.arrived(SERVICE, NOW, 5, login, in_front(answering))
    (asked,) = asked_for
    assert (asked.method, asked.path) == ("POST", "/v2/entries:list")
    assert asked.headers["Authorization"] == "Bearer a-token-of-the-owner"
    wanted = json.loads(asked.body)
    assert wanted["resourceNames"] == ["projects/my-project"]
    assert 'service_name="livetoken"' in wanted["filter"]
    assert 'timestamp>="2026-11-19T12:00:00Z"' in wanted["filter"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(403, [], b"{}"), "this account may not look"),
        (Reply(302, [("Location", "https://foreign.example/")]), "does not say"),
        (Reply(200, [], b"no json"), "does not say"),
        (Reply(200, [], b"[]"), "does not say"),
        (Reply(200, [], b'{"entries": 7}'), "does not say"),
        (Reply(200, [], b'{"entries": ["x"]}'), "does not say"),
        (Reply(200, [], b'{"entries": [{"timestamp": "soon"}]}'), "does not say"),
    ],
    ids=["denied", "redirect", "text", "list", "number", "texts", "no time"],
)
def test_cloud_logging_says_nothing(in_front: InFront, reply: Reply, expected: str) -> None:
    """No answer, or an odd one, is a failure with a fix."""
    with pytest.raises(Failure, match=expected) as failed:
        usage.arrived(SERVICE, NOW, 5, login, in_front(answered(reply, [])))
    assert "roles/logging.viewer" in failed.value.fix


def test_no_log_without_an_address_that_tells() -> None:
    """Without region and name there is nothing to ask for; that is no failure."""
    assert usage.arrived(Service(), NOW, 5, login).startswith("not looked at")


def test_usage_reports_are_taken(examine: Examine, function: processes.Function) -> None:
    """A function that takes reports says so by refusing one that is none; the doctor tells how to see them."""
    detail = examine(function.url)["usage"].detail
    assert detail.startswith("usage reports are taken; what has arrived: $ gcloud logging read")
    assert 'jsonPayload.reportedBy="client"' in detail
    assert detail.endswith("--format=json | make usage")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            Reply(
                404,
                [("Content-Type", "application/json")],
                b'{"error": "x.", "code": "not_found", "requestId": "0123456789abcdef"}',
            ),
            "USAGE_REPORTS is off",
        ),
        (Reply(404, [("Content-Type", "text/html")], b"<h1>Nothing here</h1>"), "is not known"),
    ],
    ids=["off", "a front lets nothing through"],
)
def test_usage_reports_are_not_taken(examine: Examine, in_front: InFront, reply: Reply, words: str) -> None:
    """Where there is no such address, the owner learns why he sees no usage."""

    def answering(asked: Asked) -> Reply:
        return reply if asked.path == "/api/usage" else asked.relay()

    assert words in examine(in_front(answering))["usage"].detail
