"""`python -m livetoken check [FOLDER]`: tell every mistake in prompt files and settings, without starting anything."""

import argparse
import os
import sys
import warnings
from collections.abc import Mapping, Sequence

from livetoken.check import findings


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command; return the exit code: 0 where all is right, 1 for mistakes, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m livetoken", description=__doc__)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("folder", nargs="?", default="", help="of prompt files; else the setting PROMPTS, else prompts")
    folder: str = parser.parse_args(arguments).folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK's, about names that are told as mistakes, and about its own future
        found = findings(environment, folder)
    if found.problems:
        lines = ["livetoken check: mend this before you deploy:", *(f"  - {line}" for line in found.problems), ""]
        sys.stderr.write("\n".join(lines))
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in [*found.remarks, "livetoken check: no mistakes."]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
