"""Voice activity detection by loudness, and what can be said about an utterance without understanding it."""

import array
import dataclasses
import math
import sys
from typing import Any

from gemini_live_emulator.state.conversation import Utterance

_FRAME_SECONDS = 0.02
# Speech is quiet for so long between two syllables, and never for longer than what was heard before.
_GAP_SECONDS = 0.15
_SILENT = -96.0


@dataclasses.dataclass(frozen=True)
class SpeechEvent:
    """A start of speech, or (with the utterance) its end, at so many seconds from the start of the stream."""

    offset: float
    utterance: Utterance | None = None


def _samples(pcm: bytes) -> "array.array[int]":
    samples = array.array("h", pcm[: len(pcm) - len(pcm) % 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def measured(pcm: bytes, rate: int) -> Utterance:
    """A whole recording (PCM16) as one utterance."""
    samples = _samples(pcm)
    return Utterance(round(len(samples) / max(1, rate), 2), round(_decibels(_mean_square(samples)), 1))


def _mean_square(samples: "array.array[int]") -> float:
    return sum(sample * sample for sample in samples) / max(1, len(samples)) / 32768**2


def _decibels(mean_square: float) -> float:
    return 10 * math.log10(mean_square) if mean_square > 0 else _SILENT


class VoiceActivityDetector:
    """Finds where speech starts and ends, by the `automaticActivityDetection` of a setup.

    With detection disabled everything between `open` and `close` is one utterance.
    """

    def __init__(self, detection: dict[str, Any]) -> None:
        self.manual = bool(detection.get("disabled"))
        low_start = detection.get("startOfSpeechSensitivity") == "START_SENSITIVITY_LOW"
        low_end = detection.get("endOfSpeechSensitivity") == "END_SENSITIVITY_LOW"
        self._threshold = 10 ** ((-32.0 if low_start else -42.0) / 10)
        self._needed = max(_FRAME_SECONDS, detection.get("prefixPaddingMs", 40) / 1000)
        self._silence = max(_FRAME_SECONDS, detection.get("silenceDurationMs", 800 if low_end else 500) / 1000)
        self._rest = b""
        self._offset = 0.0
        self.speaking = False
        self._clear()

    def _clear(self) -> None:
        self._loud = self._quiet = self._total = self._energy = 0.0

    def feed(self, pcm: bytes, rate: int) -> list[SpeechEvent]:
        """Take PCM16; what occurred, in order."""
        events: list[SpeechEvent] = []
        data = self._rest + pcm
        size = max(2, int(rate * _FRAME_SECONDS) * 2)
        for place in range(0, len(data) - size + 1, size):
            self._frame(_mean_square(_samples(data[place : place + size])), events)
        self._rest = data[len(data) - len(data) % size :]
        return events

    def _frame(self, energy: float, events: list[SpeechEvent]) -> None:
        self._offset += _FRAME_SECONDS
        loud = energy >= self._threshold
        if self.manual:
            if self.speaking:
                self._count(energy, loud=loud)
            return
        self._count(energy, loud=loud)
        if not self.speaking:
            if self._quiet > min(_GAP_SECONDS, self._loud) + 1e-9:
                self._clear()
            elif self._loud >= self._needed - 1e-9:
                self.speaking = True
                events.append(SpeechEvent(self._offset))
        elif self._quiet >= self._silence - 1e-9:
            events.append(self._end())

    def _count(self, energy: float, *, loud: bool) -> None:
        self._total += _FRAME_SECONDS
        self._quiet = 0.0 if loud else self._quiet + _FRAME_SECONDS
        if loud:
            self._loud += _FRAME_SECONDS
            self._energy += energy

    def _end(self) -> SpeechEvent:
        mean = self._energy / max(1.0, self._loud / _FRAME_SECONDS)
        utterance = Utterance(round(self._total - self._quiet, 2), round(_decibels(mean), 1))
        self.speaking = False
        self._clear()
        return SpeechEvent(self._offset, utterance)

    def open(self) -> None:
        """The client says that an utterance starts here."""
        self._clear()
        self.speaking = True

    def close(self) -> SpeechEvent | None:
        """The client says that nothing more comes: the utterance so far, if there is one."""
        self._rest = b""
        return self._end() if self.speaking else None
