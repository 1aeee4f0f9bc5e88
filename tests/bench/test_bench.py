"""The bench itself: that it runs, measures what it says, and judges by its targets. No test here looks at the clock."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import Measure, Spread, Verdict
from bench.table import rows
from tests.support import ROOT

pytestmark = pytest.mark.bench


def test_it_runs(tmp_path: Path) -> None:
    """One quick round measures the first answers of a fresh process and writes every figure as JSON."""
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--quick", "--only", "added", "--json", str(figures)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert written["quick"] is True
    (measure,) = written["measures"]
    lines = measure["lines"]
    assert all(lines[design]["low"] > 0 for design in ("raw SDK call", "livetoken", "bare function"))
    # what is one line less another may be below nothing on a busy machine
    assert all(line["count"] > 0 and line["low"] <= line["median"] <= line["high"] for line in lines.values())
    assert measure["title"] in done.stdout
    assert f"{sum(not verdict['met'] for verdict in measure['verdicts'])} targets missed" in done.stdout


def test_unknown_peer_is_an_error() -> None:
    """A Node peer that is not there ends the bench before anything is measured, with a sentence."""
    command = [sys.executable, "-m", "bench", "--node-peer", "/no/such/folder"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "there is no /no/such/folder" in done.stderr


@pytest.mark.parametrize(
    ("value", "bound", "at_most", "met"),
    [(1.0, 1.0, True, True), (1.01, 1.0, True, False), (1.0, 1.0, False, True), (0.99, 1.0, False, False)],
)
def test_verdicts(value: float, bound: float, at_most: bool, met: bool) -> None:  # noqa: FBT001 - a row of the table
    """A target is met at its bound and on its good side, and the table says so."""
    verdict = Verdict("a ÷ b", value, bound, at_most=at_most)
    assert verdict.met is met
    assert str(verdict).endswith("met" if met else "MISSED")
    measure = Measure("name", "Title", "ms", {"a": Spread.of([1.0])}, [verdict])
    assert str(verdict) in str(measure)


def test_spread() -> None:
    """A spread is the median and the middle half of its values, in whatever order they came."""
    assert Spread.of([5, 1, 4, 2, 3]) == Spread(3, 2, 4, 5)


def test_the_table_of_several_runs() -> None:
    """A row for each target, a value for each run, and whether all runs met it."""

    def run(value: float) -> dict[str, object]:
        verdict = Verdict("a ÷ b", value, 1.0, at_most=True)
        measure = Measure("name", "Title", "ms", {}, [verdict])
        return {"python": "Python 3.13", "load": 0.1, "measures": [measure.as_json()]}

    assert rows([run(0.5), run(2.0)])[-1] == "| a ÷ b | 0.50 · 2.00 | ≤ 1 | met in some |"
    assert rows([run(0.5), run(0.6)])[-1].endswith("| met |")
    assert rows([run(3.0)])[-1].endswith("| missed |")
