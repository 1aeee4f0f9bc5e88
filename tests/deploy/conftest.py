"""Plans and states that several tests read; each is made once."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.configuration import BASIC, ROOT, Configuration

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs the whole pipeline takes as long as what applies terraform/ by itself."""
    for item in items:
        if "workspace" in getattr(item, "fixturenames", ()) and item.path.parent == HERE:
            item.add_marker(pytest.mark.terraform)


@pytest.fixture(scope="session", name="configuration")
def _configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return Configuration.copy(tmp_path_factory.mktemp("deploy"))


@pytest.fixture(scope="session", name="plan")
def _plan(configuration: Configuration) -> dict[str, Any]:
    return configuration.plan(BASIC)


@pytest.fixture(scope="session", name="rules")
def _rules(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The variables with their rules and nothing else: needs no provider."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    folder = tmp_path_factory.mktemp("rules")
    for file in (ROOT / "terraform").glob("variables*.tf"):
        shutil.copy2(file, folder)
    return Configuration(folder)
