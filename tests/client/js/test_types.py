"""The declaration files describe what the modules really offer."""

import re

import pytest

from livetoken.errors import every_refusal
from tests.client.js import packages

CLIENT = packages.HERE.parents[2] / "client" / "src"


def test_a_page_in_typescript_compiles() -> None:
    """`tsc --strict` accepts what use.ts may write and refuses what it may not."""
    packages.require()
    result = packages.run("npm", "run", "--silent", "types")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", ["livetoken", "live-voice"])
def test_the_declarations_name_what_is_exported(name: str) -> None:
    """Each export of the module is declared, and nothing else."""
    pattern = r"^export (?:async )?(?:class|function|const) (\w+)"
    exported = set(re.findall(pattern, (CLIENT / f"{name}.js").read_text(), re.MULTILINE))
    assert set(re.findall(pattern, (CLIENT / f"{name}.d.ts").read_text(), re.MULTILINE)) == exported


def test_the_declarations_name_every_code_and_member() -> None:
    """Codes are those of the function and of the module; the public members of Session are declared, and no others."""
    declared = (CLIENT / "livetoken.d.ts").read_text()
    module = (CLIENT / "livetoken.js").read_text()
    refusals = declared[declared.index("type RefusalCode") : declared.index("type ErrorCode")]
    others = declared[declared.index("type ErrorCode") : declared.index("/** The English sentences")]
    sentences = module[module.index("SENTENCES = {") : module.index("};", module.index("SENTENCES = {"))]
    assert set(re.findall(r"'(\w+)'", refusals)) == {refusal.code for refusal in every_refusal()}
    assert set(re.findall(r"'(\w+)'", others)) == set(re.findall(r"^  (\w+): '", sentences, re.MULTILINE))
    session = module[module.index("export class Session") :]
    session = session[: session.index("\n}\n")]
    members = set(re.findall(r"^  (?:async |get |set )?([a-z]\w*)(?:\(| =)", session, re.MULTILINE)) - {"constructor"}
    interface = declared[declared.index("export class Session") : declared.index("/** Start a conversation")]
    named = set(re.findall(r"^  (?:readonly )?([a-z]\w*)(?:[(:<])", interface, re.MULTILINE)) - {
        "constructor",
        "addEventListener",
        "removeEventListener",
    }
    assert named == members


def test_the_lock_file_names_no_place() -> None:
    """Packages are pinned by version and checksum; where they come from is each machine's own matter."""
    lock = (packages.HERE / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 20
    assert '"@google/genai": "3.1.0"' in lock
