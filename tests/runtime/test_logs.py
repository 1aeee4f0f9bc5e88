"""Log lines: Cloud Logging's form, one piece each, and nothing secret in them."""

import hashlib
import io
import json
import logging
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask, Request, Response
from functions_framework import execution_id
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from dev.processes import minimal_env
from livetoken.errors import Internal, InvalidRequest, Misconfigured
from livetoken.gemini.tokens import Token
from livetoken.http.request_log import RequestLog
from livetoken.runtime.logs import Logs, safe_traceback
from livetoken.settings.environment import Settings
from tests.support import ROOT

ORIGIN = "https://shop.example"
KEY = "sentinel-of-a-key-0123456789"
WORDS = "kept-secret-words"
DOCUMENTED = {
    "severity",
    "message",
    "code",
    "requestId",
    "origin",
    "httpRequest",
    "logging.googleapis.com/labels.execution_id",
    "logging.googleapis.com/trace",
    "logging.googleapis.com/spanId",
    "logging.googleapis.com/trace_sampled",
    "addressHash",
    "callerHash",
    "prompt",
    "promptVersion",
    "model",
    "time",
    "reportedBy",
    "usage",
    "keyVersion",
    "tokenHash",
    "secretMilliseconds",
    "mintMilliseconds",
    "stack_trace",
    "logger",
}


@pytest.fixture(name="out")
def _out() -> io.StringIO:
    """What is written."""
    return io.StringIO()


@pytest.fixture(name="logs")
def _logs(out: io.StringIO) -> Logs:
    """Logs of a function in the project `shop`."""
    return Logs("shop", out)


@pytest.fixture(name="captured")
def _captured(logs: Logs) -> Iterator[Logs]:
    """Logs that hear all libraries; what was before comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        logging.captureWarnings(capture=False)  # else what an earlier test has captured counts as captured here
        logs.capture()
        yield logs
        logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)


def request(path: str = "/", method: str = "POST", **headers: str) -> Request:
    """Return a request."""
    return Request(
        EnvironBuilder(
            path, method=method, headers=[(name.replace("_", "-"), value) for name, value in headers.items()]
        ).get_environ()
    )


def line(out: io.StringIO) -> dict[str, Any]:
    """Return the one line that was written."""
    (text,) = out.getvalue().splitlines()
    return dict(json.loads(text))


def test_a_request_in_cloud_logging_s_form(logs: Logs, out: io.StringIO) -> None:
    """Severity, request, trace and span stand where Cloud Logging looks for them."""
    entry = RequestLog(request("/api/token?secret=1", Origin=ORIGIN, X_Cloud_Trace_Context=f"{'a' * 32}/255;o=1"), logs)
    entry.finish(Response(status=200))
    got = line(out)
    latency = got["httpRequest"].pop("latency")
    assert float(latency.removesuffix("s")) >= 0
    assert got == {
        "severity": "INFO",
        "message": "ok",
        "code": "ok",
        "requestId": entry.request_id,
        "origin": ORIGIN,
        "httpRequest": {"requestMethod": "POST", "requestUrl": "/api/token", "status": 200},
        "logging.googleapis.com/trace": f"projects/shop/traces/{'a' * 32}",
        "logging.googleapis.com/spanId": "00000000000000ff",
        "logging.googleapis.com/trace_sampled": True,
    }


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        f"{'a' * 31}/1;o=1",
        f"{'g' * 32}/1",
        f"{'a' * 32}/{'9' * 21}",
        f"{'a' * 32}/1;o=1\t{WORDS}",
        f"{'a' * 32}/١",
    ],
)
def test_a_trace_that_is_none(logs: Logs, out: io.StringIO, header: str) -> None:
    """A trace header that does not read like one adds nothing."""
    asked = request()
    asked.environ["HTTP_X_CLOUD_TRACE_CONTEXT"] = header
    RequestLog(asked, logs).finish(Response())
    assert not [name for name in line(out) if name.startswith("logging.")]


@pytest.mark.parametrize(
    ("rest", "span", "sampled"),
    [("", None, False), (";o=1", None, True), ("/1;o=3", "0" * 15 + "1", True), ("/1;o=2", "0" * 15 + "1", False)],
)
def test_a_trace_in_its_forms(logs: Logs, out: io.StringIO, rest: str, span: str | None, sampled: bool) -> None:  # noqa: FBT001 - a table
    """The span may be missing, and the options are bits."""
    RequestLog(request(X_Cloud_Trace_Context=f"{'a' * 32}{rest}"), logs).finish(Response())
    got = line(out)
    assert got["logging.googleapis.com/trace"] == f"projects/shop/traces/{'a' * 32}"
    assert (got.get("logging.googleapis.com/spanId"), got["logging.googleapis.com/trace_sampled"]) == (span, sampled)


@pytest.mark.parametrize("execution", ["6fa8f038d5e3", "A-b_" * 10])
def test_execution_id(logs: Logs, out: io.StringIO, execution: str) -> None:
    """The platform's id of the execution stands where Cloud Logging looks for it."""
    RequestLog(request(Function_Execution_Id=execution), logs).finish(Response())
    assert line(out)["logging.googleapis.com/labels"] == {"execution_id": execution}


@pytest.mark.parametrize("execution", ["", WORDS + " and more", "a" * 41, "AIza.x", "é"])
def test_an_execution_id_that_is_none(logs: Logs, out: io.StringIO, execution: str) -> None:
    """Anybody can send the header; what does not read like an id is not written."""
    asked = request()
    asked.environ["HTTP_FUNCTION_EXECUTION_ID"] = execution
    RequestLog(asked, logs).finish(Response())
    assert "logging.googleapis.com/labels" not in line(out)


@pytest.mark.parametrize(("sent", "written"), [("abc", {"execution_id": "abc"}), (WORDS + " and more", None)])
def test_past_the_framework_s_wrapper(
    monkeypatch: pytest.MonkeyPatch, out: io.StringIO, sent: str, written: dict[str, str] | None
) -> None:
    """Lines go past the wrapper that would read them and write them anew, with any id that a client has sent."""
    framework: Any = execution_id
    monkeypatch.setattr("sys.stdout", framework.LoggingHandlerAddExecutionId(out))
    headers = {"Function-Execution-Id": sent, "X-Cloud-Trace-Context": f"{'a' * 32}/255;o=1"}
    with Flask("page").test_request_context("/", headers=headers) as page:
        within = framework.set_execution_context(page.request)
        within(lambda: RequestLog(page.request, Logs("shop")).finish(Response()))()
        within(lambda: Logs("shop").write({"message": "x"}))()
    request_line, other = map(json.loads, out.getvalue().splitlines())
    assert request_line.get("logging.googleapis.com/labels") == written
    assert request_line["logging.googleapis.com/spanId"] == "00000000000000ff"
    assert other == {"message": "x"}


def test_nothing_is_printed_beside_our_lines() -> None:
    """As Google's platform starts it, the framework would print what libraries say a second time, unredacted."""
    code = """
import functions_framework, logging, warnings
functions_framework.create_app("mint_token", "main.py", "http")
logging.getLogger("urllib3").warning("asked for %s", "https://x.example/?key=kept-secret-words")
try:
    raise ValueError("kept-secret-words")
except ValueError:
    logging.getLogger("livetoken.warmup").exception("ours")
warnings.warn("kept-secret-words")
"""
    env = minimal_env(ALLOWED_ORIGINS=ORIGIN, GEMINI_API_KEY=KEY, LOG_EXECUTION_ID="true")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert WORDS not in done.stdout
    said = [json.loads(text)["logger"] for text in done.stdout.splitlines()]
    assert said == ["urllib3", "livetoken.warmup", "py.warnings"]


def test_an_answer_outlives_its_line(logs: Logs, out: io.StringIO) -> None:
    """When nothing can be written any more, the visitor still gets the answer."""
    out.close()
    response = Response()
    assert RequestLog(request(), logs).finish(response) is response


@pytest.mark.parametrize(
    ("header", "span", "sampled"),
    [
        ("", None, False),
        ("/10", "000000000000000a", False),
        (";o=1", None, True),
        ("/10;o=2", "000000000000000a", False),
        ("/10;o=3", "000000000000000a", True),
    ],
)
def test_parts_of_a_trace(logs: Logs, out: io.StringIO, header: str, span: str | None, sampled: bool) -> None:  # noqa: FBT001 - a table
    """Span and options may be missing; the lowest bit of the options says whether the trace is kept."""
    RequestLog(request(X_Cloud_Trace_Context="a" * 32 + header), logs).finish(Response())
    got = line(out)
    assert got["logging.googleapis.com/trace"] == f"projects/shop/traces/{'a' * 32}"
    assert got.get("logging.googleapis.com/spanId") == span
    assert got["logging.googleapis.com/trace_sampled"] is sampled


def test_a_line_that_cannot_be_written(logs: Logs) -> None:
    """An answer does not fail because its line cannot be written."""
    logs._stream = closed = io.StringIO()
    closed.close()
    logs.write({"message": "x"})
    response = Response()
    assert RequestLog(request(), logs).finish(response) is response


def test_a_trace_without_project(out: io.StringIO) -> None:
    """Where the project is not known, the trace stands alone; unsampled when it does not say."""
    RequestLog(request(X_Cloud_Trace_Context=f"{'0' * 32}/18446744073709551615"), Logs("", out)).finish(Response())
    got = line(out)
    assert got["logging.googleapis.com/trace"] == "0" * 32
    assert (got["logging.googleapis.com/spanId"], got["logging.googleapis.com/trace_sampled"]) == ("f" * 16, False)


@pytest.mark.parametrize(
    ("claimed", "written"),
    [
        (ORIGIN, ORIGIN),
        ("https://evil.net:8443", "https://evil.net:8443"),
        ("", "none"),
        (f"https://{WORDS}/ {WORDS}", "unreadable"),
        ("https://é.example", "unreadable"),
        ("null", "unreadable"),
        ("https://" + "a" * 101, "unreadable"),
    ],
)
def test_claimed_origin(logs: Logs, out: io.StringIO, claimed: str, written: str) -> None:
    """An origin is logged where it reads like one; anything else a stranger wrote is not."""
    asked = request()
    asked.environ["HTTP_ORIGIN"] = claimed
    RequestLog(asked, logs).finish(Response())
    assert line(out)["origin"] == written


@pytest.mark.parametrize(
    ("method", "path", "written"),
    [("POST", "/", ("POST", "/")), ("HEAD", "/x", ("HEAD", "/…")), (WORDS, f"/{WORDS}", ("other", "/…"))],
)
def test_method_and_path(logs: Logs, out: io.StringIO, method: str, path: str, written: tuple[str, str]) -> None:
    """Only known methods and paths are written out."""
    RequestLog(request(path, method), logs).finish(Response(status=405))
    got = line(out)["httpRequest"]
    assert (got["requestMethod"], got["requestUrl"]) == written


def token() -> Token:
    """Return a minted token."""
    order = SimpleNamespace(prompt=SimpleNamespace(name="guide"), model="gemini-3.8-live")
    return Token(
        "auth_tokens/abc",
        cast("Any", order),
        datetime.now(UTC),
        datetime.now(UTC),
    )


def test_a_token_by_its_hash(logs: Logs, out: io.StringIO) -> None:
    """What is logged of a token finds it again, and is no token."""
    entry = RequestLog(request(), logs)
    entry.note_hashed(address="203.0.113.7", caller=None)
    entry.note(prompt="guide", keyVersion="7", mintMilliseconds=250.0)
    entry.note_token(token())
    entry.finish(Response())
    got = line(out)
    assert got["tokenHash"] == hashlib.sha256(b"auth_tokens/abc").hexdigest()[:16]
    assert (got["prompt"], got["keyVersion"], got["mintMilliseconds"]) == ("guide", "7", 250.0)
    assert len(got["addressHash"]) == 16
    assert "callerHash" not in got
    assert "auth_tokens" not in out.getvalue() + repr(token())
    assert "203.0.113.7" not in out.getvalue()
    assert set(got) <= DOCUMENTED


@pytest.mark.parametrize(
    ("refusal", "severity", "message"),
    [
        (Misconfigured("the owner's cure"), "ERROR", "misconfigured: the owner's cure"),
        (InvalidRequest("lang", "is not known"), "WARNING", "invalid_request: lang is not known"),
    ],
)
def test_a_refusal(logs: Logs, out: io.StringIO, refusal: Any, severity: str, message: str) -> None:
    """A refusal's cause is the owner's to read: it stands in the log, not in the answer."""
    entry = RequestLog(request(), logs)
    response = entry.refused(refusal)
    entry.finish(response)
    got = line(out)
    assert (got["severity"], got["message"], got["code"]) == (severity, message, refusal.code)
    assert response.json == {"error": refusal.sentence, "code": refusal.code, "requestId": entry.request_id}
    assert "stack_trace" not in got


def test_an_unexpected_exception(logs: Logs, out: io.StringIO) -> None:
    """Of an exception that nobody expected, types and places are logged, causes included, and none of its words."""
    entry = RequestLog(request(), logs)
    try:
        try:
            raise ValueError(WORDS)  # noqa: TRY301 - that is the case
        except ValueError as first:
            raise KeyError(WORDS) from first
    except KeyError as error:
        entry.refused(Internal.because(error))
    entry.refused(Internal())
    entry.finish(Response(status=500))
    trace = line(out)["stack_trace"].splitlines()
    assert [text for text in trace if not text.startswith("  ")] == ["KeyError", "ValueError"]
    assert "test_logs.py" in trace[1]
    assert WORDS not in out.getvalue()


def test_places_of_what_happened_meanwhile() -> None:
    """An exception during the handling of another shows both."""
    shown = ""
    try:
        try:
            raise ValueError(WORDS)  # noqa: TRY301 - that is the case
        except ValueError:
            raise KeyError(WORDS)  # noqa: B904 - that is the case
    except KeyError as error:
        shown = safe_traceback(error)
    assert [text for text in shown.splitlines() if not text.startswith("  ")] == ["KeyError", "ValueError"]


@pytest.mark.parametrize(
    "secret",
    [
        "AIza" + "a" * 35,
        "AQ.Ab8RN6" + "x" * 20,
        "auth_tokens/0123abcdef",
        "eyJhbGciOi.eyJzdWIi.sig-1",
        "eyJhbGciOi.eyJzdWIi.",
        KEY,
    ],
)
def test_struck_out(logs: Logs, out: io.StringIO, secret: str) -> None:
    """Whatever looks like a key, a token or a proof, and the live key, is struck out wherever it stands in a line."""
    logs.hide(KEY)
    logs.write({"message": f"a {secret} b", "inner": {"deep": secret}, "number": 5})
    assert secret not in out.getvalue()
    assert line(out)["message"] == "a [redacted] b"
    assert line(out)["number"] == 5


PIECES = st.sampled_from(
    [
        "AIza" + "a" * 35,
        "AQ." + "x" * 16,
        "auth_tokens/0",
        "eyJh.eyJz.",
        KEY,
        'old\\key"/é',
        "AI",
        "za",
        "\\",
        '"',
        "\n",
        "é",
        " ",
    ]
)


@given(st.lists(st.lists(PIECES | st.text(max_size=5), max_size=6).map("".join), max_size=4))
def test_a_line_is_redacted_wherever_it_must_be(texts: list[str]) -> None:
    """Looking at the whole line first lets nothing through that looking at each text would have struck out."""
    logs = Logs("shop", out := io.StringIO())
    for key in ('old\\key"/é', KEY):
        logs.hide(key)
    logs.write({"message": texts[0] if texts else "", "inner": {str(at): text for at, text in enumerate(texts)}})
    assert line(out)["inner"] == {str(at): logs.redact(text) for at, text in enumerate(texts)}


def test_live_keys_of_any_characters(logs: Logs, out: io.StringIO) -> None:
    """A key with characters that JSON escapes is struck out too, and so is the one before it, after a rotation."""
    old, new = "old\\key\\with/backslashes", "new\\key\\with/backslashes"
    for key in (old, new, new):
        logs.hide(key)
    logs.write({"message": f"{old} {new}"})
    assert line(out)["message"] == "[redacted] [redacted]"


def test_any_character_can_be_written(logs: Logs) -> None:
    """No text can make writing fail, whatever the output's encoding is."""
    raw = io.BytesIO()
    logs._stream = io.TextIOWrapper(raw, encoding="ascii")
    logs.write({"message": "\ud800 é \x00 \u2028"})
    assert json.loads(raw.getvalue()) == {"message": "\ud800 é \x00 \u2028"}


def test_lines_of_many_threads_do_not_mix(logs: Logs) -> None:
    """Each line is written in one piece."""
    pieces: list[str] = []
    logs._stream = cast("Any", SimpleNamespace(write=pieces.append, flush=lambda: None))
    threads = [threading.Thread(target=logs.write, args=({"message": "x" * 1000},)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pieces) == 20
    assert all(piece.count("\n") == 1 and piece.endswith("\n") for piece in pieces)


def test_hashes_tell_apart_for_a_day(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is the same for a day, another the next day and in another instance, so that no table of hashes helps."""
    now = [86_400.0 * 20_000]
    monkeypatch.setattr("livetoken.runtime.logs.time.time", lambda: now[0])
    first = logs.hash("203.0.113.7")
    assert logs.hash("203.0.113.7") == first != logs.hash("203.0.113.8")
    assert Logs().hash("203.0.113.7") != first
    now[0] += 86_399
    assert logs.hash("203.0.113.7") == first
    now[0] += 1
    assert logs.hash("203.0.113.7") != first


@pytest.mark.parametrize(
    ("environment", "project"),
    [({"GEMINI_API_KEY_SECRET": "projects/shop/secrets/s/versions/1"}, "shop"), ({"GEMINI_API_KEY": KEY}, "")],
)
def test_of_settings(
    environment: dict[str, str], project: str, captured: Logs, capsys: pytest.CaptureFixture[str]
) -> None:
    """The settings say which project traces belong to, and which key must never show."""
    logs = Logs.of(Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, **environment}))
    logs.write({"message": KEY})
    assert logs.project == project
    assert (KEY in capsys.readouterr().out) == (project == "shop")


def test_what_libraries_say(captured: Logs, out: io.StringIO) -> None:
    """Of a library's warning the constant part and the place are logged; what was filled in may be a stranger's."""
    logging.getLogger("urllib3.connectionpool").warning("Retrying after %r", WORDS)
    got = line(out)
    assert got["message"].startswith("Retrying after %r (test_logs:")
    assert (got["severity"], got["logger"], set(got) <= DOCUMENTED) == ("WARNING", "urllib3.connectionpool", True)


def test_what_libraries_have_filled_in_themselves(captured: Logs, out: io.StringIO) -> None:
    """A message without arguments may hold anything: only its place is logged. INFO is not logged at all."""
    logging.getLogger("some.library").error(WORDS)
    logging.getLogger("some.library").info(WORDS)
    assert line(out)["message"].startswith("a message (test_logs:")


def test_our_own_lines(captured: Logs, out: io.StringIO) -> None:
    """What livetoken itself reports is written out."""
    logging.getLogger("livetoken.secret").warning("version %s still serves", 3)
    assert line(out)["message"] == "version 3 still serves"


def test_a_library_s_exception(captured: Logs, out: io.StringIO) -> None:
    """Its types and places, none of its words."""
    try:
        raise ValueError(WORDS)  # noqa: TRY301 - that is the case
    except ValueError:
        logging.getLogger("some.library").exception("failed: %s", WORDS)
    logging.getLogger("some.library").error("failed: %s", WORDS, exc_info=(None, None, None))
    first, second = (json.loads(text) for text in out.getvalue().splitlines())
    assert first["stack_trace"].startswith("ValueError")
    assert "stack_trace" not in second
    assert WORDS not in out.getvalue()


def test_python_s_warnings(captured: Logs, out: io.StringIO) -> None:
    """A warning's kind and place are a line of the same form, not plain text on standard error."""
    warnings.simplefilter("always")
    warnings.warn(WORDS, UserWarning, stacklevel=1)
    got = line(out)
    assert got["logger"] == "py.warnings"
    assert got["message"].endswith(": UserWarning")
    assert WORDS not in out.getvalue()


def test_exactly_the_sdk_s_own_warning_is_silenced(captured: Logs, out: io.StringIO) -> None:
    """Unsaid stay that the function's one call is experimental, and that the SDK does not know a name; we refuse those."""
    warnings.simplefilter("always")
    captured.capture()
    warnings.warn("The SDK's token creation implementation is experimental, and may change", UserWarning, stacklevel=1)
    warnings.warn("LOUD is not a valid MediaResolution", UserWarning, stacklevel=1)
    assert out.getvalue() == ""
    warnings.warn("LOUD is not a valid MediaResolution, says somebody else", UserWarning, stacklevel=1)
    assert line(out)["logger"] == "py.warnings"


def test_captured_once(captured: Logs) -> None:
    """Capturing again replaces the handler instead of doubling every line."""
    captured.capture()
    captured.capture()
    assert sum(type(handler).__name__ == "_Handler" for handler in logging.getLogger().handlers) == 1


def test_every_field_is_documented() -> None:
    """docs/logs.md describes exactly the fields that lines have."""
    rows = [
        line.split("|")[1]
        for line in (ROOT / "docs" / "logs.md").read_text(encoding="utf-8").split("## What is never")[0].splitlines()
        if line.startswith("| `")
    ]
    named = {
        name.split(".requ")[0].split(".stat")[0].split(".lat")[0]
        for row in rows
        for name in re.findall(r"`([^`]+)`", row)
    }
    assert named == DOCUMENTED
