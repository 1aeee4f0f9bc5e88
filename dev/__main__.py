"""`python -m dev`: the site, the function and the emulator, with one command (`make run`)."""

import sys

OLDEST = (3, 11)


def main() -> int:
    """Say what is missing in one sentence, or run."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:2]))
        need = ".".join(map(str, OLDEST))
        # Python before 3.6 must be able to read this line.
        print("This is Python {}; livetoken needs {} or newer: https://www.python.org/downloads/".format(have, need))  # noqa: UP032
        return 1
    # Imported only now: an older Python could not even read it.
    from dev.run import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
