"""An admitted session: takes the client's messages, ends when it must, and has each turn answered."""

import asyncio
import base64
import binascii
import contextlib
import re
from collections.abc import Callable
from typing import Any

from local.google import images, script
from local.google.answer import Answer
from local.google.errors import LiveCloseError
from local.google.handles import Conversation, Turn
from local.google.hearing import Hearing, Utterance
from local.google.models import Model
from local.google.record import Record
from local.google.script import Heard
from local.google.tokens import Token
from local.google.wire import Wire
from local.google.world import World

UPDATE_SECONDS = 1.2
_TICK_SECONDS = 0.1
_RATE = re.compile(r"audio/(?:pcm|l16)(?:;\s*(?:rate=(\d+)|\w+=\w+))*", re.IGNORECASE)


class Session:
    """One conversation over one socket, by its effective setup."""

    def __init__(
        self,
        world: World,
        wire: Wire,
        record: Record,
        setup: dict[str, Any],
        model: Model,
        conversation: Conversation,
        token: Token | None,
    ) -> None:
        self.world, self.wire, self.record, self.setup = world, wire, record, setup
        self.conversation = conversation
        self.text_only = "TEXT" in model.modalities
        self._token = token
        realtime = setup.get("realtimeInputConfig", {})
        self._hearing = Hearing(realtime.get("automaticActivityDetection", {}))
        self._interruptible = realtime.get("activityHandling") != "NO_INTERRUPTION"
        self._heard = Heard()
        self._answer = Answer(self)
        self._calls: dict[str, str] = {}
        self._results: list[tuple[str, Any]] = []
        self._active = False
        self._leaving: asyncio.Task[None] | None = None

    # -- life --------------------------------------------------------------------------------------------------

    async def run(self, *, silent: bool, parse_message: Callable[[str], dict[str, Any]]) -> None:
        """Serve until the socket closes."""
        await self.wire.send({"setupComplete": {}})
        self.wire.muted = silent
        await self.offer_handle()
        self.world.open.add(self)
        tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._updates())]
        try:
            while (text := await self.wire.receive()) is not None:
                self._active = True
                message = parse_message(text)
                for kind, inner in message.items():
                    self.record.counts[kind] += 1
                    await self._take(kind, inner)
        except LiveCloseError as error:
            await self.wire.close(error.code, error.reason)
        finally:
            self.world.open.discard(self)
            self.conversation.ended = self.world.clock.now()
            for task in (*tasks, self._answer.task, self._leaving):
                if task is not None and task is not asyncio.current_task():
                    task.cancel()

    async def _watch(self) -> None:
        """Close at the token's expiry; say goAway, then close, at the end of the connection's life."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.world.options.connection_seconds
        notice = min(self.world.options.go_away_seconds, self.world.options.connection_seconds / 3)
        warned = False
        while True:
            if self._token and self.world.clock.now() >= self._token.expire_time:
                await self.leave(1011, "auth token has expired")
                return
            left = end - loop.time()
            if left <= notice and not warned:
                warned = True
                await self.wire.send({"goAway": {"timeLeft": f"{max(left, 0):.3g}s"}})
            if left <= 0:
                await self.leave(1008, "The operation was aborted.")
                return
            await asyncio.sleep(_TICK_SECONDS)

    async def go_away(self, seconds: float) -> None:
        """Announce the end of the connection, which then comes after so many seconds."""
        await self.wire.send({"goAway": {"timeLeft": f"{seconds:.3g}s"}})

        async def later() -> None:
            await asyncio.sleep(seconds)
            await self.leave(1008, "The operation was aborted.")

        self._leaving = asyncio.create_task(later())

    async def leave(self, code: int, reason: str) -> None:
        """Close from the server's side."""
        await self.wire.close(code, reason)

    # -- resumption --------------------------------------------------------------------------------------------

    async def _updates(self) -> None:
        """A fresh handle every 1.2 s in which something happened."""
        while True:
            await asyncio.sleep(UPDATE_SECONDS)
            if self._active and not self._answer.generating and not self._calls:
                self._active = False
                await self.offer_handle()

    async def offer_handle(self) -> None:
        """Send a handle for the conversation as it stands, if the setup asks for session resumption."""
        if "sessionResumption" in self.setup:
            handle = self.world.handles.give(self.conversation)
            await self.wire.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    async def withdraw_handle(self) -> None:
        """Say that at this moment the session cannot be resumed; false and empty fields are left out on the wire."""
        if "sessionResumption" in self.setup:
            await self.wire.send({"sessionResumptionUpdate": {}})

    # -- input -------------------------------------------------------------------------------------------------

    async def _take(self, kind: str, inner: dict[str, Any]) -> None:
        match kind:
            case "setup":
                raise LiveCloseError(1007, "A setup message was sent already.")
            case "clientContent":
                await self._content(inner)
            case "toolResponse":
                await self._tool_response(inner)
            case "realtimeInput":
                for name in ("activityStart", "audio", "video", "mediaChunks", "text", "audioStreamEnd", "activityEnd"):
                    if name in inner:
                        await self._realtime(name, inner[name])

    async def _realtime(self, name: str, value: Any) -> None:
        self.record.counts[f"realtimeInput.{name}"] += 1
        match name:
            case "audio" | "video":
                await self._blob(value)
            case "mediaChunks":
                for blob in value:
                    await self._blob(blob)
            case "text":
                self.record.texts.append(value)
                self._heard.text = f"{self._heard.text} {value}".strip()
                if not (self._hearing.manual and self._hearing.speaking):
                    await self._speech_starts()
                    await self.turn()
            case "audioStreamEnd" if value and not self._hearing.manual:
                await self._speech_ends(self._hearing.close())
            case "activityStart" | "activityEnd" if not self._hearing.manual:
                raise LiveCloseError(
                    1007, "Explicit activity control is not supported when automatic activity detection is enabled."
                )
            case "activityStart":
                self._hearing.open()
                await self._speech_starts()
            case "activityEnd":
                await self._speech_ends(self._hearing.close())

    async def _blob(self, blob: dict[str, Any]) -> None:
        mime_type = blob.get("mimeType", "")
        try:
            data = base64.b64decode(blob.get("data", "").replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error as error:
            reason = "Invalid value at 'realtime_input' (TYPE_BYTES), Base64 decoding failed."
            raise LiveCloseError(1007, reason) from error
        if mime_type.startswith("image/"):
            size = images.size(data)
            self.conversation.images += 1
            self._heard.image_size = size
            self.record.images.append({"mimeType": mime_type, "bytes": len(data), "size": size})
            return
        match = _RATE.fullmatch(mime_type)
        if not match:
            raise LiveCloseError(1007, f"Unsupported mime type: {mime_type}")
        self.record.add_audio(data, mime_type)
        for event in self._hearing.feed(data, int(match[1] or 16_000)):
            if event is None:
                await self._voice_activity("ACTIVITY_START")
                await self._speech_starts()
            else:
                await self._voice_activity("ACTIVITY_END")
                await self._speech_ends(event)

    async def _voice_activity(self, kind: str) -> None:
        offset = f"{self._hearing.offset:.3f}s"
        await self.wire.send({"voiceActivity": {"type": kind, "audioOffset": offset}})

    async def _speech_starts(self) -> None:
        if self._interruptible:
            await self.interrupt()

    async def _speech_ends(self, utterance: Utterance | None) -> None:
        if utterance is None or (utterance.seconds <= 0 and not self._heard.text):
            return
        if utterance.seconds > 0:
            self._heard.sound = utterance
            if self.world.heard:
                self._heard.text = f"{self._heard.text} {self.world.heard.popleft()}".strip()
            if "inputAudioTranscription" in self.setup:
                text = {"text": self._heard.described()}
                await self.wire.send({"serverContent": {"inputTranscription": text}})
        await self.turn()

    async def _content(self, content: dict[str, Any]) -> None:
        """Turns of a conversation; the last one of the user is the question when the turn is complete."""
        await self.interrupt()
        spoken = []
        for turn in content.get("turns", []):
            text = " ".join(part["text"] for part in turn.get("parts", []) if "text" in part)
            self.conversation.images += sum("inlineData" in part for part in turn.get("parts", []))
            self.record.texts.append(text)
            spoken.append((turn.get("role", "user"), text))
        complete = content.get("turnComplete", False)
        if complete and spoken and spoken[-1][0] == "user":
            self._heard.text = f"{self._heard.text} {spoken.pop()[1]}".strip()
        for role, text in spoken:
            self._remember(role, text)
        if complete:
            await self.turn()

    async def _tool_response(self, response: dict[str, Any]) -> None:
        for result in response.get("functionResponses", []):
            self.record.tool_responses.append(result)
            name = self._calls.pop(result.get("id", ""), None)
            if name is not None:
                self._results.append((name, result.get("response")))
        if self._results and not self._calls:
            results, self._results = self._results, []
            self._answer.start(Heard(results=results))

    # -- turns -------------------------------------------------------------------------------------------------

    async def turn(self) -> None:
        """The user's turn is over: call the functions that it asks for, or answer it."""
        heard, self._heard = self._heard, Heard()
        heard.images = self.conversation.images
        found = script.calls(self.setup, heard.text, self.world.chance)
        if found:
            self.remember_user(heard)
            self._calls |= {call["id"]: call["name"] for call in found}
            await self.withdraw_handle()
            await self.wire.send({"toolCall": {"functionCalls": found}})
        else:
            self._answer.start(heard)

    async def interrupt(self) -> None:
        """The user speaks: stop an answer under way, call back functions not yet answered."""
        pending, self._calls = list(self._calls), {}
        self._results.clear()
        if pending:
            await self.wire.send({"toolCallCancellation": {"ids": pending}})
        await self._answer.interrupt(pending=bool(pending))

    def remember_user(self, heard: Heard) -> None:
        """Add the user's turn to the conversation."""
        audio = round(25 * heard.sound.seconds) if heard.sound else 0
        self._remember("user", heard.described(), audio)

    def _remember(self, role: str, text: str, audio_tokens: int = 0) -> None:
        tokens = (("AUDIO", audio_tokens),) if audio_tokens else (("TEXT", -(-len(text) // 4)),)
        self.conversation.turns += (Turn(role, text, tokens),)

    async def cancelled(self, task: "asyncio.Task[None]") -> None:
        """Cancel a task of this session and wait until it has stopped."""
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
