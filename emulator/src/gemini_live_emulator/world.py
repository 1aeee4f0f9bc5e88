"""Everything that the stand-in knows, in one place, with the two things that are handed in: clock and randomness."""

import collections
import dataclasses
import random
from typing import TYPE_CHECKING, Any

from gemini_live_emulator.clock import Clock
from gemini_live_emulator.faults import Faults
from gemini_live_emulator.handles import Handles
from gemini_live_emulator.keys import Keys
from gemini_live_emulator.metadata import Metadata
from gemini_live_emulator.secrets import Secrets
from gemini_live_emulator.seen import Seen
from gemini_live_emulator.tokens import Tokens

if TYPE_CHECKING:
    from gemini_live_emulator.record import Record

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
