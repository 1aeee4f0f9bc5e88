"""`python -m livetoken check`: all mistakes at once, nothing started, nothing asked."""

import runpy
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livetoken.__main__ import main
from tests.support import ORIGIN, ROOT

WRONG = """---
config:
  temperature: hot
  top_p:
  media_resolution: LOW
  tools:
    - google_search: {x: 1}
    - retrieval: {}
origins: https://other.example
---
{{ name }}
"""
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(name="said")
def _said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Return a function that runs the command where no socket can be opened, and returns what came of it."""

    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    monkeypatch.setattr(socket.socket, "bind", no_socket)

    def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        code = main(arguments, environment)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_shipped_prompts_are_right(said: Said) -> None:
    """What ships passes, with a bare environment and with a whole one."""
    right = (0, "livetoken check: no mistakes.\n", "")
    assert said("check") == right
    assert said("check", str(ROOT / "prompts"), ALLOWED_ORIGINS=ORIGIN, TOKEN_SECONDS="600") == right
    assert said("check", PROMPTS="prompts", GEMINI_API_KEY_SECRET="projects/p/secrets/s/versions/1") == right


def test_everything_is_told_at_once(said: Said, tmp_path: Path) -> None:
    """Mistakes of settings, of files, and of what only the SDK knows, each with file, field, line and fix."""
    (tmp_path / "a.md").write_text(WRONG)
    (tmp_path / "b.md").write_text("---\nconfig: {seed: x}\n---\nHello.")
    (tmp_path / "c.md").write_text("---\n- a list\n---\nHello.")
    (tmp_path / "d.md").write_text("---\nconfig: {\n---\nHello.")
    (tmp_path / "e.md").write_bytes(b"\xff")
    (tmp_path / "f.md").write_text("Hello.")
    code, printed, complaints = said("check", str(tmp_path), ALLOWED_ORIGINS=ORIGIN, TOKEN_SECONDS="5")
    assert (code, printed) == (1, "")
    told = [line.split(": ", 2) for line in complaints.splitlines()[1:]]
    assert [(name.removeprefix("  - "), field) for name, field, *_ in told] == [
        ("TOKEN_SECONDS", "must be a whole number from 60 to 71940"),
        ("a.md", "origins"),
        ("a.md", "config.top_p"),
        ("a.md", "template"),
        ("c.md", "front matter"),
        ("d.md", "front matter"),
        ("e.md", "file"),
        ("a.md", "config.temperature"),
        ("a.md", "config.media_resolution"),
        ("a.md", "config.tools.0.google_search.x"),
        ("a.md", "config.tools.1.retrieval"),
        ("b.md", "config.seed"),
    ], complaints
    assert "a.md: config.temperature: line 3: Input should be a valid number" in complaints
    assert "a.md: config.tools.0.google_search.x: line 7: is not a field" in complaints
    assert "a.md: template: line 11: unknown placeholder name" in complaints
    assert "b.md: config.seed: line 2: " in complaints


def test_length_is_told(said: Said, prompt_folder: Callable[..., str], tmp_path: Path) -> None:
    """Of a prompt with knowledge the length of its instruction is told, right or wrong."""
    compressed = "config: {context_window_compression: {trigger_tokens: 8000, sliding_window: {}}}"
    folder = prompt_folder(f"---\nknowledge: [hours.md]\n{compressed}\n---\nHello. {{{{ pageContent }}}}")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "hours.md").write_text("x" * 1000)
    length = "makes the instruction up to about 3256 tokens long; half of the compression trigger is 4000"
    assert said("check", folder) == (0, f"voice-assistant.md: knowledge {length}\nlivetoken check: no mistakes.\n", "")
    (tmp_path / "knowledge" / "hours.md").write_text("x" * 5000)
    code, printed, complaints = said("check", folder)
    assert (code, printed) == (1, "")
    assert "voice-assistant.md: knowledge: line 2: makes the instruction up to about 4256 tokens long" in complaints
    assert complaints.endswith("shorten it, or raise config.context_window_compression.trigger_tokens to 8512\n")


def test_what_only_writing_finds(said: Said, prompt_folder: Callable[..., str]) -> None:
    """What the SDK's types take and its writing does not is told, too."""
    folder = prompt_folder("---\nconfig:\n  tools: [{retrieval: {}}]\n---\nHi.")
    code, _, complaints = said("check", folder)
    assert code == 1
    assert "config.tools.0.retrieval: line 3: google-genai cannot send it: retrieval parameter is only" in complaints


def test_sites_are_judged_where_they_are_known(said: Said, prompt_folder: Callable[..., str]) -> None:
    """A pipeline that does not know ALLOWED_ORIGINS does not complain of a file's own sites."""
    folder = prompt_folder("---\norigins: https://shop.example\n---\nHi.")
    assert said("check", folder)[0] == 0
    assert said("check", folder, ALLOWED_ORIGINS="https://shop.example")[0] == 0
    assert said("check", folder, ALLOWED_ORIGINS="https://blog.example")[0] == 1


def test_no_folder(said: Said) -> None:
    """A folder that is not there is a mistake like any other."""
    code, _, complaints = said("check", "no-such-folder", DEFAULT_PROMPT="A b")
    assert code == 1
    assert "PROMPTS: there is no folder" in complaints
    assert "DEFAULT_PROMPT: must be a prompt file's name" in complaints


@pytest.mark.parametrize("arguments", [[], ["run"], ["check", "a", "b"], ["check", "--start"]])
def test_wrong_use(said: Said, arguments: list[str]) -> None:
    """Whoever writes it wrong learns how it is written."""
    with pytest.raises(SystemExit) as ended:
        said(*arguments)
    assert ended.value.code == 2


def test_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m livetoken check` is the command."""
    monkeypatch.setattr(sys, "argv", ["livetoken", "check"])
    monkeypatch.delitem(sys.modules, "livetoken.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("livetoken", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == "livetoken check: no mistakes.\n"
