"""A good report of usage, as the client sends it."""

from typing import Any

REPORT: dict[str, Any] = {
    "requestId": "0123456789abcdef",
    "sequence": 1,
    "prompt": "voice-assistant",
    "promptVersion": "01234567",
    "model": "models/gemini-3.8-live",
    "seconds": 60,
    "turns": 3,
    "tokens": {"in": {"text": 2212, "audio": 6130}, "out": {"audio": 840, "thoughts": 10}},
    "reconnects": 0,
    "errors": ["microphone_silent"],
    "thumbs": {"up": 1, "down": 0},
}
