"""The function and Terraform accept the same values: tests/settings/settings.json is the one table of both."""

import json
import re
import shutil
import subprocess
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from livetoken.settings.environment import TABLE, Settings, SettingsError
from tests.deploy.configuration import BASIC, ROOT, Configuration, planned

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "settings" / "settings.json").read_text())
GOOD = [(row["setting"], value) for row in ROWS for value in row["good"]]
BAD = [(row["setting"], value) for row in ROWS for value in (*row["bad"], *row.get("bad_text", []))]
DEFAULTS = {setting.name: setting.default for setting in TABLE}
NUMBERS = ("new_session_seconds", "token_seconds", "trusted_hops")
REQUIRED = {"ALLOWED_ORIGINS": "https://a.example", "GEMINI_API_KEY_SECRET": "projects/p/secrets/s/versions/1"}


def settings(setting: str, value: str) -> Settings:
    """Read the settings with one of them set to `value`."""
    required = {
        name: text for name, text in REQUIRED.items() if (setting, name) != ("GEMINI_API_KEY", "GEMINI_API_KEY_SECRET")
    }
    return Settings.from_environment({**required, setting: value})


@pytest.mark.parametrize(("setting", "value"), GOOD)
def test_the_function_accepts_a_good_value(setting: str, value: str) -> None:
    """A value that the table calls good starts the function."""
    settings(setting, value)


@pytest.mark.parametrize(("setting", "value"), BAD)
def test_the_function_refuses_a_bad_value(setting: str, value: str) -> None:
    """A value that the table calls bad stops the function, with a sentence that names its setting."""
    with pytest.raises(SettingsError, match=setting):
        settings(setting, value)


def variable(row: dict[str, Any], value: str) -> Any:
    """Return `value` as Terraform's variable takes it: a list of origins, or the text itself."""
    return value.split(",") if row["setting"] == "ALLOWED_ORIGINS" else value


def refused(rules: Configuration, values: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a plan with `values` complains about, each with what it says."""
    complaints = rules.complaints(values)
    named = re.compile("|".join(rf"\b{name}\b" for name in values))
    return (
        {(named.search(complaint) or [complaint])[0]: complaint for complaint in complaints.split("\n\n")}
        if complaints
        else {}
    )


def test_terraform_accepts_every_good_value(rules: Configuration) -> None:
    """Values that the table calls good pass Terraform's validation, planned a column at a time."""
    for column in zip_longest(*[[(row["variable"], variable(row, value)) for value in row["good"]] for row in ROWS]):
        assert refused(rules, dict(filter(None, column))) == {}


def test_terraform_refuses_every_bad_value(rules: Configuration) -> None:
    """Values that the table calls bad fail Terraform's validation, each with the variable's own sentence."""
    for column in zip_longest(*[[(row["variable"], variable(row, value)) for value in row["bad"]] for row in ROWS]):
        values = dict(filter(None, column))
        # a value of the wrong type hides all other complaints, and so does a bad token_seconds the one about its sibling
        apart = {
            name: value for name, value in values.items() if name in NUMBERS and not re.fullmatch(r"-?[0-9.]+", value)
        }
        apart |= {name: value for name, value in values.items() if name == "new_session_seconds"}
        groups = [{name: value} for name, value in apart.items()]
        for some in [*groups, {name: value for name, value in values.items() if name not in apart}]:
            assert set(refused(rules, some)) == set(some), some


def test_every_setting_is_in_the_table_and_has_a_variable() -> None:
    """Each setting of the function has rows here and a variable of its lower-case name in Terraform, and no more."""
    variables = {
        line.split('"')[1]
        for line in (ROOT / "terraform" / "variables-settings.tf").read_text().splitlines()
        if line.startswith("variable ")
    }
    names = {setting.name for setting in TABLE}
    assert {row["setting"] for row in ROWS} == names - {"PROMPTS"}  # a folder: no value is good everywhere
    assert {row["variable"] for row in ROWS} == variables == {name.lower() for name in names - {"PROMPTS"}}
    assert 'variable "prompts"' in (ROOT / "terraform" / "variables.tf").read_text()
    assert all(row["good"] for row in ROWS)
    assert [row["setting"] for row in ROWS if not row["bad"]] == ["PAUSED"]


def test_the_defaults_are_the_functions_own(plan: dict[str, Any]) -> None:
    """A setting that nobody sets has the same value as where there is no Terraform."""
    environment = plan["planned_values"]["root_module"]["resources"]
    (function,) = [r["values"] for r in environment if r["type"] == "google_cloudfunctions2_function"]
    given = function["service_config"][0]["environment_variables"]
    bare = {name: given[name] for name in ("ALLOWED_ORIGINS", "GEMINI_API_KEY_SECRET")}
    assert Settings.from_environment(given) == Settings.from_environment(bare)
    assert set(given) <= {setting.name for setting in TABLE} | {"GEMINI_API_KEY_VERSION", "LOG_EXECUTION_ID", "THREADS"}


def test_every_setting_reaches_the_function(configuration: Configuration) -> None:
    """Each variable, set to something else than its default, is what the function is started with."""
    wanted = {
        row["setting"]: next(
            value for value in reversed(row["good"]) if value != DEFAULTS[row["setting"]] and "@" not in value
        )
        for row in ROWS
        if row["setting"] != "GEMINI_API_KEY"  # by way of Secret Manager
    }
    wanted["DEFAULT_PROMPT"] = "guide"  # one that is there
    variables = {row["variable"]: variable(row, wanted[row["setting"]]) for row in ROWS if row["setting"] in wanted}
    assert len(wanted) == len(TABLE) - 2  # and PROMPTS, which is the archive's
    plan = configuration.plan({**BASIC, **variables}, key=None)
    given = planned(plan)["google_cloudfunctions2_function.main"]["service_config"][0]["environment_variables"]
    assert {name: given.get(name) for name in wanted} == wanted


def test_variables_are_in_alphabetical_order_and_described() -> None:
    """A reader finds a variable by its name; each says what it is for."""
    for file in sorted((ROOT / "terraform").glob("**/variables*.tf")) + sorted(
        (ROOT / "terraform").glob("**/outputs.tf")
    ):
        if ".terraform" in file.parts:
            continue
        text = file.read_text()
        names = [line.split('"')[1] for line in text.splitlines() if line.startswith(("variable ", "output "))]
        assert names == sorted(names), file
        assert text.count("\n  description = ") == len(names), file


def test_terraform_files_are_formatted() -> None:
    """`terraform fmt` has nothing to change."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", "terraform"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert Path(ROOT / "terraform" / "function.tf").is_file()
