"""Small tests of guards that larger ones pass over: each would be missed here if it were gone."""

import datetime as dt
import io
import json
import socket
import threading
import time
from typing import Any

import flask
import pytest
import responses

from dev import processes
from livetoken.errors import TemporarilyUnavailable
from livetoken.gemini.tokens import Token
from livetoken.http import answers, cors
from livetoken.http.body_deadline import BodyDeadlines
from livetoken.http.request_log import RequestLog
from livetoken.prompts.files import Prompts
from livetoken.prompts.page import Page
from livetoken.prompts.template import Template
from livetoken.runtime.deadlines import REQUEST_SECONDS, Deadlines
from livetoken.runtime.logs import Logs
from livetoken.secret import key as key_module
from livetoken.secret.key import SecretKey
from livetoken.secret.secret_manager import Key, SecretReader, usable_key
from livetoken.settings.environment import Settings
from tests.support import KEY, ORIGIN, PATIENCE, Lateness, MakeClient, allowing, post

SENTINEL = "sentinel-of-a-key-0123456789"


def settings(**environment: str) -> Settings:
    """Return settings with a key of their own."""
    return Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": SENTINEL, **environment})


def test_secrets_are_in_no_repr() -> None:
    """Keys and tokens do not show where a traceback or a debugger shows values."""
    ours = settings()
    spec = Prompts.load(ours).find(page := Page.from_fields({}, ORIGIN), ORIGIN).token_spec(page)
    now = dt.datetime.now(dt.UTC)
    token = Token(f"auth_tokens/{SENTINEL}", spec, now, now)
    key = usable_key(SENTINEL.encode(), "projects/p/secrets/s/versions/1")
    assert key.value == SENTINEL
    assert SENTINEL not in repr([token, key, ours])


def test_rest_of_the_body_is_drained() -> None:
    """Before an answer is sent, what is left of the body is read away in pieces, and the framework finds nothing."""
    body = io.BytesIO(b"x" * 300_000)
    with flask.Flask("drained").test_request_context("/", method="POST", input_stream=body, content_length=300_000):
        RequestLog(flask.request, Logs(stream=io.StringIO())).finish(answers.answer(200, {}))
        assert body.tell() == 300_000
        assert flask.request.get_data() == b""


def test_slow_body_is_cut_off() -> None:
    """When the time for a body is over, a blocked read ends, and an answer can still be written."""
    ours, theirs = socket.socketpair()
    deadlines = BodyDeadlines(0.2, pause=0.05)
    started = time.monotonic()
    with ours, theirs, Lateness() as late, deadlines.reading({"gunicorn.socket": ours}):
        theirs.settimeout(PATIENCE)
        ours.settimeout(PATIENCE)
        assert ours.recv(1) == b""
        assert 0.1 < time.monotonic() - started < allowing(2, late.seconds)
        ours.sendall(b"413")
        assert theirs.recv(3) == b"413"


@responses.activate
def test_secret_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Secret Manager that fails is asked once for each read, without the client's own retries."""
    reader = reader_without_credentials(monkeypatch)
    responses.add(
        responses.GET,
        f"{GOOGLE}/v1/{VERSION}:access",
        status=503,
        json={"error": {"code": 503, "status": "UNAVAILABLE"}},
    )
    started = time.monotonic()
    with Lateness() as late:
        with pytest.raises(Exception, match="503"):
            reader()
        assert len(responses.calls) == 1
    assert time.monotonic() - started < allowing(2, late.seconds)


@responses.activate
def test_credentials_follow_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect from Secret Manager is not followed, so that our credentials arrive nowhere else."""
    reader = reader_without_credentials(monkeypatch)
    responses.add(
        responses.GET, f"{GOOGLE}/v1/{VERSION}:access", status=302, headers={"Location": "https://evil.example/"}
    )
    responses.add(responses.GET, "https://evil.example/", json={"name": VERSION, "payload": {"data": "c2VudGluZWw="}})
    with pytest.raises(Exception, match="redirect"):
        reader()
    assert [call.request.url for call in responses.calls if "evil" in str(call.request.url)] == []


GOOGLE = "https://secretmanager.googleapis.com"
VERSION = "projects/p/secrets/s/versions/1"


def reader_without_credentials(monkeypatch: pytest.MonkeyPatch) -> SecretReader:
    """Return a reader that needs no metadata server."""
    import google.auth.transport.requests  # noqa: F401 - the reader finds it imported
    from google.auth.credentials import AnonymousCredentials

    monkeypatch.setattr("google.auth.default", lambda **_: (AnonymousCredentials(), "p"))  # type: ignore[no-untyped-call]
    return SecretReader(Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY_SECRET": VERSION}))


def test_origin_with_another_letter(make_client: MakeClient) -> None:
    """A dot in the allowlist is a dot: https://shopXexample learns nothing from a preflight."""
    for origin in (ORIGIN.replace(".", "x"), ORIGIN.replace(".", "-")):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert "Access-Control-Allow-Origin" not in make_client().options("/", headers=asked).headers


def test_options_of_flask_cors() -> None:
    """Every option is written out: no credentials, no allowlist for strangers, no wildcard, no method but POST."""
    options = cors.options(settings(), "Authorization")
    assert [pattern.pattern for pattern in options.pop("origins")] == [r"https://shop\.example\Z"]
    assert options == {
        "methods": ["POST"],
        "allow_headers": ["Content-Type", "Authorization", *cors.TRACE_HEADERS],
        "expose_headers": ["Retry-After"],
        "supports_credentials": False,
        "send_wildcard": False,
        "always_send": False,
        "automatic_options": False,
        "vary_header": False,
        "max_age": 7200,
    }


def test_hashes_cannot_be_looked_up() -> None:
    """Two instances hash one address differently, one instance the same; so nobody can try all addresses."""
    one, other = Logs(), Logs()
    assert one.hash("203.0.113.9") == one.hash("203.0.113.9") != one.hash("203.0.113.10")
    assert one.hash("203.0.113.9") != other.hash("203.0.113.9")


@pytest.mark.parametrize(
    "secret_text",
    [
        SENTINEL,
        "AIza" + "x" * 35,
        "AQ." + "x" * 30,
        "auth_tokens/" + "f" * 64,
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
    ],
)
def test_lines_are_redacted(secret_text: str) -> None:
    """The live key, and whatever looks like a key, a token or a proof, is struck out of every line."""
    stream = io.StringIO()
    logs = Logs(stream=stream)
    logs.hide(SENTINEL)
    logs.write({"message": f"about {secret_text} and more", "inner": {"deep": secret_text}})
    line = json.loads(stream.getvalue())
    assert secret_text not in stream.getvalue()
    assert line["message"] == "about [redacted] and more"


def test_key_that_was_found_is_hidden(
    cloud: processes.Google,
    make_client: MakeClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key from Secret Manager is struck out, too, of whatever is logged after it was read."""
    import logging

    for name, value in processes.function_env(cloud.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GEMINI_API_KEY", "")
    client = make_client(GEMINI_API_KEY="", GEMINI_API_KEY_SECRET=processes.SECRET, SECRET_MANAGER_BASE_URL=cloud.url)
    assert post(client).status_code == 200
    logging.getLogger("livetoken").warning("the key is %s", KEY)
    printed = capsys.readouterr().out
    assert "the key is [redacted]" in printed
    assert KEY not in printed


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/admin?key=stranger-words", {"Origin": ORIGIN}),
        ("/stranger-words", {"Origin": ORIGIN}),
        ("/", {"Origin": "https://stranger words"}),
    ],
)
def test_strangers_cannot_write_into_the_log(
    make_client: MakeClient, capsys: pytest.CaptureFixture[str], path: str, headers: dict[str, str]
) -> None:
    """Neither path nor query nor an odd origin is repeated in a line."""
    client = make_client()
    client.post(path, data="{}", content_type="application/json", headers=headers)
    lines = capsys.readouterr().out
    assert '"httpRequest"' in lines
    assert "stranger" not in lines


def test_hanging_secret_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Secret Manager, or a metadata server, that drips holds nobody longer than the read may take."""
    monkeypatch.setattr(key_module, "READ_SECONDS", 0.2)
    end = threading.Event()

    class Hanging:
        """A reader that does not come back."""

        name = VERSION

        def prepare(self) -> None:
            """Be ready."""

        def __call__(self) -> Key:
            """Hang."""
            end.wait(5)
            return Key(SENTINEL, "1")

    started = time.monotonic()
    with Lateness() as late:
        with pytest.raises(TemporarilyUnavailable):
            SecretKey(Hanging(), Deadlines()).get()
        end.set()
    assert time.monotonic() - started < allowing(2, late.seconds)


def test_strangers_write_no_templates() -> None:
    """A title that looks like a placeholder stays what it is, in every place where texts are filled in."""
    for text in ("{{ pageContent }}", "{{ lang }}", "{% if pageTitle %}x{% endif %}"):
        page = Page.from_fields({"pageTitle": text, "pageContent": text}, ORIGIN)
        written = Template("{{ pageTitle }} and {{ pageContent }}").render(page, "0123456789abcdef")
        assert written.count(text) == 2


def test_a_request_has_one_time() -> None:
    """What a request's body has used up is not there for Gemini any more."""
    now = [1000.0]
    deadlines = Deadlines(clock=lambda: now[0])
    assert deadlines.left(5.5) == 5.5
    deadlines.begin()
    now[0] += 4
    assert deadlines.left(5.5) == REQUEST_SECONDS - 4
    assert deadlines.left(1) == 1


def test_a_body_has_one_time() -> None:
    """The time for a body goes on from its reading to the reading away of its rest."""
    now = [1000.0]
    deadlines = BodyDeadlines(5, clock=lambda: now[0], pause=3600)
    ours, theirs = socket.socketpair()
    environ: dict[str, Any] = {"gunicorn.socket": ours}
    with ours, theirs:
        with deadlines.reading(environ):
            now[0] += 3
        with deadlines.reading(environ):
            now[0] += 3
            deadlines.expire()
            ours.setblocking(False)  # noqa: FBT003 - the socket's own form
            assert ours.recv(1) == b""
