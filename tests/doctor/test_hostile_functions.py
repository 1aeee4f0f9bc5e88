"""A function that means harm: what it says is not taken for the doctor's words, and where it sends nobody goes."""

import contextlib
import functools
import io
import json
import re
import socketserver
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from dev import processes
from doctor.finding import Finding
from doctor.live import Live, Outcome
from doctor.quoting import quoted, shown
from doctor.report import Lines
from doctor.web import Web
from doctor.websocket_url import GOOGLE, may_be_opened, parse_hosts
from tests.doctor.conftest import Examine, Examined
from tests.doctor.deployed import deployed, listening
from tests.doctor.front import Answering, Asked, Reply
from tests.doctor.test_minting import changed
from tests.support import ORIGIN, within

InFront = Callable[[Answering], str]
PATH = "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
WIDTH = 80
FORGED = [
    "zebra\n✓ zebra       all is well",
    "zebra\r\n✓ zebra       all is well",
    "zebra\n\n$ zebra --run",
    "zebra\nCause: zebra\nFix:   zebra\nCure:  zebra",
    "zebra\x1b[2K\x1b[1A\x1b[32m✓ zebra\x1b[0m",
    "zebra\x9b2Jzebra\x9dzebra\x07",
    "zebra\u2028✓ zebra\u2029✗ zebra\x85– zebra\x0b✓ zebra\x0c✓ zebra",
    "zebra” ✓ zebra       all is well “zebra",
    'zebra" ok   zebra "zebra',
    "zebra \u202e arbez \u2066 zebra \u200b zebra",
    "z" * 200 + "✓ zebra",
    "zebra\u3164" * 60 + "✓\u2800zebra",
    "斑馬 zebra " * 40 + "✓ zebra",
    "zebra " + "e" + "\u0301" * 300 + " zebra",
    "zebra " * 9 + "Cause: zebra " * 9 + "Fix: zebra " * 9 + "$ zebra " * 20,
    "zebra " * 10 + " ".join(["✓", "✔", "☑", "✅", "🗸", "✗", "✘", "❌", "–", "—", "OK", "FAIL"] * 9),
]


def printed(seen: Examined, encoding: str = "utf-8") -> list[str]:
    """Return what the doctor prints of an examination, line by line."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding, newline="\n")
    lines = Lines(out)
    lines._width = WIDTH
    for finding in seen.findings.values():
        lines.finding(finding)
    return raw.getvalue().decode(encoding).removesuffix("\n").split("\n")


def columns(line: str) -> int:
    """Return how wide a terminal shows the line."""
    return sum(
        (unicodedata.east_asian_width(character) in "WF") + (not unicodedata.combining(character)) for character in line
    )


def speaks_for_itself(seen: Examined) -> None:
    """Make sure that every line of the doctor's form is the doctor's, whatever the terminal can show."""
    for encoding in ("utf-8", "ascii"):
        lines = printed(seen, encoding)
        checks = [line for line in lines if not line.startswith(" ")]
        assert [re.sub(r"^(✓|✗|–|ok  |FAIL|-   ) ", "", line).split()[0] for line in checks] == list(seen.findings)
        for line in lines:
            assert all(character.isprintable() for character in line), ascii(line)
            if "zebra" in line:
                assert columns(line) <= WIDTH
                assert not re.match(r" *(✓|✗|–|ok  |FAIL|\$|Cause|Fix|Cure)", line) or line in checks or own(line), line
    for finding in seen.findings.values():
        assert "\n" not in f"{finding.detail}{finding.cause}"
        commands = [line for line in (finding.fix or "").split("\n") if line.startswith("$ ")]
        assert not [command for command in commands if "zebra" in command]


def own(line: str) -> bool:
    """Whether the line begins with a label and words of the doctor's, and quotes afterwards."""
    return bool(re.match(r" {14,17}(Cause: |Fix:   )(?!zebra|.{0,5}zebra)", line))


def as_header(text: str) -> str:
    """Return the text as a header can carry it: UTF-8, its lines folded."""
    return text.encode().decode("latin-1").replace("\r\n", "\n").replace("\r", " ").replace("\n", "\r\n ")


def refusal(**fields: str) -> bytes:
    """Return a refusal in livetoken's form."""
    return json.dumps({"error": "No.", "code": "internal", "requestId": "0123", **fields}).encode()


def in_field(name: str, text: str) -> Answering:
    """Return a way of answering with the text in a field of the token's JSON."""
    return changed(**{name: text})


JSON = [("Content-Type", "application/json")]
PLACES: dict[str, Callable[[str], Answering]] = {
    "title": lambda text: lambda _: Reply(200, [("Content-Type", "text/html")], f"<title>{text}</title>".encode()),
    "title of a refusal": lambda text: lambda _: Reply(403, [], f"<title>{text}</title>".encode()),
    "content type": lambda text: lambda _: Reply(200, [("Content-Type", as_header(text))], b"x"),
    "server": lambda text: lambda _: Reply(403, [("Server", as_header(text))], b"x"),
    "location": lambda text: lambda _: Reply(302, [("Location", as_header(text))], b"x"),
    "location's path": lambda text: lambda _: Reply(302, [("Location", "https://there.example/" + as_header(text))]),
    "location's host": lambda text: lambda _: Reply(302, [("Location", f"https://{as_header(text)}@there.example/")]),
    "status": lambda text: lambda _: Reply(200, JSON, json.dumps({"status": text}).encode()),
    "sentence": lambda text: posted(Reply(500, JSON, refusal(error=text))),
    "code": lambda text: posted(Reply(500, JSON, refusal(code=text))),
    "request id": lambda text: posted(Reply(500, JSON, refusal(requestId=text))),
    "pause": lambda text: posted(Reply(503, [*JSON, ("Retry-After", "30")], refusal(code="paused", error=text))),
    "retry-after": lambda text: posted(Reply(429, [*JSON, ("Retry-After", as_header(text))], refusal(code="rate_limited"))),
    "retry-after of a pause": lambda text: posted(Reply(503, [*JSON, ("Retry-After", as_header(text))], refusal(code="paused"))),
    "content type of a token": lambda text: posted(Reply(502, [("Content-Type", as_header(text))], b"x")),
    "preflight": lambda text: preflighted(Reply(204, [("Access-Control-Allow-Origin", as_header(text)), ("Vary", as_header(text))])),
    "preflight's type": lambda text: preflighted(Reply(405, [("Content-Type", as_header(text))], b"x")),
    "date": lambda text: lambda asked: asked.relay().with_header("Date", as_header(text)),
    **{
        name: functools.partial(in_field, name)
        for name in ("token", "expiresAt", "newSessionExpiresAt", "model", "voice", "prompt", "apiVersion", "websocketUrl")
    },
    "model after its prefix": lambda text: changed(model=f"models/{text}"),
    "websocketUrl's host": lambda text: changed(websocketUrl=f"wss://{text}{PATH}"),
}  # fmt: skip


def posted(reply: Reply) -> Answering:
    """Return a way of answering honest requests for a token."""
    return lambda asked: reply if asked.method == "POST" and b"doctor" not in asked.body else asked.relay()


def preflighted(reply: Reply) -> Answering:
    """Return a way of answering preflights."""
    return lambda asked: reply if asked.method == "OPTIONS" else asked.relay()


@pytest.mark.parametrize("place", PLACES)
def test_words_of_the_function_stay_its_own(examine: Examine, in_front: InFront, place: str) -> None:
    """Wherever a function may put words, none of them forms a line, ends a quotation or steers the terminal."""
    texts = FORGED[list(PLACES).index(place) % 4 :: 4]  # each text is tried in a quarter of the places
    for text in texts:
        seen = examine(in_front(PLACES[place](text)))
        assert seen.failed or place in ("date", "status")
        speaks_for_itself(seen)


@pytest.mark.parametrize("text", FORGED)
def test_words_of_the_live_side_stay_its_own(
    examine: Examine, function: processes.Function, in_front: InFront, text: str
) -> None:
    """Reasons for closing, and what a model says, are quoted like all else."""

    def closes(socket: ServerConnection) -> None:
        socket.recv()
        socket.close(1011, text.encode()[:120].decode(errors="ignore"))

    with live_side(closes) as host:
        speaks_for_itself(examine(in_front(changed(websocketUrl=f"ws://{host}{PATH}"))))

    def says(socket: ServerConnection) -> None:
        socket.recv()
        socket.send('{"setupComplete": {}}')
        socket.recv()
        content = {"outputTranscription": {"text": f"rhubarb {text}"}, "turnComplete": True}
        socket.send(json.dumps({"serverContent": content}))
        with contextlib.suppress(Exception):
            socket.recv()

    with live_side(says) as host:
        seen = examine(in_front(changed(websocketUrl=f"ws://{host}{PATH}")), speak=True)
        assert "lock" in seen.failed
        speaks_for_itself(seen)


ODD = st.one_of(st.characters(), st.sampled_from('“”„"✓✗\n\x1b\u0301\u20dd\u3164 '))


@given(st.text(ODD, max_size=400))
def test_quotations(text: str) -> None:
    """Any text becomes one printable line between our marks, with none of them inside."""
    said = quoted(text)
    assert said[0] + said[-1] == "“”"
    assert said.isprintable()
    assert not set(said[1:-1]) & set('“”"✓✗\n')
    assert len(said) <= 162
    marks = "".join("M" if unicodedata.category(character).startswith("M") else " " for character in said)
    assert "MMM" not in marks
    assert shown(text) in (text, said)


def test_a_quotation_that_goes_on_is_marked() -> None:
    """A line on which a quotation goes on begins with a mark; so it cannot begin with a label of ours."""
    finding = Finding("lock", False, f"it said: {quoted('Cause: word ' * 12)}", "It is open.", "Close it.", 1)  # noqa: FBT003
    lines = printed(Examined({"lock": finding}, None))  # type: ignore[arg-type]
    assert [line.strip()[:2] for line in lines] == ["✗ ", "… ", "… ", "Ca", "Fi"]
    assert max(map(columns, lines)) <= WIDTH


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("no: auth_tokens/" + "a1" * 32, "a1a1"),
        ("no: AIzaSy" + "B2" * 20, "B2B2"),
        ("no: AQ.Ab" + "C3" * 20, "C3C3"),
        ("no: eyJhbGciOiJub25lIn0.eyJzdWIiOiJ6ZWJyYSJ9.c2lnbmF0dXJl", "eyJzdWIi"),
        ("no: Bearer opaque-proof-of-the-caller", "opaque-proof"),
    ],
)
def test_secrets_are_not_repeated(examine: Examine, in_front: InFront, said: str, secret: str) -> None:
    """Keys, tokens, signed tokens and what the doctor itself was given to send are struck out, cut or not."""
    for text in (said, "x" * 120 + said):
        headers = {"Authorization": "Bearer opaque-proof-of-the-caller"}
        seen = examine(in_front(posted(Reply(500, JSON, refusal(error=text)))), headers=headers)
        assert secret not in str(seen.findings)
        assert secret not in "".join(printed(seen))


@contextlib.contextmanager
def live_side(
    handler: Callable[[ServerConnection], None], refuse: Callable[[], Response] | None = None
) -> Iterator[str]:
    """Run a WebSocket server on this machine; yields its host and port."""

    def first(_connection: ServerConnection, _request: Request) -> Response | None:
        return refuse() if refuse else None

    with serve(handler, "127.0.0.1", 0, process_request=first) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


class Canary(socketserver.BaseRequestHandler):
    """A service of this machine that nobody was to reach."""

    reached = 0

    def handle(self) -> None:
        """Count."""
        type(self).reached += 1
        self.request.close()


ELSEWHERE = [
    "ws://127.0.0.1:{port}",
    "wss://127.0.0.1:{port}",
    "ws://localhost:{port}",
    "ws://LOCALHOST:{port}",
    "ws://localhost.:{port}",
    "ws://[::1]:{port}",
    "ws://[::ffff:127.0.0.1]:{port}",
    "ws://0.0.0.0:{port}",
    "ws://0:{port}",
    "ws://127.1:{port}",
    "ws://2130706433:{port}",
    "ws://0x7f000001:{port}",
    "ws://017700000001:{port}",
    "ws://127.8.8.8:{port}",
    "ws://rebound.example:{port}",
    "wss://rebound.example:{port}",
    "wss://10.0.0.1",
    "wss://192.168.0.1:8443",
    "wss://169.254.169.254",
    "wss://metadata.google.internal",
    f"wss://{GOOGLE}.foreign.example",
    f"wss://{GOOGLE}.",
    f"wss://{GOOGLE}:22",
    f"ws://{GOOGLE}",
    f"wss://{GOOGLE}@127.0.0.1:{{port}}",
    f"wss://user:password@{GOOGLE}",
    f"wss://127.0.0.1:{{port}}/{GOOGLE}",
    f"wss://127.0.0.1:{{port}}#@{GOOGLE}",
    f"wss://127.0.0.1:{{port}}\\@{GOOGLE}",
    f"wss://127.0.0.1:{{port}}?{GOOGLE}",
    f"wss://foreign{GOOGLE}",
    "http://127.0.0.1:{port}",
    "file://",
    "unix:///run/docker.sock?",
    "ws:///run/docker.sock:",
    "//127.0.0.1:{port}",
]


@pytest.mark.parametrize("base", ELSEWHERE)
def test_nobody_follows_it_elsewhere(
    examine: Examine, function: processes.Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    """A function on the Internet cannot send the doctor to this machine, its network, or another host."""
    monkeypatch.setattr("doctor.live.Live.open", lambda *_, **__: pytest.fail("a socket was opened"))
    Canary.reached = 0
    with listening(Canary) as port:
        answering = changed(websocketUrl=base.format(port=port) + PATH)
        with deployed(tmp_path, function.url, monkeypatch, answering) as (url, asked_for):
            seen = examine(url)
    assert seen.failed in (["complete"], ["connects"]), {name: seen[name].cause for name in seen.failed}
    if seen.failed == ["connects"]:
        assert "which is not Google's" in str(seen["connects"].cause)
        assert "--websocket" in str(seen["connects"].fix)
    assert Canary.reached == 0
    assert set(asked_for) == {"function.example:443"}


def test_a_second_answer_is_looked_at_as_well(
    examine: Examine, function: processes.Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second token, which tells an open lock from a broken line, leads nowhere else either."""
    minted: list[int] = []
    opened: list[str] = []

    def opens(_live: Live, url: str, *_: object) -> Outcome:
        opened.append(url)
        return Outcome(ready=False, code=1008)

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        if asked.method == "POST" and reply.status == 200:
            minted.append(1)
            where = f"wss://{GOOGLE}{PATH}" if len(minted) == 1 else f"ws://127.0.0.1:{processes.free_port()}{PATH}"
            return Reply(200, reply.headers, json.dumps({**json.loads(reply.body), "websocketUrl": where}).encode())
        return reply

    monkeypatch.setattr("doctor.live.Live.open", opens)
    with deployed(tmp_path, function.url, monkeypatch, answering) as (url, _):
        assert "which is not Google's" in examine(url).blames("connects")
    assert opened == [f"wss://{GOOGLE}{PATH}"]


def test_second_answer_without_fields(examine: Examine, in_front: InFront) -> None:
    """A second token in an answer that lacks the rest is a failure, not an exception."""
    minted: list[int] = []

    def answering(asked: Asked) -> Reply:
        reply = asked.relay()
        if asked.method == "POST" and reply.status == 200:
            minted.append(1)
            if len(minted) == 2:
                return Reply(200, reply.headers, json.dumps({"token": json.loads(reply.body)["token"]}).encode())
            return Reply(200, reply.headers, reply.body.replace(b"auth_tokens/", b"auth_tokens/0"))
        return reply

    assert "model is missing" in examine(in_front(answering)).blames("connects")


@pytest.mark.parametrize(
    ("url", "function", "allowed", "may"),
    [
        (f"wss://{GOOGLE}", "https://function.example", "", True),
        (f"wss://{GOOGLE}:443", "https://function.example", "", True),
        (f"wss://{GOOGLE}", "http://127.0.0.1:8080", "", True),
        ("ws://127.0.0.1:9090", "http://localhost:8080", "", True),
        ("ws://localhost:9090", "http://127.0.0.1:8080", "", True),
        ("ws://127.0.0.1:9090", "https://localhost.foreign.example", "", False),
        ("wss://foreign.example", "http://127.0.0.1:8080", "", False),
        ("wss://live.example", "https://function.example", "live.example", True),
        ("wss://live.example:443", "https://function.example", "live.example", True),
        ("wss://live.example", "https://function.example", " other.example , LIVE.example:443", True),
        ("wss://live.example:8443", "https://function.example", "live.example", False),
        ("wss://live.example:8443", "https://function.example", "live.example:8443", True),
        ("wss://www.live.example", "https://function.example", "live.example", False),
        ("ws://127.0.0.1:9090", "https://function.example", "127.0.0.1:9090", True),
    ],
)
def test_where_sessions_may_be_opened(url: str, function: str, allowed: str, may: bool) -> None:  # noqa: FBT001
    """Google's host, this machine from this machine, and what the owner has named, to the letter."""
    assert may_be_opened(url + PATH, function, parse_hosts(allowed)) is may


@pytest.mark.parametrize(
    "text", ["https://live.example", "live.example/path", "user@live.example", "a b", "-", "*", "h:0"]
)
def test_what_is_no_host(text: str) -> None:
    """What is not a host, with a port at most, is wrong usage."""
    with pytest.raises(ValueError, match="is not a host"):
        parse_hosts(text)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_of_the_live_side_are_not_followed(examine: Examine, in_front: InFront, status: int) -> None:
    """A WebSocket that answers with a redirect gets the token once, and no other server gets it."""
    Canary.reached = 0
    with listening(Canary) as port:
        elsewhere = Headers({"Location": f"ws://127.0.0.1:{port}{PATH}", "Content-Length": "0"})
        refusing = live_side(lambda _: None, lambda: Response(status, HTTPStatus(status).phrase, elsewhere, b""))
        with refusing as host:
            told = examine(in_front(changed(websocketUrl=f"ws://{host}{PATH}"))).blames("connects")
    assert f"HTTP {status} instead of a WebSocket" in told
    assert Canary.reached == 0


def raw(*pieces: bytes, pause: float = 0.0, times: int = 2000) -> type[socketserver.BaseRequestHandler]:
    """Return a server that sends the first piece, then the others again and again."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            with contextlib.suppress(OSError):
                self.request.sendall(pieces[0])
                for _ in range(times):
                    self.request.sendall(b"".join(pieces[1:]))
                    time.sleep(pause)

    return Handler


@pytest.mark.parametrize(
    "handler",
    [
        raw(b"H", b"T", pause=0.05),
        raw(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.05),
        raw(b"HTTP/1.1 200 OK\r\nX-A: ", b"b", pause=0.05),
        raw(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a", pause=0.05),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", pause=0.05),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n", pause=0.05),
    ],
    ids=["status", "headers", "one-header", "continue", "chunk", "chunks", "trailers"],
)
def test_drips(examine: Examine, handler: type[socketserver.BaseRequestHandler]) -> None:
    """However an answer is dripped, the doctor waits for it no longer than it says."""
    with listening(handler) as port, within(5):
        told = examine(f"http://127.0.0.1:{port}", timeout=0.5).blames("reachable")
    assert "within 0.5 seconds" in told or "broke off" in told


@pytest.mark.parametrize(
    "body",
    [
        b"<title>" + b" " * 250_000,
        b"<title>" * 40_000,
        b"<title>" + b"a" * 250_000,
        b"[" * 250_000,
        b'{"status":' * 25_000,
        b'{"status": ' + b"9" * 250_000 + b"}",
        b'{"status": ["ok"], "error": {"code": "paused"}, "code": 1e999}',
        b"\xff" * 3_000_000,
    ],
    ids=["spaces", "titles", "title", "lists", "objects", "digits", "types", "megabytes"],
)
def test_huge_answers(examine: Examine, in_front: InFront, body: bytes) -> None:
    """Large and deep answers cost no time, and are told as what they are not."""
    with within(5):
        seen = examine(in_front(lambda _: Reply(200, JSON, body)))
        assert "Something else than livetoken" in seen.blames("health")
    assert max(len(finding.detail) for finding in seen.findings.values()) < 300


def test_no_more_than_that_is_read() -> None:
    """An answer that never ends is read as far as ours can be."""
    with listening(raw(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)) as port:
        assert len(Web(5).send("GET", f"http://127.0.0.1:{port}", {}).body) == 256 * 1024


MESSAGES: list[Any] = [
    "[" * 100_000,
    '{"a":' * 20_000,
    "null",
    "[]",
    '"setupComplete"',
    b"\xff\xfe",
    '{"serverContent": [1]}',
    '{"serverContent": {"outputTranscription": 7, "modelTurn": {"parts": {"text": 1}}}}',
    '{"serverContent": {"modelTurn": {"parts": [null, 7, {"text": ["a"]}]}}}',
    json.dumps({"serverContent": {"outputTranscription": {"text": "la " * 300_000}}}),
]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_odd_messages(examine: Examine, in_front: InFront, before: bool) -> None:  # noqa: FBT001
    """What is no message of Gemini's, before and after setupComplete, is passed over."""

    def handler(socket: ServerConnection) -> None:
        socket.recv()
        for message in MESSAGES if before else ():
            socket.send(message)
        socket.send('{"setupComplete": {}}')
        with contextlib.suppress(Exception):
            socket.recv()
            for message in () if before else MESSAGES:
                socket.send(message)
            socket.send('{"serverContent": {"turnComplete": true}}')
            socket.recv()

    with live_side(handler) as host:
        seen = examine(in_front(changed(websocketUrl=f"ws://{host}{PATH}")), speak=True, timeout=5)
    assert seen["connects"].ok
    assert len(seen["lock"].detail) < 200


@pytest.mark.parametrize("message", ['{"setup": {}}', "x" * 5_000_000], ids=["flood", "too-large"])
def test_floods(examine: Examine, in_front: InFront, message: str) -> None:
    """A server that sends for ever, but never says setupComplete, is given up after the timeout; so is a giant."""

    def handler(socket: ServerConnection) -> None:
        with contextlib.suppress(Exception):
            while True:
                socket.send(message)
                time.sleep(0.01)

    with within(10):
        with live_side(handler) as host:
            seen = examine(in_front(changed(websocketUrl=f"ws://{host}{PATH}")), timeout=2)
        assert seen.failed == ["connects"]


def test_origin_of_the_page_is_a_word_of_the_doctor() -> None:
    """What the owner has typed is shown as it is."""
    assert shown(ORIGIN) == ORIGIN
