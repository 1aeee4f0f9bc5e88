"""What a microphone of the tests hears."""

import array
import math
import pathlib
import wave

RATE = 48_000
# Over and over: (hertz, seconds); 0 is silence. 12 kHz must not reach a 16 kHz stream.
TONES = ((400, 0.4), (1000, 0.4), (3000, 0.4), (6000, 0.4), (12_000, 0.4), (0, 1.0))
LOUDNESS = 0.25  # of full scale


def write_tones(path: pathlib.Path) -> None:
    """Write the tones as a WAV file."""
    samples = array.array("h")
    for hertz, seconds in TONES:
        samples.extend(
            round(32767 * LOUDNESS * math.sin(2 * math.pi * hertz * i / RATE)) for i in range(int(RATE * seconds))
        )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
