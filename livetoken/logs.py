"""One JSON line a request in Cloud Logging's form, and nothing secret in any line.

Never logged: keys, tokens, page texts, bodies, query strings, addresses in the clear, or the text of an exception.
"""

import contextlib
import hashlib
import json
import logging
import re
import secrets
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from typing import Any, TextIO

from flask import Request, Response

from livetoken import wire
from livetoken.refusals import Internal, Refusal
from livetoken.settings import Settings
from livetoken.tokens import Token

_SECRETS = re.compile(r"AIza[\w-]{20,}|AQ\.[\w.-]{16,}|auth_tokens/[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[A-Za-z0-9.:-]{1,100}", re.ASCII)
_LABELS = "logging.googleapis.com/labels"
_EXECUTION = re.compile(r"[0-9A-Za-z_-]{1,40}", re.ASCII)
_TRACE = re.compile(r"(?P<trace>[0-9a-f]{32})(?:/(?P<span>[0-9]{1,20}))?(?:;o=(?P<options>[0-9]{1,3}))?", re.ASCII)


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
        if _LABELS in entry:  # all that the framework's wrapper would add; it would read each line and write it anew
            stream = getattr(stream, "stream", stream)
        with contextlib.suppress(OSError, ValueError):  # an answer does not fail because its line cannot be written
            stream.write(self._line(entry) + "\n")
            stream.flush()

    def _line(self, entry: Mapping[str, Any]) -> str:
        """Return `entry` as JSON in ASCII, so that no character can fail to be written; redacted where it must be."""
        line = json.dumps(entry)
        # what looks like a secret consists of characters that JSON does not escape, so it would be seen in the line
        if _SECRETS.search(line) or any(json.dumps(text)[1:-1] in line for text in self._hidden):
            return json.dumps(self._redacted(entry))
        return line

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._redacted(inner) for name, inner in value.items()}
        return self.redact(value) if isinstance(value, str) else value

    def redact(self, text: str) -> str:
        """Return `text` with everything struck out that looks like a key, an ephemeral token or a caller's proof.

        It is done before the text is written as JSON: a pattern could begin in the middle of an escape.
        """
        for secret_text in self._hidden:
            text = text.replace(secret_text, "[redacted]")
        return _SECRETS.sub("[redacted]", text)

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
        root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Handler)] + [_Handler(self)]
        root.setLevel(logging.WARNING)


class Entry:
    """What is known about one request, filled in as it goes its way."""

    def __init__(self, request: Request, logs: Logs) -> None:
        self.request_id = secrets.token_hex(8)
        self._request, self._logs, self._started = request, logs, time.perf_counter()
        self.fields: dict[str, Any] = {}

    def note(self, **fields: object) -> None:
        """Add fields to the line."""
        self.fields.update(fields)

    def note_hashed(self, **texts: str | None) -> None:
        """Add fields of which only a hash may be kept; None adds nothing."""
        self.fields.update({f"{name}Hash": self._logs.hash(text) for name, text in texts.items() if text is not None})

    def note_token(self, token: Token) -> None:
        """Add what the owner should know of a minted token: never the token itself."""
        self.note(tokenHash=hashlib.sha256(token.name.encode()).hexdigest()[:16])

    def refused(self, refusal: Refusal) -> Response:
        """Add why there is no token; an unexpected exception appears by its type and place. Return the answer."""
        self.note(
            severity=refusal.severity,
            code=refusal.code,
            message=refusal.code + (f": {refusal.cause}" if refusal.cause else ""),
        )
        if isinstance(refusal, Internal) and refusal.__cause__ is not None:
            self.note(stack_trace=places(refusal.__cause__))
        return wire.refusal(refusal, self.request_id)

    def finish(self, response: Response) -> Response:
        """Read away what is left of the body, write the line, and return `response`."""
        wire.drain(self._request)
        request, claimed = self._request, self._request.headers.get("Origin", "")
        line: dict[str, Any] = {
            "severity": "INFO",
            "message": "ok",
            "code": "ok",
            "requestId": self.request_id,
            "origin": claimed if _ORIGIN.fullmatch(claimed) else ("unreadable" if claimed else "none"),
            "httpRequest": {
                "requestMethod": request.method
                if request.method in ("GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH")
                else "other",
                "requestUrl": request.path if request.path in wire.METHODS else "/…",
                "status": response.status_code,
                "latency": f"{time.perf_counter() - self._started:.4f}s",
            },
        }
        execution = request.headers.get("Function-Execution-Id", "")
        if _EXECUTION.fullmatch(execution):
            line[_LABELS] = {"execution_id": execution}
        trace = _TRACE.fullmatch(request.headers.get("X-Cloud-Trace-Context", ""))
        if trace:
            prefix = f"projects/{self._logs.project}/traces/" if self._logs.project else ""
            line["logging.googleapis.com/trace"] = prefix + trace["trace"]
            if trace["span"]:
                line["logging.googleapis.com/spanId"] = f"{int(trace['span']) % 2**64:016x}"
            line["logging.googleapis.com/trace_sampled"] = bool(int(trace["options"] or 0) & 1)
        self._logs.write(line | self.fields)
        return response


def places(error: BaseException) -> str:
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
            line["stack_trace"] = places(record.exc_info[1])
        self._logs.write(line)


def _constant_part(record: logging.LogRecord) -> str:
    """Return what of a library's line cannot come from outside: a message with arguments has them filled in later."""
    if record.name == "py.warnings":
        return ": ".join(str(record.msg).split(": ")[:2])  # file and line, kind of warning
    return f"{str(record.msg)[:500] if record.args else 'a message'} ({record.module}:{record.lineno})"
