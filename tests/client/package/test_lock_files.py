"""Lock files of npm."""

import json
import subprocess

import pytest

from tests.client.npm import ROOT

LOCKS = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*package-lock.json"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_place(lock: str) -> None:
    """Packages are pinned by version and checksum; where they come from is each machine's own matter."""
    text = (ROOT / lock).read_text()
    assert '"resolved"' not in text
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_versions_are_exact(lock: str) -> None:
    """package.json names one version of each package."""
    package = json.loads((ROOT / lock).with_name("package.json").read_text())
    wanted = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    assert {name: version for name, version in wanted.items() if not version[0].isdigit()} == {}
