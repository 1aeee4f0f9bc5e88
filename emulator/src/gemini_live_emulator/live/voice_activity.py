"""Voice activity detection by loudness, and what can be said about an utterance without understanding it."""

import array
import math
import sys
from typing import Any

from gemini_live_emulator.state.conversation import Utterance

_FRAME_SECONDS = 0.02
_SILENT = -96.0


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
        self.offset = 0.0
        self.speaking = False
        self._clear()

    def _clear(self) -> None:
        self._loud = self._quiet = self._total = self._energy = 0.0

    def feed(self, pcm: bytes, rate: int) -> list[Utterance | None]:
        """Take PCM16; what occurred, in order: None for a start of speech, an Utterance for the end of one."""
        events: list[Utterance | None] = []
        data = self._rest + pcm
        size = max(2, int(rate * _FRAME_SECONDS) * 2)
        for place in range(0, len(data) - size + 1, size):
            samples = array.array("h", data[place : place + size])
            if sys.byteorder == "big":
                samples.byteswap()
            self._hear(_mean_square(samples), events)
        self._rest = data[len(data) - len(data) % size :]
        return events

    def _hear(self, energy: float, events: list[Utterance | None]) -> None:
        self.offset += _FRAME_SECONDS
        loud = energy >= self._threshold
        if self.manual:
            if self.speaking:
                self._count(energy, loud=loud)
            return
        if not self.speaking:
            self._loud = self._loud + _FRAME_SECONDS if loud else 0.0
            self._energy = self._energy + energy if loud else 0.0
            if self._loud >= self._needed - 1e-9:
                self.speaking = True
                self._total, self._quiet = self._loud, 0.0
                events.append(None)
            return
        self._count(energy, loud=loud)
        if self._quiet >= self._silence - 1e-9:
            events.append(self._end())

    def _count(self, energy: float, *, loud: bool) -> None:
        self._total += _FRAME_SECONDS
        self._quiet = 0.0 if loud else self._quiet + _FRAME_SECONDS
        if loud:
            self._loud += _FRAME_SECONDS
            self._energy += energy

    def _end(self) -> Utterance:
        mean = self._energy / max(1.0, self._loud / _FRAME_SECONDS)
        heard = Utterance(round(self._total - self._quiet, 2), round(_decibels(mean), 1))
        self.speaking = False
        self._clear()
        return heard

    def open(self) -> None:
        """The client says that an utterance starts here."""
        self._clear()
        self.speaking = True

    def close(self) -> Utterance | None:
        """The client says that nothing more comes: the utterance so far, if there is one."""
        self._rest = b""
        return self._end() if self.speaking else None
