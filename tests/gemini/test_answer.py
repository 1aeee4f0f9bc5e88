"""Answers cut by hand are those that the standard library reads, however they come; all others are read by it."""

import gzip
import http.client
import itertools
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.gemini import answer as answer_module
from livetoken.gemini.answer import Answer, read_answer

OK = b"HTTP/1.1 200 OK\r\n"
# what Google's front end sends with an answer
USUAL = (
    b"Content-Type: application/json; charset=UTF-8\r\nVary: Origin\r\nVary: X-Origin\r\nVary: Referer\r\nServer: ESF\r\n"
    b"X-XSS-Protection: 0\r\nX-Frame-Options: SAMEORIGIN\r\nX-Content-Type-Options: nosniff\r\n"
    b'Alt-Svc: h3=":443"; ma=2592000,h3-29=":443"; ma=2592000\r\n'
)
NAME = b'{"name": "auth_tokens/abc"}'


class Pieces(socket.socket):
    """A socket on which pieces come, one at each read, and then the end."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self.close()
        self.pieces = iter(pieces)
        self.left = b""

    def recv(self, size: int, _flags: int = 0) -> bytes:
        """Return what there is of a piece."""
        piece = self.left or next(self.pieces, b"")
        self.left = piece[size:]
        return piece[:size]

    def recv_into(self, buffer: memoryview, _size: int = 0, _flags: int = 0) -> int:  # type: ignore[override]
        """Fill the buffer from a piece."""
        piece = self.recv(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def chunked(*chunks: bytes) -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%X\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


def of_the_library(sent: bytes) -> tuple[int, bytes] | type[Exception]:
    """Return what http.client alone makes of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(sent)
        ours.shutdown(socket.SHUT_WR)
        try:
            with http.client.HTTPResponse(theirs, method="POST") as response:
                response.begin()
                return response.status, response.read()
        except (http.client.HTTPException, OSError, ValueError) as error:
            return type(error)


def plain(answer: Answer) -> bytes:
    """Return an answer's content, unpacked where its headers still say so."""
    packed = any(name.lower() == "content-encoding" for name, _ in answer.headers)
    return gzip.decompress(answer.content) if packed else answer.content


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
@pytest.mark.parametrize(
    "sent",
    [
        OK + USUAL + b"Content-Length: %d\r\n\r\n" % len(NAME) + NAME,
        OK + USUAL + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(NAME),
        OK + USUAL + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(NAME[:5], NAME[5:6], NAME[6:]),
        OK + USUAL + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(gzip.compress(NAME)),
        b"HTTP/1.1 200\r\ncontent-length:%d\r\nConnection: Keep-Alive\r\n\r\n" % len(NAME) + NAME,
        OK + b"Content-Length: %d\r\nX-Folded: one\r\n two\r\n\r\n" % len(NAME) + NAME,
        OK + b"Transfer-Encoding: chunked\r\n\r\n1b;name=value\r\n" + NAME + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
    ],
)
def test_however_it_comes(sent: bytes, size: int) -> None:
    """The content is the same in one piece and in many, and the connection is kept."""
    answer = read_answer(Pieces(*(sent[at : at + size] for at in range(0, len(sent), size))))
    assert (answer.status, plain(answer), answer.keeps) == (200, NAME, True)


@pytest.mark.parametrize(
    ("sent", "content"),
    [
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", b"abc"),  # not packed as it says
        (OK + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"Connection: close\r\n\r\nabc", b"abc"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 429 Busy\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"Content-Length: 3\r\n\r\nabcdef", b"abc"),
        (OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n", b"abc"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n", b"abc"),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
    ],
)
def test_what_the_library_reads(sent: bytes, content: bytes) -> None:
    """What is no plain success keeps its status and headers, and comes without another wait."""
    assert of_the_library(sent) == (int(sent.split()[1]), content)
    answer = read_answer(Pieces(sent))
    assert (answer.status, answer.content) == (int(sent.split()[1]), content)
    assert len(answer.headers) == sent.partition(b"\r\n\r\n")[0].count(b"\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_no_answer(sent: bytes) -> None:
    """What breaks off, or is none, fails."""
    with pytest.raises((http.client.HTTPException, ValueError)):
        read_answer(Pieces(sent))


def test_packed_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be unpacked to more than an answer may have is left as it came."""
    monkeypatch.setattr(answer_module, "ANSWER_BYTES", 10_000)
    packed = gzip.compress(bytes(20_000))
    answer = read_answer(Pieces(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed))
    assert answer.content == packed


_BODIES = st.sampled_from([b"", NAME, b"\r\n\r\n", b"0\r\n\r\n", bytes(range(256))])
_LINES = st.lists(
    st.sampled_from(
        [
            b"Content-Type: application/json",
            b"content-length: 27",
            b"Content-Length : 27",
            b"Content-Length: 27, 27",
            b"Content-Length: +27",
            b"Content-Length: 0027",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Connection: close",
            b"Connection: keep-alive, x",
            b" folded",
            b": no name",
            b"no colon",
            b"X-Odd: a\nContent-Length: 3",
            b"X-Other: \xff\x80",
        ]
    ),
    max_size=4,
)


@given(
    status=st.sampled_from(
        [b"HTTP/1.1 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 201 Made", b"HTTP/1.0 200 OK", b"HTTP/1.1 2000"]
    ),
    lines=_LINES,
    body=_BODIES,
    in_chunks=st.booleans(),
    beyond=st.sampled_from([b"", b"\r\n", b"more"]),
    cuts=st.lists(st.integers(0, 400), max_size=5),
)
def test_as_the_standard_library(
    *, status: bytes, lines: list[bytes], body: bytes, in_chunks: bool, beyond: bytes, cuts: list[int]
) -> None:
    """Whatever comes, in whatever pieces: the result is what http.client alone would give."""
    sent = b"\r\n".join([status, *lines, b"", b""]) + (chunked(body) if in_chunks else body) + beyond
    at = [0, *sorted({cut for cut in cuts if 0 < cut < len(sent)}), len(sent)]
    expected = of_the_library(sent)
    pieces = Pieces(*(sent[begin:end] for begin, end in itertools.pairwise(at)))
    if isinstance(expected, tuple):
        answer = read_answer(pieces)
        assert (answer.status, answer.content) == expected
    else:
        with pytest.raises(expected):
            read_answer(pieces)
