"""docs/deploy.md and the Terraform README say what is so: figures, names, roles, commands."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dev import tables
from livetoken.settings.environment import Settings
from tests.deploy.configuration import BASIC, PROJECT, ROOT, Configuration, changes
from tests.deploy.grants import grants
from tests.deploy.test_ceiling import token, worst_month
from tests.deploy.test_modules import REPOSITORY
from tests.deploy.test_options import DEPLOY, EVERYTHING

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

PLAN = DEPLOY.replace("-deploy@", "-plan@")
GUIDE = (ROOT / "docs/deploy.md").read_text()
PLAIN = GUIDE.replace("\N{NO-BREAK SPACE}", " ")
DECLARED = re.compile(r'(?m)^(?:variable|output) "(\w+)"')


def blocks(language: str) -> list[str]:
    """Return the guide's fenced blocks of a language, without their indentation."""
    found = re.findall(rf"(?ms)^( *)```{language}\n(.*?)^ *```", GUIDE)
    return [re.sub(rf"(?m)^{indent}", "", text) for indent, text in found]


def test_every_command_is_one_that_a_shell_can_read() -> None:
    """Each block of commands parses, so nothing is lost between lines."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not on PATH")
    commands = blocks("sh")
    assert len(commands) > 12
    for command in commands:
        done = subprocess.run([bash, "-n"], input=command, text=True, capture_output=True, check=False)
        assert done.returncode == 0, command + done.stderr


def test_every_file_that_is_linked_exists() -> None:
    """Relative links lead somewhere, in the guide and in the READMEs beside the configuration."""
    for page in (ROOT / "docs/deploy.md", *(ROOT / "terraform").rglob("README.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_section_that_is_linked_exists() -> None:
    """Links within the guide, and to it, name headings that are there."""
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"(?m)^#+ (.*)$", GUIDE)
    }
    named = set(re.findall(r"\]\(#([^)]+)\)", GUIDE))
    for page in (ROOT / "terraform").rglob("README.md"):
        named |= set(re.findall(r"docs/deploy\.md#([^)]+)", page.read_text()))
    assert named <= anchors, named - anchors


def test_the_worked_figures_are_right() -> None:
    """The worst months that the guide works out are those that Terraform would print."""
    for variables in ({"limit_per_origin": "20/minute;300/day", "token_seconds": 600}, {}):
        figure = f"{worst_month({**BASIC, **variables}):,.2f}".replace(",", " ")
        assert f"**{figure}**" in PLAIN, figure
    example = (ROOT / "terraform/examples/root/terraform.tfvars").read_text()
    assert '"20/minute;300/day"' in example
    assert re.search(r"token_seconds += 600", example)


def test_a_million_tokens_cost_what_the_guide_says() -> None:
    """The worked month adds up from the free tiers and prices that the guide names."""
    requests = (3_000_000 - 2_000_000) / 1e6 * 0.40
    compute = (500_000 - 180_000) * 0.000024
    assert (
        f"| 1 000 000 tokens | {requests + compute:.2f} | 0.12 | {1_000_000 * token({'token_seconds': 180}):,.0f} |".replace(
            ",", " "
        )
        in PLAIN
    )


def test_the_guide_expects_the_number_of_resources_that_there_are(configuration: Configuration) -> None:
    """`Plan: N to add` in the guide is what a first plan says."""
    made = len(changes(configuration.plan({name: value for name, value in BASIC.items() if name != "settle_seconds"})))
    assert f"`Plan: {made} to add, 0 to change, 0 to destroy.`" in GUIDE


def test_the_readmes_tables_are_the_variables_and_outputs() -> None:
    """Name, default and first sentence of each, as the files declare them: `make tables` writes them."""
    readme = (ROOT / "terraform/README.md").read_text()
    assert tables.terraform_readme(readme) == readme, "make tables"
    assert [one.name for one in tables.declared(ROOT / "terraform/variables.tf") if one.default is None] == [
        "project_id"
    ]
    assert not [
        one
        for name in ("variables.tf", "outputs.tf")
        for one in tables.declared(ROOT / "terraform" / name)
        if not one.description
    ]
    assert "| `token_seconds` | `1800` |" in readme
    settings = (ROOT / "README.md").read_text()
    assert tables.readme(settings) == settings, "make tables"
    for heading in ("Options", "Outputs"):
        with pytest.raises(ValueError, match=heading):
            tables.terraform_readme(readme.replace(f"## {heading}\n", "## Another\n"))


def test_every_variable_that_the_guide_sets_exists() -> None:
    """`-var name=`, `name = value` and outputs asked for by name are declared where the command runs."""
    declared = {
        name
        for file in (ROOT / "terraform").rglob("*.tf")
        if ".terraform" not in file.parts
        for name in DECLARED.findall(file.read_text())
    }
    used = (
        set(re.findall(r'-var "?(\w+)=', GUIDE))
        | set(re.findall(r"`(\w+) = ", GUIDE))
        | set(re.findall(r"output -raw (\w+)", GUIDE))
    )
    assert len(used) > 8
    assert used <= declared, used - declared


def test_the_pipelines_roles_are_listed_exactly(configuration: Configuration, tmp_path: Path) -> None:
    """The guide's table of roles names those that bootstrap and `deploy_account` give, no more and no fewer."""

    def listed(start: str, end: str) -> set[str]:
        section = GUIDE[GUIDE.index(start) : GUIDE.index(end)]
        rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
        return {f"roles/{role}" for row in rows for role in re.findall(r"`([a-zA-Z.]+)`", row)}

    once = Configuration.copy(tmp_path, "terraform/bootstrap").plan({"project_id": PROJECT, "repository": REPOSITORY})
    resources: list[dict[str, Any]] = once["planned_values"]["root_module"]["resources"]
    resources += configuration.plan(EVERYTHING)["planned_values"]["root_module"]["resources"]
    roles = {member: {role for other, role, _ in grants(resources) if other == member} for member in (DEPLOY, PLAN)}
    assert listed("What the pipeline's account may do", "So it ships code") == roles[DEPLOY]
    assert listed("### Pull requests", "It has no key, no secret") == roles[PLAN]


def test_the_settings_of_the_plain_commands_start_the_function() -> None:
    """What the guide passes to gcloud without Terraform are settings that the function accepts."""
    given = re.findall(r'--set-env-vars="\^\|\^([^"]+)"', GUIDE)
    assert len(given) == 2
    for line in given:
        settings = dict(pair.split("=", 1) for pair in line.replace("$PROJECT", PROJECT).split("|"))
        assert Settings.from_environment(settings).allowed_origins == ("https://shop.example",)
