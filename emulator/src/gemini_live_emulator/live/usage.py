"""What a turn is charged for, in tokens, as the usage metadata says it."""

import collections
from collections.abc import Iterable
from typing import Any

from gemini_live_emulator.live import script
from gemini_live_emulator.state.conversation import AUDIO_TOKENS_PER_SECOND, Conversation, Turn

_TOKENS_PER_IMAGE = 258
_TRIGGER = 131_072 * 8 // 10  # tokens of context, where the setup compresses and names none
_THOUGHTS = {"LOW": 32, "MEDIUM": 64, "HIGH": 128}  # tokens of each answer; our own figures, models differ


def usage_metadata(setup: dict[str, Any], conversation: Conversation, seconds: float) -> dict[str, Any]:
    """Every turn is charged for the whole conversation before it; `seconds` of sound if the model's turn is unknown."""
    turns = conversation.turns
    answered = [turn for turn in turns[-1:] if turn.role == "model"]
    prompt: collections.Counter[str] = collections.Counter()
    prompt["TEXT"] += -(-len(script.instruction(setup)) // 4)
    prompt["IMAGE"] += _TOKENS_PER_IMAGE * conversation.images
    for turn in _remembered(setup, turns[: len(turns) - len(answered)], prompt.total()):
        prompt.update(dict([turn.tokens]))
    response = dict([answered[0].tokens]) if answered else {"AUDIO": round(AUDIO_TOKENS_PER_SECOND * seconds)}
    thinking = setup.get("generationConfig", {}).get("thinkingConfig", {}).get("thinkingLevel")
    thoughts = _THOUGHTS.get(thinking, 0) if sum(response.values()) else 0
    return {
        "promptTokenCount": prompt.total(),
        "responseTokenCount": sum(response.values()),
        **({"thoughtsTokenCount": thoughts} if thoughts else {}),
        "totalTokenCount": prompt.total() + sum(response.values()) + thoughts,
        "promptTokensDetails": _details(prompt),
        "responseTokensDetails": _details(response),
    }


def _remembered(setup: dict[str, Any], turns: tuple[Turn, ...], always: int) -> Iterable[Turn]:
    """Return the turns that compression has left in the context, of which so many tokens are never forgotten."""
    compression = setup.get("contextWindowCompression") or {}
    if "slidingWindow" not in compression:
        return turns
    trigger = int(compression.get("triggerTokens", _TRIGGER))
    target = int(compression["slidingWindow"].get("targetTokens", trigger // 2))
    kept: collections.deque[Turn] = collections.deque()
    size = always
    for turn in turns:
        kept.append(turn)
        size += turn.tokens[1]
        compressing = size > trigger
        while compressing and size > target and kept:
            size -= kept.popleft().tokens[1]
    return kept


def _details(tokens: dict[str, int]) -> list[dict[str, Any]]:
    return [{"modality": modality, "tokenCount": count} for modality, count in tokens.items() if count]
