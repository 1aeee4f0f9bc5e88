"""`make rotation`: the key moves and Secret Manager goes away, under load, without one failed request.

A minute at a steady rate: the secret gets a new version, a moment later Gemini refuses the old key. Then two minutes without
Secret Manager, on the way to which the cached key is past its time; then it comes back, with one more rotation. The key's
life of five minutes is shortened to one second (quick.py), so that it ends many times meanwhile.
"""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from dev import processes
from tests.faults.lanes import quick_function
from tests.faults.load import Outcome, slowest, statuses, steady
from tests.faults.raw import ask, request

RATE = 40.0  # requests a second
Step = tuple[float, str, Callable[[], object]]


class Rotation:
    """The steps of one run, each at its second; `number` keys have been made so far."""

    def __init__(self, google: processes.Google, first: str, say: Callable[[str], None]) -> None:
        self._google, self._key, self._number, self._say = google, first, 1, say
        self._steps: list[Step] = []

    def at(self, second: float, what: str, step: Callable[[], object]) -> None:
        """Do `step` at that second."""
        self._steps.append((second, what, step))

    def add_version(self) -> None:
        """Put a new key into the secret; Gemini accepts both."""
        self._number += 1
        self._old, self._key = self._key, f"rotated-sentinel-key-number-{self._number:03}"
        self._google.secret(self._key)

    def refuse_old(self) -> None:
        """Have Gemini refuse the key before the newest."""
        self._google.key(self._old, "invalid")

    def tick(self, now: float) -> None:
        """Do what is due."""
        while self._steps and self._steps[0][0] <= now:
            second, what, step = self._steps.pop(0)
            self._say(f"{second:6.1f} s  {what}")
            step()


def rotate(
    say: Callable[[str], None], minute: float, outage: float, env: dict[str, str]
) -> tuple[list[Outcome], int, int]:
    """Run it all; return the outcomes, how many keys minted, and how often the secret was read.

    Args:
        say: hears what happens.
        minute: seconds for the rotations before the outage; a quarter of it again comes after.
        outage: seconds without Secret Manager.
        env: settings of the function beyond the usual ones.
    """
    first = "first-sentinel-key-number-001"
    generous = {"LIMIT_PER_ADDRESS": "1000000/minute", "LIMIT_PER_ORIGIN": "1000000/minute", **env}
    with processes.google(key=first) as google, quick_function(google, generous) as livetoken:
        while ask(livetoken.port, request()).status != 200:
            say("the instance warms up")  # a busy machine may need more than one try; the run is about what follows
        run = Rotation(google, first, say)
        run.at(minute * 0.2, "the secret gets version 2", run.add_version)
        run.at(minute * 0.4, "Gemini refuses key 1", run.refuse_old)
        # no time between the two: every request in flight still holds the old key
        run.at(minute * 0.6, "the secret gets version 3", run.add_version)
        run.at(minute * 0.6, "Gemini refuses key 2 at once", run.refuse_old)
        run.at(minute, "Secret Manager hangs", lambda: google.fault("secret", "hang"))
        run.at(minute + outage / 2, "Secret Manager hangs no more", google.clear)
        run.at(minute + outage / 2, "it answers 503", lambda: google.fault("secret", "error", name="unavailable"))
        run.at(minute + outage, "Secret Manager is back", google.clear)
        run.at(minute + outage + minute * 0.1, "the secret gets version 4", run.add_version)
        run.at(minute + outage + minute * 0.1, "Gemini refuses key 3 at once", run.refuse_old)
        outcomes = steady(livetoken.port, RATE, minute * 1.25 + outage, run.tick)
        requests = google.requests()
        keys = {entry["credential"] for entry in requests["gemini"]["last"]}
        return outcomes, len(keys), requests["secret"]["count"]


def main() -> int:
    """Run for three and a quarter minutes and print the figures; 1 when a request failed."""
    print("Rotating the key under load, 3¼ minutes …", flush=True)
    outcomes, _, reads = rotate(lambda what: print(what, flush=True), 60, 120, {})
    failed = sum(outcome.status != 200 for outcome in outcomes)
    print(
        f"{len(outcomes)} requests at {RATE:.0f} a second: {failed} failed; by status {statuses(outcomes)}; slowest {slowest(outcomes):.2f} s; {reads} reads of the secret"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
