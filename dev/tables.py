"""`make tables`: writes the tables of terraform/README.md anew, from the variables and outputs themselves.

A row is the name, the default and the first sentence of the description. A variable that leaves its default to the
function (`null`) shows the one that the function's own table of settings has.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from livetoken.settings.environment import TABLE

TERRAFORM = Path(__file__).resolve().parents[1] / "terraform"
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


def written(readme: str) -> str:
    """Return the README with each table's rows as the files have them; the text around them stays."""
    for heading, name in _SECTIONS.items():
        table = re.compile(rf"(?ms)(^## {re.escape(heading)}\n.*?^\| --- .*?\n)(?:\|.*?\n)*")
        below = "".join(f"{row}\n" for row in rows(TERRAFORM / name)).replace("\\", r"\\")
        readme, found = table.subn(rf"\g<1>{below}", readme)
        if found != 1:
            raise ValueError(f"terraform/README.md has no table under “{heading}”")
    return readme


if __name__ == "__main__":
    README = TERRAFORM / "README.md"
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
