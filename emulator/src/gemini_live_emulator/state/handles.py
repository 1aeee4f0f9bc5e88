"""Session resumption: handles that bring a conversation back, whoever's token asks for it."""

import collections
import dataclasses
import datetime as dt
import random

from gemini_live_emulator.state.clock import Clock
from gemini_live_emulator.state.conversation import Conversation

LIFE = dt.timedelta(hours=2)
KEPT = 10_000


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

    def in_use(self, handle: str) -> bool:
        """Whether a socket of the session that the handle belongs to is still open."""
        return handle in self._kept and bool(self._kept[handle][0].sockets)

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
