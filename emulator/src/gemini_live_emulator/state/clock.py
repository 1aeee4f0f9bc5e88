"""The one clock of the emulator: everything that expires asks it, so that a test can move it."""

import dataclasses
import datetime as dt
from collections.abc import Callable


def _machine() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclasses.dataclass
class Clock:
    """Time in UTC, `ahead` of the source (the machine's clock unless another is handed in)."""

    source: Callable[[], dt.datetime] = _machine
    ahead: dt.timedelta = dt.timedelta()

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        return self.source() + self.ahead

    def shift(self, seconds: float) -> None:
        """Set how far the clock is ahead of its source; 0 puts it right again."""
        self.ahead = dt.timedelta(seconds=seconds)
