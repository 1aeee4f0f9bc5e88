"""`make tables`: writes tables anew: the README's settings, and in terraform/README.md the variables and outputs.

A row of the latter is the name, the default and the first sentence of the description. A variable that leaves its
default to the function (`null`) shows the one that the function's own table of settings has.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from livetoken.settings.environment import TABLE

ROOT = Path(__file__).resolve().parents[1]
TERRAFORM = ROOT / "terraform"
_SECTIONS = {  # heading in the README → the file whose blocks stand below it
    "Variables of the deployment": "variables.tf",
    "Variables of the function": "variables-settings.tf",
    "Options": "variables-options.tf",
    "Outputs": "outputs.tf",
}
_BLOCK = re.compile(r'(?ms)^(variable|output) "(?P<name>\w+)" \{\n(?P<body>.*?)^\}$')
_DESCRIPTION = re.compile(r'(?m)^  description += "(.*)"$')
_DEFAULT = re.compile(r"(?m)^  default += (.*)$")
_SENTENCE_ENDS = re.compile(r"[.]( |$)")
_NOTHING = "\N{EN DASH}"
_SETTINGS = {setting.name.lower(): setting.default for setting in TABLE}


class Declared(NamedTuple):
    """A variable or an output: its name, its default as Terraform writes it (None: required), what it is for."""

    name: str
    default: str | None
    description: str


def declared(file: Path) -> Iterator[Declared]:
    """Return what a formatted Terraform file declares, in its order."""
    for block in _BLOCK.finditer(file.read_text(encoding="utf-8")):
        description, default = _DESCRIPTION.search(block["body"]), _DEFAULT.search(block["body"])
        text = description[1].replace('\\"', '"') if description else ""
        yield Declared(block["name"], default[1] if default else None, text)


def rows(file: Path) -> list[str]:
    """Return the README's rows for a file."""
    outputs = file.name == "outputs.tf"
    return [
        f"| `{one.name}` | {_first_sentence(one)} |"
        if outputs
        else f"| `{one.name}` | {_shown(one)} | {_first_sentence(one)} |"
        for one in declared(file)
    ]


def _first_sentence(one: Declared) -> str:
    found = _SENTENCE_ENDS.search(one.description)
    return one.description[: found.start()] if found else one.description


def _shown(one: Declared) -> str:
    if one.default is None:
        return "required"
    if one.default == "null" and _SETTINGS.get(one.name):
        setting = _SETTINGS[one.name]
        return f"`{setting}`" if setting.isdecimal() else f'`"{setting}"`'
    return f"`{one.default}`"


def terraform_readme(text: str) -> str:
    """Return terraform/README.md with each table's rows as the files have them; the text around them stays."""
    for heading, name in _SECTIONS.items():
        text = _with_rows(text, heading, rows(TERRAFORM / name))
    return text


def readme(text: str) -> str:
    """Return the README with its settings as the function has them."""
    settings = [f"| `{row.name}` | {f'`{row.default}`' if row.default else _NOTHING} | {row.rule} |" for row in TABLE]
    return _with_rows(text, "Settings", settings)


def _with_rows(text: str, heading: str, lines: Iterable[str]) -> str:
    table = re.compile(rf"(?ms)(^## {re.escape(heading)}\n.*?^\| --- .*?\n)(?:\|.*?\n)*")
    below = "".join(f"{line}\n" for line in lines).replace("\\", r"\\")
    text, found = table.subn(rf"\g<1>{below}", text)
    if found != 1:
        raise ValueError(f"there is no table under “{heading}”")
    return text


if __name__ == "__main__":
    for path, write in ((ROOT / "README.md", readme), (TERRAFORM / "README.md", terraform_readme)):
        path.write_text(write(path.read_text(encoding="utf-8")), encoding="utf-8")
