"""One turn of the model: the words and their sound, sent in Google's messages and at Google's pace."""

import asyncio
import base64
from typing import Any

from gemini_live_emulator.live import speech
from gemini_live_emulator.live.context import SessionContext

# How many times faster than real time sound is sent, after a first second that comes at once.
_PACE = 4.0
# Which fragment of three has its words in the message of its sound.
_BUNDLED = 2
# A tenth of a second of speech at the normal rate, in samples.
_CHUNK_SAMPLES = speech.RATE // 10
_MIME_TYPE = f"audio/pcm;rate={speech.RATE}"


def _content(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "model", "parts": parts}


class ModelTurn:
    """What the model says to one turn of the user."""

    def __init__(self, context: SessionContext, text: str) -> None:
        self._context = context
        self.text = text
        self.seconds = 0.0
        self._said: list[tuple[float, str]] = []
        self._began = asyncio.get_running_loop().time()

    @property
    def remaining(self) -> float:
        """Seconds until a listener has heard it to its end, if all of it has been sent."""
        return max(0.0, self._began + self.seconds - asyncio.get_running_loop().time())

    def heard_so_far(self) -> tuple[str, float]:
        """The words that a listener has heard by now, and for how many seconds it has been listening."""
        passed = asyncio.get_running_loop().time() - self._began
        return "".join(text for start, text in self._said if start <= passed), passed

    async def send(self) -> None:
        """Send it all, as text or as sound by the model's modality."""
        await (self._write() if self._context.text_only else self._speak())

    async def _write(self) -> None:
        words = self.text.split(" ")
        for place in range(0, len(words), 4):
            fragment = ("" if place == 0 else " ") + " ".join(words[place : place + 4])
            await self._context.send_content(modelTurn=_content([{"text": fragment}]))

    async def _speak(self) -> None:
        """Sound comes faster than real time."""
        context = self._context
        transcribed = "outputAudioTranscription" in context.setup
        voice = context.setup.get("generationConfig", {}).get("speechConfig", {}).get("voiceConfig", {})
        name = voice.get("prebuiltVoiceConfig", {}).get("voiceName", "Puck")
        loop = asyncio.get_running_loop()
        rate = context.state.options.speaking_rate
        size = 2 * max(1, int(_CHUNK_SAMPLES / max(1.0, rate)))
        for number, (fragment, sound) in enumerate(speech.speak(self.text, name, rate)):
            self._said.append((self.seconds, fragment))
            chunks = [sound[place : place + size] for place in range(0, len(sound), size)]
            transcription = {"outputTranscription": {"text": fragment}} if transcribed else {}
            if number == 0:
                # The listener's time starts with the first sound, not with the making of it.
                self._began = loop.time()
            await self._send_fragment(chunks, transcription, together=number % 3 == _BUNDLED)
            if number % 5 == 1:
                await context.connection.send({})
            self.seconds += len(sound) / 2 / speech.RATE
            await asyncio.sleep(max(0.0, self._began + (self.seconds - 1) / _PACE - loop.time()))

    async def _send_fragment(self, chunks: list[bytes], transcription: dict[str, Any], *, together: bool) -> None:
        """Send a message for each chunk of sound and one for the words, or `together` the words with the last chunk."""
        context = self._context
        parts = [{"inlineData": {"mimeType": _MIME_TYPE, "data": base64.b64encode(c).decode()}} for c in chunks]
        groups = [[part] for part in parts]
        if together and context.state.options.sound_parts == "bundled":
            groups = [parts]
        for number, group in enumerate(groups, 1):
            words = transcription if together and number == len(groups) else {}
            await context.send_content(modelTurn=_content(group), **words)
        if transcription and not together:
            await context.send_content(**transcription)
