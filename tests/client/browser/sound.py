"""Sound: which tone is in PCM16 samples when, how loud and how clean; and what holds it back in a page."""

import array
import math
from collections.abc import Sequence

FRAME = 320  # samples: 20 ms at 16 kHz


def samples_of(pcm: bytes) -> "array.array[int]":
    """Little-endian 16-bit samples."""
    return array.array("h", pcm[: len(pcm) // 2 * 2])


def amplitude(samples: Sequence[float], hertz: float, rate: int = 16_000) -> float:
    """The amplitude of one frequency, 1 being full scale; the stretch should hold whole periods."""
    cosine = sum(sample * math.cos(2 * math.pi * hertz * i / rate) for i, sample in enumerate(samples))
    sine = sum(sample * math.sin(2 * math.pi * hertz * i / rate) for i, sample in enumerate(samples))
    return 2 * math.hypot(cosine, sine) / len(samples) / 32768


def loudness(samples: Sequence[float]) -> float:
    """Root mean square, 1 being full scale."""
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples))) / 32768


def decibels(ratio: float) -> float:
    """A ratio of amplitudes in dB."""
    return 20 * math.log10(max(ratio, 1e-9))


def heard(samples: Sequence[int], tones: Sequence[float]) -> list[float]:
    """For each frame of 20 ms the tone that sounds in it, or 0."""
    found = []
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        frame = samples[start : start + FRAME]
        best = max(tones, key=lambda tone: amplitude(frame, tone))
        found.append(best if amplitude(frame, best) > 0.05 else 0)
    return found


def stretches(frames: Sequence[float]) -> list[tuple[float, int, int]]:
    """Runs of the same tone: (tone, first frame, number of frames)."""
    runs: list[tuple[float, int, int]] = []
    for place, tone in enumerate(frames):
        if runs and runs[-1][0] == tone:
            runs[-1] = (tone, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((tone, place, 1))
    return runs

# However long a machine takes, no sound is over before the second of these lets it be.
HELD = """() => {
  window.ends = [];
  Object.defineProperty(AudioBufferSourceNode.prototype, 'onended', { configurable: true, set(end) { ends.push(end); } });
}"""
LET_GO = "() => { delete AudioBufferSourceNode.prototype.onended; for (const end of ends) end?.(); }"
