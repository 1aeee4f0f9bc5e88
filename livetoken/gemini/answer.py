"""An HTTP answer, read whole from a connection on which others may follow.

A plain success, as Google's servers send it, is cut by hand: with `http.client` a fifth of a token's processor time
would go into it. That reads every other answer, and decides what is one at all.
"""

import http.client
import io
import re
import socket
import zlib
from typing import NamedTuple

ANSWER_BYTES = 1024 * 1024  # far above any answer to the making of a token
PIECE_BYTES = 64 * 1024
PIECES = 8  # of a plain answer; what comes in more is left to http.client
FINAL = 200  # answers below this status announce another one
_HEAD = re.compile(rb"HTTP/1\.1 200(?: [^\r\n\0]*)?(?:\r\n[!#-'*+.^-z|~0-9A-Z-]+:[^\r\n\0]*)*+", re.ASCII)
_SAYS = re.compile(
    rb"\r\n(content-length|content-encoding|transfer-encoding|connection):[ \t]*([^\r\n]*?)[ \t]*(?=\r\n|\Z)",
    re.ASCII | re.IGNORECASE,
)
_LENGTH = re.compile(rb"[0-9]{1,7}", re.ASCII)
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,6}", re.ASCII)


class Answer(NamedTuple):
    """An answer; its content is still compressed where its headers say so. `keeps` the connection for another one."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes
    keeps: bool = True


def read_answer(connection: socket.socket) -> Answer:
    """Return the answer to a POST request that was sent on `connection`.

    Raises:
        OSError, http.client.HTTPException: it breaks off, does not come in time, or only announces another one.
        ValueError: it is longer than any answer of Gemini's.
    """
    received = b""
    try:
        for _ in range(PIECES):
            piece = connection.recv(PIECE_BYTES)
            received += piece
            content = _plain_content(received)
            if content is not None:
                return Answer(FINAL, [], content)
            if not piece:
                break
    except _NotPlainError:
        pass
    with http.client.HTTPResponse(_Unread(received, connection), method="POST") as response:  # type: ignore[arg-type]
        response.begin()
        if response.status < FINAL:  # its successor would be taken for the answer to another call
            raise http.client.BadStatusLine(str(response.status))
        content = _bounded(response)
        return Answer(response.status, response.getheaders(), content, not response.will_close)


def _bounded(response: http.client.HTTPResponse) -> bytes:
    content = response.read(ANSWER_BYTES + 1)
    if len(content) > ANSWER_BYTES:
        raise ValueError("the answer is too long")
    if response.length:  # read with a bound, it does not notice that by itself
        raise http.client.IncompleteRead(content, response.length)
    return content


class _NotPlainError(Exception):
    """What came is no plain success, or not only that."""


def _plain_content(received: bytes) -> bytes | None:
    """Return the content of a plain success, unpacked, when all of it has come; None before that."""
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return None
    if not _HEAD.fullmatch(head):
        raise _NotPlainError
    said = [(name.lower(), value.lower()) for name, value in _SAYS.findall(head)]
    says = dict(said)
    if len(said) != len(says) or says.pop(b"connection", b"keep-alive") != b"keep-alive":
        raise _NotPlainError
    coding = says.pop(b"content-encoding", None)
    if says == {b"transfer-encoding": b"chunked"}:
        content = _joined(rest)
    elif says.keys() == {b"content-length"} and _LENGTH.fullmatch(says[b"content-length"]):
        content = _measured(rest, int(says[b"content-length"]))
    else:
        raise _NotPlainError
    return content if content is None or coding is None else _unpacked(content, coding)


def _measured(rest: bytes, length: int) -> bytes | None:
    if length > ANSWER_BYTES or len(rest) > length:
        raise _NotPlainError
    return rest if len(rest) == length else None


def _joined(chunks: bytes) -> bytes | None:
    """Return what plain chunks hold, without extensions and trailers; None while some are missing."""
    content, begin = [], 0
    while (end := chunks.find(b"\r\n", begin)) >= 0:
        if not _SIZE.fullmatch(chunks, begin, end):
            raise _NotPlainError
        size = int(chunks[begin:end], 16)
        content.append(chunks[end + 2 : end + 2 + size])
        begin = end + 2 + size + 2
        closing = chunks[begin - 2 : begin]
        if not b"\r\n".startswith(closing) or (size == 0 and len(chunks) > begin):
            raise _NotPlainError
        if size == 0 and len(closing) == 2:  # noqa: PLR2004 - the line's end
            return b"".join(content)
    return None


def _unpacked(content: bytes, coding: bytes) -> bytes:
    if coding != b"gzip":
        raise _NotPlainError
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacking.decompress(content, ANSWER_BYTES)
    except zlib.error:
        raise _NotPlainError from None
    if not unpacking.eof or unpacking.unused_data:
        raise _NotPlainError
    return plain


class _Unread(io.RawIOBase):
    """What http.client takes for a socket: gives what has been received already, then what comes."""

    def __init__(self, received: bytes, connection: socket.socket) -> None:
        self._received, self._connection = received, connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what http.client reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` as far as there is something; return how many bytes, 0 at the end."""
        if not self._received:
            return self._connection.recv_into(buffer)
        given = self._received[: len(buffer)]
        self._received = self._received[len(given) :]
        buffer[: len(given)] = given
        return len(given)
