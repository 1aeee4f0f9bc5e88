"""Turns that a client puts into the conversation by `clientContent`: text, pictures, sound, function parts."""

import dataclasses
from typing import Any

from gemini_live_emulator.live import media
from gemini_live_emulator.live.context import SessionContext
from gemini_live_emulator.live.voice_activity import measured
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.setup_rules import INVALID_ARGUMENT
from gemini_live_emulator.state.conversation import UserTurn

_FUNCTION_PARTS = ("functionCall", "functionResponse")
# The rest is context that nobody answers.
_USER, _MODEL = "user", "model"


@dataclasses.dataclass
class ContentTurn:
    """One turn that was put in: who is said to have made it, and what it holds."""

    role: str
    content: UserTurn

    @property
    def is_question(self) -> bool:
        """Whether the model is expected to answer it."""
        return self.role == _USER


def read_turns(context: SessionContext, turns: list[dict[str, Any]]) -> list[ContentTurn]:
    """The turns, noted for inspection; raises LiveCloseError for what the model does not take."""
    return [_read_turn(context, turn) for turn in turns]


def _read_turn(context: SessionContext, turn: dict[str, Any]) -> ContentTurn:
    role = turn.get("role")
    if role not in (_USER, _MODEL) and context.state.options.odd_roles == "refused":
        raise LiveCloseError(1007, "Please use a valid role: user, model.")
    content = UserTurn()
    for part in turn.get("parts", []):
        if any(name in part for name in _FUNCTION_PARTS) and not context.model.seeds_all_parts:
            raise LiveCloseError(1007, INVALID_ARGUMENT)
        content.add(part.get("text", ""))
        if "inlineData" in part:
            _read_media(context, content, part["inlineData"])
    context.record.texts.append(content.text)
    return ContentTurn(role or _USER, content)


def _read_media(context: SessionContext, content: UserTurn, blob: dict[str, Any]) -> None:
    found = media.read(blob, "client_content")
    found.record(context.record)
    if found.is_picture:
        content.image_size = found.size
        context.conversation.images += 1
    elif found.rate:
        if not context.model.seeds_all_parts:
            raise LiveCloseError(1007, "Precondition check failed")
        if found.rate != media.RATE:
            raise LiveCloseError(1008, "Operation is not implemented, or supported, or enabled")
        content.sound = measured(found.data, found.rate)
