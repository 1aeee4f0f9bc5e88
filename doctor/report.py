"""What the doctor says: a line for each check as it goes, or one JSON document at the end."""

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, TextIO
from unicodedata import east_asian_width

from doctor.finding import Finding

_COLUMN = 12  # width of the longest name of a check, and a space
_MARKS: dict[bool | None, tuple[str, str]] = {True: ("✓", "ok  "), False: ("✗", "FAIL"), None: ("–", "-   ")}  # noqa: RUF001 - a dash is meant
_GOES_ON = "… "  # before each line on which a quotation goes on
_SPARE = 8  # columns for that mark, and for dots that are written out where the terminal has no others
_HALF = "\0"


class Lines:
    """Prints for people: progress while a check runs (on a terminal), then its line, then cause and fix."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._plain = not _can_write(out, "✓✗–“”…")  # noqa: RUF001 - as above
        self._width = max(60, min(shutil.get_terminal_size((110, 24)).columns, 120))

    def title(self, url: str, origin: str) -> None:
        """Print what is examined."""
        self._print(f"Examining {url} for pages of {origin}\n")

    def started(self, name: str) -> None:
        """Show that a check is under way."""
        if self._terminal:
            print(f"… {name}", end="\r", file=self._out, flush=True)

    def finding(self, finding: Finding) -> None:
        """Print the result of a check."""
        mark = _MARKS[finding.ok][1 if self._plain else 0]
        indent = " " * (len(mark) + 1 + _COLUMN)
        self._block(f"{mark} {finding.name:<{_COLUMN}}", indent, finding.detail or "failed")
        for label, text in (("Cause: ", finding.cause), ("Fix:   ", finding.fix)):
            for number, line in enumerate((text or "").split("\n") if text else []):
                first = label if number == 0 and not line.startswith("$ ") else " " * len(label)
                if number == 0 and line.startswith("$ "):
                    self._print(f"{indent}{label}")
                self._block(f"{indent}{first}", indent + " " * len(label), line)

    def summary(self, findings: Sequence[Finding], minted: int, minted_with_key: int) -> None:
        """Print the result of the whole examination."""
        failed = [finding.name for finding in findings if finding.ok is False]
        skipped = sum(finding.ok is None for finding in findings)
        tokens = {0: "No token was minted", 1: "One token was minted"}.get(minted, f"{minted} tokens were minted")
        spent = f"{tokens} through the function" + (f", {minted_with_key} with the key." if minted_with_key else ".")
        if not failed:
            self._print(f"\nAll {len(findings)} checks passed. {spent}")
            return
        rest = f", {skipped} not run" if skipped else ""
        passed = len(findings) - len(failed) - skipped
        self._print(f"\n{passed} of {len(findings)} checks passed, {len(failed)} failed{rest}. {spent}")
        self._print(f"Begin with “{failed[0]}”, then run the doctor again.")

    def _block(self, first: str, indent: str, text: str) -> None:
        if text.startswith("$ "):  # a command stays on one line, so that it can be copied
            self._print(indent + text)
            return
        quotes = "“" in text  # a quotation is somebody else's: no line of it may look like one of ours
        lines = textwrap.wrap(
            _in_columns(text),
            self._width - (_SPARE if quotes else 0),
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=quotes,
            break_on_hyphens=False,
        )
        quoting = False
        for number, line in enumerate(lines or [first.rstrip()]):
            inside = quoting and number > 0
            self._print((indent + _GOES_ON + line[len(indent) :] if inside else line).replace(_HALF, ""))
            if {"“", "”"} & set(line):
                quoting = line.rfind("“") > line.rfind("”")

    def _print(self, text: str) -> None:
        if self._plain:
            text = text.translate({0x201C: '"', 0x201D: '"', 0x2026: "...", 0x2013: "-"})
            text = text.encode(self._out.encoding or "ascii", "replace").decode(self._out.encoding or "ascii")
        clear = "\x1b[K" if self._terminal else ""
        print(clear + text, file=self._out, flush=True)


def document(url: str, origin: str, findings: Sequence[Finding], minted: int, minted_with_key: int) -> str:
    """The whole examination as JSON; `ok` is true when no check failed."""
    shown: dict[str, Any] = {
        "url": url,
        "origin": origin,
        "ok": all(finding.ok for finding in findings),
        "tokensMinted": minted,
        "tokensMintedWithKey": minted_with_key,
        "checks": [finding.shown() for finding in findings],
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _in_columns(text: str) -> str:
    """Return `text` as long as it is wide: some characters take two columns of a terminal."""
    return "".join(f"{character}{_HALF}" if east_asian_width(character) in "WF" else character for character in text)


def _can_write(out: TextIO, text: str) -> bool:
    try:
        text.encode(out.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
