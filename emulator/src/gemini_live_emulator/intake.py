"""What the client sends during a session: each message kind taken in, and turned into turns of the user."""

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from gemini_live_emulator import images, script
from gemini_live_emulator.errors import LiveCloseError
from gemini_live_emulator.hearing import Hearing, Utterance
from gemini_live_emulator.script import Heard

if TYPE_CHECKING:
    from gemini_live_emulator.session import Session

_SOUND = re.compile(r"audio/(?:pcm|l16)(?:;\s*(?:rate=(\d+)|\w+=\w+))*", re.IGNORECASE)
_DEFAULT_RATE = 16_000
_REALTIME = ("activityStart", "audio", "video", "mediaChunks", "text", "audioStreamEnd", "activityEnd")
_MANUAL_ONLY = "Explicit activity control is not supported when automatic activity detection is enabled."


class Intake:
    """Collects what belongs to the user's turn and, when it is over, has it answered."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        realtime = session.setup.get("realtimeInputConfig", {})
        self._hearing = Hearing(realtime.get("automaticActivityDetection", {}))
        self._interruptible = realtime.get("activityHandling") != "NO_INTERRUPTION"
        self._heard = Heard()
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
                        self._session.record.counts[f"realtimeInput.{name}"] += 1
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
                if value and not self._hearing.manual:
                    await self._speech_ends(self._hearing.close())
            case "activityStart" | "activityEnd" if not self._hearing.manual:
                raise LiveCloseError(1007, _MANUAL_ONLY)
            case "activityStart":
                self._hearing.open()
                await self._speech_starts()
            case "activityEnd":
                await self._speech_ends(self._hearing.close())

    async def _text(self, text: str) -> None:
        self._session.record.texts.append(text)
        self._heard.add(text)
        # Between activityStart and activityEnd the text is part of that turn.
        if not (self._hearing.manual and self._hearing.speaking):
            await self._speech_starts()
            await self._turn()

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
        self._session.record.add_audio(data, mime_type)
        for event in self._hearing.feed(data, int(match[1] or _DEFAULT_RATE)):
            if event is None:
                await self._voice_activity("ACTIVITY_START")
                await self._speech_starts()
            else:
                await self._voice_activity("ACTIVITY_END")
                await self._speech_ends(event)

    def _picture(self, data: bytes, mime_type: str) -> None:
        self._heard.image_size = images.size(data)
        self._session.conversation.images += 1
        shown = {"mimeType": mime_type, "bytes": len(data), "size": self._heard.image_size}
        self._session.record.images.append(shown)

    async def _voice_activity(self, kind: str) -> None:
        activity = {"type": kind, "audioOffset": f"{self._hearing.offset:.3f}s"}
        await self._session.wire.send({"voiceActivity": activity})

    async def _speech_starts(self) -> None:
        if self._interruptible:
            await self.interrupt()

    async def _speech_ends(self, utterance: Utterance | None) -> None:
        """Words come from the control route `hear`; without it only length and loudness are known."""
        if utterance is None or (utterance.seconds <= 0 and not self._heard.text):
            return
        session = self._session
        if utterance.seconds > 0:
            self._heard.sound = utterance
            if session.world.heard:
                self._heard.add(session.world.heard.popleft())
            if "inputAudioTranscription" in session.setup:
                transcription = {"text": self._heard.described()}
                await session.wire.send({"serverContent": {"inputTranscription": transcription}})
        await self._turn()

    async def _content(self, content: dict[str, Any]) -> None:
        """Turns of a conversation; the user's last one is the question when the turn is complete."""
        await self.interrupt()
        session = self._session
        turns = []
        for turn in content.get("turns", []):
            parts = turn.get("parts", [])
            turns.append((turn.get("role", "user"), " ".join(part["text"] for part in parts if "text" in part)))
            session.conversation.images += sum("inlineData" in part for part in parts)
            session.record.texts.append(turns[-1][1])
        complete = content.get("turnComplete", False)
        if complete and turns and turns[-1][0] == "user":
            self._heard.add(turns.pop()[1])
        for role, text in turns:
            session.conversation.add(role, text)
        if complete:
            await self._turn()

    def _tool_response(self, response: dict[str, Any]) -> None:
        for result in response.get("functionResponses", []):
            self._session.record.tool_responses.append(result)
            name = self.calls.pop(result.get("id", ""), None)
            if name is not None:
                self._results.append((name, result.get("response")))
        if self._results and not self.calls:
            results, self._results = self._results, []
            self._session.answer.start(Heard(results=results))

    async def _turn(self) -> None:
        """The user's turn is over: call the functions that it asks for, or answer it."""
        session = self._session
        heard, self._heard = self._heard, Heard()
        heard.images = session.conversation.images
        found = script.calls(session.setup, heard.text, session.world.chance)
        if not found:
            session.answer.start(heard)
            return
        session.conversation.add_heard(heard.described(), heard.sound)
        self.calls |= {call["id"]: call["name"] for call in found}
        await session.withdraw_handle()
        await session.wire.send({"toolCall": {"functionCalls": found}})

    async def interrupt(self) -> None:
        """The user speaks: stop an answer under way, call back functions not yet answered."""
        pending, self.calls = list(self.calls), {}
        self._results.clear()
        if pending:
            await self._session.wire.send({"toolCallCancellation": {"ids": pending}})
        await self._session.answer.interrupt(pending=bool(pending))
