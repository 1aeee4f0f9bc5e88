"""The other ways to use the folder: as a module of somebody's own, as a root with a backend, and its bootstrap."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.configuration import KEY, PROJECT, ROOT, Configuration, changes, planned
from tests.deploy.grants import grants

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(600)]  # a busy machine takes its time to start providers

DEPLOY = f"serviceAccount:livetoken-deploy@{PROJECT}.iam.gserviceaccount.com"


@pytest.fixture(scope="module", name="bootstrap")
def _bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return Configuration.copy(tmp_path_factory.mktemp("once"), "terraform/bootstrap")


def test_the_module_example_deploys_and_then_rests(tmp_path: Path) -> None:
    """As a module of another configuration it ships that configuration's prompts, and its second plan is empty."""
    example = Configuration.copy(tmp_path, "terraform/examples/module")
    variables = example.folder.parents[1] / "variables.tf"
    variables.write_text(variables.read_text().replace("default     = 60\n", "default     = 0\n"))  # settle_seconds
    plan = example.plan({"project_id": PROJECT})
    values = planned(plan)
    function = values["module.livetoken.google_cloudfunctions2_function.main"]
    assert function["service_config"][0]["environment_variables"]["DEFAULT_PROMPT"] == "concierge"
    assert (function["location"], function["name"]) == ("europe-west1", "concierge")
    assert {(r["values"].get("project"), r["values"].get("location")) for r in _module(plan)} <= {
        (PROJECT, "europe-west1"),
        (PROJECT, None),
        (None, None),
    }
    example.apply()
    assert example.touched({"project_id": PROJECT}, key=None) == {}
    assert KEY not in (example.folder / "terraform.tfstate").read_text()


def _module(plan: dict[str, Any]) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = plan["planned_values"]["root_module"]["child_modules"][0]["resources"]
    return [resource for resource in resources if resource["mode"] == "managed"]


def test_the_regions_example_shares_one_key_behind_one_address(tmp_path: Path) -> None:
    """Two regions read one secret, believe the load balancer's entry, and are closed to everybody else."""
    example = Configuration.copy(tmp_path, "terraform/examples/regions")
    plan = example.plan(
        {"project_id": PROJECT, "domain": "voice.shop.example", "allowed_origins": ["https://shop.example"]}
    )
    functions = [values for address, values in planned(plan).items() if "google_cloudfunctions2_function" in address]
    assert len(functions) == 2
    for function in functions:
        service = function["service_config"][0]
        assert service["environment_variables"]["GEMINI_API_KEY_SECRET"].endswith(
            "/secrets/livetoken-us-gemini-api-key/versions/latest"
        )
        assert service["environment_variables"]["TRUSTED_HOPS"] == "2"
        assert service["ingress_settings"] == "ALLOW_INTERNAL_AND_GCLB"
    assert len([address for address in planned(plan) if "google_secret_manager_secret." in address]) == 1


def test_the_root_example_is_a_backend_and_variables_that_plan(tmp_path: Path) -> None:
    """The example's variables are valid as they stand, and its backend is the one that bootstrap's bucket is for."""
    configuration = Configuration.copy(tmp_path)
    example = ROOT / "terraform/examples/root"
    for name in ("terraform.tfvars", "versions_override.tf"):
        (configuration.folder / name).write_bytes((example / name).read_bytes())
    configuration.run("init", "-backend=false")
    configuration.run("plan", "-input=false")
    assert 'backend "gcs"' in (example / "backend.tf").read_text()
    assert not list((ROOT / "terraform").glob("backend*.tf")), "a module with a backend warns wherever it is used"


def test_terraforms_own_tests_pass(tmp_path: Path) -> None:
    """`terraform test` in terraform/ passes, without cloud and credentials."""
    configuration = Configuration.copy(tmp_path)
    printed = configuration.run("test")
    print(printed.strip().splitlines()[-1])
    assert re.search(r"Success! \d+ passed, 0 failed\.", printed)


def test_the_configuration_is_valid(configuration: Configuration, bootstrap: Configuration) -> None:
    """`terraform validate` has nothing against the deployment and the bootstrap, not even a warning."""
    for folder in (configuration, bootstrap):
        shown = folder.run("validate", "-json")
        assert json.loads(shown[shown.index("{") :])["diagnostics"] == []


def test_the_pipelines_account_reads_the_project_and_writes_only_its_own_state(bootstrap: Configuration) -> None:
    """What bootstrap grants, exactly: viewers at project level, and the two buckets and one secret that it makes."""
    plan = bootstrap.plan({"project_id": PROJECT})
    viewers = (
        "cloudfunctions.viewer",
        "iam.securityReviewer",
        "iam.serviceAccountViewer",
        "run.viewer",
        "serviceusage.serviceUsageViewer",
    )
    assert grants(plan["planned_values"]["root_module"]["resources"]) == {
        *{(DEPLOY, f"roles/{viewer}", f"project {PROJECT}") for viewer in viewers},
        (DEPLOY, "roles/logging.logWriter", f"project {PROJECT}"),
        (DEPLOY, "roles/secretmanager.secretAccessor", "secret_manager_secret livetoken-pipeline-gemini-api-key"),
        (DEPLOY, "roles/storage.objectUser", f"storage_bucket {PROJECT}-livetoken-builds"),
        (DEPLOY, "roles/storage.objectUser", f"storage_bucket {PROJECT}-livetoken-state"),
    }
    state = planned(plan)["google_storage_bucket.state"]
    assert state["versioning"] == [{"enabled": True}]
    assert state["public_access_prevention"] == "enforced"
    assert not state["force_destroy"]
    assert "google_cloudbuild_trigger.main[0]" not in planned(plan)


REPOSITORY = f"projects/{PROJECT}/locations/us-central1/connections/github/repositories/livetoken"


def test_a_connected_repository_gets_triggers(bootstrap: Configuration) -> None:
    """With a repository there is a trigger, which runs cloudbuild.yaml as the pipeline's account; applying rests after."""
    variables = {"project_id": PROJECT, "repository": REPOSITORY}
    plan = bootstrap.plan(variables)
    trigger = planned(plan)["google_cloudbuild_trigger.main[0]"]
    assert trigger["filename"] == "cloudbuild.yaml"
    assert trigger["substitutions"]["_STATE_BUCKET"] == f"{PROJECT}-livetoken-state"
    assert trigger["repository_event_config"][0]["push"] == [{"branch": "^main$", "invert_regex": None, "tag": None}]
    assert changes(plan)["google_cloudbuild_trigger.main[0]"] == ["create"]
    bootstrap.apply(key=None)
    assert bootstrap.touched(variables, key=None) == {}
    submit = bootstrap.run("output", "-raw", "submit")
    assert f"_DEPLOY_ACCOUNT={DEPLOY.removeprefix('serviceAccount:')}" in submit
    assert "_ROLLBACK=true" in submit


def test_a_pull_request_runs_as_an_account_that_can_do_nothing(bootstrap: Configuration) -> None:
    """Its own trigger and account: reads the state, writes logs; a comment and an approval come first."""
    account = f"livetoken-plan@{PROJECT}.iam.gserviceaccount.com"
    plan = bootstrap.plan({"project_id": PROJECT, "repository": REPOSITORY})
    trigger = planned(plan)["google_cloudbuild_trigger.pull_request[0]"]
    assert trigger["filename"] == "cloudbuild.pull-request.yaml"
    assert trigger["approval_config"] == [{"approval_required": True}]
    (event,) = trigger["repository_event_config"]
    assert event["push"] == []
    assert event["pull_request"] == [{"branch": "^main$", "comment_control": "COMMENTS_ENABLED", "invert_regex": None}]
    assert trigger["substitutions"]["_PLAN_ACCOUNT"] == account
    assert "_KEY_SECRET" not in trigger["substitutions"]
    (configured,) = [
        resource["expressions"]["service_account"]["references"]
        for resource in plan["configuration"]["root_module"]["resources"]
        if resource["address"] == "google_cloudbuild_trigger.pull_request"
    ]
    assert configured[0] == "google_service_account.plan[0].id"
    theirs = {grant for grant in grants(plan["planned_values"]["root_module"]["resources"]) if grant[0] != DEPLOY}
    assert theirs == {
        (f"serviceAccount:{account}", "roles/logging.logWriter", f"project {PROJECT}"),
        (f"serviceAccount:{account}", "roles/storage.objectViewer", f"storage_bucket {PROJECT}-livetoken-state"),
    }
    without = planned(bootstrap.plan({"project_id": PROJECT, "repository": REPOSITORY, "pull_requests": False}))
    assert not [address for address in without if "plan" in address or "pull_request" in address]


def test_roots_name_exact_versions_and_the_module_a_range() -> None:
    """What is applied is held to one version; the module leaves the choice to its user. No stand-in's hash is kept."""
    roots = (
        "bootstrap/versions.tf",
        "examples/module/main.tf",
        "examples/regions/main.tf",
        "examples/root/versions_override.tf",
    )
    found = {
        root: dict(
            re.findall(r'source  = "hashicorp/(\w+)"\s+version = "([^"]+)"', (ROOT / "terraform" / root).read_text())
        )
        for root in roots
    }
    assert [found["bootstrap/versions.tf"]] == [{"google": "8.0.0"}]
    assert all(found[root] == {"archive": "2.8.0", "google": "8.0.0"} for root in roots[1:])
    module = (ROOT / "terraform/versions.tf").read_text()
    assert re.findall(r'  version = "(.*)"', module) == [">= 2.4, < 3", ">= 7.42, < 9"]
    if shutil.which("git") and (ROOT / ".git").exists():
        kept = subprocess.run(
            ["git", "ls-files", "*.terraform.lock.hcl"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert kept.stdout == ""


def test_viewer_roles_cannot_be_more_than_viewers(tmp_path: Path, rules: Configuration) -> None:
    """The list of further roles takes viewers of one service only."""
    assert rules.folder.exists()  # there is a terraform
    shutil.copy2(ROOT / "terraform/bootstrap/variables.tf", tmp_path)
    folder = Configuration(tmp_path)
    for role in ("roles/editor", "roles/viewer", "roles/storage.admin"):
        assert "may only hold a service's viewer roles" in folder.complaints({"extra_viewer_roles": [role]})


@pytest.mark.policy
def test_the_policy_scan_finds_nothing_unexplained() -> None:
    """Checkov finds nothing, and each exception in the files has its reason."""
    scanner = ROOT / ".cache" / "policy"
    program = scanner / "bin" / "checkov"
    if not program.exists():
        pytest.skip("Checkov is not here: make test-policy installs it")
    command = [
        str(program),
        "--directory",
        str(ROOT / "terraform"),
        "--framework",
        "terraform",
        "--output",
        "json",
        "--download-external-modules",
        "false",
    ]
    environment = {"PATH": f"{scanner / 'bin'}:/usr/bin:/bin", "HOME": str(scanner), "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    print({name: report["summary"][name] for name in ("passed", "failed", "skipped")})
    failed = [
        (check["check_id"], check["check_name"], check["resource"]) for check in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["passed"] > 20
    for check in report["results"]["skipped_checks"]:
        assert len(check["check_result"]["suppress_comment"]) > 20, check["check_id"]
