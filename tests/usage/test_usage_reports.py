"""`POST /api/usage`: what a page reports is one line of the log, and nobody else hears of it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dev import processes
from livetoken.errors import InvalidRequest, every_refusal
from livetoken.prompts.front_matter import FrontMatter
from livetoken.usage import prices
from livetoken.usage import report as usage
from livetoken.usage.report import Report
from tests.support import ORIGIN, ROOT, MakeClient, post
from tests.usage.reports import REPORT, bad_reports

Report_ = Callable[..., Any]
OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


@pytest.fixture(name="report")
def _report(client: FlaskClient) -> Report_:
    """Return a function that sends a good report, of which some fields are others."""
    return lambda **fields: post(client, REPORT | fields, "/api/usage")


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was logged of requests since the last look."""
    return [line for text in capfd.readouterr().out.splitlines() if "httpRequest" in (line := json.loads(text))]


def test_one_line(report: Report_, capfd: pytest.CaptureFixture[str]) -> None:
    """Its line says that a client reported it, what, and for how many dollars; nothing of the visitor."""
    answer = report()
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Cache-Control"] == "no-store"
    (line,) = lines(capfd)
    assert (
        line.pop("httpRequest").items() >= {"requestMethod": "POST", "requestUrl": "/api/usage", "status": 204}.items()
    )
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    line.pop("logging.googleapis.com/labels")
    assert re.fullmatch(r"[0-9a-f]{16}", line.pop("requestId"))
    assert line == {
        "severity": "INFO",
        "message": "usage, as a client reports it",
        "code": "ok",
        "origin": ORIGIN,
        "reportedBy": "client",
        "prompt": "voice-assistant",
        "promptVersion": "01234567",
        "model": "gemini-3.8-live",
        "usage": {
            "requestId": "0123456789abcdef",
            "conversation": "0123456789abcdef",
            "sequence": 1,
            "seconds": 60.0,
            "turns": 3,
            "tokens": {"in": {"text": 2212, "audio": 6130}, "out": {"audio": 840, "thoughts": 10}},
            "reconnects": 0,
            "ended": None,
            "errors": ["microphone_silent"],
            "thumbs": {"up": 1, "down": 0},
            "usd": 0.030174,  # a millionth of 2212 * 0.75 + 6130 * 3 + 840 * 12 + 10 * 4.5
        },
    }


def test_smallest_report(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    """What a page does not count is nothing; a model may be named with or without its prefix."""
    needed = ("requestId", "sequence", "prompt", "promptVersion", "seconds")
    report = {name: REPORT[name] for name in needed} | {"model": "gemini-3.8-live"}
    assert post(client, report, "/api/usage").status_code == 204
    (line,) = lines(capfd)
    assert line["usage"]["tokens"] == {"in": {}, "out": {}}
    assert (line["usage"]["turns"], line["usage"]["usd"], line["usage"]["thumbs"]) == (0, 0.0, {})


@pytest.mark.parametrize(
    "fields",
    [
        {"tokens": {"in": {"video": 1}}},
        {"tokens": {"in": {"text": 5, "image": 1}}},
        {"model": "models/gemini-3.8-live-extended-thinking"},
    ],
)
def test_unknown_price(
    fields: dict[str, Any], make_client: MakeClient, prompt_folder: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """A model or a modality without a price is unknown, never nothing."""
    config = "config: {thinking_config: {thinking_level: LOW}}"
    folder = prompt_folder("---\nmodel: [gemini-3.8-live]\n---\nSpeak.")
    prompt_folder(f"---\nmodel: gemini-3.8-live-extended-thinking\n{config}\n---\nSpeak.", "thinking")
    client = make_client(PROMPTS=folder)
    prompt = "thinking" if "model" in fields else "voice-assistant"
    assert post(client, REPORT | {"prompt": prompt} | fields, "/api/usage").status_code == 204
    assert lines(capfd)[-1]["usage"]["usd"] == "unknown"


def test_no_modality_counts_as_the_dearest(report: Report_, capfd: pytest.CaptureFixture[str]) -> None:
    """What Gemini counted without saying of what is not cheap."""
    report(tokens={"in": {"unspecified": 1000, "video": 0}, "out": {"unspecified": 1000}})
    assert lines(capfd)[-1]["usage"]["usd"] == 0.015


def test_the_token_s_own_line_joins(make_client: MakeClient, capfd: pytest.CaptureFixture[str]) -> None:
    """The answer's `requestId` and `promptVersion` are those of its line, so reports find the token."""
    client = make_client()
    answer = post(client).json
    (line,) = [line for line in lines(capfd) if line["code"] == "ok"]
    assert (line["requestId"], line["promptVersion"]) == (answer["requestId"], answer["promptVersion"])
    assert re.fullmatch(r"[0-9a-f]{16} [0-9a-f]{8}", f"{answer['requestId']} {answer['promptVersion']}")
    joined = {name: answer[name] for name in ("requestId", "prompt", "promptVersion", "model")}
    report = {"sequence": 7, "seconds": 1.25, "conversation": "f" * 16, "ended": "resumed", "reconnects": 1, **joined}
    assert post(client, report, "/api/usage").status_code == 204
    usage = lines(capfd)[-1]["usage"]
    assert usage["requestId"] == line["requestId"]
    assert (
        usage.items()
        >= {"sequence": 7, "seconds": 1.2, "conversation": "f" * 16, "ended": "resumed", "reconnects": 1}.items()
    )


def test_nobody_is_asked(make_client: MakeClient, cloud: processes.Google) -> None:
    """Neither Gemini nor Secret Manager hears of a report, and no key is needed for one."""
    nowhere = "http://127.0.0.1:1"
    client = make_client(
        GEMINI_API_KEY="",
        GEMINI_API_KEY_SECRET="projects/p/secrets/s/versions/1",
        GEMINI_BASE_URL=nowhere,
        SECRET_MANAGER_BASE_URL=nowhere,
    )
    before = cloud.requests()
    assert post(client, REPORT, "/api/usage").status_code == 204
    assert cloud.requests() == before


@pytest.mark.parametrize("off", ["off", "0", "false", "No"])
def test_off(off: str, make_client: MakeClient) -> None:
    """Where the owner wants no reports, there is no such address, for anybody and any method."""
    client = make_client(USAGE_REPORTS=off)
    for method in ("POST", "OPTIONS", "GET"):
        answer: Any = client.open("/api/usage", method=method, headers={"Origin": ORIGIN})
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert post(client).status_code == 200


def test_a_window_of_its_own(make_client: MakeClient) -> None:
    """An address may report four times as often as it may ask for tokens; neither costs the other anything."""
    client = make_client(LIMIT_PER_ADDRESS="2/minute", LIMIT_PER_ORIGIN="3/minute")
    reports = [post(client, REPORT, "/api/usage") for _ in range(9)]
    assert [answer.status_code for answer in reports] == [204] * 8 + [429]
    assert 0 < int(reports[-1].headers["Retry-After"]) <= 61
    assert [post(client).status_code for _ in range(3)] == [200, 200, 429]
    assert post(client, REPORT, "/api/usage", X_Forwarded_For="198.51.100.7").status_code == 204


def test_a_flood_of_bad_reports_meets_its_limit(make_client: MakeClient) -> None:
    """What is at fault itself counts for its address, and for nothing else."""
    client = make_client(LIMIT_PER_ADDRESS="1/minute")
    assert [post(client, {}, "/api/usage").status_code for _ in range(5)] == [400] * 4 + [429]
    assert post(client).status_code == 200


def test_callers_are_verified(make_client: MakeClient) -> None:
    """Where callers are verified, they are for a report, too; nobody's places are taken by those who are not."""
    client = make_client(LIMIT_PER_ADDRESS="1/minute", CALLERS="firebase-auth:shop-1")
    assert [post(client, REPORT, "/api/usage").status_code for _ in range(6)] == [401] * 6


def test_while_paused(make_client: MakeClient) -> None:
    """Conversations go on while no new token is minted, and so do their reports."""
    client = make_client(PAUSED="1")
    assert post(client).status_code == 503
    assert post(client, REPORT, "/api/usage").status_code == 204


def test_a_prompt_of_other_sites(make_client: MakeClient, prompt_folder: Any) -> None:
    """What a site may not use it has not used."""
    folder = prompt_folder("---\norigins: [https://b.example]\n---\nSpeak.", "other")
    prompt_folder("Speak.")
    client = make_client(PROMPTS=folder, ALLOWED_ORIGINS=f"{ORIGIN},https://b.example")
    answer = post(client, REPORT | {"prompt": "other"}, "/api/usage")
    assert (answer.status_code, answer.json["code"]) == (403, "origin_not_allowed")
    assert post(client, REPORT | {"prompt": "other"}, "/api/usage", Origin="https://b.example").status_code == 204


def test_no_longer_than_the_prompt_s_tokens_live(make_client: MakeClient, prompt_folder: Any) -> None:
    """A prompt file's own `token_seconds` bounds what may be reported of it."""
    client = make_client(PROMPTS=prompt_folder("---\ntoken_seconds: 90\n---\nSpeak."))
    for seconds, status in ((90, 204), (90.1, 400)):
        assert post(client, REPORT | {"seconds": seconds}, "/api/usage").status_code == status


def test_preflight(client: FlaskClient) -> None:
    """An allowed origin learns that it may report, a stranger learns nothing."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = client.options("/api/usage", headers={"Origin": ORIGIN, **asked})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
    stranger = client.options("/api/usage", headers={"Origin": "https://evil.example", **asked})
    assert not [name for name, _ in stranger.headers if name.startswith("Access-Control")]


def test_bad_reports_are_refused_by_name(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    """Each row of tests/hostile/usage.txt in this process: its status, its code, and nothing of it in the log."""
    rows = bad_reports()
    assert len(rows) > 100
    for case, sent in rows:
        answer: Any = client.post("/api/usage", data=sent, content_type="application/json", headers={"Origin": ORIGIN})
        assert f"{answer.status_code} {answer.json['code']}" == case.columns[0].rpartition(" ")[0], case.reason
    printed = capfd.readouterr().out
    assert '"reportedBy"' not in printed
    assert not re.search("kept.secret|HYPERLINK|AIza", printed)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["0123456789abcdef", "up", "quota"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["in", "out", "audio", "up", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*REPORT, "conversation", "ended", "x", "é"]), json_values))
def test_whatever_is_sent(fields: dict[str, Any]) -> None:
    """A report is taken or refused; what is taken keeps the contract, and holds nothing but known words and numbers."""
    refused = ""
    try:
        report = Report.from_fields(REPORT | fields)
        report.require_possible(FrontMatter.of({}), 1800)
    except InvalidRequest as refusal:
        refused = refusal.sentence
    if refused:
        assert re.fullmatch(r"The (field '[\w.]{1,40}'|request) .+\.", refused)
        return
    jsonschema.validate(REPORT | fields, {"$ref": "#/components/schemas/Usage", "components": OPENAPI["components"]})
    words = re.findall(r'"([^"]*)"', json.dumps(report.logged()))
    known = {*usage.ENDINGS, *usage.CLIENT_ERRORS, *usage.TOKENS_IN, *usage.TOKENS_OUT, "in", "out", "up", "down"}
    known |= {refusal.code for refusal in every_refusal()} | set(report.logged())
    assert all(word in known or re.fullmatch(r"[0-9a-f]{16}", word) for word in words)


def test_the_contract_names_what_the_code_knows() -> None:
    """docs/openapi.yaml has the code's fields, modalities, endings, codes and bounds."""
    schema = OPENAPI["components"]["schemas"]["Usage"]
    fields = schema["properties"]
    assert (set(fields), set(schema["required"])) == (set(usage._READERS), set(usage._REQUIRED))
    assert list(fields["tokens"]["properties"]["in"]["properties"]) == list(usage.TOKENS_IN)
    assert list(fields["tokens"]["properties"]["out"]["properties"]) == list(usage.TOKENS_OUT)
    assert fields["ended"]["enum"] == list(usage.ENDINGS)
    assert set(fields["errors"]["items"]["enum"]) == set(usage._CODES)
    assert fields["errors"]["maxItems"] == usage.ERRORS
    assert (fields["sequence"]["maximum"], fields["thumbs"]["properties"]["up"]["maximum"]) == (
        usage.SEQUENCES,
        usage.THUMBS,
    )


def test_codes_are_the_client_s() -> None:
    """Each error of the client's can be reported."""
    source = (ROOT / "client" / "src" / "errors.js").read_text(encoding="utf-8")
    table = re.search(r"SENTENCES = Object\.freeze\(\{(.*?)\n\}\)", source, re.DOTALL)
    assert table
    assert tuple(re.findall(r"(?m)^  (\w+):", table[1])) == usage.CLIENT_ERRORS


def test_the_page_about_logs_knows_each_field() -> None:
    """docs/logs.md describes exactly the fields of `usage`, and its example costs what it says."""
    section = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8").split("## Usage")[1].split("\n## ")[0]
    rows = [name for row in re.findall(r"(?m)^\| (`.+?) \|", section) for name in re.findall(r"`(\w+)`", row)]
    example = json.loads(section.split("```")[1].removeprefix("json"))
    assert set(rows) - {"usage"} == set(Report.from_fields(REPORT).logged()) | {"usd"} == set(example["usage"])
    tokens = example["usage"]["tokens"]
    assert prices.usd(example["model"], tokens["in"], tokens["out"]) == example["usage"]["usd"]


def test_a_prompt_s_own_token_seconds_and_budget(
    make_client: MakeClient, prompt_folder: Any, cloud: processes.Google
) -> None:
    """The token lives as long as its prompt file says; its budget travels with the answer, and with no other."""
    folder = prompt_folder("---\ntoken_seconds: 90\nbudget: {minutes: 10}\n---\nSpeak.", "short")
    prompt_folder("Speak.")
    client = make_client(PROMPTS=folder)
    before = datetime.now(UTC)
    answers = [post(client, {"prompt": name}).json for name in ("short", "voice-assistant")]
    after = datetime.now(UTC)
    assert [answer.get("budget") for answer in answers] == [{"minutes": 10}, None]
    for mint, seconds in zip(cloud.mints()[-2:], (90, 1800), strict=True):
        expires, begins = (
            datetime.fromisoformat(mint["body"][name]) for name in ("expireTime", "newSessionExpireTime")
        )
        assert before <= expires - timedelta(seconds=seconds) <= after
        assert begins <= expires
    for answer in answers:
        jsonschema.validate(answer, {"$ref": "#/components/schemas/Token", "components": OPENAPI["components"]})
