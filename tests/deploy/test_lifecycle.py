"""One deployment's life: made, left alone, changed in each way that matters, taken down."""

import base64
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.configuration import BASIC, KEY, Configuration, changes, planned

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(600)]  # a busy machine takes its time to start providers

FUNCTION = "google_cloudfunctions2_function.main"
VERSION = "google_secret_manager_secret_version.main[0]"
OBJECT = "google_storage_bucket_object.source"
NOT_DEPLOYED = (
    ".env", "README.md", "key.json", "livetoken/.hidden.py", "livetoken/__pycache__/settings.pyc", "livetoken/notes.txt", "dev/tool.py",
    "prompts/.draft.md", "prompts/Notes.md", "prompts/README.txt", "prompts/old/voice.md", "prompts/knowledge/Notes.md", "prompts/knowledge/.draft.md",
    "prompts/knowledge/old/hours.md", "prompts/knowledge/prices.csv", "examples/index.html", "terraform/notes.md", "tests/test_new.py",
)  # fmt: skip


@pytest.fixture(scope="module", name="deployed")
def _deployed(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """A deployment as `terraform apply` leaves it in an empty project; read by tests, changed by none."""
    configuration = Configuration.copy(tmp_path_factory.mktemp("life"))
    configuration.save()
    configuration.apply()
    return configuration


@pytest.fixture(name="life")
def _life(deployed: Configuration, tmp_path: Path) -> Configuration:
    """A copy of the deployment for one test to change."""
    shutil.copytree(deployed.folder.parent, tmp_path / "life", symlinks=True)
    return Configuration(tmp_path / "life" / "terraform")


def test_the_second_plan_is_empty(life: Configuration) -> None:
    """Planning again right after an apply finds nothing to do, with the key and without it."""
    assert life.touched() == {}
    assert life.touched(key=None) == {}


def test_raising_the_version_rotates_the_key_and_rolls_the_function(life: Configuration) -> None:
    """Key version + 1 makes the new version before it destroys the old one and rolls the function; nothing else.

    And the key is in no plan, state, archive or other file that Terraform writes, in no common encoding.
    """
    rotated = {**BASIC, "gemini_api_key_version": 2}
    plan = life.plan(rotated)
    assert changes(plan) == {VERSION: ["create", "delete"], FUNCTION: ["update"]}
    settings = planned(plan)[FUNCTION]["service_config"][0]["environment_variables"]
    assert settings["GEMINI_API_KEY_VERSION"] == "2"
    shown = life.apply() + life.run("show", "-json", "tfplan") + life.run("show", "-json")
    forms = [KEY.encode(), KEY.encode().hex().encode(), base64.b64encode(KEY.encode())[:24]]
    written = {
        path.relative_to(life.folder).as_posix(): contents(path) for path in life.folder.rglob("*") if is_ours(path)
    }
    assert {"tfplan", "terraform.tfstate"} <= set(written)
    assert any(name.startswith(".terraform/livetoken-") for name in written)
    for name, texts in {**written, "printed": [shown.encode()]}.items():
        assert not [form for form in forms for text in texts if form in text], name
    assert life.touched(rotated, key=None) == {}


def is_ours(path: Path) -> bool:
    """Tell whether Terraform wrote `path` for this configuration; providers are not ours."""
    return path.is_file() and "providers" not in path.parts


def contents(path: Path) -> list[bytes]:
    """Return the bytes of `path`, and of every file in it when it is a zip, as plans and archives are."""
    found = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(member) for member in archive.namelist()]
    return found


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {"allowed_origins": ["https://a.example", "https://b.example"], "paused": "Back at noon."},
            {FUNCTION: ["update"]},
        ),
        ({"redis": {}, "public": False}, None),
        ({"limits_storage_secret": "projects/vault/secrets/limits/versions/3"}, None),
    ],
    ids=["settings", "redis", "a secret of one's own"],
)
def test_an_update_knows_every_setting(
    life: Configuration, variables: dict[str, Any], expected: dict[str, list[str]] | None
) -> None:
    """No update leaves a setting unknown at plan time: the provider would plan all of them away and fail to apply."""
    plan = life.plan({**BASIC, **variables})
    if expected is not None:
        assert changes(plan) == expected
    (function,) = [change["change"] for change in plan["resource_changes"] if change["address"] == FUNCTION]
    unknown = function["after_unknown"].get("service_config") or [{}]
    assert unknown[0].get("environment_variables", {}) in ({}, False), unknown
    assert function["after"]["service_config"][0]["environment_variables"]["ALLOWED_ORIGINS"]
    life.apply()
    assert life.touched({**BASIC, **variables}, key=None) == {}


def test_a_changed_prompt_redeploys(life: Configuration) -> None:
    """Another prompt is another archive under another name, and the function is told its name and generation."""
    prompt = life.folder.parent / "prompts" / "voice-assistant.md"
    prompt.write_text(prompt.read_text() + "\nOne more sentence.\n")
    plan = life.plan(key=None)
    assert changes(plan) == {OBJECT: ["delete", "create"], FUNCTION: ["update"]}
    values = planned(plan)
    source = values[FUNCTION]["build_config"][0]["source"][0]["storage_source"][0]
    assert source["object"] == values[OBJECT]["name"]
    assert "generation" not in source  # that of the object to come


def test_an_added_file_redeploys(life: Configuration) -> None:
    """A new module, prompt or file of knowledge is part of the archive without being named anywhere."""
    before = set(life.plan()["planned_values"]["outputs"]["archive"]["value"]["files"])
    for added in ("livetoken/new.py", "livetoken/deep/er.py", "prompts/new.md", "prompts/knowledge/hours.md"):
        write(life.folder.parent / added)
    plan = life.plan(key=None)
    assert set(changes(plan)) == {OBJECT, FUNCTION}
    after = set(plan["planned_values"]["outputs"]["archive"]["value"]["files"])
    assert after - before == {
        "livetoken/new.py",
        "livetoken/deep/er.py",
        "prompts/new.md",
        "prompts/knowledge/hours.md",
    }


def test_what_is_not_deployed_does_not_redeploy(life: Configuration) -> None:
    """Tests, notes and stray files change nothing, because the archive is a whitelist."""
    for added in NOT_DEPLOYED:
        write(life.folder.parent / added)
    assert life.touched(key=None) == {}


def write(path: Path) -> None:
    """Write a small file, with the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# anything\n")


def test_a_default_prompt_that_is_not_there_stops_the_plan(life: Configuration) -> None:
    """Naming a prompt file that is not shipped fails at plan time with a sentence, not at the first visitor."""
    printed = life.run("plan", "-var-file=test.tfvars.json", "-var=default_prompt=missing", check=False)
    assert "There is no prompt file missing.md" in " ".join(printed.split()).replace("│ ", "")


def test_destroy_leaves_nothing(life: Configuration) -> None:
    """A destroy needs no key and leaves no resource; only the APIs stay on, which cost nothing."""
    plan = life.plan(BASIC, "-destroy", key=None)
    gone = changes(plan)
    assert all(actions == ["delete"] for actions in gone.values())
    life.apply(key=None)
    assert json.loads((life.folder / "terraform.tfstate").read_text())["resources"] == []
    for change in plan["resource_changes"]:
        before = change["change"]["before"]
        assert before.get("deletion_policy", "DELETE") == "DELETE", change["address"]
        assert not before.get("deletion_protection"), change["address"]
        if change["type"] == "google_storage_bucket":
            assert before["force_destroy"], "a bucket with an archive in it would stay"
        if change["type"] == "google_project_service":
            assert before["disable_on_destroy"] is False
