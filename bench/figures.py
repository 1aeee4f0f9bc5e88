"""Figures: medians with their spread, ratios to targets, and the table that shows them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Spread:
    """What a series of measurements says: its median, and between which values its middle half lies."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of `values`; at least one."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), quantile(ordered, 0.25), quantile(ordered, 0.75), len(ordered))

    def __str__(self) -> str:
        digits = 0 if self.median >= 100 else 1 if self.median >= 10 else 2
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def quantile(ordered: Sequence[float], part: float) -> float:
    """Return the value below which `part` of the ordered values lie."""
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


@dataclass(frozen=True)
class Verdict:
    """A target and whether it was met: `value` compared with `bound`, both in the unit that `says` names."""

    says: str
    value: float
    bound: float
    at_most: bool

    @property
    def met(self) -> bool:
        """Whether the target was met."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{self.says} {self.value:.2f}, target {sign} {self.bound:g}: {'met' if self.met else 'MISSED'}"


@dataclass
class Measure:
    """One measure: a line for each design, in `unit`, and what its targets say."""

    name: str
    title: str
    unit: str
    lines: dict[str, Spread]
    verdicts: list[Verdict]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        lines = {design: asdict(spread) for design, spread in self.lines.items()}
        verdicts = [{**asdict(verdict), "met": verdict.met} for verdict in self.verdicts]
        return {"name": self.name, "title": self.title, "unit": self.unit, "lines": lines, "verdicts": verdicts}

    def __str__(self) -> str:
        width = max(map(len, self.lines), default=0)
        rows = [f"  {design:<{width}}  {spread}" for design, spread in self.lines.items()]
        return "\n".join([f"{self.title} [{self.unit}]", *rows, *(f"  → {verdict}" for verdict in self.verdicts)])
