"""`make doctor` without an address: examines what terraform/ has deployed, by its outputs.

Words on the command line go to the doctor: `python -m terraform.pipeline.examine --speak`.
"""

import os
import subprocess
import sys
from pathlib import Path

from terraform.pipeline.deployed import Deployed, OutputsError

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Read the outputs, check them, and become the doctor; exit status 2 when there is nothing to examine."""
    try:
        deployed = Deployed.from_outputs(outputs())
    except (OSError, OutputsError) as error:
        print(f"say which: make doctor URL=https://your-function ORIGIN=https://your-site\n({error})", file=sys.stderr)
        sys.exit(2)
    os.chdir(ROOT)
    os.execv(sys.executable, deployed.doctor(sys.executable, *sys.argv[1:]))  # noqa: S606 - no shell is the point


def outputs() -> str:
    """Return what `terraform output -json` prints; raises OSError or OutputsError where it prints nothing."""
    done = subprocess.run(
        ["terraform", "-chdir=terraform", "output", "-json"],
        cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise OutputsError("terraform said: " + " ".join(done.stderr.split()))
    return done.stdout


if __name__ == "__main__":
    main()
