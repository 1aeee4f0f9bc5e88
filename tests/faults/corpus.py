"""Reads the corpora of tests/hostile: one case a line or a file, each with its reason."""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from tests.support import ROOT

HOSTILE = ROOT / "tests" / "hostile"


class Case(NamedTuple):
    """One line: its columns, the last of which is the reason."""

    columns: tuple[str, ...]
    reason: str


class RawRequest(NamedTuple):
    """One file of tests/hostile/requests: what is sent, byte for byte, and what must come back."""

    name: str
    why: str
    expect: str
    head: str
    body: str
    close: bool
    answers: int

    @property
    def sends(self) -> bytes:
        """The bytes to send; some are ten million."""
        return spelled_out(self.head) + b"\r\n\r\n" + spelled_out(self.body)


def lines(name: str) -> list[Case]:
    """Return the cases of a corpus; columns are separated by tabs, lines that begin with # are comments."""
    cases = []
    for line in (HOSTILE / name).read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("# "):
            *columns, reason = re.split(r"\t+", line)
            cases.append(Case(tuple(columns), reason))
    assert len({case.columns for case in cases}) == len(cases), f"{name} holds a case twice"
    return cases


def spelled_out(text: str) -> bytes:
    r"""Return the bytes that a case writes with escapes: \xNN for a byte, %[text*1000] for a thousand times text."""
    text = re.sub(r"%\[(.+?)\*(\d+)\]", lambda match: match[1] * int(match[2]), text)
    raw, _ = codecs.escape_decode(text.encode())
    assert isinstance(raw, bytes)
    return raw


def raw_requests() -> list[RawRequest]:
    """Return the requests that are files: `# name: value` lines, then the request with ordinary line ends.

    The line ends of the head become CRLF; the body is taken as `spelled_out`, without the file's last line end.
    """
    return [_read(path) for path in sorted((HOSTILE / "requests").glob("*.http"))]


def _read(path: Path) -> RawRequest:
    comments, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    notes = dict(line.removeprefix("# ").split(": ", 1) for line in comments.splitlines())
    head, _, body = text.removesuffix("\n").partition("\n\n")
    close, answers = notes.get("then") == "close", int(notes.get("answers", "1"))
    return RawRequest(path.stem, notes["why"], notes["expect"], head.replace("\n", "\r\n"), body, close, answers)
