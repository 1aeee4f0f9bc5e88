"""Session resumption: handles that bring a conversation back, whoever's token asks for it."""

import collections
import dataclasses
import datetime as dt
import random

from gemini_live_emulator.clock import Clock
from gemini_live_emulator.hearing import Utterance

LIFE = dt.timedelta(hours=2)
KEPT = 10_000
AUDIO_TOKENS_PER_SECOND = 25


@dataclasses.dataclass(frozen=True)
class Turn:
    """One turn of a conversation; `tokens` is how many of which modality, as the usage metadata has them."""

    role: str
    text: str
    tokens: tuple[str, int]


@dataclasses.dataclass
class Conversation:
    """The turns so far; `images` were seen. `ended` is when its socket closed, None while it is open."""

    turns: tuple[Turn, ...] = ()
    images: int = 0
    ended: dt.datetime | None = None

    def add(self, role: str, text: str, audio_seconds: float = 0.0) -> None:
        """Add a turn; sound counts 25 tokens a second, text a token for every four letters."""
        audio = ("AUDIO", round(AUDIO_TOKENS_PER_SECOND * audio_seconds))
        self.turns += (Turn(role, text, audio if audio_seconds else ("TEXT", -(-len(text) // 4))),)

    def add_heard(self, text: str, sound: Utterance | None) -> None:
        """Add a turn of the user, who spoke or typed."""
        self.add("user", text, sound.seconds if sound else 0.0)


class Handles:
    """Handle → the conversation as it stood when the handle was given out; valid for 2 h after the session's end."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._kept: collections.OrderedDict[str, tuple[Conversation, Conversation]] = collections.OrderedDict()

    def give(self, conversation: Conversation) -> str:
        """A fresh handle (in a UUID's form) for the conversation as it stands."""
        digits = f"{self._chance.getrandbits(128):032x}"
        handle = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        self._kept[handle] = (conversation, dataclasses.replace(conversation))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return handle

    def resume(self, handle: str) -> Conversation | None:
        """A conversation that goes on from the handle; None when the handle is unknown or too old."""
        live, snapshot = self._kept.get(handle, (None, None))
        if live is None or snapshot is None:
            return None
        if live.ended is not None and self._clock.now() - live.ended > LIFE:
            return None
        return dataclasses.replace(snapshot, ended=None)

    def reset(self) -> None:
        """Forget all handles."""
        self._kept.clear()
