"""Many requests at once, over connections that are kept: what the load tests and the two long runs share."""

import collections
import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.faults.raw import ADDRESS, Answer, ask, request
from tests.support import ORIGIN

PAGE: Mapping[str, str] = {
    "pageTitle": "Tea",
    "pageUrl": f"{ORIGIN}/tea",
    "pageContent": "Green tea is steeped at 80 degrees.",
}


class Outcome(NamedTuple):
    """One answer under load; `second` is when it was asked for, since the start."""

    status: int
    second: float
    seconds: float


def at_once(port: int, count: int, sends: bytes | None = None) -> list[Answer]:
    """Send `count` requests, each over a connection of its own, all at the same moment; return the answers."""
    together = threading.Barrier(count)

    def one(_: int) -> Answer:
        together.wait()
        return ask(port, sends or request(PAGE))

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def steady(
    port: int, rate: float, seconds: float, meanwhile: Callable[[float], None] = lambda _: None, workers: int = 16
) -> list[Outcome]:
    """Ask for a token `rate` times a second for so many seconds, whatever the answers; call `meanwhile` every tenth.

    Args:
        port: of the function on 127.0.0.1.
        rate: requests a second, spread evenly.
        seconds: how long.
        meanwhile: gets the seconds since the start; what it does happens under load.
        workers: how many connections.
    """
    outcomes: list[Outcome] = []
    started = time.monotonic()
    numbers = iter(range(int(rate * seconds)))
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=12)
        headers = {"Origin": ORIGIN, "Content-Type": "application/json", "X-Forwarded-For": ADDRESS}
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                connection.close()
                return
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
            asked = time.monotonic()
            try:
                connection.request("POST", "/", json.dumps(PAGE), headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except OSError:
                connection.close()
                status = 0
            outcomes.append(Outcome(status, asked - started, time.monotonic() - asked))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        meanwhile(time.monotonic() - started)
        time.sleep(0.1)
    return outcomes


def statuses(outcomes: list[Outcome]) -> dict[int, int]:
    """Return how often each status came; 0 stands for a connection that broke."""
    return dict(sorted(collections.Counter(outcome.status for outcome in outcomes).items()))


def slowest(outcomes: list[Outcome]) -> float:
    """Return the longest time to an answer, in seconds."""
    return max(outcome.seconds for outcome in outcomes)
