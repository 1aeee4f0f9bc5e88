"""The pipeline: its file against Cloud Build's rules, and its steps run here in every order of failure."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev.processes import google
from tests.deploy.cloud_build import Build, bare_environment
from tests.deploy.configuration import BASIC, KEY, PROJECT, ROOT, Configuration
from tests.support import warm_function

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

GCLOUD = """#!/bin/sh
echo "gcloud $*" >> "$CALLS"
case "$*" in
  "run services list"*) printf '%s\\n' "$SERVES" ;;
esac
"""
MAKE = """#!/bin/sh
echo "make $*" >> "$CALLS"
case "$1" in
  test) exit "${TESTS:-0}" ;;
  doctor) exit "${DOCTOR:-0}" ;;
esac
"""
PYTHON3 = """#!/bin/sh
echo "python3 $*" >> "$CALLS"
"""
SUBSTITUTIONS = {
    "_BUILDS_BUCKET": "builds", "_DEPLOY_ACCOUNT": f"livetoken-deploy@{PROJECT}.iam.gserviceaccount.com", "_KEY_SECRET": "key",
    "_REGION": "europe-west1", "_STATE_BUCKET": "state", "PROJECT_ID": PROJECT, "BUILD_ID": "build-1",
}  # fmt: skip


@pytest.fixture(name="document")
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
    return document


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Path:
    """A checkout as Cloud Build sees it, with the owner's variables; the state stays here instead of in a bucket."""
    workspace = Configuration.copy(tmp_path / "workspace").folder.parent
    (workspace / "cloudbuild.yaml").write_bytes((ROOT / "cloudbuild.yaml").read_bytes())
    (workspace / "terraform/examples/root/backend.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    (workspace / "cloudbuild.yaml").write_text(
        re.sub(r"TF_CLI_ARGS_init=.*", "TF_CLI_ARGS_init=-input=false", (workspace / "cloudbuild.yaml").read_text())
    )
    (workspace / "terraform/terraform.tfvars").write_text(
        'allowed_origins = ["https://shop.example"]\nsettle_seconds = 0\nname = "ignored"\n'
    )
    provider = next(workspace.glob("terraform/.terraform/providers/*/hashicorp/google/*/*/terraform-provider-google*"))
    if provider.stat().st_size > 1_000_000:
        pytest.skip("the google provider here is the real one: applying would reach for Google")
    return workspace


def build(workspace: Path, serves: str = "livetoken-00001-abc", **environment: str) -> tuple[Build, bool, list[str]]:
    """Run the build in `workspace` with a fake gcloud and make; return it, whether it succeeded, and their calls."""
    programs, calls = workspace.parent / "programs", workspace.parent / "calls"
    programs.mkdir(exist_ok=True)
    calls.write_text("")
    for name, script in (("gcloud", GCLOUD), ("make", MAKE), ("python3", PYTHON3)):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    run = Build(
        workspace,
        {**SUBSTITUTIONS, **{name: environment.pop(name) for name in list(environment) if name.startswith("_")}},
        {"GEMINI_API_KEY": KEY},
        {**bare_environment(programs), "CALLS": str(calls), "SERVES": serves, "SMOKE_PAUSE": "0", **environment},
    )
    succeeded = run.run()
    return run, succeeded, calls.read_text().splitlines()


def state(workspace: Path) -> list[dict[str, Any]]:
    """Return the resources in the state; none when nothing was applied."""
    file = workspace / "terraform" / "terraform.tfstate"
    return json.loads(file.read_text())["resources"] if file.exists() else []


def test_a_good_build_applies_what_it_planned_and_proves_it(workspace: Path) -> None:
    """Test, plan, apply, smoke, in this order; the traffic stays on the new revision, and the artefacts hold no key."""
    run, succeeded, calls = build(workspace)
    assert succeeded, run.printed
    assert list(run.ran.items()) == [(step, 0) for step in ("test", "plan", "remember", "apply", "smoke", "rollback")]
    (function,) = [r for r in state(workspace) if r["type"] == "google_cloudfunctions2_function"]
    assert function["instances"][0]["attributes"]["location"] == "europe-west1"
    assert function["instances"][0]["attributes"]["name"] == "livetoken"
    doctor = json.loads((workspace / "build/outputs.json").read_text())["doctor"]["value"]
    assert [call for call in calls if call.startswith("make")][1:] == [doctor]
    assert [call for call in calls if "update-traffic" in call] == []
    assert "google_cloudfunctions2_function.main will be created" in run.printed["plan"]
    artefacts = {path.name: path.read_bytes() for path in (workspace / "build").iterdir()}
    assert {"tfplan", "plan.txt", "plan.json", "outputs.json", "previous-revision", "smoke"} <= set(artefacts)
    assert not [name for name, content in artefacts.items() if KEY.encode() in content]
    assert KEY not in "".join(run.printed.values())


def test_a_bad_test_stops_before_the_plan(workspace: Path) -> None:
    """When a test fails, nothing is planned, and Google is not spoken to."""
    run, succeeded, calls = build(workspace, TESTS="1")
    assert not succeeded
    assert list(run.ran) == ["test"]
    assert [call for call in calls if call.startswith("gcloud")] == []
    assert state(workspace) == []


@pytest.mark.parametrize("fault", ['allowed_origins = ["*"]\n', None], ids=["a wrong variable", "no variables"])
def test_a_bad_plan_stops_before_the_apply(workspace: Path, fault: str | None) -> None:
    """When the plan fails, nothing is applied."""
    variables = workspace / "terraform/terraform.tfvars"
    variables.unlink() if fault is None else variables.write_text(fault)
    run, succeeded, _ = build(workspace)
    assert not succeeded
    assert list(run.ran) == ["test", "plan"]
    assert ("allowed_origins must" if fault else "There is no terraform/terraform.tfvars") in " ".join(
        run.printed["plan"].split()
    )
    assert state(workspace) == []


def test_a_bad_smoke_test_rolls_back(workspace: Path) -> None:
    """When the doctor finds the new revision wrong three times, the one before serves again and the build fails."""
    run, succeeded, calls = build(workspace, DOCTOR="1", serves="livetoken-00007-xyz")
    assert not succeeded
    assert run.ran["smoke"] == run.ran["rollback"] == 1
    assert len([call for call in calls if call.startswith("make doctor")]) == 3
    rollback = "gcloud run services update-traffic livetoken --project=my-project --region=europe-west1 --to-revisions=livetoken-00007-xyz=100 --quiet"
    assert [call for call in calls if "update-traffic" in call] == [rollback]
    assert any(call.startswith("gcloud storage cp build/") and call.endswith("gs://builds/build-1/") for call in calls)


def roll_back(folder: Path, smoke: str | None, serves: str) -> tuple[int, str, list[str]]:
    """Run rollback.sh alone after a smoke step that left `smoke`; return its exit status, words and calls."""
    for name in ("terraform/pipeline", "build", "programs"):
        (folder / name).mkdir(parents=True)
    (folder / "terraform/pipeline/rollback.sh").write_bytes((ROOT / "terraform/pipeline/rollback.sh").read_bytes())
    (folder / "programs/gcloud").write_text(GCLOUD)
    (folder / "programs/gcloud").chmod(0o755)
    (folder / "build/previous-revision").write_text(f"{serves}\n")
    if smoke is not None:
        (folder / "build/smoke").write_text(f"{smoke}\n")
    calls = folder / "calls"
    calls.touch()
    own = {
        "APPLY": "true",
        "BUILDS": "gs://b/1",
        "NAME": "livetoken",
        "PROJECT_ID": PROJECT,
        "REGION": "europe-west1",
        "CALLS": str(calls),
    }
    done = subprocess.run(
        ["sh", "terraform/pipeline/rollback.sh"], cwd=folder, env={**bare_environment(folder / "programs"), **own},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, [call for call in calls.read_text().splitlines() if "update-traffic" in call]


@pytest.mark.parametrize(
    ("smoke", "serves", "status", "rolls_back"),
    [
        ("passed", "livetoken-1", 0, False),
        ("failed", "livetoken-1", 1, True),
        (None, "livetoken-1", 1, True),
        ("failed", "", 1, False),
    ],
    ids=["passed", "failed", "died before it could say", "first deploy"],
)
def test_what_is_rolled_back(tmp_path: Path, smoke: str | None, serves: str, status: int, *, rolls_back: bool) -> None:
    """Whatever is not proven passed goes back to the revision before, where there is one, and the build fails."""
    ended, said, calls = roll_back(tmp_path, smoke, serves)
    assert ended == status, said
    assert bool(calls) == rolls_back
    assert serves or "no revision before this one" in said


def test_a_paused_function_only_has_to_be_there(workspace: Path) -> None:
    """Pulling the kill switch through the pipeline is not rolled back for minting nothing."""
    with (workspace / "terraform/terraform.tfvars").open("a") as variables:
        variables.write('paused = "Back at noon."\n')
    run, succeeded, calls = build(workspace)
    assert succeeded, run.printed
    asked = [call for call in calls if call.startswith("python3")]
    assert len(asked) == 1
    assert json.loads((workspace / "build/outputs.json").read_text())["url"]["value"] in asked[0]
    assert not [call for call in calls if call.startswith("make doctor") or "update-traffic" in call]


def test_a_pull_request_only_plans(workspace: Path) -> None:
    """With `_APPLY` other than true, the plan is printed and kept, and nothing is changed."""
    run, succeeded, calls = build(workspace, _APPLY="false")
    assert succeeded
    assert (workspace / "build/plan.txt").exists()
    assert "Planned only" in run.printed["apply"]
    assert state(workspace) == []
    assert [call for call in calls if call.startswith("gcloud")] == []


def test_the_file_is_what_cloud_build_takes() -> None:
    """Cloud Build's own schema has nothing against the file."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.cloudbuild",
        str(ROOT / "cloudbuild.yaml"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_substitution_is_declared_used_and_well_named(document: dict[str, Any]) -> None:
    """Cloud Build refuses a substitution that is not used, or not named _LIKE_THIS; terraform/bootstrap sets the rest."""
    text = re.sub(r"(?m)#.*$", "", (ROOT / "cloudbuild.yaml").read_text())
    used = set(re.findall(r"\$\{(_[A-Z0-9_]+)\}", text))
    assert used == set(document["substitutions"])
    trigger = (ROOT / "terraform/bootstrap/trigger.tf").read_text()
    assert set(re.findall(r"^    (_[A-Z_]+) +=", trigger, re.MULTILINE)) == used
    assert not re.search(r"\$[A-Za-z]", text), "a shell's variable would have to be escaped; write ${…}"


def test_steps_follow_each_other(document: dict[str, Any]) -> None:
    """Each step waits for exactly the one before it, or Cloud Build would start it at once."""
    ids = [step["id"] for step in document["steps"]]
    assert [step.get("waitFor") for step in document["steps"]] == [None, *[[before] for before in ids[:-1]]]
    assert ids == ["test", "plan", "remember", "apply", "smoke", "rollback"]


def test_images_are_pinned(document: dict[str, Any]) -> None:
    """Each step's image has an exact version or a digest."""
    for step in document["steps"]:
        assert re.search(r":\d+\.\d+\.\d+(-[a-z0-9]+)*$|@sha256:[0-9a-f]{64}$", step["name"]), step["name"]


def test_the_key_reaches_only_the_steps_that_need_it(document: dict[str, Any]) -> None:
    """Tests, which run code of dependencies, never see the key; nor do steps that only call gcloud."""
    assert {step["id"] for step in document["steps"] if step.get("secretEnv")} == {"plan", "apply"}
    (secret,) = document["availableSecrets"]["secretManager"]
    assert secret["env"] == "GEMINI_API_KEY"


def test_the_build_runs_as_its_own_account_and_keeps_what_it_made(document: dict[str, Any]) -> None:
    """An account of one's own, its logs where such an account may write them, and artefacts in a bucket."""
    assert document["serviceAccount"] == "projects/${PROJECT_ID}/serviceAccounts/${_DEPLOY_ACCOUNT}"
    assert document["options"]["logging"] == "CLOUD_LOGGING_ONLY"
    assert document["artifacts"]["objects"]["paths"] == ["build/*"]


def test_scripts_run_in_the_smallest_shell() -> None:
    """The steps' images share nothing but a POSIX shell, so the scripts use no more."""
    scripts = sorted((ROOT / "terraform/pipeline").glob("*.sh"))
    assert len(scripts) == 6
    for script in scripts:
        assert script.read_text().startswith("#!/bin/sh\n"), script
        assert "\nset -eu\n" in script.read_text(), script
        subprocess.run(["sh", "-n", str(script)], check=True)
    assert BASIC["project_id"] == PROJECT


@pytest.mark.parametrize(
    ("allowed", "verdict"), [("https://shop.example", "passed"), ("https://other.example", "failed")]
)
def test_the_doctor_itself_decides(tmp_path: Path, allowed: str, verdict: str) -> None:
    """The smoke step asks the real doctor: a function that mints for the site passes, one that refuses it fails."""
    for name in ("terraform/pipeline", "build", "programs"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "terraform/pipeline/smoke.sh").write_bytes((ROOT / "terraform/pipeline/smoke.sh").read_bytes())
    # what the Makefile's target does, with this Python and from this checkout
    make = f'#!/bin/sh\nshift\nexport "$@"\ncd {ROOT}\nexec {sys.executable} -m doctor "$URL" --origin "$ORIGIN"\n'
    (tmp_path / "programs/make").write_text(make)
    (tmp_path / "programs/make").chmod(0o755)
    with google() as cloud, warm_function(cloud, [allowed]) as deployed:
        (tmp_path / "build/mints").write_text("true")
        (tmp_path / "build/doctor").write_text(f"make doctor URL={deployed.url} ORIGIN=https://shop.example")
        done = subprocess.run(
            ["sh", "terraform/pipeline/smoke.sh"], cwd=tmp_path, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**bare_environment(tmp_path / "programs"), "APPLY": "true", "SMOKE_PAUSE": "0"},
        )  # fmt: skip
    assert (tmp_path / "build/smoke").read_text() == f"{verdict}\n", done.stdout
    assert (done.returncode == 0) == (verdict == "passed")
