"""The README's table names the clients that `make clients` runs, in the versions that their pins name."""

import re

from dev.children import ROOT
from tests.clients.catalog import CLIENTS


def test_the_table_is_that_of_the_pins() -> None:
    """One row for each client, with its version."""
    text = (ROOT / "emulator" / "README.md").read_text().split("## Clients that were run against it", 1)[1]
    table = text.split("\n## ", 1)[0]
    rows = re.findall(r"^(\| `([^`]+)`[^|]*\| `?([\da-f.]+)`? \|.*)$", table, re.MULTILINE)
    assert [(package, version) for _, package, version in rows] == [(each.package, each.version) for each in CLIENTS]
    for client, (row, _, _) in zip(CLIENTS, rows, strict=True):
        if client.source:
            assert client.source.repository in row
            assert f"`{client.source.abbreviated}`" in row
        if client.version not in client.pins:
            assert re.findall(r"(\S+)==(\S+)", client.pins) == re.findall(r"(google-genai) ([\d.]+\d)", row)


def test_every_client_is_locked() -> None:
    """A lock with hashes or sums lies beside each program."""
    locks = {"requirements.txt", "package-lock.json", "go.sum", "pom.xml", "Cargo.toml"}
    for client in CLIENTS:
        assert locks & {path.name for path in client.path.iterdir()}, client.folder
