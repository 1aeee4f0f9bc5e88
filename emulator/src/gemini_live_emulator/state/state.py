"""Everything that one emulator knows, in one place, with the two things that are handed in: clock and randomness."""

import collections
import random
from typing import TYPE_CHECKING, Any

from gemini_live_emulator.state.clock import Clock
from gemini_live_emulator.state.faults import Faults
from gemini_live_emulator.state.handles import Handles
from gemini_live_emulator.state.keys import Keys
from gemini_live_emulator.state.metadata import Metadata
from gemini_live_emulator.state.options import Options
from gemini_live_emulator.state.requests import RequestRecorder
from gemini_live_emulator.state.scenario import Scenario
from gemini_live_emulator.state.secrets import Secrets
from gemini_live_emulator.state.tokens import Tokens

if TYPE_CHECKING:
    from gemini_live_emulator.state.session_record import SessionRecord

KEPT_SESSIONS = 1_000


class State:
    """The state behind all routes of one emulator."""

    def __init__(
        self,
        options: Options | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        scenario: Scenario | None = None,
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
        self.requests = RequestRecorder()
        self._first_scenario = self.scenario = scenario or Scenario()
        self.sessions: collections.deque[SessionRecord] = collections.deque(maxlen=KEPT_SESSIONS)
        # What the next spoken utterances will be understood as.
        self.utterances: collections.deque[str] = collections.deque()
        # The sessions whose sockets are open; each can be told to go away.
        self.open: set[Any] = set()

    def reset(self) -> None:
        """Forget everything that happened since the start."""
        self.keys.reset()
        self.tokens.reset()
        self.secrets.reset()
        self.handles.reset()
        self.clock.shift(0)
        self.faults.all.clear()
        self.requests.reset()
        self.scenario = self._first_scenario
        self.scenario.restart()
        self.sessions.clear()
        self.utterances.clear()
