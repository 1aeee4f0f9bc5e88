"""Everything that the stand-in knows, in one place, with the two things that are handed in: clock and randomness."""

import collections
import dataclasses
import random
from typing import TYPE_CHECKING, Any

from local.google.clock import Clock
from local.google.faults import Faults
from local.google.handles import Handles
from local.google.keys import Keys
from local.google.metadata import Metadata
from local.google.secrets import Secrets
from local.google.seen import Seen
from local.google.tokens import Tokens

if TYPE_CHECKING:
    from local.google.record import Record

DEFAULT_KEY = "stand-in-key-for-local-use-only"
KEPT_SESSIONS = 1_000


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line sets. Times are in seconds; `speaking_rate` 2 speaks twice as fast."""

    key: str = DEFAULT_KEY
    connection_seconds: float = 600.0
    go_away_seconds: float = 10.0
    speaking_rate: float = 1.0
    strict_mask: bool = False


class World:
    """The state behind all routes of one stand-in."""

    def __init__(
        self, options: Options | None = None, clock: Clock | None = None, chance: random.Random | None = None
    ) -> None:
        self.options = options or Options()
        self.clock = clock or Clock()
        self.chance = chance or random.SystemRandom()
        self.keys = Keys(self.options.key)
        self.tokens = Tokens(self.clock, self.chance, strict_mask=self.options.strict_mask)
        self.secrets = Secrets(self.options.key)
        self.metadata = Metadata(self.chance)
        self.handles = Handles(self.clock, self.chance)
        self.faults = Faults()
        self.seen = Seen()
        self.records: collections.deque[Record] = collections.deque(maxlen=KEPT_SESSIONS)
        self.heard: collections.deque[str] = collections.deque()
        # The sessions that are open; each can be told to go away.
        self.open: set[Any] = set()

    def reset(self) -> None:
        """Forget everything that happened since the start."""
        self.keys.reset()
        self.tokens.reset()
        self.secrets.reset()
        self.handles.reset()
        self.clock.shift(0)
        self.faults.all.clear()
        self.seen.reset()
        self.records.clear()
        self.heard.clear()
