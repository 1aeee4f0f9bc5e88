"""What a secret looks like, and how it is struck out: of the function's log, and of what the doctor prints."""

import re
from collections.abc import Iterable

# Gemini keys of both forms, ephemeral tokens, signed tokens (JWT)
SECRETS = re.compile(r"AIza[\w-]{20,}|AQ\.[\w.-]{16,}|auth_tokens/[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)


def redact(text: str, known: Iterable[str] = (), instead: str = "[redacted]") -> str:
    """Return `text` with `instead` for each of the `known` secrets, and for all that looks like one."""
    for secret_text in known:
        text = text.replace(secret_text, instead)
    return SECRETS.sub(instead, text)
