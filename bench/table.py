"""Prints the table of README.md from what runs of the bench wrote: `python -m bench.table run-1.json run-2.json …`."""

import json
import sys
from pathlib import Path
from typing import Any

Run = dict[str, Any]


def rows(runs: list[Run]) -> list[str]:
    """Return a Markdown table of all targets, a column with a value for each run; one that no run had is left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        for measure in run["measures"]:
            for verdict in measure["verdicts"]:
                found.setdefault(verdict["says"], []).append(verdict)
    table = ["| measure | " + " · ".join(f"run {number}" for number, _ in enumerate(runs, 1)) + " | target | |"]
    table.append("| --- | --- | --- | --- |")
    for says, verdicts in found.items():
        sign = "≤" if verdicts[0]["at_most"] else "≥"
        values = " · ".join(f"{verdict['value']:.2f}" for verdict in verdicts)
        met = {verdict["met"] for verdict in verdicts}
        outcome = "met" if met == {True} else "missed" if met == {False} else "met in some"
        table.append(f"| {says} | {values} | {sign} {verdicts[0]['bound']:g} | {outcome} |")
    return table


def about(runs: list[Run]) -> str:
    """Return what the runs ran on."""
    return "; ".join(dict.fromkeys(f"{run['python']}, load {run['load']:.1f} before" for run in runs))


def main(paths: list[str]) -> None:
    """Print the table of these files."""
    runs = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    print(about(runs), *rows(runs), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
