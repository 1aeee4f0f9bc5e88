"""Measures of the warm function: what a mint costs, and what ten thousand of them leave behind."""

import contextlib
import json
import statistics
from collections import defaultdict

from bench.figures import Measure, Spread, Verdict, quantile
from bench.messages import Connection, request
from bench.run import Bench, load, run_script
from bench.servers import Server, serving, upstream

RAW = ("raw SDK call", "raw exchange")  # scripts, not servers
FLAT_MEGABYTES = 3.0  # from the second to the tenth thousand mints


def added(bench: Bench) -> list[Measure]:
    """One token after the other, over one kept connection, beside the SDK's bare call."""
    times: dict[str, list[float]] = defaultdict(list)
    pairs: list[float] = []
    count = 20 if bench.quick else 200
    names = ("raw SDK call", "raw exchange", "livetoken", "bare function", "least function", *bench.has("Node peer"))
    with upstream() as google, contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(serving(bench.designs[name], google, piped=name in RAW)) for name in names}
        for name in names:
            if name not in RAW:
                warm(bench, name, servers[name])
        latest: dict[str, float] = {}
        for name in bench.interleaved("one by one", bench.rounds(15), names):
            answers = _raw(servers[name], count) if name in RAW else _asked(bench, name, servers[name], count)
            times[name] += answers
            latest[name] = statistics.median(answers)
            if name == "bare function":
                pairs.append(latest["livetoken"] - latest["raw exchange"])
    lines = {name: Spread.of(values) for name, values in times.items()}
    round_trip = lines["bare function"].median
    lines["livetoken − raw exchange − bare function"] = Spread.of(pair - round_trip for pair in pairs)
    added_to_both = lines["livetoken − raw exchange − bare function"].median
    late = quantile(sorted(times["livetoken"]), 0.99) - lines["raw exchange"].median
    verdicts = [
        Verdict("warm token, added to the bare round trip and one raw exchange, ms", added_to_both, 0.5, at_most=True),
        Verdict("warm token's p99 − raw exchange's median, ms", late, 5.0, at_most=True),
    ]
    return [Measure("added", "One token after the other, upstream 0", "ms", lines, verdicts)]


def warm(bench: Bench, name: str, server: Server) -> None:
    """Let a server mint until it is as fast as it gets."""
    server.first_answer(request("POST", bench.designs[name].path))
    _asked(bench, name, server, 50)


def _asked(bench: Bench, name: str, server: Server, count: int) -> list[float]:
    """Return the milliseconds of so many answers over one connection, a new one: servers close idle ones soon."""
    sent, connection = request("POST", bench.designs[name].path), Connection(server.port)
    connection.ask(sent)
    answers = [connection.ask(sent) for _ in range(count)]
    connection.close()
    if {answer.status for answer in answers} != {200}:
        raise RuntimeError(f"{name}: {answers[-1]}")
    return [answer.milliseconds for answer in answers]


def _raw(server: Server, count: int) -> list[float]:
    assert server.process.stdin
    assert server.process.stdout
    server.process.stdin.write(f"{count}\n")
    server.process.stdin.flush()
    times: list[float] = json.loads(server.process.stdout.readline())
    return times


def memory(bench: Bench) -> list[Measure]:
    """What the instance holds, master process and shared pages included, after each thousand mints."""
    thousand = 50 if bench.quick else 1000
    held: list[float] = []
    with upstream() as google:
        sdks = run_script(bench.designs["SDKs alone"], google)["megabytes"]
        parts = _parts(bench, google)
        with serving(bench.designs["bare function"], google) as server:
            server.first_answer(request("GET", "/"))
            bare = server.megabytes()
        if bare is None:
            print("memory: skipped, this system does not tell how much a process holds")
            return []
        with serving(bench.designs["livetoken"], google) as server:
            warm(bench, "livetoken", server)
            for _ in bench.interleaved("memory, thousands of mints", 10, ["livetoken"]):
                run = load(server.port, request("POST", "/"), 10, 60.0, requests=thousand)
                if set(run.statuses) != {"200"}:
                    raise RuntimeError(f"livetoken: {run.statuses}")
                held.append(server.megabytes() or 0.0)
        beside = _after(bench, "Node peer", 10 * thousand, google) if bench.has("Node peer") else None
    figures = {
        "bare function": bare,
        "bound: bare + what importing both SDKs adds to a process": bare + sdks,
        f"livetoken, {thousand} mints": held[0],
        f"livetoken, {10 * thousand} mints": held[-1],
    }
    verdicts = [
        Verdict("memory after all mints, MB", held[-1], 100.0, at_most=True),
        Verdict("⋯ its growth since the second sample, MB", held[-1] - held[1], FLAT_MEGABYTES, at_most=True),
    ]
    if beside:
        figures[f"Node peer, {10 * thousand} mints"] = beside
        verdicts.append(Verdict("memory ÷ Node peer's, after all mints", held[-1] / beside, 0.85, at_most=True))
    lines = {name: Spread.of([value]) for name, value in figures.items()}
    return [
        Measure("memory", "Resident memory of the instance, master process included", "MB", lines, verdicts),
        Measure("memory", "Where it is: parts of one process, in turn; ⋯ marks the warm-up", "MB", parts, []),
    ]


def _parts(bench: Bench, google: int) -> dict[str, Spread]:
    """Return the megabytes of each part, and what reading the key without Secret Manager's client would save."""
    alone = "megabytes, key by google-auth alone"
    steps: dict[str, dict[str, list[dict[str, float]]]] = {"megabytes": {}, alone: {}}
    for name in bench.interleaved("parts of the memory", bench.rounds(5), steps):
        for step, figures in run_script(bench.designs[name], google).items():
            steps[name].setdefault(step, []).append(figures)
    lines = {step: Spread.of(run["megabytes"] for run in runs) for step, runs in steps["megabytes"].items()}
    for name, parts in steps.items():
        means = "read by google-auth alone" if name == alone else "read by Secret Manager's client"
        for unit, says in (("megabytes", "MB"), ("milliseconds", "ms")):
            totals = [sum(run[unit] for run in runs) for runs in zip(*parts.values(), strict=True)]
            lines[f"all of it, key {means}, {says}"] = Spread.of(totals)
    return lines


def _after(bench: Bench, name: str, mints: int, google: int) -> float:
    """Return the megabytes that a design holds after so many mints."""
    with serving(bench.designs[name], google) as server:
        warm(bench, name, server)
        load(server.port, request("POST", bench.designs[name].path), 10, 60.0, requests=mints)
        return server.megabytes() or 0.0
