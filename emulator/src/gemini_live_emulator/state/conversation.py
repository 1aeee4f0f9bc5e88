"""What was said in a session so far, and the one turn of the user that is being put together."""

import dataclasses
import datetime as dt
from typing import Any

AUDIO_TOKENS_PER_SECOND = 25


@dataclasses.dataclass(frozen=True)
class Utterance:
    """Something that was said: how long (in seconds) and how loud (dB below full scale)."""

    seconds: float
    loudness: float


@dataclasses.dataclass
class UserTurn:
    """One turn of the user: words (typed, or understood), sound, pictures, results of functions."""

    text: str = ""
    sound: Utterance | None = None
    images: int = 0
    image_size: str = ""
    results: list[tuple[str, Any]] = dataclasses.field(default_factory=list)

    def add(self, text: str) -> None:
        """More words of the same turn."""
        self.text = f"{self.text} {text}".strip()

    def described(self) -> str:
        """The turn in words, as the transcription and the conversation keep it."""
        if self.text or self.sound is None:
            return self.text
        return f"({self.sound.seconds:.1f} seconds of sound at {self.sound.loudness:.0f} decibels)"


@dataclasses.dataclass(frozen=True)
class Place:
    """A page that a search has found."""

    title: str
    address: str
    excerpt: str

    def is_about(self, words: str) -> bool:
        """Whether its title or address has all of these words; no words are about everything."""
        told = f"{self.title} {self.address}".lower()
        return all(word in told for word in words.lower().split())


@dataclasses.dataclass(frozen=True)
class Turn:
    """One turn of a conversation; `tokens` is how many of which modality, as the usage metadata has them."""

    role: str
    text: str
    tokens: tuple[str, int]


@dataclasses.dataclass
class Conversation:
    """The turns so far; `images` were seen. `ended` is when its socket closed, None while it is open.

    `calls` (every function call so far, name by id) and `sockets` (those open now) belong to the session as a whole:
    all copies of a conversation that handles brought back share them. `places` are the last that a search found, for
    the words `sought`; `wish` is the function that waits for a search.
    """

    turns: tuple[Turn, ...] = ()
    images: int = 0
    places: tuple[Place, ...] = ()
    sought: str = ""
    wish: str = ""
    ended: dt.datetime | None = None
    calls: dict[str, str] = dataclasses.field(default_factory=dict)
    sockets: set[int] = dataclasses.field(default_factory=set)

    def add(self, role: str, text: str, audio_seconds: float = 0.0) -> None:
        """Add a turn; sound counts 25 tokens a second, text a token for every four letters."""
        audio = ("AUDIO", round(AUDIO_TOKENS_PER_SECOND * audio_seconds))
        self.turns += (Turn(role, text, audio if audio_seconds else ("TEXT", -(-len(text) // 4))),)

    def add_user_turn(self, turn: UserTurn) -> None:
        """Add a turn of the user, who spoke or typed."""
        self.add("user", turn.described(), turn.sound.seconds if turn.sound else 0.0)
