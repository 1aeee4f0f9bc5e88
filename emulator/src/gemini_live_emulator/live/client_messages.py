"""What the client sends during a session: each message taken in, and put together to turns of the user."""

from typing import Any

from gemini_live_emulator.live import media
from gemini_live_emulator.live.client_content import read_turns
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.tool_calls import INTERRUPT, SILENT, ToolCalls
from gemini_live_emulator.live.turn_queue import TurnQueue
from gemini_live_emulator.live.voice_activity import SpeechEvent, VoiceActivityDetector
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.setup_rules import late_refusal
from gemini_live_emulator.state.conversation import UserTurn

_REALTIME = ("activityStart", "audio", "video", "mediaChunks", "text", "audioStreamEnd", "activityEnd")
_MANUAL_ONLY = "Explicit activity control is not supported when automatic activity detection is enabled."


class ClientMessages:
    """Collects what belongs to the user's turn and, when it is over, has it answered."""

    def __init__(self, context: SessionContext, queue: TurnQueue, calls: ToolCalls) -> None:
        self._context = context
        self._queue = queue
        self._calls = calls
        realtime = context.setup.get("realtimeInputConfig", {})
        self._detector = VoiceActivityDetector(realtime.get("automaticActivityDetection", {}))
        self._interruptible = realtime.get("activityHandling") != "NO_INTERRUPTION"
        self._turn = UserTurn()
        self._awaits_history = (
            context.setup.get("historyConfig", {}).get("initialHistoryInClientContent", False)
            and context.model.records_history
        )
        # Whether the last thing that happened is that the client ended an activity.
        self._activity_ended = False

    async def take(self, kind: str, inner: dict[str, Any]) -> None:
        """Take one message in; raises LiveCloseError for what Google refuses."""
        if refusal := late_refusal(self._context.model, self._context.setup):
            raise LiveCloseError(1007, refusal)
        match kind:
            case "setup":
                raise LiveCloseError(1007, "A setup message was sent already.")
            case "clientContent":
                await self._content(inner)
            case "contextUpdate":
                applied = self._context.update(inner)
                self._context.record.context_updates.append({"sent": inner, "applied": applied})
                self._queue.introduce_again()
            case "toolResponse":
                await self._tool_response(inner)
            case "realtimeInput":
                for name in _REALTIME:
                    if name in inner:
                        self._context.record.counts[f"realtimeInput.{name}"] += 1
                        await self._realtime(name, inner[name])

    async def _realtime(self, name: str, value: Any) -> None:
        self._activity_ended = name == "activityEnd"
        match name:
            case "audio" | "video":
                await self._media(value)
            case "mediaChunks":
                for blob in value:
                    await self._media(blob)
            case "text":
                await self._text(value)
            case "audioStreamEnd":
                if value and not self._detector.manual:
                    await self._speech(self._detector.close())
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
        if self._detector.manual and self._detector.speaking:
            return
        if self._context.model.text_interrupts:
            await self._speech_starts()
        self._answer_turn()

    async def _media(self, blob: dict[str, Any]) -> None:
        found = media.read(blob, "realtime_input")
        if found.is_picture:
            self._turn.image_size = found.size
            self._context.conversation.images += 1
        elif not found.rate:
            raise LiveCloseError(1007, f"Unsupported mime type: {found.mime_type}")
        found.record(self._context.record)
        for event in self._detector.feed(found.data, found.rate) if found.rate else ():
            await self._speech(event)

    async def _speech(self, event: SpeechEvent | None) -> None:
        """Tell the client of a start or an end of speech that was detected, and act on it."""
        if event is None:
            return
        kind = "ACTIVITY_END" if event.utterance else "ACTIVITY_START"
        activity = {"type": kind, "audioOffset": f"{event.offset:.3f}s"}
        await self._context.connection.send({"voiceActivity": activity})
        await (self._speech_ends(event) if event.utterance else self._speech_starts())

    async def _speech_starts(self) -> None:
        if self._interruptible:
            await self._interrupt()

    async def _speech_ends(self, event: SpeechEvent | None) -> None:
        """Words come from the control route `hear`; without it only length and loudness are known."""
        utterance = event.utterance if event else None
        if utterance is None or (utterance.seconds <= 0 and not self._turn.text):
            return
        context = self._context
        if utterance.seconds > 0:
            self._turn.sound = utterance
            understood = context.state.utterances.popleft() if context.state.utterances else context.progress.hear()
            self._turn.add(understood)
            if "inputAudioTranscription" in context.setup:
                transcription = {"text": self._turn.described()}
                await context.connection.send({"serverContent": {"inputTranscription": transcription}})
        self._answer_turn()

    async def _content(self, content: dict[str, Any]) -> None:
        """Turns of a conversation; the user's last one is the question when the turn is complete."""
        context = self._context
        only_context = self._awaits_history or (
            self._activity_ended and context.state.options.push_to_talk == "one-answer"
        )
        if not only_context:
            await self._interrupt()
        turns = read_turns(context, content.get("turns", []))
        complete = content.get("turnComplete", False)
        asked = turns.pop().content if complete and not only_context and turns and turns[-1].is_question else UserTurn()
        for turn in turns:
            seconds = turn.content.sound.seconds if turn.content.sound else 0.0
            context.conversation.add(turn.role, turn.content.described(), seconds)
        if complete and self._awaits_history:
            self._awaits_history = False
        elif complete and not only_context:
            self._turn.add(asked.text)
            self._turn.sound = asked.sound or self._turn.sound
            self._turn.image_size = asked.image_size or self._turn.image_size
            self._answer_turn()
        self._activity_ended = False

    async def _tool_response(self, response: dict[str, Any]) -> None:
        for results in self._calls.take(response.get("functionResponses", [])):
            if results.scheduling == SILENT:
                for name, value in results.values:
                    self._context.conversation.add("function", f"{name}: {value}")
                continue
            if results.scheduling == INTERRUPT:
                await self._queue.interrupt()
            self._queue.add(UserTurn(results=results.values))

    def _answer_turn(self) -> None:
        turn, self._turn = self._turn, UserTurn()
        turn.images = self._context.conversation.images
        self._queue.add(turn)

    async def _interrupt(self) -> None:
        """The user speaks: stop an answer under way, call back functions whose results it waits for."""
        pending = await self._calls.call_back()
        await self._queue.interrupt(pending=pending)
