"""The package as `make dist` makes it, installed into an empty project."""

import json
import pathlib
import shutil
from collections.abc import Callable

import pytest

from tests.client.npm import BUILD, CHECKS

PAGES = pathlib.Path(__file__).parent / "pages"


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """What `npm publish` would send."""
    BUILD.require()
    folder = tmp_path_factory.mktemp("tarball")
    result = BUILD.run("npm", "pack", "--json", "--pack-destination", str(folder))
    assert result.returncode == 0, result.stderr
    return folder / str(json.loads(result.stdout)[0]["filename"])


Project = Callable[..., pathlib.Path]


@pytest.fixture
def project(tarball: pathlib.Path, tmp_path: pathlib.Path) -> Project:
    """Makes a project with the tarball, with some of the pages, and with packages that the checks have."""

    def make(*pages: str, packages: tuple[str, ...] = ()) -> pathlib.Path:
        (tmp_path / "package.json").write_text(json.dumps({"type": "module", "private": True}))
        for page in (*pages, "tsconfig.json"):
            shutil.copy(PAGES / page, tmp_path)
        install = ("npm", "install", "--offline", "--no-save", "--no-audit", "--no-fund", str(tarball))
        result = BUILD.run(*install, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        for name in packages:
            CHECKS.require()
            link = tmp_path / "node_modules" / name
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(CHECKS.folder / "node_modules" / name)
        return tmp_path

    return make
