"""Plans and states that several tests read; each is made once."""

from typing import Any

import pytest

from tests.deploy.configuration import BASIC, Configuration


@pytest.fixture(scope="session", name="configuration")
def _configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return Configuration.copy(tmp_path_factory.mktemp("deploy"))


@pytest.fixture(scope="session", name="plan")
def _plan(configuration: Configuration) -> dict[str, Any]:
    return configuration.plan(BASIC)
