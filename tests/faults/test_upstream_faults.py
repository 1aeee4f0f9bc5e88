"""Every fault of Gemini, Secret Manager and the metadata server, made by the emulator, against the deployed function."""

import concurrent.futures
import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dev import processes
from tests.faults.conftest import KEY
from tests.faults.lanes import Lane, Row, Seen, lane
from tests.faults.raw import ADDRESS, WORDS, ask, keeps_the_contract, request
from tests.support import ORIGIN, allowing, soon

HUGE = '{"name": "auth_tokens/' + "a" * 500_000 + '"'
NEW_KEY = b"another-good-sentinel-key-0123456789"


def gemini(
    name: str, expect: str, kind: str, /, *, retry_after: str | None = None, severity: str = "ERROR", **details: Any
) -> Row:
    """Return a row for one quick fault of Gemini's: asked once, never again."""
    return Row("gemini", name, expect, [("gemini", kind, details)], retry_after=retry_after, mints=1, severity=severity)


def slow(
    lane: str,
    name: str,
    within: float,
    /,
    *faults: tuple[str, str, dict[str, Any]],
    expect: str = "504 upstream_timeout",
    **more: Any,
) -> Row:
    """Return a row for a fault that takes its time."""
    return Row(lane, name, expect, faults, within=within, **more)


def cold(target: str, name: str, kind: str, /, *, lane: str = "", **details: Any) -> Row:
    """Return a row for a key that cannot be had at all: all is answered within the 2 seconds that reading may take."""
    return Row(
        lane or f"cold {target}",
        f"{target} {name}",
        "503 temporarily_unavailable",
        [(target, kind, details)],
        within=4.0,
        retry_after="5",
        mints=0,
        rest=1.6,
    )


def warm(name: str, kind: str, /, **details: Any) -> Row:
    """Return a row for a key that is known, but cannot be read anew: nobody notices."""
    rest = 2.2 if kind in ("hang", "drip") else 1.0
    return Row(
        "warm", f"warm {name}", "200 ok", [("secret", kind, details)], within=2.0, mints=1, behind=0.2, rest=rest
    )


def secret_faults(make: Any, **more: Any) -> list[Row]:
    """Return every kind of fault that Secret Manager or the metadata server may have."""
    return [
        make("hang", "hang", **more),
        make("drips its body", "drip", ms=300, **more),
        make("drips its head", "drip", ms=300, part="head", **more),
        make("reset", "reset", **more),
        make("truncated", "truncate", **more),
        make("html", "html", status=502, **more),
        make("{}", "body", text="{}", **more),
        make("[]", "body", text="[]", **more),
        make("garbage", "body", text="<xml", **more),
        make("400", "error", name="bad-request", **more),
        make("401", "error", name="unauthenticated", **more),
        make("403", "error", name="denied", **more),
        make("404 empty", "error", name="not-found", **more),
        make("429", "error", name="quota", **more),
        make("500", "error", name="internal", **more),
        make("503", "error", name="unavailable", **more),
    ]


def redirected(url: str) -> list[Row]:
    """Return the rows that send us elsewhere, where nobody of ours may ever arrive."""
    return [
        *[
            gemini(f"{status}", "502 upstream_error", "redirect", status=status, url=url)
            for status in (301, 302, 303, 307, 308)
        ],
        cold("secret", "302", "redirect", lane="cold secret 2", status=302, url=url),
        cold("secret", "307", "redirect", lane="cold secret 2", status=307, url=url),
        warm("307", "redirect", status=307, url=url),
        # nothing secret goes to the metadata server, so its redirects need not be refused, only answered in time
        cold("metadata", "307", "redirect", lane="cold metadata 2", status=307, url="http://127.0.0.1:1/"),
    ]


ELSEWHERE = "http://127.0.0.1:{port}/elsewhere"
ROWS = [
    gemini("400", "502 upstream_error", "error", name="bad-request"),
    gemini("400 bad key", "500 misconfigured", "error", name="bad-key"),
    gemini("400 region", "500 misconfigured", "error", name="region"),
    gemini("401", "500 misconfigured", "error", name="unauthenticated"),
    gemini("403 leaked key", "500 misconfigured", "error", name="leaked-key"),
    gemini("403 denied", "500 misconfigured", "error", name="denied"),
    gemini("404 empty", "500 misconfigured", "error", name="not-found"),
    gemini("429", "503 upstream_busy", "error", name="quota", retry_after="30", severity="WARNING"),
    gemini(
        "429 Retry-After 7",
        "503 upstream_busy",
        "error",
        name="quota",
        retryAfter=7,
        retry_after="7",
        severity="WARNING",
    ),
    gemini(
        "429 RetryInfo 13s",
        "503 upstream_busy",
        "error",
        name="quota",
        retryDelay="13s",
        retry_after="13",
        severity="WARNING",
    ),
    gemini("500", "502 upstream_error", "error", name="internal"),
    gemini("500 quoting us", "502 upstream_error", "error", name="internal", message=f"{KEY} {WORDS}"),
    gemini("503", "502 upstream_error", "error", name="unavailable"),
    gemini("504", "502 upstream_error", "error", name="deadline"),
    gemini("200 html", "502 upstream_error", "html", status=200),
    gemini("500 html", "502 upstream_error", "html", status=500),
    gemini("503 html", "502 upstream_error", "html", status=503),
    gemini("{}", "502 upstream_error", "body", text="{}"),
    gemini("[]", "502 upstream_error", "body", text="[]"),
    gemini("empty", "502 upstream_error", "body", text=""),
    gemini("null", "502 upstream_error", "body", text="null"),
    gemini("number", "502 upstream_error", "body", text="5"),
    gemini("garbage", "502 upstream_error", "body", text=f"{{{WORDS}"),
    gemini("no name", "502 upstream_error", "body", text='{"name": null}'),
    gemini("name is a number", "502 upstream_error", "body", text='{"name": 5}'),
    gemini("name of something else", "502 upstream_error", "body", text='{"name": "tokens/1"}'),
    gemini("500 KB of garbage", "502 upstream_error", "body", text=HUGE),
    gemini("truncated", "502 upstream_error", "truncate"),
    gemini("reset", "502 upstream_error", "reset"),
    Row("gemini", "our clock is 10 minutes late", "502 upstream_error", mints=1, shift=600),
    Row("gemini", "our clock is 10 minutes early", "200 ok", mints=1, shift=-600),
    slow("slow gemini", "hang", 5.5, ("gemini", "hang", {}), mints=1),
    slow("slow gemini", "drips its body", 7.0, ("gemini", "drip", {"ms": 300}), mints=1),
    slow("slow gemini 2", "drips its head", 7.0, ("gemini", "drip", {"ms": 300, "part": "head"}), mints=1),
    slow("slow gemini 2", "late", 7.0, ("gemini", "delay", {"ms": 7000}), mints=1),
    *secret_faults(
        lambda *args, **details: cold(
            "secret", *args, lane="cold secret" if len(args[0]) % 2 else "cold secret 2", **details
        )
    ),
    *secret_faults(
        lambda *args, **details: cold(
            "metadata", *args, lane="cold metadata" if len(args[0]) % 2 else "cold metadata 2", **details
        )
    ),
    *[
        row
        for row in secret_faults(
            lambda *args, **details: cold(
                "metadata", f"token {args[0]}", args[1], lane="cold token", path="/token", **details
            )
        )
        if row.name.split(" ", 2)[2] in ("hang", "drips its body", "reset", "403", "500", "503")
    ],
    *secret_faults(warm),
    Row(
        "cold secret",
        "twenty wait for one read",
        "503 temporarily_unavailable",
        [("secret", "hang", {})],
        within=4.0,
        retry_after="5",
        mints=0,
        at_once=20,
        rest=1.6,
    ),
    *[
        Row(
            "cold payload",
            f"payload {name}",
            "503 temporarily_unavailable",
            secret=payload,
            retry_after="5",
            mints=0,
            rest=1.6,
        )
        for name, payload in {
            "with a line end inside": f"{KEY}\n{KEY}".encode(),
            "with a NUL": f"{KEY}\0".encode(),
            "in quotes": f'"{KEY}"'.encode(),
            "empty": b"",
            "of 60 KB": KEY.encode() * 2000,
            "not text": KEY.encode() + b"\xff\xfe",
            "JSON": f'{{"key": "{KEY}"}}'.encode(),
        }.items()
    ],
    Row("cold payload", "payload with a line end after it", "200 ok", secret=NEW_KEY + b"\r\n", mints=1),
    slow(
        "double",
        "bad key, then Secret Manager hangs",
        4.5,
        ("secret", "hang", {}),
        expect="500 misconfigured",
        refused=True,
        mints=1,
        rest=1.6,
    ),
    slow(
        "double",
        "bad key, then Secret Manager drips",
        4.5,
        ("secret", "drip", {"ms": 300}),
        expect="500 misconfigured",
        refused=True,
        mints=1,
        rest=1.6,
    ),
    slow(
        "double",
        "bad key, new key, and Gemini hangs",
        7.0,
        ("gemini", "error", {"name": "bad-key", "times": 1}),
        ("gemini", "hang", {}),
        secret=NEW_KEY,
        mints=2,
    ),
    slow("double 2", "slow body, then Gemini hangs", 7.5, ("gemini", "hang", {}), slowly=4.0),
    slow("double 2", "slow body, then Gemini drips", 7.5, ("gemini", "drip", {"ms": 300}), slowly=4.0),
    slow(
        "double cold",
        "slow key, then Gemini drips",
        7.0,
        ("secret", "delay", {"ms": 1000}),
        ("gemini", "drip", {"ms": 300, "part": "head"}),
    ),
    *redirected(ELSEWHERE),
]


@pytest.fixture(scope="module", name="elsewhere")
def _elsewhere() -> Iterator[processes.Google]:
    """A second host, where redirects point."""
    with processes.google() as google:
        yield google


@pytest.fixture(scope="module", name="lanes")
def _lanes() -> dict[str, Lane]:
    """Every lane that has run, for what looks back at them."""
    return {}


@pytest.fixture(scope="module", name="seen")
def _seen(request: pytest.FixtureRequest, elsewhere: processes.Google, lanes: dict[str, Lane]) -> dict[str, Seen]:
    """What came of every row that is asked for, all lanes side by side."""
    wanted = [
        item.callspec.params.get("row")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    rows = [row for row in ROWS if row in wanted]
    seen: dict[str, Seen] = {}

    starting = threading.Semaphore(2)  # more at once would be slower than what the rows allow

    def run(name: str) -> None:
        with contextlib.ExitStack() as stack:
            with starting:
                lanes[name] = stack.enter_context(lane(quick=name == "warm"))
                lanes[name].warm_up(cold="cold" in name)
            # until the last read that failed in the warm-up is forgotten, and the quick function's key is old
            time.sleep(3.5 if "cold" in name else 1.6)
            for row in rows:
                if row.lane == name:
                    faults = [
                        (
                            target,
                            kind,
                            {
                                key: value.format(port=elsewhere.port) if key == "url" else value
                                for key, value in details.items()
                            },
                        )
                        for target, kind, details in row.faults
                    ]
                    seen[row.name] = lanes[name].go_through(dataclasses.replace(row, faults=faults))
            lanes[name].recovered = lanes[name].recover()

    names = list(dict.fromkeys(row.lane for row in sorted(rows, key=lambda row: row.lane != "warm")))
    with concurrent.futures.ThreadPoolExecutor(max(1, len(names))) as pool:
        for done in [pool.submit(run, name) for name in names]:
            done.result()
    return seen


def request_of_a_page() -> bytes:
    """Return an ordinary request."""
    return request({"pageContent": WORDS})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.lane}-{row.name}".replace(" ", "-"))
def test_fault(row: Row, seen: dict[str, Seen], lanes: dict[str, Lane]) -> None:
    """A fault gets its code, in time, with its headers, a log line, and no more calls than are written down."""
    got = seen[row.name]
    for answer in got.answers:
        assert answer.outcome == row.expect
        keeps_the_contract(answer, readable=True)
        assert answer.seconds < allowing(row.within, lanes[row.lane].calm)
        assert answer.header("Retry-After") == row.retry_after
    assert row.mints is None or got.mints == row.mints * row.at_once
    if row.lane in ("warm", "cold secret", "cold secret 2", "cold payload"):
        # the library renews its credentials twice when they are not accepted
        reads = 3 if row.name.endswith(" 401") else 1
        # where eight of them start at once, a cold function's two seconds may be over before its request has left
        late = row.lane.startswith("cold") and row.expect.startswith("503") and got.reads < reads
        assert got.reads == reads or late, "one read serves all who wait, and is not repeated"
    if row.expect != "200 ok":
        assert (got.log["severity"], got.log["code"]) == (row.severity, row.expect.split()[1])
        assert "mintMilliseconds" in got.log or row.lane != "gemini"


def test_finally_nothing_went_elsewhere(elsewhere: processes.Google, seen: dict[str, Seen]) -> None:
    """No redirect was followed, so that neither key nor credentials reached another host."""
    assert seen
    assert elsewhere.requests() == {}


def test_finally_no_words_came_out_again(seen: dict[str, Seen], lanes: dict[str, Lane]) -> None:
    """Whatever failed: no key, no token, no page text, no address, no upstream's words in anything printed or answered."""
    for running in lanes.values():
        printed = "\n".join(running.printed)
        secrets = [
            KEY,
            NEW_KEY.decode(),
            WORDS,
            ADDRESS,
            "auth_tokens/",
            "ya29.",
            *(token.removeprefix("auth_tokens/") for token in running.tokens),
        ]
        for secret in secrets:
            assert secret not in printed
        for line in running.printed:
            assert {"severity", "message"} <= json.loads(line).keys()
    for got in seen.values():
        for answer in got.answers:
            assert not [secret for secret in (KEY, NEW_KEY.decode(), WORDS) if secret.encode() in answer.body]


def test_finally_all_recover(seen: dict[str, Seen], lanes: dict[str, Lane]) -> None:
    """A fault that is over is over: each function mints again by itself."""
    assert seen
    assert {name: running.recovered.outcome for name, running in lanes.items() if running.recovered} == dict.fromkeys(
        lanes, "200 ok"
    )


def test_finally_the_owner_learns_why(seen: dict[str, Seen], lanes: dict[str, Lane]) -> None:
    """The log names the secret and the role that is missing; a cached key's trouble is told once in a while."""
    assert seen["secret 403"].log["message"] == (
        f"temporarily_unavailable: the Gemini key could not be read from {processes.SECRET} (Forbidden): "
        "grant roles/secretmanager.secretAccessor on this secret to the function's service account"
    )
    told = [json.loads(line) for line in lanes["warm"].printed if "still serves" in line]
    assert {line["severity"] for line in told} == {"WARNING", "ERROR"}
    assert all(processes.SECRET in line["message"] for line in told)
    assert 2 <= len(told) <= 12, "told every two seconds at most, over some twenty"


UNREACHABLE = {
    "refused": "http://127.0.0.1:1",
    "no TLS": "https://127.0.0.1:{port}",
    "unknown name": "https://gemini.invalid",
}


@pytest.mark.parametrize("how", UNREACHABLE)
def test_gemini_cannot_be_reached(how: str, elsewhere: processes.Google) -> None:
    """A refused connection, a broken handshake and an unknown name are all 502, soon."""
    env = {"GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": UNREACHABLE[how].format(port=elsewhere.port)}
    with processes.function(None, [ORIGIN], env=env) as livetoken:
        ask(livetoken.port, request_of_a_page())  # on a busy machine the time may be over before all is imported
        control = ask(livetoken.port, request(b"", method="GET")).seconds
        assert soon(lambda: ask(livetoken.port, request_of_a_page()).outcome != "504 upstream_timeout")
        answer = ask(livetoken.port, request_of_a_page())
    keeps_the_contract(answer, readable=True)
    assert answer.outcome == "502 upstream_error"
    assert answer.seconds < allowing(5, control)
    assert KEY not in "\n".join(livetoken.lines())
