"""One answer at a time: sound, transcription, the end of the turn, or an interruption before it."""

import asyncio
import base64
import collections
import contextlib
from typing import TYPE_CHECKING, Any

from gemini_live_emulator import script, speech
from gemini_live_emulator.handles import AUDIO_TOKENS_PER_SECOND
from gemini_live_emulator.script import Heard

if TYPE_CHECKING:
    from gemini_live_emulator.session import Session

# How many times faster than real time sound is sent, after a first second that comes at once.
_PACE = 4.0
# Which fragment of three comes as one message with several parts.
_BUNDLED = 2
# A tenth of a second of speech at the normal rate, in samples.
_CHUNK_SAMPLES = speech.RATE // 10
_MIME_TYPE = f"audio/pcm;rate={speech.RATE}"


def _content(**fields: Any) -> dict[str, Any]:
    return {"serverContent": fields}


def _model_turn(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "model", "parts": parts}


class Answer:
    """Plays the scripted answer to a turn of a session."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.task: asyncio.Task[None] | None = None
        self.generating = False
        self._first = True
        self._said: list[tuple[float, str]] = []
        self._began = 0.0

    @property
    def playing(self) -> bool:
        """Whether the turn is not over: still generating, or the sound not yet played to its end."""
        return self.task is not None and not self.task.done()

    def start(self, heard: Heard) -> None:
        """Answer this turn; after the answer before it, if one that may not be interrupted still plays."""
        before = self.task if self.playing else None
        self.task = asyncio.create_task(self._play(heard, before))

    async def interrupt(self, *, pending: bool) -> None:
        """Stop at once and tell the client; `pending` says that a function call was interrupted."""
        if self.playing and self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            if self.generating:
                passed = asyncio.get_running_loop().time() - self._began
                said = "".join(text for start, text in self._said if start <= passed)
                self._session.conversation.add("model", said, passed)
        elif not pending:
            return
        self.generating = False
        wire = self._session.wire
        await wire.send(_content(interrupted=True))
        await wire.send({**_content(turnComplete=True), "usageMetadata": self._usage(0)})
        await self._session.offer_handle()

    async def _play(self, heard: Heard, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await before
        session = self._session
        text = script.reply(session.setup, session.conversation, heard, first=self._first)
        self._first = False
        if not heard.results:
            session.conversation.add_heard(heard.described(), heard.sound)
        self.generating, self._said = True, []
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        await session.withdraw_handle()
        seconds = await (self._write(text) if session.text_only else self._speak(text))
        session.conversation.add("model", text, seconds)
        await session.wire.send(_content(generationComplete=True))
        self.generating = False
        await session.offer_handle()
        await asyncio.sleep(max(0.0, self._began + seconds - loop.time()))
        await session.wire.send({**_content(turnComplete=True), "usageMetadata": self._usage(seconds)})

    async def _write(self, text: str) -> float:
        """The answer as text parts; it takes no time."""
        words = text.split(" ")
        for place in range(0, len(words), 4):
            fragment = ("" if place == 0 else " ") + " ".join(words[place : place + 4])
            await self._session.wire.send(_content(modelTurn=_model_turn([{"text": fragment}])))
        return 0.0

    async def _speak(self, text: str) -> float:
        """The answer as sound, faster than real time; returns its length in seconds."""
        wire, setup = self._session.wire, self._session.setup
        transcribed = "outputAudioTranscription" in setup
        voice = setup.get("generationConfig", {}).get("speechConfig", {}).get("voiceConfig", {})
        name = voice.get("prebuiltVoiceConfig", {}).get("voiceName", "Puck")
        loop = asyncio.get_running_loop()
        seconds = 0.0
        rate = self._session.world.options.speaking_rate
        fragments = speech.speak(text, name, rate)
        size = 2 * max(1, int(_CHUNK_SAMPLES / max(1.0, rate)))
        for number, (fragment, sound) in enumerate(fragments):
            self._said.append((seconds, fragment))
            chunks = [sound[place : place + size] for place in range(0, len(sound), size)]
            parts = [{"inlineData": {"mimeType": _MIME_TYPE, "data": base64.b64encode(c).decode()}} for c in chunks]
            transcription = {"outputTranscription": {"text": fragment}} if transcribed else {}
            if number == 0:
                # The listener's time starts with the first sound, not with the making of it.
                self._began = loop.time()
            if number % 3 == _BUNDLED:
                # Everything of this fragment in one message: several parts, and the words beside them.
                await wire.send(_content(modelTurn=_model_turn(parts), **transcription))
            else:
                for part in parts:
                    await wire.send(_content(modelTurn=_model_turn([part])))
                if transcription:
                    await wire.send(_content(**transcription))
            if number % 5 == 1:
                await wire.send({})
            seconds += len(sound) / 2 / speech.RATE
            await asyncio.sleep(max(0.0, self._began + (seconds - 1) / _PACE - loop.time()))
        return seconds

    def _usage(self, seconds: float) -> dict[str, Any]:
        """Every turn is charged for the whole conversation before it."""
        turns = self._session.conversation.turns
        answered = [turn for turn in turns[-1:] if turn.role == "model"]
        prompt: collections.Counter[str] = collections.Counter()
        for turn in turns[: len(turns) - len(answered)]:
            prompt.update(dict([turn.tokens]))
        prompt["TEXT"] += -(-len(script.instruction(self._session.setup)) // 4)
        prompt["IMAGE"] += 258 * self._session.conversation.images
        response = dict([answered[0].tokens]) if answered else {"AUDIO": round(AUDIO_TOKENS_PER_SECOND * seconds)}
        total = prompt.total() + sum(response.values())
        return {
            "promptTokenCount": prompt.total(),
            "responseTokenCount": sum(response.values()),
            "totalTokenCount": total,
            "promptTokensDetails": _details(prompt),
            "responseTokensDetails": _details(response),
        }


def _details(tokens: dict[str, int]) -> list[dict[str, Any]]:
    return [{"modality": modality, "tokenCount": count} for modality, count in tokens.items() if count]
