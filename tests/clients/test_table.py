"""The README's table names the clients that `make clients` runs, in the versions that their pins name."""

import re

from dev.children import ROOT
from tests.clients.run import CLIENTS


def test_the_table_is_that_of_the_pins() -> None:
    """One row for each client, with its version."""
    text = (ROOT / "emulator" / "README.md").read_text().split("## Clients that were run against it", 1)[1]
    rows = re.findall(r"^\| `([^`]+)`[^|]*\| ([\d.]+) \|", text.split("\n## ", 1)[0], re.MULTILINE)
    assert rows == [(client.package, client.version) for client in CLIENTS]


def test_every_client_is_locked() -> None:
    """A lock with hashes or sums lies beside each program."""
    locks = {"requirements.txt", "package-lock.json", "go.sum", "pom.xml", "Cargo.toml"}
    for client in CLIENTS:
        assert locks & {path.name for path in client.path.iterdir()}, client.folder
