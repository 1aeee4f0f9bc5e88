"""Faults on demand, many side by side: a lane is a function and an emulator of its own, going through its rows in order."""

import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dev import processes
from dev.children import Child
from tests.faults.conftest import KEY
from tests.faults.raw import WORDS, Answer, ask, request
from tests.support import ORIGIN, soon

PAGE = {"pageContent": WORDS, "pageTitle": WORDS}


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault and what must come of it.

    `faults` are (target, kind, details); `refused` says whether Gemini calls the key invalid; `secret` is a payload that
    becomes the newest version. `within` are seconds from the first byte sent. `retry_after` is the header; `mints` how
    often Gemini is asked by each of `at_once` requests, None when that is not the row's point; `severity` of the log
    line. `slowly`: seconds that the body takes. `behind`: seconds that the fault goes on after the answer, for what happens
    in the background. `rest`: seconds before the next row. `shift`: by how many seconds Google's clock is ahead of ours.
    """

    lane: str
    name: str
    expect: str
    faults: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    within: float = 4.0
    retry_after: str | None = None
    mints: int | None = None
    severity: str = "ERROR"
    secret: bytes | None = None
    refused: bool = False
    at_once: int = 1
    slowly: float = 0.0
    rest: float = 0.0
    behind: float = 0.0
    shift: float = 0.0


@dataclasses.dataclass(frozen=True)
class Seen:
    """What came of a row: the answers, and how often Gemini and Secret Manager were asked."""

    answers: list[Answer]
    mints: int
    reads: int
    log: dict[str, Any]


@dataclasses.dataclass
class Lane:
    """A function and its emulator; `printed` is everything that the function wrote in the end."""

    google: processes.Google
    livetoken: processes.Function
    printed: list[str] = dataclasses.field(default_factory=list)
    tokens: list[str] = dataclasses.field(default_factory=list)
    recovered: Answer | None = None
    calm: float = 0.0  # seconds that an answer takes without a fault

    def warm_up(self, *, cold: bool) -> None:
        """Have all imported that a token needs; a `cold` lane has no credentials and no key afterwards."""
        if cold:
            self.google.fault("metadata", "error", name="denied")
        expected = "503 temporarily_unavailable" if cold else "200 ok"
        # on a busy machine the time of the first requests may be over before all is imported
        assert soon(lambda: ask(self.livetoken.port, request(PAGE)).outcome == expected), self.livetoken.lines()
        self.calm = max(ask(self.livetoken.port, request(b"", method="GET")).seconds for _ in range(3))

    def recover(self) -> Answer:
        """End every fault, wait as long as a failure is remembered, and ask once more."""
        self.google.clear()
        self.google.key(KEY, "accepted")
        time.sleep(1.6)
        return ask(self.livetoken.port, request(PAGE))

    def counts(self) -> tuple[int, int]:
        """Return how often Gemini and Secret Manager have been asked."""
        seen = self.google.requests()
        return seen.get("gemini", {"count": 0})["count"], seen.get("secret", {"count": 0})["count"]

    def go_through(self, row: Row) -> Seen:
        """Make the fault, ask, and return what was seen; the fault goes on until the next row, or until `recover`."""
        self.google.clear()
        if row.secret is not None:
            self.google.secret(row.secret, accept=b"good" in row.secret)
        self.google.key(KEY, "invalid" if row.refused else "accepted")
        self.google.shift(row.shift)
        for target, kind, details in row.faults:
            self.google.fault(target, kind, **details)
        before = self.counts()
        whole = request(PAGE)
        pieces = (whole[:-1], whole[-1:]) if row.slowly else (whole,)
        with ThreadPoolExecutor(row.at_once) as pool:
            asked = [pool.submit(ask, self.livetoken.port, *pieces, pause=row.slowly) for _ in range(row.at_once)]
            answers = [one.result() for one in asked]
        time.sleep(row.behind)
        after = self.counts()
        time.sleep(row.rest)
        log = self.logged(answers[0]) if answers[0].status >= 400 else {}
        return Seen(answers, after[0] - before[0], after[1] - before[1], log)

    def logged(self, answer: Answer) -> dict[str, Any]:
        """Return the log line of a refused request as soon as it is there: output comes through a pipe."""
        request_id = answer.json["requestId"]

        def lines() -> list[str]:
            return [line for line in self.livetoken.lines() if request_id in line]

        return dict(json.loads(lines()[0])) if soon(lines) else {}


@contextlib.contextmanager
def lane(*, quick: bool = False, **env: str) -> Iterator[Lane]:
    """Run a lane; `quick` has the key read anew every second."""
    generous = {"LIMIT_PER_ADDRESS": "100000/minute", "LIMIT_PER_ORIGIN": "100000/minute", **env}
    with processes.google(key=KEY) as google, contextlib.ExitStack() as stack:
        if quick:
            livetoken = stack.enter_context(quick_function(google, generous))
        else:
            livetoken = stack.enter_context(processes.function(google, [ORIGIN], env=generous))
        running = Lane(google, livetoken)
        yield running
        running.tokens = [mint["token"] for mint in google.mints()]
    running.printed = livetoken.lines()


@contextlib.contextmanager
def quick_function(google: processes.Google, env: Mapping[str, str]) -> Iterator[processes.Function]:
    """Run the function of quick.py in the real server."""
    port = processes.free_port()
    command = [sys.executable, "-m", "functions_framework", "--target", "mint_token"]
    settings = processes.minimal_env(THREADS="20", ALLOWED_ORIGINS=ORIGIN, **processes.function_env(google.url), **env)
    process = Child(
        "the quick function",
        [*command, "--source", "tests/faults/quick.py", "--host", "127.0.0.1", "--port", str(port)],
        settings,
    )
    try:
        process.await_port(port)
        yield processes.Function(url=f"http://127.0.0.1:{port}", port=port, process=process)
    finally:
        process.end()
