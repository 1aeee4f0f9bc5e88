"""Command line of the bench; `make bench` runs it."""

import argparse
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import rates, starts, warm
from bench.deployment import deploy
from bench.designs import designs
from bench.figures import Measure
from bench.run import Bench, write_json
from bench.servers import processors

MEASURES = {
    "stages": starts.stages,
    "cold": starts.cold,
    "warmed": starts.warmed,
    "throttled": starts.throttled,
    "added": warm.added,
    "rates": rates.rates,
    "waiting": rates.waiting,
    "memory": warm.memory,
}


def main() -> int:
    """Run the measures that are asked for; print a table of each, and write JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure livetoken beside other designs.")
    parser.add_argument("--quick", action="store_true", help="one round of each: shows that it runs, not how fast")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="these measures alone")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument(
        "--node-peer", type=Path, help="a token server in Node: its folder (dist/index.js) or its script"
    )
    asked = parser.parse_args()
    if asked.node_peer and not asked.node_peer.exists():
        parser.error(f"--node-peer: there is no {asked.node_peer}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no server outlives this program
    deployment = deploy(lambda text: print(text, file=sys.stderr))
    print(f"bench: {deployment.interpreter}", file=sys.stderr)
    processors(measured=False)  # what is measured has a processor of its own
    bench = Bench(deployment, designs(deployment, asked.node_peer), quick=asked.quick)
    busy = os.getloadavg()[0]
    if busy > 0.5 * (os.cpu_count() or 1):
        print(f"bench: this machine is busy (load {busy:.1f}); do not trust the figures", file=sys.stderr)
    began, done = time.monotonic(), list[Measure]()
    for name in asked.only:
        for measure in MEASURES[name](bench):
            print(f"{measure}\n", flush=True)
            done.append(measure)
    missed = [str(verdict) for measure in done for verdict in measure.verdicts if not verdict.met]
    print(f"{len(missed)} targets missed, {time.monotonic() - began:.0f} s" + "".join(f"\n  {line}" for line in missed))
    if asked.json:
        about = {
            "at": datetime.now(UTC).isoformat(),
            "python": deployment.interpreter,
            "quick": asked.quick,
            "load": busy,
        }
        write_json(asked.json, {**about, "measures": [measure.as_json() for measure in done]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
