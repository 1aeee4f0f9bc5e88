"""The one clock of the stand-in: everything that expires asks it, so that a test can move it."""

import dataclasses
import datetime
from collections.abc import Callable


def _machine() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclasses.dataclass
class Clock:
    """Time in UTC, `ahead` of the source (the machine's clock unless another is handed in)."""

    source: Callable[[], datetime.datetime] = _machine
    ahead: datetime.timedelta = datetime.timedelta()

    def now(self) -> datetime.datetime:
        """The present moment, aware, in UTC."""
        return self.source() + self.ahead

    def shift(self, seconds: float) -> None:
        """Set how far the clock is ahead of its source; 0 puts it right again."""
        self.ahead = datetime.timedelta(seconds=seconds)
