"""A synthesised voice: text → syllables → 24 kHz PCM16 mono, little-endian.

Each vowel is a grain, the damped ringing of three formants; grains follow one another at the pitch of the voice, and
the pitch falls over a phrase and bends within each syllable. Consonants are gaps, bursts, hiss or hum. Nobody will
take it for a person, but it has words' rhythm, and it is fast: some milliseconds for a second of sound.
"""

import array
import functools
import hashlib
import math
import random
import re
import sys
import unicodedata
from collections.abc import Iterator

from gemini_live_emulator.protocol.models import VOICES

RATE = 24_000
_SYLLABLE_SECONDS = 0.17
_PAUSES = {",": 0.12, ";": 0.15, ":": 0.15, ".": 0.28, "?": 0.28, "!": 0.28, "…": 0.2}
# Formant frequencies in Hz (first, second, third) of the vowels.
_FORMANTS = {
    "a": (780, 1250, 2600),
    "e": (530, 1840, 2480),
    "i": (300, 2250, 3000),
    "o": (500, 900, 2500),
    "u": (330, 850, 2350),
    "m": (250, 1100, 2100),
}
_BANDWIDTHS = (70, 100, 150)
_STRENGTHS = (1.0, 0.55, 0.25)
_GRAIN = RATE // 90
_VOWELS = re.compile(r"[^aeiouy]*[aeiouy]+(?:[^aeiouy]+$)?")
_NOISE = [random.Random(1).uniform(-1, 1) for _ in range(RATE)]  # noqa: S311 - a fixed hiss, the same every time
_LOUDNESS = 6_500.0


@functools.cache
def pitch(voice: str) -> float:
    """The voice's middle pitch in Hz, 95 to 240; each of the thirty has its own."""
    names = sorted(VOICES, key=lambda name: hashlib.sha256(name.encode()).digest())
    place = names.index(voice) if voice in VOICES else len(voice) % len(names)
    return 95.0 + 145.0 * place / (len(names) - 1)


@functools.cache
def _grain(vowel: str) -> tuple[float, ...]:
    """What one stroke of the vocal folds rings like in the shape of this vowel."""
    samples = []
    for index in range(_GRAIN):
        seconds = index / RATE
        ring = sum(
            strength * math.exp(-math.pi * width * seconds) * math.sin(2 * math.pi * formant * seconds)
            for formant, width, strength in zip(_FORMANTS[vowel], _BANDWIDTHS, _STRENGTHS, strict=True)
        )
        fade = min(1.0, (_GRAIN - index) / (_GRAIN / 4))
        samples.append(ring * fade)
    return tuple(samples)


def syllables(word: str) -> list[tuple[str, str]]:
    """Each syllable's onset (the letter before the vowel, or nothing) and vowel; letters of any script have one."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if c.isalnum())
    latin = _VOWELS.findall(plain)
    if not latin:
        return [("", "aeiou"[ord(character) % 5]) for character in plain]
    found = []
    for part in latin:
        vowel = re.search("[aeiouy]", part)
        place = vowel.start() if vowel else 0
        found.append((part[place - 1] if place else "", part[place].replace("y", "i")))
    return found


def _voiced(out: list[float], vowel: str, seconds: float, hertz: float, loud: float) -> None:
    """Append a stretch of voice: grains at the pitch, which bends up and down once, louder in the middle."""
    length = int(seconds * RATE)
    start = len(out)
    out.extend([0.0] * length)
    grain = _grain(vowel)
    place = 0.0
    while place < length:
        part = place / length
        gain = loud * min(1.0, part * 6, (1 - part) * 4)
        offset = start + int(place)
        for index, sample in enumerate(grain[: start + length - offset]):
            out[offset + index] += gain * sample
        place += RATE / (hertz * (1 + 0.07 * math.sin(math.pi * part)))


def _hiss(out: list[float], seconds: float, loud: float) -> None:
    """Append noise with its low tones taken away."""
    place = len(out) % (RATE // 2)
    noise = _NOISE[place : place + int(seconds * RATE)]
    out.extend(loud * (now - before) for before, now in zip([0.0, *noise], noise, strict=False))


def _syllable(out: list[float], onset: str, vowel: str, seconds: float, hertz: float) -> None:
    if onset in "sfhzxcvj" and onset:
        _hiss(out, seconds * 0.35, 0.12)
        seconds *= 0.75
    elif onset in "ptkbdgq" and onset:
        out.extend([0.0] * int(seconds * 0.18 * RATE))
        _hiss(out, seconds * 0.06, 0.25)
        seconds *= 0.85
    elif onset in "mnlrw" and onset:
        _voiced(out, "m", seconds * 0.3, hertz * 0.97, 0.45)
        seconds *= 0.8
    _voiced(out, vowel, seconds, hertz, 1.0)


def pronounce(word: str, voice: str, progress: float, rate: float) -> bytes:
    """One word as PCM16, with the pause that its punctuation asks for; `progress` 0…1 is its place in the speech."""
    hertz = pitch(voice) * (1.1 - 0.2 * progress)
    if word.endswith("?"):
        hertz *= 1.25
    seconds = _SYLLABLE_SECONDS / rate
    out: list[float] = []
    for index, (onset, vowel) in enumerate(syllables(word)):
        _syllable(out, onset, vowel, seconds, hertz * (1.04 if index == 0 else 1.0))
    marks = [pause for mark, pause in _PAUSES.items() if mark in word[-2:]]
    out.extend([0.0] * int(max([0.03, *marks]) / rate * RATE))
    samples = array.array("h", (max(-32767, min(32767, int(_LOUDNESS * sample))) for sample in out))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def speak(text: str, voice: str, rate: float = 1.0) -> Iterator[tuple[str, bytes]]:
    """The text in fragments of two words, each with its sound; the fragments joined are the text."""
    words = text.split()
    for start in range(0, len(words), 2):
        pair = words[start : start + 2]
        sound = b"".join(pronounce(word, voice, start / len(words), rate) for word in pair)
        yield (" " if start else "") + " ".join(pair), sound
