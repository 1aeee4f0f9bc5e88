"""The model's side: one turn at a time, spoken or written, with its end, or an interruption before it."""

import asyncio
import base64
import collections
import contextlib
from typing import Any

from gemini_live_emulator.live import script, speech
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.usage import usage_metadata
from gemini_live_emulator.state.conversation import UserTurn

# How many times faster than real time sound is sent, after a first second that comes at once.
_PACE = 4.0
# Which fragment of three comes as one message with several parts.
_BUNDLED = 2
# A tenth of a second of speech at the normal rate, in samples.
_CHUNK_SAMPLES = speech.RATE // 10
_MIME_TYPE = f"audio/pcm;rate={speech.RATE}"


def _model_turn(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "model", "parts": parts}


class ModelTurns:
    """Plays the scripted answers to the turns of the user, in the order they came."""

    def __init__(self, context: SessionContext) -> None:
        self._context = context
        self._waiting: collections.deque[UserTurn] = collections.deque()
        self.task: asyncio.Task[None] | None = None
        self.generating = False
        self._first = True
        self._said: list[tuple[float, str]] = []
        self._began = 0.0

    @property
    def playing(self) -> bool:
        """Whether a turn is not over: still generating, or the sound not yet played to its end."""
        return self.task is not None and not self.task.done()

    def start(self, turn: UserTurn) -> None:
        """Answer this turn; after the answers before it, if they may not be interrupted and still play."""
        self._waiting.append(turn)
        if not self.playing:
            self.task = asyncio.create_task(self._play_all())

    async def interrupt(self, *, pending: bool) -> None:
        """Stop at once and tell the client; `pending` says that a function call was interrupted."""
        if self.playing and self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            if self.generating:
                passed = asyncio.get_running_loop().time() - self._began
                said = "".join(text for start, text in self._said if start <= passed)
                self._context.conversation.add("model", said, passed)
        elif not pending:
            return
        self._waiting.clear()
        self.generating = False
        await self._context.send_content(interrupted=True)
        await self.complete(0)
        await self._context.offer_handle()

    async def complete(self, seconds: float) -> None:
        """Say that the turn is over, and what it cost."""
        usage = usage_metadata(self._context.setup, self._context.conversation, seconds)
        await self._context.connection.send({"serverContent": {"turnComplete": True}, "usageMetadata": usage})

    async def _play_all(self) -> None:
        while self._waiting:
            await self._play(self._waiting.popleft())

    async def _play(self, turn: UserTurn) -> None:
        context = self._context
        text = script.reply(context.setup, context.conversation, turn, first=self._first)
        self._first = False
        if not turn.results:
            context.conversation.add_user_turn(turn)
        self.generating, self._said = True, []
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        await context.withdraw_handle()
        seconds = await (self._write(text) if context.text_only else self._speak(text))
        context.conversation.add("model", text, seconds)
        await context.send_content(generationComplete=True)
        self.generating = False
        await context.offer_handle()
        await asyncio.sleep(max(0.0, self._began + seconds - loop.time()))
        await self.complete(seconds)

    async def _write(self, text: str) -> float:
        """The answer as text parts; it takes no time."""
        words = text.split(" ")
        for place in range(0, len(words), 4):
            fragment = ("" if place == 0 else " ") + " ".join(words[place : place + 4])
            await self._context.send_content(modelTurn=_model_turn([{"text": fragment}]))
        return 0.0

    async def _speak(self, text: str) -> float:
        """The answer as sound, faster than real time; returns its length in seconds."""
        context = self._context
        transcribed = "outputAudioTranscription" in context.setup
        voice = context.setup.get("generationConfig", {}).get("speechConfig", {}).get("voiceConfig", {})
        name = voice.get("prebuiltVoiceConfig", {}).get("voiceName", "Puck")
        loop = asyncio.get_running_loop()
        seconds = 0.0
        rate = context.state.options.speaking_rate
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
                await context.send_content(modelTurn=_model_turn(parts), **transcription)
            else:
                for part in parts:
                    await context.send_content(modelTurn=_model_turn([part]))
                if transcription:
                    await context.send_content(**transcription)
            if number % 5 == 1:
                await context.connection.send({})
            seconds += len(sound) / 2 / speech.RATE
            await asyncio.sleep(max(0.0, self._began + (seconds - 1) / _PACE - loop.time()))
        return seconds
