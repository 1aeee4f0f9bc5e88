"""The emulator's README and the emulator say the same."""

import os
import re
import subprocess
import sys
import tomllib
import warnings
from typing import Any

import pytest
from gemini_live_emulator.protocol import errors
from gemini_live_emulator.state import faults, options
from gemini_live_emulator.state.scenario import Scenario

from dev.children import ROOT
from dev.processes import Google

GUIDE = (ROOT / "emulator" / "README.md").read_text()


def rows(heading: str) -> set[str]:
    """The words in code spans in the first cells of the tables beneath a heading."""
    section = GUIDE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def test_every_kind_of_fault_is_in_the_table() -> None:
    """The faults table has each kind, the text each error name, and nothing else."""
    assert rows("Faults") == {*faults.HTTP_KINDS, *faults.SOCKET_KINDS}
    text = GUIDE.split("Error names:", 1)[1].split("`retryAfter` adds", 1)[0]
    names = {name for name in re.findall(r"`([a-z-]+)` \(4|`([a-z-]+)` \(5", text) for name in name if name}
    for name in names:
        errors.named_error(name, "", None, None)
    with pytest.raises(KeyError) as caught:
        errors.named_error("no such name", "", None, None)
    assert caught.value.args == ("no such name",)
    assert len(names) == 11


def test_every_flag_is_in_the_table() -> None:
    """The flags of --help are those of the guide."""
    command = [sys.executable, "-m", "gemini_live_emulator", "--help"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "emulator" / "src")}
    shown = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    flags = set(re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE))
    assert flags == set(re.findall(r"`(--[a-z-]+)`", GUIDE.split("## Point", 1)[0]))


def test_every_switch_is_in_the_table() -> None:
    """Its values, the default first."""
    table = {
        row[0]: tuple(re.findall(r"`([a-z-]+)`", row[1]))
        for row in re.findall(r"^\| `--([a-z-]+)` \| ((?:`[a-z-]+`(?:, )?)+) \|", GUIDE, re.MULTILINE)
        if "`, `" in row[1]
    }
    assert table == {field.name.replace("_", "-"): field.metadata["choices"] for field in options.SWITCHES}


def test_every_control_route_answers(google: Google) -> None:
    """Each GET of the routes table is one that the emulator knows."""
    for route in re.findall(r"`GET ([a-z]+)`", GUIDE.split("## Control routes", 1)[1]):
        assert isinstance(google.json("GET", route), list | dict)


def test_the_scenario_is_one() -> None:
    """The guide's own scenario is read, with everything that it shows."""
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    scenario = Scenario.read(tomllib.loads(text))
    assert [len(scenario.next_session()._left) for _ in range(4)] == [2, 0, 0, 1]
    known = {"when", "call", "say", "hear", "wait_seconds", "repeat", "drop", "close", "drop_after_seconds"}
    assert all(re.search(rf"^{name} = ", text, re.MULTILINE) for name in known)


def test_the_python_example_mints(google: Google) -> None:
    """The guide's own lines, with the port of this run."""
    (code,) = re.findall(r"```python\n(from google import genai.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code.replace("http://127.0.0.1:9090", google.url), names)
    assert names["token"].name == google.mints()[-1]["token"]
