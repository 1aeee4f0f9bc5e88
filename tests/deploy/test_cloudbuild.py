"""The pipeline: its file against Cloud Build's rules, and its steps run here in every order of failure."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.cloud_build import Build, bare_environment
from tests.deploy.configuration import BASIC, KEY, PROJECT, ROOT, Configuration

pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time to start providers

GCLOUD = """#!/bin/sh
echo "gcloud $*" >> "$CALLS"
case "$*" in
  "run services list"*) printf '%s\\n' "$SERVES" ;;
  "run revisions describe"*) cat "$REVISION" ;;
esac
"""
MAKE = """#!/bin/sh
echo "make $*" >> "$CALLS"
case "$1" in
  test) exit "${TESTS:-0}" ;;
esac
"""
# answers as the doctor does, with what the test wants it to have found
DOCTOR = """
import os, sys
with open(os.environ["CALLS"], "a") as calls:
    print("doctor", *sys.argv[1:], file=calls)
print(os.environ["FOUND"])
"""
BUILDS = ("cloudbuild.yaml", "cloudbuild.pull-request.yaml")
SUBSTITUTIONS = {
    "_BUILDS_BUCKET": "builds", "_DEPLOY_ACCOUNT": f"livetoken-deploy@{PROJECT}.iam.gserviceaccount.com", "_KEY_SECRET": "key",
    "_PLAN_ACCOUNT": f"livetoken-plan@{PROJECT}.iam.gserviceaccount.com",
    "_REGION": "europe-west1", "_STATE_BUCKET": "state", "PROJECT_ID": PROJECT, "BUILD_ID": "build-1",
}  # fmt: skip


def found(*failed: tuple[str, str]) -> str:
    """Return the doctor's report: a check that passed, and those that failed, each with what was seen."""
    checks = [{"name": "health", "ok": True, "detail": "it runs", "cause": None, "cure": None, "milliseconds": 1}]
    checks += [
        {"name": name, "ok": False, "detail": seen, "cause": "Why.", "cure": "What to do.", "milliseconds": 1}
        for name, seen in failed
    ]
    return json.dumps({"ok": not failed, "checks": checks})


def revision(settings: dict[str, str] | None = None, instances: int | None = 1) -> dict[str, Any]:
    """Return a revision as gcloud describes it, with the settings of a deployment that has only one site."""
    usual = {"ALLOWED_ORIGINS": "https://shop.example", "LIMIT_PER_ORIGIN": "60/minute;500/day", "LIMIT_PER_ADDRESS": "10/minute;200/day",
             "LIMITS_STORAGE": "memory://", "NEW_SESSION_SECONDS": "120", "TOKEN_SECONDS": "1800", "TRUSTED_HOPS": "1", "LOG_EXECUTION_ID": "true",
             "GEMINI_API_KEY_SECRET": f"projects/{PROJECT}/secrets/livetoken-gemini-api-key/versions/latest"}  # fmt: skip
    env: list[dict[str, Any]] = [
        {"name": name, "value": value} for name, value in {**usual, **(settings or {})}.items()
    ]
    annotations = {} if instances is None else {"autoscaling.knative.dev/maxScale": str(instances)}
    return {"metadata": {"annotations": annotations}, "spec": {"containers": [{"env": env}]}}


@pytest.fixture(name="document")
def _document() -> dict[str, Any]:
    return read("cloudbuild.yaml")


def read(file: str) -> dict[str, Any]:
    """Return a build file."""
    document: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    return document


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Path:
    """A checkout as Cloud Build sees it, with the owner's variables; the state stays here instead of in a bucket."""
    workspace = Configuration.copy(tmp_path / "workspace").folder.parent
    for name in BUILDS:
        (workspace / name).write_text(
            re.sub(r"TF_CLI_ARGS_init=.*", "TF_CLI_ARGS_init=-input=false", (ROOT / name).read_text())
        )
    (workspace / "terraform/examples/root/backend.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    (workspace / "terraform/terraform.tfvars").write_text(
        'allowed_origins = ["https://shop.example"]\nsettle_seconds = 0\nname = "ignored"\n'
    )
    (workspace / "doctor").mkdir()
    (workspace / "doctor/__main__.py").write_text(DOCTOR)
    provider = next(workspace.glob("terraform/.terraform/providers/*/hashicorp/google/*/*/terraform-provider-google*"))
    if provider.stat().st_size > 1_000_000:
        pytest.skip("the google provider here is the real one: applying would reach for Google")
    return workspace


def build(
    workspace: Path,
    serves: str = "livetoken-00001-abc",
    file: str = "cloudbuild.yaml",
    before: dict[str, Any] | None = None,
    **environment: str,
) -> tuple[Build, bool, list[str]]:
    """Run the build in `workspace` with a fake gcloud, make and doctor; return it, whether it succeeded, and their calls."""
    programs, calls = workspace.parent / "programs", workspace.parent / "calls"
    programs.mkdir(exist_ok=True)
    calls.write_text("")
    (workspace.parent / "revision.json").write_text(json.dumps(before or revision()))
    for name, script in (("gcloud", GCLOUD), ("make", MAKE)):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    run = Build(
        workspace,
        {**SUBSTITUTIONS, **{name: environment.pop(name) for name in list(environment) if name.startswith("_")}},
        {"GEMINI_API_KEY": KEY},
        {**bare_environment(programs), "CALLS": str(calls), "SERVES": serves, "REVISION": str(workspace.parent / "revision.json"),
         "SMOKE_PAUSE": "0", "PYTHON": sys.executable, "FOUND": found(), **environment},
        file,
    )  # fmt: skip
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
    assert list(run.ran.items()) == [
        (step, 0) for step in ("test", "check", "plan", "remember", "apply", "smoke", "rollback")
    ]
    (function,) = [r for r in state(workspace) if r["type"] == "google_cloudfunctions2_function"]
    assert function["instances"][0]["attributes"]["location"] == "europe-west1"
    assert function["instances"][0]["attributes"]["name"] == "livetoken"
    url = json.loads((workspace / "build/outputs.json").read_text())["url"]["value"]
    assert [call for call in calls if call.startswith("doctor")] == [
        f"doctor {url} --origin https://shop.example --json"
    ]
    assert [call for call in calls if "update-traffic" in call] == []
    assert "google_cloudfunctions2_function.main will be created" in run.printed["plan"]
    artefacts = {path.name: path.read_bytes() for path in (workspace / "build").iterdir()}
    # neither the plan itself, which holds the state, nor what the old revision's environment holds
    assert set(artefacts) == {"plan.txt", "outputs.json", "previous-revision", "smoke", "rollback"}
    assert artefacts["rollback"] == b"yes\n"
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
    assert list(run.ran) == ["test", "check", "plan"]
    assert ("allowed_origins must" if fault else "There is no terraform/terraform.tfvars") in " ".join(
        run.printed["plan"].split()
    )
    assert state(workspace) == []


WRONG = found(("foreign", "200, application/json"))


def test_a_bad_smoke_test_rolls_back(workspace: Path) -> None:
    """When the doctor finds the new revision wrong three times, the one before serves again and the build fails."""
    run, succeeded, calls = build(workspace, FOUND=WRONG, serves="livetoken-00007-xyz")
    assert not succeeded
    assert run.ran["smoke"] == run.ran["rollback"] == 1
    assert len([call for call in calls if call.startswith("doctor")]) == 3
    assert "foreign: Why. What to do." in run.printed["smoke"]
    rollback = "gcloud run services update-traffic livetoken --project=my-project --region=europe-west1 --to-revisions=livetoken-00007-xyz=100 --quiet"
    assert [call for call in calls if "update-traffic" in call] == [rollback]
    assert any(call.startswith("gcloud storage cp build/") and call.endswith("gs://builds/build-1/") for call in calls)


def test_a_full_limit_is_a_function_at_work(workspace: Path) -> None:
    """A 429 proves that the function is there and keeps its limits: no reason to go back."""
    run, succeeded, calls = build(workspace, FOUND=found(("mints", "429 rate_limited")))
    assert succeeded, run.printed
    assert "A limit is used up" in run.printed["smoke"]
    assert [call for call in calls if "update-traffic" in call] == []


def test_a_rollback_never_takes_protection_away(workspace: Path) -> None:
    """The revision before had higher limits: it does not serve again, and the build says what a person can do."""
    before = revision({"LIMIT_PER_ORIGIN": "60/minute;9000/day"})
    run, succeeded, calls = build(workspace, FOUND=WRONG, before=before)
    assert not succeeded
    assert [call for call in calls if "update-traffic" in call] == []
    assert "LIMIT_PER_ORIGIN was another, or allowed more." in run.printed["rollback"]
    assert "To go back all the same: gcloud run services update-traffic livetoken" in run.printed["rollback"]


def test_the_owner_can_forbid_a_rollback(workspace: Path) -> None:
    """With `_ROLLBACK` other than true the old code, which may have the hole that this build closes, stays away."""
    run, succeeded, calls = build(workspace, FOUND=WRONG, _ROLLBACK="false")
    assert not succeeded
    assert [call for call in calls if "update-traffic" in call] == []
    assert "_ROLLBACK is not true." in run.printed["rollback"]


def roll_back(folder: Path, smoke: str | None, allowed: str | None, serves: str) -> tuple[int, str, list[str]]:
    """Run rollback.sh alone after a smoke step that left `smoke` and `allowed`; return its exit status, words and calls."""
    for name in ("terraform/pipeline", "build", "programs"):
        (folder / name).mkdir(parents=True)
    (folder / "terraform/pipeline/rollback.sh").write_bytes((ROOT / "terraform/pipeline/rollback.sh").read_bytes())
    (folder / "programs/gcloud").write_text(GCLOUD)
    (folder / "programs/gcloud").chmod(0o755)
    (folder / "build/previous-revision").write_text(f"{serves}\n")
    for name, text in (("smoke", smoke), ("rollback", allowed)):
        if text is not None:
            (folder / "build" / name).write_text(f"{text}\n")
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
    ("smoke", "allowed", "serves", "status", "rolls_back"),
    [
        ("passed", "yes", "livetoken-1", 0, False),
        ("failed", "yes", "livetoken-1", 1, True),
        (None, "yes", "livetoken-1", 1, True),
        ("failed", "TOKEN_SECONDS was another, or allowed more.", "livetoken-1", 1, False),
        ("failed", None, "livetoken-1", 1, False),
        (None, None, "livetoken-1", 1, False),
        ("failed", "yes", "", 1, False),
    ],
    ids=["passed", "failed", "died before it could say", "bound less", "not known", "died at once", "first deploy"],
)
def test_what_is_rolled_back(
    tmp_path: Path, smoke: str | None, allowed: str | None, serves: str, status: int, *, rolls_back: bool
) -> None:
    """What is not proven passed goes back to a revision that is proven to be bound as much, and the build fails."""
    ended, said, calls = roll_back(tmp_path, smoke, allowed, serves)
    assert ended == status, said
    assert bool(calls) == rolls_back
    assert serves or "no revision before this one" in said


def test_without_apply_nothing_is_changed(workspace: Path) -> None:
    """With `_APPLY` other than true, the plan is printed and kept, and nothing is changed."""
    run, succeeded, calls = build(workspace, _APPLY="false")
    assert succeeded
    assert (workspace / "build/plan.txt").exists()
    assert "Planned only" in run.printed["apply"]
    assert state(workspace) == []
    assert [call for call in calls if call.startswith("gcloud")] == []


def test_a_pull_request_plans_without_key_lock_and_a_look_at_google(workspace: Path) -> None:
    """Its build needs no more than the state to read: no secret, no lock, no refresh, no artefact."""
    assert build(workspace)[1]
    before = state(workspace)
    variables = workspace / "terraform/terraform.tfvars"
    variables.write_text(variables.read_text() + "token_seconds = 600\n")
    run, succeeded, calls = build(workspace, file="cloudbuild.pull-request.yaml")
    assert succeeded, run.printed
    assert list(run.ran) == ["test", "check", "plan"]
    assert "google_cloudfunctions2_function.main will be updated" in run.printed["plan"]
    assert "Refreshing state" not in run.printed["plan"]
    assert [call for call in calls if not call.startswith(("make test", "make prompts"))] == []
    assert state(workspace) == before
    document = read("cloudbuild.pull-request.yaml")
    assert "availableSecrets" not in document
    assert "artifacts" not in document
    assert not [step["id"] for step in document["steps"] if "secretEnv" in step]
    assert document["serviceAccount"] == "projects/${PROJECT_ID}/serviceAccounts/${_PLAN_ACCOUNT}"


def test_a_lock_file_of_the_owners_is_kept_to(workspace: Path) -> None:
    """With a committed lock file, providers whose hashes are not in it are refused; without one, the log says so."""
    lock = workspace / "terraform/.terraform.lock.hcl"
    lock.unlink()
    run, succeeded, _ = build(workspace, _APPLY="false")
    assert succeeded
    assert "their hashes are not held to anything" in run.printed["plan"]
    wrong = re.sub(r'"h1:[^"]+"', f'"h1:{"A" * 43}="', lock.read_text())
    assert wrong != lock.read_text()
    lock.write_text(re.sub(r'\n *"zh:[^"]+",', "", wrong))
    shutil.rmtree(workspace / "terraform/.terraform")
    run, succeeded, _ = build(workspace, _APPLY="false")
    assert not succeeded
    assert "checksum" in run.printed["plan"]


@pytest.mark.parametrize("file", BUILDS)
def test_the_file_is_what_cloud_build_takes(file: str) -> None:
    """Cloud Build's own schema has nothing against the file."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.cloudbuild", str(ROOT / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "trigger"), list(zip(BUILDS, ("substitutions = {", '"pull_request" {'), strict=True)))
def test_every_substitution_is_declared_used_and_well_named(file: str, trigger: str) -> None:
    """Cloud Build refuses a substitution that is not used, or not named _LIKE_THIS; terraform/bootstrap sets the rest."""
    text = re.sub(r"(?m)#.*$", "", (ROOT / file).read_text())
    used = set(re.findall(r"\$\{(_[A-Z0-9_]+)\}", text))
    assert used == set(read(file)["substitutions"])
    there = (ROOT / "terraform/bootstrap/trigger.tf").read_text().partition(trigger)[2].partition("\n}\n")[0]
    assert set(re.findall(r"^    (_[A-Z_]+) +=", there, re.MULTILINE)) == used
    assert not re.search(r"\$[A-Za-z]", text), "a shell's variable would have to be escaped; write ${…}"


def test_steps_follow_each_other(document: dict[str, Any]) -> None:
    """Each step waits for exactly the one before it, or Cloud Build would start it at once."""
    ids = [step["id"] for step in document["steps"]]
    assert [step.get("waitFor") for step in document["steps"]] == [None, *[[before] for before in ids[:-1]]]
    assert ids == ["test", "check", "plan", "remember", "apply", "smoke", "rollback"]


@pytest.mark.parametrize("file", BUILDS)
def test_images_are_pinned(file: str) -> None:
    """Each step's image has an exact version or a digest."""
    for step in read(file)["steps"]:
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
    assert len(scripts) == 7
    for script in scripts:
        assert script.read_text().startswith("#!/bin/sh\n"), script
        assert "\nset -eu\n" in script.read_text(), script
        assert not re.search(r"\b(eval|sh -c)\b", script.read_text()), script
        subprocess.run(["sh", "-n", str(script)], check=True)
    assert BASIC["project_id"] == PROJECT
