"""What is known about one request: filled in as it goes its way, written as one line when it is answered."""

import hashlib
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from flask import Request, Response

from livetoken.errors import Internal, Refusal
from livetoken.gemini.tokens import Token
from livetoken.http import answers, body, routes
from livetoken.runtime.logs import Logs, safe_traceback
from livetoken.usage import prices
from livetoken.usage.report import Report

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[A-Za-z0-9._~:\[\]-]{1,100}", re.ASCII)
_EXECUTION = re.compile(r"[0-9A-Za-z_-]{1,40}", re.ASCII)
_TRACE = re.compile(r"(?P<trace>[0-9a-f]{32})(?:/(?P<span>[0-9]{1,20}))?(?:;o=(?P<options>[0-9]{1,3}))?", re.ASCII)


class RequestLog:
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
        self.note(**token.measured, tokenHash=hashlib.sha256(token.name.encode()).hexdigest()[:16])

    def note_usage(self, report: Report) -> None:
        """Add what a client says that its token was used for, and what that costs at list prices."""
        usd = prices.usd(report.model, report.tokens_in, report.tokens_out)
        self.note(
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),  # a log on a screen has no other
            message="usage, as a client reports it",
            reportedBy="client",
            prompt=report.prompt,
            promptVersion=report.prompt_version,
            model=report.model,
            usage={**report.logged(), "usd": "unknown" if usd is None else usd},
        )

    def refused(self, refusal: Refusal) -> Response:
        """Add why there is no token; an unexpected exception appears by its type and place. Return the answer."""
        self.note(
            severity=refusal.severity,
            code=refusal.code,
            **refusal.details,
            message=refusal.code + (f": {refusal.cause}" if refusal.cause else ""),
        )
        if isinstance(refusal, Internal) and refusal.__cause__ is not None:
            self.note(stack_trace=safe_traceback(refusal.__cause__))
        return answers.refusal(refusal, self.request_id)

    def finish(self, response: Response) -> Response:
        """Read away what is left of the body, write the line, and return `response`."""
        body.drain(self._request)
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
                "requestUrl": request.path if request.path in routes.METHODS else "/…",
                "status": response.status_code,
                "latency": f"{time.perf_counter() - self._started:.4f}s",
            },
        }
        execution = request.headers.get("Function-Execution-Id", "")
        if _EXECUTION.fullmatch(execution):
            line["logging.googleapis.com/labels"] = {"execution_id": execution}
        trace = _TRACE.fullmatch(request.headers.get("X-Cloud-Trace-Context", ""))
        if trace:
            prefix = f"projects/{self._logs.project}/traces/" if self._logs.project else ""
            line["logging.googleapis.com/trace"] = prefix + trace["trace"]
            if trace["span"]:
                line["logging.googleapis.com/spanId"] = f"{int(trace['span']) % 2**64:016x}"
            line["logging.googleapis.com/trace_sampled"] = bool(int(trace["options"] or 0) & 1)
        self._logs.write(line | self.fields)
        return response
