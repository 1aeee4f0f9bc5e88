"""Runs a command beside two busy loops for each processor: `python -m dev.busy SECONDS COMMAND …`.

The loops turn for that many seconds at most, and end with the command or with us.
"""

import os
import subprocess
import sys

LOOPS_PER_PROCESSOR = 2
# ends by itself when its time is over, and when nobody is left who started it
LOOP = """
import os, sys, time
until, parent = time.monotonic() + float(sys.argv[1]), os.getppid()
while time.monotonic() < until and os.getppid() == parent:
    sum(range(100_000))
"""


def main() -> int:
    """Start the loops, run the command to its end, stop the loops; return what the command returned."""
    seconds, *command = sys.argv[1:]
    loops = [
        subprocess.Popen([sys.executable, "-S", "-E", "-c", LOOP, seconds])
        for _ in range(LOOPS_PER_PROCESSOR * (os.cpu_count() or 1))
    ]
    print(f"{len(loops)} busy loops beside {' '.join(command)}", flush=True)
    try:
        code = subprocess.run(command, check=False).returncode
        turning = sum(loop.poll() is None for loop in loops)
        print(f"{turning} of {len(loops)} loops turned to the end; {command[0]} returned {code}")
        return code if turning else 1
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


if __name__ == "__main__":
    sys.exit(main())
