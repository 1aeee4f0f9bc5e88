"""Measures of the start: a fresh process for every figure."""

import operator
import statistics
import time
from collections import defaultdict
from typing import NamedTuple

from bench.figures import Measure, Spread, Verdict
from bench.messages import Connection, request
from bench.run import Bench, run_script
from bench.servers import Server, serving, upstream
from bench.throttle import throttled as throttle

DELAY = 0.1  # seconds that Gemini and Secret Manager take to answer
CLICK_SECONDS = 2.0  # from the page's load to the visitor's click


def cold(bench: Bench) -> list[Measure]:
    """From the start of the process to the first answer: something cheap, and a token."""
    cheap = {
        "bare function, GET": ("bare function", request("GET", "/"), 200),
        "livetoken, GET": ("livetoken", request("GET", "/"), 200),
        "livetoken, preflight": ("livetoken", request("OPTIONS", "/"), 204),
    }
    minting = ("naive function", "blocking aiohttp", "Node peer", "livetoken")
    tokens = {f"{name}, token": (name, request("POST", bench.designs[name].path), 200) for name in bench.has(*minting)}
    asked = cheap | tokens
    times: dict[str, list[float]] = defaultdict(list)
    imports: dict[str, list[float]] = defaultdict(list)
    with upstream(DELAY, DELAY) as google:
        for line in bench.interleaved("cold start", bench.rounds(15), [*asked, "SDKs alone"]):
            if line == "SDKs alone":
                for name, milliseconds in run_script(bench.designs[line], google).items():
                    imports[name].append(milliseconds)
                continue
            name, sent, expected = asked[line]
            with serving(bench.designs[name], google) as server:
                answer, milliseconds = server.first_answer(sent)
                if answer.status != expected:
                    raise RuntimeError(f"{line}: answered {answer.status} {answer.body[:200]!r}")
            times[line].append(milliseconds)
    return [_answered({line: times[line] for line in cheap}), _first_token(times, imports, list(tokens))]


def _answered(times: dict[str, list[float]]) -> Measure:
    """Compare round by round: what this machine does beside us changes slower than that."""
    bare = times["bare function, GET"]
    verdicts = [
        Verdict(
            f"cold {line.removeprefix('livetoken, ')} ÷ bare function's",
            statistics.median(map(operator.truediv, values, bare)),
            1.15,
            at_most=True,
        )
        for line, values in times.items()
        if "livetoken" in line
    ]
    lines = {line: Spread.of(values) for line, values in times.items()}
    return Measure("cold", "Cold start to the first cheap answer", "ms", lines, verdicts)


def _first_token(times: dict[str, list[float]], imports: dict[str, list[float]], tokens: list[str]) -> Measure:
    both = imports["both"]
    genai = statistics.median(both) - statistics.median(imports["secret_manager"])
    # the secret can be read while google-genai is imported; nothing else can overlap
    waiting = 1000 * DELAY + max(0.0, 1000 * DELAY - genai)
    floor = [bare + sdks + waiting for bare, sdks in zip(times["bare function, GET"], both, strict=True)]
    lines = {
        "SDKs alone, import and first clients": Spread.of(both),
        "floor: bare + SDKs + 200 ms − overlap": Spread.of(floor),
        **{line: Spread.of(times[line]) for line in tokens},
    }
    ratio = statistics.median(map(operator.truediv, times["livetoken, token"], floor))
    title = "Cold start to the first token, no warm-up call; Gemini and Secret Manager 100 ms each"
    return Measure("cold", title, "ms", lines, [Verdict("cold first token ÷ floor", ratio, 1.05, at_most=True)])


def warmed(bench: Bench) -> list[Measure]:
    """The page calls `GET /` when it loads; the visitor clicks two seconds later."""
    clicks: list[Click] = []
    with upstream(DELAY, DELAY) as google:
        for name in bench.interleaved("warmed start", bench.rounds(15), ["livetoken"]):
            with serving(bench.designs[name], google) as server:
                clicks.append(_click(server, "/"))
    lines = {
        "first token after the warm-up": Spread.of(click.first for click in clicks),
        "warm token, same instance": Spread.of(click.warm for click in clicks),
    }
    late = statistics.median(click.first - click.warm for click in clicks)
    verdict = Verdict("first token 2 s after GET / − a warm one, ms", late, 5.0, at_most=True)
    return [Measure("warmed", "Token 2 s after `GET /` on a cold instance; upstream 100 ms", "ms", lines, [verdict])]


def throttled(bench: Bench) -> list[Measure]:
    """The same as Cloud Run's request-based billing has it: no processor time while no request is under way."""
    asked = {"GET /?warm=1 before": "/?warm=1", "GET / before": "/", "nothing before": ""}
    clicks: dict[str, list[Click]] = defaultdict(list)
    with upstream(DELAY, DELAY) as google:
        for line in bench.interleaved("throttled start", bench.rounds(9), asked):
            with serving(bench.designs["livetoken"], google) as server, throttle(server) as behind:
                clicks[line].append(_click(behind, asked[line]))
    lines = {f"first token, {line}": Spread.of(click.first for click in of) for line, of in clicks.items()}
    warm = clicks["GET /?warm=1 before"]
    lines["warm token"] = Spread.of(click.warm for click in warm)
    late = statistics.median(click.first - click.warm for click in warm)
    verdict = Verdict("first token 2 s after GET /?warm=1, throttled − a warm one, ms", late, 10.0, at_most=True)
    title = "Token 2 s after the page's load, processor time only while a request is under way; upstream 100 ms"
    return [Measure("throttled", title, "ms", lines, [verdict])]


class Click(NamedTuple):
    """What a visitor waited for the first token, and what others waited after it, in milliseconds."""

    first: float
    warm: float


def _click(server: Server, page: str) -> Click:
    """Let the page ask for `page` when it loads, unless it is empty, and the visitor click two seconds later."""
    if page:
        server.first_answer(request("GET", page))
    time.sleep(CLICK_SECONDS)
    connection = Connection(server.port)
    answers = [connection.ask(request("POST", "/")) for _ in range(10)]
    connection.close()
    if {answer.status for answer in answers} != {200}:
        raise RuntimeError(f"after {page or 'nothing'}: {answers}")
    return Click(answers[0].milliseconds, statistics.median(answer.milliseconds for answer in answers[1:]))


def stages(bench: Bench) -> list[Measure]:
    """Where the milliseconds of a start go, each part by itself; what is deployed, and how large it is."""
    times: dict[str, list[float]] = defaultdict(list)
    idle: list[str] = []
    with upstream(DELAY, DELAY) as google:
        for name in bench.interleaved("stages", bench.rounds(9), ["stages"]):
            printed = run_script(bench.designs[name], google)
            idle = printed["idle"]
            for stage, milliseconds in printed["stages"].items():
                times[stage].append(milliseconds)
    spent = {stage: Spread.of(values) for stage, values in times.items()}
    sizes = {
        "deployed archive, zipped, kB": Spread.of([bench.deployment.archive_kilobytes()]),
        "installed dependencies, MB": Spread.of([bench.deployment.dependencies_megabytes()]),
    }
    return [
        Measure("stages", "Parts of a start, one after the other; ⋯ marks the warm-up", "ms", spent, []),
        Measure("stages", f"Deployed; never imported by a mint: {', '.join(idle) or 'nothing'}", "kB, MB", sizes, []),
    ]
