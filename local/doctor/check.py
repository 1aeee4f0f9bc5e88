"""Checks in their order: one that needs another which failed is not run."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from local.doctor.finding import Failure, Finding

Subject = TypeVar("Subject")


@dataclasses.dataclass(frozen=True)
class Check(Generic[Subject]):
    """One check: its name, how it examines, and which checks must have passed before it makes sense.

    `examine` returns what it saw, in a phrase, or raises Failure.
    """

    name: str
    examine: Callable[[Subject], str]
    needs: tuple[str, ...] = ()


def run(
    checks: Sequence[Check[Subject]],
    subject: Subject,
    started: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Finding]:
    """Yield the finding of each check as soon as it is known; `started` hears a check's name before it begins."""
    unwell: dict[str, str] = {}  # check → the failed check at the root of why it gave nothing
    for check in checks:
        root = next((unwell[need] for need in check.needs if need in unwell), None)
        if root:
            unwell[check.name] = root
            yield Finding(check.name, None, f"not run, because “{root}” failed", None, None, 0)
            continue
        started(check.name)
        begun = clock()
        detail, failure = "", None
        try:
            detail = check.examine(subject)
        except Failure as found:
            failure, detail = found, found.detail
            unwell[check.name] = check.name
        milliseconds = round(1000 * (clock() - begun))
        cause, cure = (failure.cause, failure.cure) if failure else (None, None)
        yield Finding(check.name, failure is None, detail, cause, cure, milliseconds)
