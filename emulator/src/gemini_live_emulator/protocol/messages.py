"""A client's message over the socket, read as Google reads it."""

import json
from typing import Any

from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.parse import parse
from gemini_live_emulator.protocol.schema import CLIENT_MESSAGE, SchemaError


def read(text: str) -> dict[str, Any]:
    """The message in camelCase; raises LiveCloseError 1007 with Google's sentence."""
    try:
        message = parse(json.loads(text), CLIENT_MESSAGE, "")
    except SchemaError as error:
        raise LiveCloseError(1007, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise LiveCloseError(1007, f"Invalid JSON payload received. {error}") from error
    return dict(message)


def raw_setup(text: str) -> Any:
    """The setup as the client spelled it; None when the text is no such message."""
    try:
        return json.loads(text).get("setup")
    except (ValueError, AttributeError, RecursionError):
        return None
