"""Clients that are read from a clone of their repository, at the commit of their `source.toml`, or are skipped."""

import pathlib
import shutil
import subprocess

import pytest

from dev.children import ROOT
from tests.clients import run
from tests.clients.catalog import CLIENTS, Client
from tests.clients.checkouts import NoCheckoutError, Source

IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@localhost", "-c", "init.defaultBranch=main")
FROM_CHECKOUTS = [client for client in CLIENTS if client.source]


def _git(folder: pathlib.Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *IDENTITY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkouts(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with a work tree of `owner/theirs`, whose tip is a commit further than the pin, and is changed since."""
    work = tmp_path / "checkouts" / "theirs"
    (work / "inside").mkdir(parents=True)
    (work / "inside" / "program.py").write_text("pinned")
    (work / "outside.py").write_text("pinned")
    _git(work, "init", "-q")
    _git(work, "add", ".")
    _git(work, "commit", "-qm", "One")
    (work / "inside" / "program.py").write_text("newer")
    _git(work, "commit", "-qam", "Two")
    (work / "inside" / "program.py").write_text("changed")
    return work.parent


@pytest.fixture
def source(checkouts: pathlib.Path) -> Source:
    """What is pinned to the first commit."""
    return Source("owner/theirs", _git(checkouts / "theirs", "rev-parse", "HEAD~"), ("inside",))


def _refusal(source: Source, checkouts: pathlib.Path | None) -> str:
    with pytest.raises(NoCheckoutError) as caught:
        source.find(checkouts)
    return str(caught.value)


def test_the_pinned_commit_is_read_and_nothing_else(
    source: Source, checkouts: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Neither the tip nor the work tree counts, and what is not named stays away."""
    source.extract(source.find(checkouts), tmp_path / "into")
    files = [path for path in (tmp_path / "into").rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path / "into").as_posix() for path in files] == ["inside/program.py"]
    assert files[0].read_text() == "pinned"


def test_a_bare_repository_behind_a_link_is_read(
    source: Source, checkouts: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """A mirror without a work tree, under another name."""
    _git(tmp_path, "clone", "-q", "--bare", str(checkouts / "theirs"), "mirror+theirs")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "theirs").symlink_to(tmp_path / "mirror+theirs")
    source.extract(source.find(tmp_path / "links"), tmp_path / "into")
    assert (tmp_path / "into" / "inside" / "program.py").read_text() == "pinned"


def test_a_variable_of_the_caller_names_no_other_repository(
    source: Source, checkouts: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR is set inside hooks, and by people."""
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    assert source.find(checkouts) == checkouts / "theirs"


def test_without_a_folder_it_says_what_to_do(source: Source) -> None:
    """The repository, the commit, and both steps."""
    assert _refusal(source, None) == (
        f"no checkout of owner/theirs at {source.abbreviated}: "
        "git clone it into a folder, and say make clients CHECKOUTS=/that/folder"
    )


def test_a_clone_that_is_missing(source: Source, tmp_path: pathlib.Path) -> None:
    """The folder is there, the clone is not."""
    expected = f"no checkout of owner/theirs at {source.abbreviated} in {tmp_path}: git clone it there"
    assert _refusal(source, tmp_path) == expected


def test_a_folder_that_is_no_repository(source: Source, checkouts: pathlib.Path) -> None:
    """An unpacked archive, even where another repository lies around it."""
    shutil.rmtree(checkouts / "theirs" / ".git")
    _git(checkouts, "init", "-q")
    assert "is no git repository" in _refusal(source, checkouts)


def test_a_clone_without_the_commit(source: Source, checkouts: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """A shallow clone, or one that is older than the pin."""
    _git(tmp_path, "clone", "-q", "--depth=1", f"file://{checkouts}/theirs", "shallow/theirs")
    message = _refusal(source, tmp_path / "shallow")
    assert message == f"{tmp_path}/shallow/theirs has no commit {source.commit} of owner/theirs: git fetch it there"


def test_a_path_that_the_commit_lacks_is_an_error(
    source: Source, checkouts: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """It is not taken for a client with nothing to show."""
    wrong = Source(source.repository, source.commit, ("elsewhere",))
    with pytest.raises(subprocess.CalledProcessError):
        wrong.extract(wrong.find(checkouts), tmp_path / "into")


def test_pins_name_whole_commits() -> None:
    """An abbreviation may mean another commit one day."""
    assert len(FROM_CHECKOUTS) == 2
    for client in FROM_CHECKOUTS:
        assert client.source
        assert len(bytes.fromhex(client.source.commit)) == 20


@pytest.mark.parametrize("client", FROM_CHECKOUTS, ids=lambda client: client.folder)
def test_a_client_without_checkout_is_skipped_and_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run says so, starts nothing, and is no failure."""
    monkeypatch.setattr(shutil, "which", lambda program: program)
    assert client.source
    assert run.main([client.folder]) == 0
    said, counted = capsys.readouterr().out.splitlines()
    pin = f"{client.source.repository} at {client.source.abbreviated}"
    assert said.startswith(f"{client.title}: skipped, no checkout of {pin}: git clone")
    assert counted == "0 of 1 clients are fine, 1 skipped."


def test_a_machine_without_a_program_is_told_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs come first: without git a clone is of no use."""
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "git" else program)
    assert run.main(["js_genai_suite"]) == 0
    assert ": skipped, this machine has no git\n" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["js_genai_suite", "--checkouts", "/does/not/exist"], ["no_such_client"]])
def test_mistakes_of_the_command_line_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped folder or name would else look like a run in which all is well."""
    with pytest.raises(SystemExit) as caught:
        run.main(wrong)
    assert caught.value.code == 2
    assert wrong[-1] in capsys.readouterr().err


def test_make_passes_the_folder_on() -> None:
    """`make clients CHECKOUTS=…` asks for clones in that folder."""
    command = [
        "make",
        "--no-print-directory",
        "-n",
        "-o",
        ".venv/.ready",
        "clients",
        "CHECKOUTS=/a folder",
        "CLIENTS=go",
    ]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert printed.splitlines()[-1].endswith(' -m tests.clients.run --checkouts "/a folder" go')
