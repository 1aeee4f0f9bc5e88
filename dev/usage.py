"""`make usage LOG=file`: what conversations used, by day, site and prompt, from the function's log.

Reads what `make run` prints, what `gcloud logging read … --format=json` prints, or an object a line; lines that are
not ours are passed over. Of a token's reports that with the highest `sequence` counts; a conversation is the sum over
its tokens. What a report costs stands in its line; what has no price is unknown, and never counted as nothing.
"""

import argparse
import collections
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

UNDATED = "no date"  # a line whose time nobody has written down
_HEADINGS = ("day", "site", "prompt", "conversations", "minutes", "turns", "dollars", "up", "down", "errors")
_LEFT = 3  # columns of words; the others are numbers, and the last is words again
_HOW = "LOG=run.log, where `make run | tee run.log` was run, or what `gcloud logging read` has written as JSON"


class Group(NamedTuple):
    """What is summed up together."""

    day: str
    site: str
    prompt: str  # with its version


@dataclass
class Sums:
    """What the conversations of a group came to."""

    conversations: set[str] = field(default_factory=set)
    seconds: Decimal = Decimal(0)
    turns: int = 0
    usd: Decimal = Decimal(0)
    unpriced: int = 0  # reports whose price is unknown
    thumbs: collections.Counter[str] = field(default_factory=collections.Counter)
    errors: collections.Counter[str] = field(default_factory=collections.Counter)

    def add(self, usage: Mapping[str, Any]) -> None:
        """Add what one token was used for."""
        self.conversations.add(usage["conversation"])
        self.seconds += Decimal(usage["seconds"])
        self.turns += int(usage["turns"])  # Cloud Logging keeps every number as a fraction
        if usage["usd"] == "unknown":
            self.unpriced += 1
        else:
            self.usd += Decimal(usage["usd"])
        self.thumbs.update({thumb: int(count) for thumb, count in usage["thumbs"].items()})
        self.errors.update(usage["errors"])

    def row(self) -> list[str]:
        """Return the columns after day, site and prompt."""
        dollars = f"{self.usd:.2f}" + (f" + {self.unpriced} unknown" if self.unpriced else "")
        errors = ", ".join(f"{code} {count}" for code, count in self.errors.most_common())
        minutes, thumbs = f"{self.seconds / 60:.1f}", (str(self.thumbs["up"]), str(self.thumbs["down"]))
        return [str(len(self.conversations)), minutes, str(self.turns), dollars, *thumbs, errors]


def entries(text: str) -> Iterator[dict[str, Any]]:
    """Yield the log's objects: of one JSON array, as gcloud writes it, or of the lines that are objects."""
    if text.lstrip().startswith("["):
        yield from (entry for entry in json.loads(text, parse_float=Decimal) if isinstance(entry, dict))
        return
    for line in text.splitlines():
        if line.lstrip().startswith("{"):
            try:
                entry = json.loads(line, parse_float=Decimal)
            except ValueError:
                continue  # of another program's
            if isinstance(entry, dict):
                yield entry


def reports(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the day (in UTC) and the line of each report of usage."""
    for entry in entries(text):
        line = entry.get("jsonPayload", entry)
        if isinstance(line, dict) and line.get("reportedBy") == "client":
            yield str(entry.get("timestamp") or line.get("time") or UNDATED)[:10], line


def summed(found: Iterable[tuple[str, dict[str, Any]]]) -> dict[Group, Sums]:
    """Return what conversations came to; a token counts for the day of its last report, which holds its totals."""
    last: dict[str, tuple[str, dict[str, Any]]] = {}
    for day, line in found:
        token = line["usage"]["requestId"]
        if token not in last or last[token][1]["usage"]["sequence"] <= line["usage"]["sequence"]:
            last[token] = day, line
    groups: dict[Group, Sums] = {}
    for day, line in last.values():
        group = Group(day, line["origin"], f"{line['prompt']} {line['promptVersion']}")
        groups.setdefault(group, Sums()).add(line["usage"])
    return dict(sorted(groups.items()))


def table(groups: Mapping[Group, Sums]) -> str:
    """Return the table, and its sum where there are several rows."""
    rows = [[*group, *sums.row()] for group, sums in groups.items()]
    if len(rows) > 1:
        total = Sums()
        for sums in groups.values():
            total.conversations |= sums.conversations
            total.seconds += sums.seconds
            total.turns += sums.turns
            total.usd += sums.usd
            total.unpriced += sums.unpriced
            total.thumbs += sums.thumbs
            total.errors += sums.errors
        rows.append(["all", "", "", *total.row()])
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    ends = len(_HEADINGS) - 1
    lines = [
        "  ".join(
            cell.ljust(width) if column < _LEFT or column == ends else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (list(_HEADINGS), *rows)
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the table; return 1 where the log has no report, 2 where it cannot be read."""
    parser = argparse.ArgumentParser(prog="make usage", description=__doc__)
    parser.add_argument("log", nargs="?", default="-", help="file; else standard input")
    log: str = parser.parse_args(arguments).log
    try:
        text = sys.stdin.read() if log == "-" else Path(log).read_text(encoding="utf-8", errors="replace")
        groups = summed(reports(text))
    except (OSError, ValueError) as error:
        print(f"{log} cannot be read ({error}); give {_HOW}.", file=sys.stderr)
        return 2
    if not groups:
        print(
            f"There is no report of usage in it. Give {_HOW}; pages report when a conversation ends.", file=sys.stderr
        )
        return 1
    print(table(groups))
    print("\nAs pages report it, at list prices; Google's bill decides. Days are UTC, of a token's last report.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
