"""`make soak`: 50 000 mixed requests, and the function's memory before, during and after."""

import itertools
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from dev import processes
from tests.faults.raw import exchange, request
from tests.support import ORIGIN

REQUESTS = 50_000
BATCH = 20  # requests over one connection, one after the other


def mixture() -> list[bytes]:
    """Return one of each kind: tokens, refusals of every cost, preflights, health, large and odd bodies."""
    long = {"pageContent": "tea " * 2_900, "pageTitle": "Tea"}
    return [
        request(),
        request({"pageContent": "Green tea.", "prompt": "guide", "lang": "es"}),
        request(long),
        request(b"", method="OPTIONS", Access_Control_Request_Method="POST"),
        request(b"", method="GET", Content_Length=None),
        request(Origin="https://evil.net"),
        request(long, Origin="https://evil.net"),
        request(b"{"),
        request({"lang": "xx"}),
        request(b" " * 70_000),
        request(path="/nowhere"),
        request(Content_Type="text/plain"),
    ]


def resident(pid: int, measure: str = "VmRSS") -> int:
    """Return the kibibytes that a process and its children hold in memory; `VmHWM` is the most they ever held."""
    total = 0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in (str(pid), *children):
        status = Path(f"/proc/{each}/status").read_text()
        total += int(status.split(f"{measure}:")[1].split()[0])
    return total


def soak(requests: int, say: Callable[[str], None]) -> tuple[list[int], dict[int, int]]:
    """Send so many requests, each from an address of its own; return KiB after each tenth, and the statuses.

    The first tenth fills caches and connection pools, so what counts is how the others compare with it.
    """
    env = {"LIMIT_PER_ADDRESS": "10/second", "LIMIT_PER_ORIGIN": "1000000/second"}
    with (
        processes.google() as google,
        processes.function(google, [ORIGIN], env=env) as livetoken,
        ThreadPoolExecutor(8) as pool,
    ):
        exchange(livetoken.port, request())
        kinds = itertools.cycle(mixture())
        sizes: list[int] = []
        counts: dict[int, int] = {}
        addresses = (
            f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}".encode()
            for number in itertools.count()
        )

        def batch(sends: list[bytes]) -> list[int]:
            return [answer.status for answer in exchange(livetoken.port, b"".join(sends), count=len(sends))]

        started = time.monotonic()
        for tenth in range(10):
            batches = [
                [next(kinds).replace(b"X-Forwarded-For: 203.0.113.77", next(addresses)) for _ in range(BATCH)]
                for _ in range(requests // 10 // BATCH)
            ]
            for statuses in pool.map(batch, batches):
                for status in statuses:
                    counts[status] = counts.get(status, 0) + 1
            sizes.append(resident(livetoken.pid))
            say(
                f"{(tenth + 1) * requests // 10:7} requests, {time.monotonic() - started:5.0f} s: {sizes[-1] / 1024:.1f} MiB resident"
            )
        return sizes, dict(sorted(counts.items()))


def main() -> int:
    """Run and print the figures; 1 when memory grew by more than a tenth or an answer was missing or a 5xx."""
    print(f"{REQUESTS} mixed requests, a minute or two …", flush=True)
    sizes, counts = soak(REQUESTS, lambda what: print(what, flush=True))
    growth = sizes[-1] / sizes[0] - 1
    print(
        f"resident after a tenth {sizes[0] / 1024:.1f} MiB, after all {sizes[-1] / 1024:.1f} MiB ({growth:+.1%}); by status {json.dumps(counts)}"
    )
    return 1 if growth > 0.1 or sum(counts.values()) != REQUESTS or any(status >= 500 for status in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
