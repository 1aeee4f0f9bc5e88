"""What a check found, and how a failure is told: what was seen, why, and what to do next."""

import dataclasses
from typing import Any


class Failure(Exception):  # noqa: N818 - a check that fails is a result, not an error of the doctor
    """A check failed.

    Attributes:
        cause: why, in a sentence that a site owner understands.
        fix: what to do next; lines that begin with `$ ` are commands.
        detail: what was seen; empty when the cause says it all.
    """

    def __init__(self, cause: str, fix: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause, self.fix, self.detail = cause, fix, detail

    def seen(self, detail: str) -> "Failure":
        """Return the same failure with what was seen."""
        return Failure(self.cause, self.fix, detail)


@dataclasses.dataclass(frozen=True)
class Finding:
    """The result of one check. `ok` None: it was not run, and `detail` says why."""

    name: str
    ok: bool | None
    detail: str
    cause: str | None
    fix: str | None
    milliseconds: int

    def shown(self) -> dict[str, Any]:
        """The check as `--json` shows it, where the fix has kept its first name."""
        return {"cure" if name == "fix" else name: value for name, value in dataclasses.asdict(self).items()}
