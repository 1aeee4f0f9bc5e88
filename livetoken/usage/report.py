"""What a page reports of one token's use: fields from a stranger, typed, known, and no more than a token can do.

Every text in it is one of a list, or hexadecimal digits, so that nothing of a conversation or a visitor can be told.
"""

from collections.abc import Mapping
from typing import NamedTuple

from livetoken.errors import InvalidRequest, every_refusal
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.models import WINDOW_TOKENS
from livetoken.usage import fields as read

BYTES = 4096  # of a report's body
SEQUENCES = 100_000  # reports of one token
THUMBS = 1000
ERRORS = 20  # different ones of one token
TOKENS_IN = ("text", "audio", "image", "video", "unspecified")
TOKENS_OUT = ("text", "audio", "thoughts", "unspecified")
ENDINGS = ("closed", "left", "idle", "budget", "failed", "resumed")
CLIENT_ERRORS = (
    "unreachable",
    "unreachable_here",
    "bad_endpoint",
    "headers_failed",
    "page_failed",
    "timeout",
    "bad_answer",
    "blocked_by_policy",
    "socket_failed",
    "setup_timeout",
    "setup_rejected",
    "model_unavailable",
    "key_rejected",
    "token_used",
    "token_expired",
    "quota",
    "server_fault",
    "connection_lost",
    "insecure_context",
    "microphone_missing",
    "microphone_denied",
    "microphone_forbidden",
    "microphone_busy",
    "microphone_lost",
    "microphone_silent",
    "audio_waiting",
    "audio_failed",
    "video_failed",
)
# most that one answer can bill, from the models' windows; some are billed without a turn, such as calls of functions
_WINDOW_IN, _WINDOW_OUT, _ANSWERS_BESIDE_TURNS = WINDOW_TOKENS, 65_536, 10
_REQUEST_ID, _VERSION, _NAME = "[0-9a-f]{16}", "[0-9a-f]{8}", "[a-z0-9][a-z0-9.-]{0,99}"


class Report(NamedTuple):
    """What one token was used for, from its mint to now; of a token's reports the highest `sequence` counts.

    Attributes:
        request_id: of the answer that held the token.
        conversation: the `request_id` of the conversation's first token.
        tokens_in: tokens that Gemini has billed as input, by modality; each turn bills the context again.
        ended: one of `ENDINGS`, None while the conversation goes on.
        errors: codes, each once.
    """

    request_id: str
    conversation: str
    sequence: int
    prompt: str
    prompt_version: str
    model: str
    seconds: float
    turns: int
    tokens_in: Mapping[str, int]
    tokens_out: Mapping[str, int]
    reconnects: int
    ended: str | None
    errors: tuple[str, ...]
    thumbs: Mapping[str, int]

    @classmethod
    def from_fields(cls, fields: Mapping[str, object]) -> "Report":
        """Return the report that the JSON object `fields` holds.

        Raises:
            InvalidRequest: naming the first field that is unknown, missing, of the wrong type or out of bounds.
        """
        for name in fields:
            if name not in _READERS:
                raise InvalidRequest.of_unknown(name)
        for name in _REQUIRED:
            if name not in fields:
                raise InvalidRequest(name, "is missing")
        values = {name: reader(name, fields[name]) for name, reader in _READERS.items() if name in fields}
        tokens: Mapping[str, Mapping[str, int]] = values.get("tokens", {})
        return cls(
            request_id=values["requestId"],
            conversation=values.get("conversation", values["requestId"]),
            sequence=values["sequence"],
            prompt=values["prompt"],
            prompt_version=values["promptVersion"],
            model=values["model"].removeprefix("models/"),
            seconds=values["seconds"],
            turns=values.get("turns", 0),
            tokens_in=tokens.get("in", {}),
            tokens_out=tokens.get("out", {}),
            reconnects=values.get("reconnects", 0),
            ended=values.get("ended"),
            errors=values.get("errors", ()),
            thumbs=values.get("thumbs", {}),
        )

    def require_possible(self, front: FrontMatter, token_seconds: int) -> None:
        """Refuse what no token of the prompt can have done; `token_seconds` is how long others live.

        Raises:
            InvalidRequest: naming the field.
        """
        if self.model not in front.models:
            raise InvalidRequest("model", "is not one that this prompt allows")
        for name, value in (("seconds", self.seconds), ("turns", self.turns), ("reconnects", self.reconnects)):
            if value > (front.token_seconds or token_seconds):
                raise InvalidRequest(name, "is more than a token can do")
        answers = self.turns + _ANSWERS_BESIDE_TURNS
        for tokens, window in ((self.tokens_in, _WINDOW_IN), (self.tokens_out, _WINDOW_OUT)):
            if sum(tokens.values()) > answers * window:
                raise InvalidRequest("tokens", "is more than a token can do")

    def logged(self) -> dict[str, object]:
        """Return the fields of the log's line."""
        return {
            "requestId": self.request_id,
            "conversation": self.conversation,
            "sequence": self.sequence,
            "seconds": self.seconds,
            "turns": self.turns,
            "tokens": {"in": dict(self.tokens_in), "out": dict(self.tokens_out)},
            "reconnects": self.reconnects,
            "ended": self.ended,
            "errors": list(self.errors),
            "thumbs": dict(self.thumbs),
        }


def _tokens(name: str, value: object) -> dict[str, dict[str, int]]:
    if not isinstance(value, dict) or any(way not in _WAYS for way in value):
        raise InvalidRequest(name, f"must be an object of {', '.join(_WAYS)}")
    return {way: _WAYS[way](f"{name}.{way}", counts) for way, counts in value.items()}


def _errors(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > ERRORS or not all(code in _CODES for code in value):
        raise InvalidRequest(name, f"must be a list of at most {ERRORS} known codes")
    return tuple(dict.fromkeys(value))


_MOST = 10**12  # what no count can be, whatever it counts
_CODES = (*(refusal.code for refusal in every_refusal()), *CLIENT_ERRORS)
_WAYS = {"in": read.counts(TOKENS_IN, _MOST), "out": read.counts(TOKENS_OUT, _MOST)}
_READERS: Mapping[str, read.Reader] = {
    "requestId": read.text(_REQUEST_ID),
    "conversation": read.text(_REQUEST_ID),
    "sequence": read.whole(1, SEQUENCES),
    "prompt": read.text(_NAME),
    "promptVersion": read.text(_VERSION),
    "model": read.text(f"(?:models/)?{_NAME}"),
    "seconds": read.seconds,
    "turns": read.whole(0, _MOST),
    "tokens": _tokens,
    "reconnects": read.whole(0, _MOST),
    "ended": read.one_of(ENDINGS),
    "errors": _errors,
    "thumbs": read.counts(("up", "down"), THUMBS),
}
_REQUIRED = ("requestId", "sequence", "prompt", "promptVersion", "model", "seconds")
