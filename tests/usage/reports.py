"""A good report of usage, as the client sends it, and the bad ones of tests/hostile."""

import json
from typing import Any

from tests.faults.corpus import Case, lines, spelled_out

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


def bad_reports() -> list[tuple[Case, bytes]]:
    """Return each row of the corpora, and the body that it stands for: a good report with one field that is another, or none at all."""
    fields = [(case, _with_field(*map(spelled_out, case.columns[1:]))) for case in lines("usage.txt")]
    return [*fields, *((case, spelled_out(case.columns[1])) for case in lines("usage_bodies.txt"))]


def _with_field(name: bytes, value: bytes) -> bytes:
    others = {known: field for known, field in REPORT.items() if known.encode() != name}
    return json.dumps(others).encode().removesuffix(b"}") + b', "' + name + b'": ' + value + b"}"
