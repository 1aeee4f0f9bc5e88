"""What a check found, and how a failure is told: what was seen, why, and what to do next."""

import dataclasses
from typing import Any


class Failure(Exception):  # noqa: N818 - a check that fails is a result, not an error of the doctor
    """A check failed.

    Attributes:
        cause: why, in a sentence that a site owner understands.
        cure: what to do next; lines that begin with `$ ` are commands.
        detail: what was seen; empty when the cause says it all.
    """

    def __init__(self, cause: str, cure: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause, self.cure, self.detail = cause, cure, detail

    def seen(self, detail: str) -> "Failure":
        """Return the same failure with what was seen."""
        return Failure(self.cause, self.cure, detail)


@dataclasses.dataclass(frozen=True)
class Finding:
    """The result of one check. `ok` None: it was not run, and `detail` says why."""

    name: str
    ok: bool | None
    detail: str
    cause: str | None
    cure: str | None
    milliseconds: int

    def shown(self) -> dict[str, Any]:
        """The check as `--json` shows it."""
        return dataclasses.asdict(self)
