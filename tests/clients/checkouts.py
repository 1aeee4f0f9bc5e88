"""Clients that no package registry has are read from a clone of their repository, at the commit of their `source.toml`."""

import dataclasses
import io
import pathlib
import subprocess
import tomllib
import zipfile

from dev.processes import minimal_env

NAME = "source.toml"


class NoCheckoutError(Exception):
    """The message says what is missing, and what to do."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Files and folders (`paths`) of somebody else's repository (`owner/name`) as they are at one commit (40 hex digits)."""

    repository: str
    commit: str
    paths: tuple[str, ...]

    @classmethod
    def of(cls, folder: pathlib.Path) -> "Source | None":
        """What the `source.toml` of a client's folder names; None where there is none."""
        path = folder / NAME
        if not path.exists():
            return None
        named = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(named["repository"], named["commit"], tuple(named["paths"]))

    @property
    def abbreviated(self) -> str:
        """The commit, as the table and the messages show it."""
        return self.commit[:7]

    def find(self, checkouts: pathlib.Path | None) -> pathlib.Path:
        """The clone in `checkouts`: a work tree or a bare repository, or a link to one; raises NoCheckoutError."""
        wanted = f"{self.repository} at {self.abbreviated}"
        if checkouts is None:
            raise NoCheckoutError(
                f"no checkout of {wanted}: git clone it into a folder, and say make clients CHECKOUTS=/that/folder"
            )
        clone = checkouts / self.repository.rpartition("/")[2]
        if not clone.is_dir():
            raise NoCheckoutError(f"no checkout of {wanted} in {checkouts}: git clone it there")
        if _git(clone, "rev-parse", "--git-dir").returncode:
            raise NoCheckoutError(f"no checkout of {wanted}: {clone} is no git repository: git clone it there")
        if _git(clone, "cat-file", "-e", f"{self.commit}^{{commit}}").returncode:
            raise NoCheckoutError(f"{clone} has no commit {self.commit} of {self.repository}: git fetch it there")
        return clone

    def extract(self, clone: pathlib.Path, into: pathlib.Path) -> None:
        """Write the paths as the commit has them, whatever the work tree holds; raises CalledProcessError."""
        archive = _git(clone, "archive", "--format=zip", self.commit, "--", *self.paths, errors=None)
        archive.check_returncode()
        with zipfile.ZipFile(io.BytesIO(archive.stdout)) as files:
            files.extractall(into)


def _git(
    clone: pathlib.Path, *arguments: str, errors: int | None = subprocess.DEVNULL
) -> "subprocess.CompletedProcess[bytes]":
    """What git says about this repository and no other: none that lies around it, none that a variable names."""
    env = minimal_env(GIT_CEILING_DIRECTORIES=str(clone.resolve().parent))
    command = ["git", "-C", str(clone), *arguments]
    return subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=errors, check=False)
