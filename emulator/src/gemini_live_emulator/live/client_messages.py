"""What the client sends during a session: each message taken in, and put together to turns of the user."""

import base64
import binascii
import re
from typing import Any

from gemini_live_emulator.live import images, script
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.model_turns import ModelTurns
from gemini_live_emulator.live.voice_activity import VoiceActivityDetector
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.state.conversation import UserTurn, Utterance

_SOUND = re.compile(r"audio/(?:pcm|l16)(?:;\s*(?:rate=(\d+)|\w+=\w+))*", re.IGNORECASE)
_DEFAULT_RATE = 16_000
_REALTIME = ("activityStart", "audio", "video", "mediaChunks", "text", "audioStreamEnd", "activityEnd")
_MANUAL_ONLY = "Explicit activity control is not supported when automatic activity detection is enabled."


class ClientMessages:
    """Collects what belongs to the user's turn and, when it is over, has it answered."""

    def __init__(self, context: SessionContext, model_turns: ModelTurns) -> None:
        self._context = context
        self._model_turns = model_turns
        realtime = context.setup.get("realtimeInputConfig", {})
        self._detector = VoiceActivityDetector(realtime.get("automaticActivityDetection", {}))
        self._interruptible = realtime.get("activityHandling") != "NO_INTERRUPTION"
        self._turn = UserTurn()
        self._results: list[tuple[str, Any]] = []
        # Functions called and not yet answered: name by call id.
        self.calls: dict[str, str] = {}

    async def take(self, kind: str, inner: dict[str, Any]) -> None:
        """Take one message in; raises LiveCloseError for what Google refuses."""
        match kind:
            case "setup":
                raise LiveCloseError(1007, "A setup message was sent already.")
            case "clientContent":
                await self._content(inner)
            case "toolResponse":
                self._tool_response(inner)
            case "realtimeInput":
                for name in _REALTIME:
                    if name in inner:
                        self._context.record.counts[f"realtimeInput.{name}"] += 1
                        await self._realtime(name, inner[name])

    async def _realtime(self, name: str, value: Any) -> None:
        match name:
            case "audio" | "video":
                await self._blob(value)
            case "mediaChunks":
                for blob in value:
                    await self._blob(blob)
            case "text":
                await self._text(value)
            case "audioStreamEnd":
                if value and not self._detector.manual:
                    await self._speech_ends(self._detector.close())
            case "activityStart" | "activityEnd" if not self._detector.manual:
                raise LiveCloseError(1007, _MANUAL_ONLY)
            case "activityStart":
                self._detector.open()
                await self._speech_starts()
            case "activityEnd":
                await self._speech_ends(self._detector.close())

    async def _text(self, text: str) -> None:
        self._context.record.texts.append(text)
        self._turn.add(text)
        # Between activityStart and activityEnd the text is part of that turn.
        if not (self._detector.manual and self._detector.speaking):
            await self._speech_starts()
            await self._answer_turn()

    async def _blob(self, blob: dict[str, Any]) -> None:
        mime_type = blob.get("mimeType", "")
        try:
            data = base64.b64decode(blob.get("data", "").replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error as error:
            reason = "Invalid value at 'realtime_input' (TYPE_BYTES), Base64 decoding failed."
            raise LiveCloseError(1007, reason) from error
        if mime_type.startswith("image/"):
            self._picture(data, mime_type)
            return
        match = _SOUND.fullmatch(mime_type)
        if not match:
            raise LiveCloseError(1007, f"Unsupported mime type: {mime_type}")
        self._context.record.add_audio(data, mime_type)
        for event in self._detector.feed(data, int(match[1] or _DEFAULT_RATE)):
            if event is None:
                await self._voice_activity("ACTIVITY_START")
                await self._speech_starts()
            else:
                await self._voice_activity("ACTIVITY_END")
                await self._speech_ends(event)

    def _picture(self, data: bytes, mime_type: str) -> None:
        self._turn.image_size = images.size(data)
        self._context.conversation.images += 1
        shown = {"mimeType": mime_type, "bytes": len(data), "size": self._turn.image_size}
        self._context.record.images.append(shown)

    async def _voice_activity(self, kind: str) -> None:
        activity = {"type": kind, "audioOffset": f"{self._detector.offset:.3f}s"}
        await self._context.connection.send({"voiceActivity": activity})

    async def _speech_starts(self) -> None:
        if self._interruptible:
            await self.interrupt()

    async def _speech_ends(self, utterance: Utterance | None) -> None:
        """Words come from the control route `hear`; without it only length and loudness are known."""
        if utterance is None or (utterance.seconds <= 0 and not self._turn.text):
            return
        context = self._context
        if utterance.seconds > 0:
            self._turn.sound = utterance
            if context.state.utterances:
                self._turn.add(context.state.utterances.popleft())
            if "inputAudioTranscription" in context.setup:
                transcription = {"text": self._turn.described()}
                await context.connection.send({"serverContent": {"inputTranscription": transcription}})
        await self._answer_turn()

    async def _content(self, content: dict[str, Any]) -> None:
        """Turns of a conversation; the user's last one is the question when the turn is complete."""
        await self.interrupt()
        context = self._context
        turns = []
        for turn in content.get("turns", []):
            parts = turn.get("parts", [])
            turns.append((turn.get("role", "user"), " ".join(part["text"] for part in parts if "text" in part)))
            context.conversation.images += sum("inlineData" in part for part in parts)
            context.record.texts.append(turns[-1][1])
        complete = content.get("turnComplete", False)
        if complete and turns and turns[-1][0] == "user":
            self._turn.add(turns.pop()[1])
        for role, text in turns:
            context.conversation.add(role, text)
        if complete:
            await self._answer_turn()

    def _tool_response(self, response: dict[str, Any]) -> None:
        for result in response.get("functionResponses", []):
            self._context.record.tool_responses.append(result)
            name = self.calls.pop(result.get("id", ""), None)
            if name is not None:
                self._results.append((name, result.get("response")))
        if self._results and not self.calls:
            results, self._results = self._results, []
            self._model_turns.start(UserTurn(results=results))

    async def _answer_turn(self) -> None:
        """The user's turn is over: call the functions that it asks for, or answer it."""
        context = self._context
        turn, self._turn = self._turn, UserTurn()
        turn.images = context.conversation.images
        found = script.calls(context.setup, turn.text, context.state.chance)
        if not found:
            self._model_turns.start(turn)
            return
        context.conversation.add_user_turn(turn)
        self.calls |= {call["id"]: call["name"] for call in found}
        await context.withdraw_handle()
        await context.connection.send({"toolCall": {"functionCalls": found}})

    async def interrupt(self) -> None:
        """The user speaks: stop an answer under way, call back functions not yet answered."""
        pending, self.calls = list(self.calls), {}
        self._results.clear()
        if pending:
            await self._context.connection.send({"toolCallCancellation": {"ids": pending}})
        await self._model_turns.interrupt(pending=bool(pending))
