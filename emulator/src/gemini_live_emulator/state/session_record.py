"""What one session did, as inspection shows it; recordings are bounded."""

import collections
import dataclasses
from typing import Any

KEPT_AUDIO_BYTES = 4 * 1024 * 1024
KEPT_TEXTS = 500


@dataclasses.dataclass
class SessionRecord:
    """One socket from its first frame to its close."""

    token: str | None
    api_version: str
    client: Any
    origin: str | None = None
    effective: dict[str, Any] | None = None
    close: dict[str, Any] | None = None
    counts: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    audio: bytearray = dataclasses.field(default_factory=bytearray)
    audio_types: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    texts: collections.deque[str] = dataclasses.field(default_factory=lambda: collections.deque(maxlen=KEPT_TEXTS))
    images: collections.deque[dict[str, Any]] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=KEPT_TEXTS)
    )
    tool_responses: collections.deque[Any] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=KEPT_TEXTS)
    )

    context_updates: collections.deque[Any] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=KEPT_TEXTS)
    )

    usage: collections.deque[dict[str, Any]] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=KEPT_TEXTS)
    )

    def add_audio(self, samples: bytes, mime_type: str) -> None:
        """Keep the newest 4 MiB (two minutes at 16 kHz)."""
        self.audio += samples
        self.audio_types[mime_type] += 1
        if len(self.audio) > KEPT_AUDIO_BYTES:
            del self.audio[: len(self.audio) - KEPT_AUDIO_BYTES]

    def shown(self) -> dict[str, Any]:
        """One entry of `GET /_standin/sessions`."""
        return {"token": self.token, "client": self.client, "effective": self.effective, "close": self.close}

    def detail(self) -> dict[str, Any]:
        """The JSON of `GET /_standin/sessions/N`."""
        return {
            **self.shown(),
            "apiVersion": self.api_version,
            "origin": self.origin,
            "received": dict(self.counts),
            "audio": {"bytes": len(self.audio), "mimeTypes": dict(self.audio_types)},
            "texts": list(self.texts),
            "images": list(self.images),
            "toolResponses": list(self.tool_responses),
            "contextUpdates": list(self.context_updates),
            "usage": list(self.usage),
        }
