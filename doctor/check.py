"""Checks in their order: one that needs another which failed is not run."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from doctor.finding import Failure, Finding

Subject = TypeVar("Subject")
_SECRETS = re.compile(r"auth_tokens/[\w-]{8,}|AIza[\w-]{20,}|AQ\.[\w.-]{16,}", re.ASCII)


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
        cause, cure = (redact(failure.cause), redact(failure.cure)) if failure else (None, None)
        yield Finding(check.name, failure is None, redact(detail), cause, cure, milliseconds)


def redact(text: str) -> str:
    """Strike out tokens and keys, and control characters: a server decides some of what is quoted."""
    text = _SECRETS.sub("[not shown]", text)
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)
