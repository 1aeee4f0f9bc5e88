"""Checks in their order: one that needs another which failed is not run."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from doctor.finding import Failure, Finding
from doctor.quoting import struck_out

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
    secrets: Iterable[str] = (),
) -> Iterator[Finding]:
    """Yield the finding of each check as soon as it is known; `started` hears a check's name before it begins.

    No finding repeats one of the `secrets`, or anything that looks like one.
    """
    failed: dict[str, str] = {}  # check → the failed check at the root of why it gave nothing
    for check in checks:
        root = next((failed[need] for need in check.needs if need in failed), None)
        if root:
            failed[check.name] = root
            yield Finding(check.name, None, f"not run, because “{root}” failed", None, None, 0)
            continue
        started(check.name)
        begun = clock()
        detail, cause, fix = "", None, None
        try:
            detail = check.examine(subject)
        except Failure as failure:
            failed[check.name] = check.name
            detail, cause = failure.detail, _on_one_line(struck_out(failure.cause, secrets))
            fix = "\n".join(map(_on_one_line, struck_out(failure.fix, secrets).split("\n")))
        milliseconds = round(1000 * (clock() - begun))
        yield Finding(check.name, cause is None, _on_one_line(struck_out(detail, secrets)), cause, fix, milliseconds)


def _on_one_line(text: str) -> str:
    """Return `text` without what ends a line or steers a terminal, whoever wrote it."""
    return "".join(character if character.isprintable() else " " for character in text)
