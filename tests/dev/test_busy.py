"""`make test-busy`: the loops turn beside the command, its outcome counts, and none is left behind."""

import os
import subprocess
import sys

import pytest

from dev.children import ROOT

LOOPS = 2 * (os.cpu_count() or 1)


@pytest.mark.parametrize("code", [0, 3])
def test_a_command_beside_loops(code: int) -> None:
    """The command sees as many siblings as were promised, and what it returns is returned."""
    count = (
        "import os, pathlib, sys;"
        "print(len(pathlib.Path(f'/proc/{os.getppid()}/task/{os.getppid()}/children').read_text().split()));"
        f"sys.exit({code})"
    )
    done = subprocess.run(
        [sys.executable, "-m", "dev.busy", "60", sys.executable, "-c", count],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert f"\n{LOOPS + 1}\n" in done.stdout
    assert f"{LOOPS} of {LOOPS} loops turned to the end" in done.stdout


def test_loops_that_ended_early_are_no_load() -> None:
    """A run that outlived its loops is no run under load."""
    outlive = (
        "import os, pathlib, time\n"
        "parent = os.getppid()\n"
        "def turning():\n"
        "    loops = pathlib.Path(f'/proc/{parent}/task/{parent}/children').read_text().split()\n"
        "    states = [pathlib.Path(f'/proc/{loop}/stat').read_text().split()[2] for loop in loops]\n"
        "    return sum(state != 'Z' for state in states) > 1\n"
        "while turning(): time.sleep(0.05)"
    )
    done = subprocess.run(
        [sys.executable, "-m", "dev.busy", "0", sys.executable, "-c", outlive],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"0 of {LOOPS} loops turned to the end" in done.stdout
