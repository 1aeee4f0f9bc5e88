"""Every hostile request of tests/hostile against the real server, over a raw socket."""

import base64
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dev import processes
from tests.faults.conftest import KEY
from tests.faults.corpus import Case, RawRequest, lines, raw_requests, spelled_out
from tests.faults.raw import ADDRESS, WORDS, Answer, ask, exchange, keeps_the_contract, request
from tests.support import ORIGIN, soon, warm_function
from tests.usage.reports import REPORT, bad_reports


def by_reason(case: Case) -> str:
    """Return a case's name in the test report."""
    return re.sub(r"\W+", "-", f"{case.columns[0][:40]} {case.reason}")


@pytest.fixture(scope="module", name="answers")
def _answers(google: processes.Google, livetoken: processes.Function) -> list[Answer]:
    """Every answer of this module, for the search through all of them; the first one's id is where its log begins."""
    return [ask(livetoken.port, request(b"{"))]


@pytest.fixture(name="mints")
def _mints(google: processes.Google, answers: list[Answer]) -> Any:
    """Return a function that says how often Gemini and Secret Manager have been asked since the test began."""

    def count() -> tuple[int, int]:
        seen = google.requests()
        return seen["gemini"]["count"], seen["secret"]["count"]

    before = count()
    return lambda: tuple(now - then for now, then in zip(count(), before, strict=True))


def requests_logged(livetoken: processes.Function, first: Answer, expected: int) -> int:
    """Return how many requests the function has logged from `first` on, as soon as there are `expected` of them."""

    def count() -> int:
        lines = itertools.dropwhile(lambda line: first.json["requestId"] not in line, livetoken.lines())
        return sum("httpRequest" in line for line in lines)

    soon(lambda: count() >= expected)
    return count()


@pytest.mark.parametrize("raw", raw_requests(), ids=lambda raw: raw.name)
def test_request_file(raw: RawRequest, livetoken: processes.Function, answers: list[Answer], mints: Any) -> None:
    """A file's request gets the answer written in it; refused ones cost nothing."""
    got = exchange(livetoken.port, raw.sends, close=raw.close, count=raw.answers)
    answers += got
    assert len(got) == raw.answers, raw.why
    status, word = raw.expect.split()
    for answer in got:
        if word == "html":  # the server or the framework refuses: the function is not run, and nothing is repeated
            assert str(answer.status) == status
            assert answer.header("Content-Type") != "application/json"
        else:
            lone_good = re.findall(r"(?mi)^origin:[ ]*(.*?)[ ]*\r?$", raw.head) == [ORIGIN]
            keeps_the_contract(answer, readable=lone_good, head=word == "head")
            assert str(answer.status) == status if word == "head" else answer.outcome == raw.expect, raw.why
            if status == "405":
                assert answer.header("Allow") == ("POST, OPTIONS" if "/api/" in raw.head else "GET, POST, OPTIONS")
    assert mints() == (len(got) if status == "200" else 0, 0)


@pytest.mark.parametrize("case", lines("origins.txt"), ids=by_reason)
def test_origin(case: Case, livetoken: processes.Function, answers: list[Answer], mints: Any) -> None:
    """No origin but the listed one gets a token, a readable answer, or a preflight that allows anything."""
    origin = spelled_out(case.columns[0]).decode("latin-1")
    posted = ask(livetoken.port, request(Origin=origin))
    preflight = ask(livetoken.port, request(b"", method="OPTIONS", Origin=origin, Access_Control_Request_Method="POST"))
    reported = ask(livetoken.port, request(REPORT, path="/api/usage", Origin=origin))
    answers += [posted, preflight, reported]
    if re.search(r"[\x00-\x08\x0b-\x1f]", origin.replace("\r\n", "")):
        assert (posted.status, preflight.status, reported.status) == (
            400,
            400,
            400,
        )  # the server refuses control characters itself
    else:
        keeps_the_contract(posted, readable=False)
        assert posted.outcome == "403 origin_not_allowed", case.reason
        keeps_the_contract(reported, readable=False)
        assert reported.outcome == "403 origin_not_allowed", case.reason
        keeps_the_contract(preflight, readable=False)
        assert preflight.status == 204
    assert not [
        name
        for answer in (posted, preflight, reported)
        for name, _ in answer.headers
        if name.startswith("Access-Control")
    ]
    assert mints() == (0, 0)


@pytest.mark.parametrize("case", lines("media_types.txt"), ids=by_reason)
def test_media_type(case: Case, livetoken: processes.Function, answers: list[Answer], mints: Any) -> None:
    """Only plain JSON in UTF-8 is read; requiring it makes every browser ask first."""
    outcome, value = case.columns
    kind = None if value == "(none)" else spelled_out(value).decode("latin-1")
    answer = ask(livetoken.port, request({"pageContent": WORDS}, Content_Type=kind))
    answers.append(answer)
    keeps_the_contract(answer, readable=True)
    assert answer.outcome == outcome, case.reason
    assert mints() == (int(outcome.startswith("200")), 0)
    reported = ask(livetoken.port, request(REPORT, path="/api/usage", Content_Type=kind))
    answers.append(reported)
    keeps_the_contract(reported, readable=True)
    assert reported.status == 204 or reported.outcome == outcome, case.reason
    assert mints() == (int(outcome.startswith("200")), 0), "a report asks nobody"


@pytest.mark.parametrize("case", lines("bodies.txt"), ids=by_reason)
def test_body(case: Case, livetoken: processes.Function, answers: list[Answer], mints: Any) -> None:
    """A body that is not one strict object of good fields is refused, the field named where that is safe."""
    outcome, _, field = (
        case.columns[0].rpartition(" ") if case.columns[0].count(" ") == 2 else (case.columns[0], "", "")
    )
    answer = ask(livetoken.port, request(spelled_out(case.columns[1])))
    answers.append(answer)
    keeps_the_contract(answer, readable=True)
    assert answer.outcome == outcome, case.reason
    named = re.findall(r"'([^']*)'", answer.json["error"])[:1]
    assert named == ([field] if field not in ("", "-") else []), case.reason
    assert mints() == (0, 0)


@pytest.mark.parametrize(("case", "sent"), bad_reports(), ids=[by_reason(case) for case, _ in bad_reports()])
def test_usage(case: Case, sent: bytes, livetoken: processes.Function, answers: list[Answer], mints: Any) -> None:
    """A report that no token can have come to is refused, the field named where that is safe; nobody is asked."""
    outcome, _, field = case.columns[0].rpartition(" ")
    answer = ask(livetoken.port, request(sent, path="/api/usage"))
    answers.append(answer)
    keeps_the_contract(answer, readable=True)
    assert answer.outcome == outcome, case.reason
    assert re.findall(r"'([^']*)'", answer.json["error"])[:1] == ([field] if field != "-" else []), case.reason
    assert mints() == (0, 0)


def instruction(google: processes.Google) -> str:
    """Return the system instruction of the newest token; empty when there is none."""
    setup = google.mints()[-1]["body"]["bidiGenerateContentSetup"]
    return "".join(part["text"] for part in setup.get("systemInstruction", {"parts": []})["parts"])


@pytest.mark.parametrize("case", lines("page_texts.txt"), ids=lambda case: re.sub(r"\W+", "-", case.reason))
@pytest.mark.parametrize("prompt", ["voice-assistant", "guide"])
def test_page_text(
    case: Case, prompt: str, google: processes.Google, livetoken: processes.Function, answers: list[Answer]
) -> None:
    """A strange text gets a token: cleaned, literal, and whole between two marks that carry this request's marker."""
    fields, absent, present = (json.loads(spelled_out(column.replace("\\", "\\\\"))) for column in case.columns)
    answer = ask(livetoken.port, request({**fields, "prompt": prompt}))
    answers.append(answer)
    keeps_the_contract(answer, readable=True)
    assert answer.outcome == "200 ok"
    text = instruction(google)
    fences = re.findall(r"<(page-\w+) ([0-9a-f]{16})>\n(.*?)\n</\1 \2>", text, re.DOTALL)
    markers = {marker for _, marker, _ in fences} - {"0123456789abcdef"}
    (marker,) = markers
    for name in ("page-title", "page-url", "page-content", "page-sections"):
        assert text.count(f"<{name} {marker}>") == text.count(f"</{name} {marker}>") <= 1
    inside = "\n".join(content for _, _, content in fences)
    outside = re.sub(r"<(page-\w+) ([0-9a-f]{16})>\n.*?\n</\1 \2>", "", text, flags=re.DOTALL)
    for words in present:
        assert words in inside, case.reason
        assert words not in outside or len(words) < 5, case.reason
    for words in absent:
        assert words not in text, case.reason


@pytest.mark.parametrize("case", lines("empty_texts.txt"), ids=lambda case: re.sub(r"\W+", "-", case.reason))
def test_empty_text(case: Case, google: processes.Google, livetoken: processes.Function, answers: list[Answer]) -> None:
    """A text of which nothing is left is as good as absent: the default prompt then sets no instruction."""
    answer = ask(livetoken.port, request({"pageContent": json.loads(case.columns[0])}))
    answers.append(answer)
    assert answer.outcome == "200 ok"
    assert "systemInstruction" not in google.mints()[-1]["body"]["bidiGenerateContentSetup"], case.reason


@pytest.mark.parametrize(
    ("headers", "methods"),
    [
        ({"Origin": "https://evil.net", "Access_Control_Request_Method": "POST"}, None),
        ({"Origin": None, "Access_Control_Request_Method": "POST"}, None),
        ({"Access_Control_Request_Method": "POST"}, "POST"),
        ({"Access_Control_Request_Method": "DELETE"}, None),
        ({}, None),
        (
            {
                "Access_Control_Request_Method": "POST",
                "Access_Control_Request_Headers": "x-other",
                "Access_Control_Request_Private_Network": "true",
            },
            "POST",
        ),
    ],
    ids=["stranger", "no-origin", "ours", "delete", "no-method", "private-network"],
)
def test_preflight(
    headers: dict[str, Any],
    methods: str | None,
    livetoken: processes.Function,
    answers: list[Answer],
    mints: Any,
) -> None:
    """A preflight is answered empty, allows POST to ours alone, and never mints."""
    answer = ask(livetoken.port, request(b"", method="OPTIONS", **headers))
    answers.append(answer)
    ours = "Origin" not in headers
    keeps_the_contract(answer, readable=ours)
    assert answer.status == 204
    assert answer.header("Access-Control-Allow-Methods") == methods
    assert answer.header("Access-Control-Allow-Headers") is None
    assert mints() == (0, 0)


def unsigned(**header: str) -> str:
    """Return a token without a usable signature, with this header."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, {"sub": WORDS})
    ]
    return ".".join([*parts, "c2lnbmF0dXJl"])


PROOFS = {
    "none": None,
    "empty": " ",
    "words": WORDS,
    "4 KB": "x" * 4096,
    "three parts of garbage": "a.b.c",
    "alg none": unsigned(alg="none", kid="1", typ="JWT"),
    "HS256": unsigned(alg="HS256", kid="1", typ="JWT"),
    "no key id": unsigned(alg="RS256", typ="JWT"),
    "an unsecured JWS": unsigned(alg="none").removesuffix("c2lnbmF0dXJl"),
    "a key in its own header": unsigned(alg="RS256", jku="http://127.0.0.1:1/keys", typ="JWT"),
    "two": f"a.b.c\r\nX-Firebase-AppCheck: {WORDS}",
}


@pytest.fixture(scope="module", name="verifying")
def _verifying(google: processes.Google) -> Iterator[processes.Function]:
    """The function with App Check on; its key is given, so that it reads no secret while others count."""
    env: dict[str, str | None] = {
        "CALLERS": "firebase-app-check:123",
        "GEMINI_API_KEY": KEY,
        "GEMINI_API_KEY_SECRET": None,
    }
    with processes.function(google, [ORIGIN], env=env) as function:
        yield function


@pytest.mark.parametrize("proof", PROOFS)
def test_proof(
    proof: str, google: processes.Google, verifying: processes.Function, answers: list[Answer], mints: Any
) -> None:
    """With App Check on, nothing that is no signed token gets past, however the body looks; Gemini is not asked."""
    for path in ("/", "/api/usage"):
        answer = ask(verifying.port, request(b"{", path=path, X_Firebase_AppCheck=PROOFS[proof]))
        keeps_the_contract(answer, readable=True)
        assert answer.outcome == "401 caller_not_verified"
    assert mints()[0] == 0
    assert WORDS not in "\n".join(verifying.lines())


def test_eleventh_request_of_a_minute(google: processes.Google, answers: list[Answer]) -> None:
    """With the limits as shipped an address gets ten tokens a minute: strangers' tries do not count, nor help forged hops."""
    with warm_function(google) as livetoken:
        for number in range(10):
            foreign = request(Origin="https://stranger.example", X_Forwarded_For=f"10.0.0.{number}, {ADDRESS}")
            assert ask(livetoken.port, foreign).outcome == "403 origin_not_allowed"
            assert ask(livetoken.port, request(X_Forwarded_For=f"10.0.0.{number}, {ADDRESS}")).outcome == "200 ok"
        before = google.requests()["gemini"]["count"]
        answer = ask(livetoken.port, request(X_Forwarded_For=f"198.51.100.7, {ADDRESS}"))
        keeps_the_contract(answer, readable=True)
        assert answer.outcome == "429 rate_limited"
        assert 0 < int(answer.header("Retry-After") or 0) <= 60
        assert google.requests()["gemini"]["count"] == before
        assert ask(livetoken.port, request(X_Forwarded_For=f"{ADDRESS}, 198.51.100.8")).outcome == "200 ok"


def test_flood_of_bad_requests_meets_its_limit(google: processes.Google) -> None:
    """A request that is itself at fault counts for its address, and takes nothing from the site."""
    with warm_function(google, env={"LIMIT_PER_ORIGIN": "3/minute"}) as livetoken:
        outcomes = [ask(livetoken.port, request(b"{", X_Forwarded_For=ADDRESS)).outcome for _ in range(11)]
        assert outcomes == ["400 invalid_json"] * 10 + ["429 rate_limited"]
        assert ask(livetoken.port, request(X_Forwarded_For="198.51.100.9")).outcome == "200 ok"


def test_finally_no_words_came_out_again(
    google: processes.Google, livetoken: processes.Function, answers: list[Answer]
) -> None:
    """After all of that: no key, no token, no page text, no address in anything printed; none but tokens in answers."""
    answers.append(ask(livetoken.port, request({"pageContent": WORDS, "pageTitle": WORDS}, path=f"/?{WORDS}")))
    ours = [answer for answer in answers if answer.header("Cache-Control") == "no-store"]
    assert requests_logged(livetoken, answers[0], len(ours)) == len(ours), (
        "what the server refuses by itself never runs the function"
    )
    printed = "\n".join(livetoken.lines())
    tokens = [mint["token"].removeprefix("auth_tokens/") for mint in google.mints()]
    for secret in (KEY, WORDS, ADDRESS, "auth_tokens/", *tokens):
        assert secret not in printed
    for answer in answers:
        assert KEY.encode() not in answer.body
        assert answer not in ours or WORDS.encode() not in answer.body  # the server's own 400 quotes a bad header line
        assert not re.search(f"{KEY}|{WORDS}|{ADDRESS}", str(answer.headers))
    for line in livetoken.lines():
        assert {"severity", "message"} <= json.loads(line).keys()
