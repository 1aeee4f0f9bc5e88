"""Measures of the warm function under load: tokens and refusals in a second, beside the peers and the bounds."""

import contextlib
import dataclasses
import operator
import statistics
from collections import defaultdict

from bench.figures import Measure, Spread, Verdict
from bench.messages import request
from bench.run import Bench, Load, load
from bench.servers import Server, minted, serving, upstream
from bench.warm import warm

LEAST = ("least function", "SDK, kept connections", "no SDK")  # what can be had when nothing is checked
UNSENT = "SDK without network"
BOUNDS = (*LEAST, UNSENT)


def rates(bench: Bench) -> list[Measure]:
    """Mints and refusals in a second, upstream 0, 10 connections."""
    foreign = request("POST", "/", "https://elsewhere.example")
    names = ("livetoken", *bench.has("Node peer"), *BOUNDS, "blocking aiohttp", "naive function")
    runs: dict[str, list[Load]] = defaultdict(list)
    with upstream() as google, contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(serving(bench.designs[name], google)) for name in names}
        for name, server in servers.items():
            warm(bench, name, server)
        lines = ["livetoken, refusals", *names, "ceiling: generator and upstream alone"]
        for name in bench.interleaved("10 connections", bench.rounds(5), lines):
            seconds = bench.seconds(2.5)
            if name == UNSENT:
                runs[name].append(load(servers[name].port, request("POST", "/"), 10, seconds))
            elif name in servers:
                runs[name].append(_minting(bench, name, servers[name], google, 10, seconds))
            elif "refusals" in name:
                runs[name].append(load(servers["livetoken"].port, foreign, 10, seconds))
            else:
                runs[name].append(load(google, request("POST", "/v1alpha/auth_tokens"), 10, seconds))
    spreads = {name: Spread.of(run.per_second for run in of) for name, of in runs.items()}
    verdicts = []
    ratios = {
        "refusals ÷ tokens": _ratio(runs, "livetoken, refusals", "livetoken"),
        **_beside_the_peer(runs, "livetoken", *BOUNDS),
    }
    if "Node peer" in runs:
        per_second = ratios["livetoken ÷ Node peer"].median
        verdicts.append(Verdict("tokens/s ÷ Node peer's, upstream 0, 10 connections", per_second, 1.2, at_most=False))
        beside = _ratio(runs, "livetoken, refusals", "Node peer").median
        verdicts.append(Verdict("refusals/s ÷ Node peer's tokens/s", beside, 3.0, at_most=False))
    bound = _ratio(runs, "livetoken", "no SDK").median
    verdicts.append(Verdict("tokens/s ÷ those of the bound, no SDK", bound, 0.9, at_most=False))
    title = "Tokens in a second, upstream 0, 10 connections"
    return [Measure("rates", title, "1/s", {**spreads, **ratios}, verdicts), _processor_time(runs)]


def _processor_time(runs: dict[str, list[Load]]) -> Measure:
    """What a token costs the server; a busy machine changes it less than the rate."""
    times = {name: [run.processor_milliseconds for run in of] for name, of in runs.items()}
    lines = {name: Spread.of(of) for name, of in times.items() if min(of) > 0}
    verdicts = []
    if {"livetoken", "Node peer"} <= lines.keys():
        ratio = statistics.median(map(operator.truediv, times["livetoken"], times["Node peer"]))
        verdicts.append(Verdict("processor time per token ÷ Node peer's", ratio, 0.85, at_most=True))
    return Measure("rates", "Processor time of the server for each token", "ms", lines, verdicts)


def _beside_the_peer(runs: dict[str, list[Load]], *names: str) -> dict[str, Spread]:
    """Return how these designs' rates compare with the Node peer's, run by run; nothing where it does not take part."""
    return {f"{name} ÷ Node peer": _ratio(runs, name, "Node peer") for name in names if "Node peer" in runs}


def _ratio(runs: dict[str, list[Load]], name: str, other: str) -> Spread:
    """Return how two rates compare, round by round: the machine's own speed changes slower than that."""
    return Spread.of(one.per_second / two.per_second for one, two in zip(runs[name], runs[other], strict=True))


def _minting(bench: Bench, name: str, server: Server, google: int, connections: int, seconds: float) -> Load:
    """Run the load; every answer must be a success, and behind every answer must be a token that the upstream made."""
    before, used = minted(google), server.processor_seconds()
    run = load(server.port, request("POST", bench.designs[name].path), connections, seconds)
    used = server.processor_seconds() - used
    made, answered = minted(google) - before, run.statuses.get("200", 0)
    if set(run.statuses) != {"200"} or not answered <= made <= answered + connections:
        raise RuntimeError(f"{name}: answers {run.statuses}, {made} tokens made")
    return dataclasses.replace(run, processor_milliseconds=1000 * used / max(1, made))


def waiting(bench: Bench) -> list[Measure]:
    """Mints in a second when Gemini takes 100 ms, 50 connections: what the design makes of waiting."""
    names = ("livetoken", *bench.has("Node peer"), *LEAST, "blocking aiohttp")
    runs: dict[str, list[Load]] = defaultdict(list)
    with upstream(0.1) as google, contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(serving(bench.designs[name], google)) for name in names}
        for name, server in servers.items():
            server.first_answer(request("POST", bench.designs[name].path))
            _minting(bench, name, server, google, 50, bench.seconds(1.0))
        for name in bench.interleaved("50 connections", bench.rounds(5), names):
            runs[name].append(_minting(bench, name, servers[name], google, 50, bench.seconds(3.0)))
    spreads = {name: Spread.of(run.per_second for run in of) for name, of in runs.items()}
    slowest = {f"{name}, p99 ms": Spread.of(run.quantile(0.99) for run in of) for name, of in runs.items()}
    verdicts = []
    ratios = _beside_the_peer(runs, "livetoken", *LEAST)
    if ratios:
        per_second = ratios["livetoken ÷ Node peer"].median
        verdicts.append(
            Verdict("tokens/s ÷ Node peer's, upstream 100 ms, 50 connections", per_second, 1.05, at_most=False)
        )
        late = slowest["livetoken, p99 ms"].median / slowest["Node peer, p99 ms"].median
        verdicts.append(Verdict("⋯ their p99 ÷ Node peer's", late, 0.85, at_most=True))
    title = "Tokens in a second, upstream 100 ms, 50 connections"
    return [Measure("waiting", title, "1/s", {**spreads, **slowest, **ratios}, verdicts)]
