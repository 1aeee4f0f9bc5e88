"""One JSON line a request in Cloud Logging's form, and nothing secret in any line.

Never logged: keys, tokens, page texts, bodies, query strings, addresses in the clear, or the text of an exception.
"""

import contextlib
import hashlib
import json
import logging
import secrets
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from typing import Any, TextIO

from livetoken.runtime.redaction import SECRETS, redact
from livetoken.settings.environment import Settings


class Logs:
    """Writes the lines; knows the live key's text only to strike it out."""

    def __init__(self, project: str = "", stream: TextIO | None = None) -> None:
        self.project, self._stream = project, stream
        self._hidden: tuple[str, ...] = ()
        self._salts: dict[int, bytes] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Logs":
        """Return the logs of a function with these settings, with all libraries' warnings sent through them."""
        logs = cls((settings.gemini_api_key_secret or "//").split("/")[1])
        if settings.gemini_api_key:
            logs.hide(settings.gemini_api_key)
        logs.capture()
        return logs

    def hide(self, secret_text: str) -> None:
        """Strike `secret_text` out of every line from now on, and the one hidden before: a rotated key still counts."""
        if secret_text not in self._hidden:
            self._hidden = (secret_text, *self._hidden[:1])

    def write(self, entry: Mapping[str, Any]) -> None:
        """Write one line, in one piece, because the lines of several threads would otherwise mix."""
        stream = self._stream or sys.stdout
        # past the framework's wrapper, which reads each line, writes it anew and adds whatever id the client has sent
        stream = getattr(stream, "stream", stream)
        with contextlib.suppress(OSError, ValueError):  # an answer does not fail because its line cannot be written
            stream.write(self._line(entry) + "\n")
            stream.flush()

    def _line(self, entry: Mapping[str, Any]) -> str:
        """Return `entry` as JSON in ASCII, so that no character can fail to be written; redacted where it must be."""
        line = json.dumps(entry)
        # what looks like a secret consists of characters that JSON does not escape, so it would be seen in the line
        if SECRETS.search(line) or any(json.dumps(text)[1:-1] in line for text in self._hidden):
            return json.dumps(self._redacted(entry))
        return line

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._redacted(inner) for name, inner in value.items()}
        return self.redact(value) if isinstance(value, str) else value

    def redact(self, text: str) -> str:
        """Return `text` with everything struck out that looks like a key, an ephemeral token or a caller's credential.

        It is done before the text is written as JSON: a pattern could begin in the middle of an escape.
        """
        return redact(text, self._hidden)

    def hash(self, text: str) -> str:
        """Return a short hash that tells equal from different for a day, and cannot be looked up or reversed."""
        today = int(time.time() // 86_400)
        salt = self._salts.get(today)
        if salt is None:
            self._salts = {today: (salt := secrets.token_bytes(16))}
        return hashlib.blake2b(text.encode(), key=salt, digest_size=8).hexdigest()

    def capture(self) -> None:
        """Send the warnings of all libraries through the same form; their exceptions appear as places, not texts."""
        logging.captureWarnings(capture=True)
        # said at every start, of the one call that this function is made for; nobody can act on it
        warnings.filterwarnings("ignore", "The SDK's token creation implementation is experimental")
        # said of names that the SDK does not know; a prompt file that holds one is refused
        warnings.filterwarnings("ignore", r".* is not a valid \w+\Z")
        root = logging.getLogger()
        # the framework has a handler of its own there, which would print everything again, unredacted
        kept = [handler for handler in root.handlers if type(handler) not in (_Handler, logging.StreamHandler)]
        root.handlers = [*kept, _Handler(self)]
        root.setLevel(logging.WARNING)


def safe_traceback(error: BaseException) -> str:
    """Return an exception's types and places: its texts may hold a page's words or worse."""
    lines = []
    chain: BaseException | None = error
    while chain is not None:
        frames = traceback.extract_tb(chain.__traceback__)
        lines += [type(chain).__name__, *(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
        chain = chain.__cause__ or chain.__context__
    return "\n".join(lines)


class _Handler(logging.Handler):
    """Writes what libraries report, as lines of the same form."""

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; of a library's only the place and the constant part, the rest may be a stranger's words."""
        ours = record.name.split(".")[0] == "livetoken"
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": record.getMessage() if ours else _constant_part(record),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[1]:
            line["stack_trace"] = safe_traceback(record.exc_info[1])
        self._logs.write(line)


def _constant_part(record: logging.LogRecord) -> str:
    """Return what of a library's line cannot come from outside: a message with arguments has them filled in later."""
    if record.name == "py.warnings":
        return ": ".join(str(record.msg).split(": ")[:2])  # file and line, kind of warning
    return f"{str(record.msg)[:500] if record.args else 'a message'} ({record.module}:{record.lineno})"
