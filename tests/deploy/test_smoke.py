"""The smoke step, and what starts the doctor: real functions, real doctor, hostile outputs."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.processes import Google, function, google
from terraform.pipeline.deployed import Deployed, OutputsError
from terraform.pipeline.protection import bound_less
from tests.deploy.cloud_build import bare_environment
from tests.deploy.configuration import ROOT
from tests.deploy.test_cloudbuild import DOCTOR, found, revision
from tests.support import warm_function

pytestmark = pytest.mark.timeout(300)

SITE = "https://shop.example"


@pytest.fixture(scope="module", name="cloud")
def _cloud() -> Iterator[Google]:
    with google() as cloud:
        yield cloud


def outputs(url: Any, *, mints: Any = True, origins: Any = (SITE,), protection: Any = None) -> dict[str, Any]:
    """Return what Terraform puts out."""
    values = {"url": url, "mints": mints, "origins": list(origins) if isinstance(origins, tuple) else origins,
              "protection": {"max_instances": 1, "settings": {}} if protection is None else protection}  # fmt: skip
    return {name: {"sensitive": False, "type": "string", "value": value} for name, value in values.items()}


def smoke(folder: Path, put_out: dict[str, Any] | None, **more: str) -> tuple[int, str, str]:
    """Run the smoke step in a checkout of its own; return exit status, build/smoke and what was printed."""
    (folder / "build").mkdir(exist_ok=True)
    shutil.copytree(ROOT / "terraform/pipeline", folder / "terraform/pipeline", dirs_exist_ok=True)
    if put_out is not None:
        (folder / "build/outputs.json").write_text(json.dumps(put_out))
    own = {"APPLY": "true", "SMOKE_PAUSE": "0", "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run(
        ["sh", "terraform/pipeline/smoke.sh"], cwd=folder, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**bare_environment(folder / "programs"), **own},
    )  # fmt: skip
    return done.returncode, (folder / "build/smoke").read_text().strip(), done.stdout


@pytest.mark.parametrize(("allowed", "verdict"), [(SITE, "passed"), ("https://other.example", "failed")])
def test_the_doctor_itself_decides(tmp_path: Path, cloud: Google, allowed: str, verdict: str) -> None:
    """The smoke step asks the real doctor: a function that mints for the site passes, one that refuses it fails."""
    with warm_function(cloud, [allowed]) as deployed:
        status, said, printed = smoke(tmp_path, outputs(deployed.url))
    assert said == verdict, printed
    assert (status == 0) == (verdict == "passed")


def test_a_function_whose_limit_is_used_up_is_alive(tmp_path: Path, cloud: Google) -> None:
    """The doctor meets a real 429 after the one token that the limit allows, and the step passes."""
    with function(cloud, [SITE], env={"LIMIT_PER_ORIGIN": "1/hour"}) as deployed:
        assert smoke(tmp_path, outputs(deployed.url))[1] == "passed"
        status, said, printed = smoke(tmp_path, outputs(deployed.url))
    assert (status, said) == (0, "passed"), printed
    assert "429 rate_limited" in printed


@pytest.mark.parametrize(
    ("report", "passes"),
    [
        (found(), True),
        (found(("mints", "429 rate_limited")), True),
        (found(("origin", "429 rate_limited"), ("health", "429, text/html")), True),
        (found(("mints", "502 upstream_error")), False),
        (found(("mints", "4290")), False),
        (found(("mints", "429 rate_limited"), ("lock", "open")), False),
        ("", False),
        ("no JSON", False),
        ("[]", False),
        ('{"checks": []}', False),
    ],
)
def test_nothing_but_a_full_limit_is_excused(tmp_path: Path, report: str, *, passes: bool) -> None:
    """Another fault, also beside a full limit, and a doctor that says nothing, do not pass."""
    (tmp_path / "doctor").mkdir()
    (tmp_path / "doctor/__init__.py").touch()
    (tmp_path / "doctor/__main__.py").write_text(DOCTOR)
    status, said, printed = smoke(tmp_path, outputs("https://a.example"), CALLS=str(tmp_path / "calls"), FOUND=report)
    assert (status == 0, said) == (passes, "passed" if passes else "failed"), printed
    assert len((tmp_path / "calls").read_text().splitlines()) == (1 if passes else 3)


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [({"PAUSED": "Back at noon."}, "passed"), ({"CALLERS": "firebase-auth:my-project"}, "passed"), ({}, "failed")],
    ids=["paused", "wants proof", "neither"],
)
def test_what_mints_for_nobody_has_to_say_so(
    tmp_path: Path, cloud: Google, settings: dict[str, str], verdict: str
) -> None:
    """Where Terraform says that no page gets a token, the function must be there and refuse, for that very reason."""
    with function(cloud, [SITE], env=settings) as deployed:
        status, said, printed = smoke(tmp_path, outputs(deployed.url, mints=False))
    assert said == verdict, printed
    assert (status == 0) == (verdict == "passed")


def test_nobody_there_is_not_alive(tmp_path: Path) -> None:
    """An address where nothing listens fails, paused or not, and so does a build without outputs."""
    assert smoke(tmp_path, outputs("http://127.0.0.1:9", mints=False))[:2] == (1, "failed")
    assert smoke(tmp_path, outputs("http://127.0.0.1:9"))[:2] == (1, "failed")
    (tmp_path / "build/outputs.json").unlink()
    assert smoke(tmp_path, None)[:2] == (1, "failed")
    assert (tmp_path / "build/rollback").read_text() == "what it was bound by is not known.\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://a.example; touch here"},
        {"url": "https://a.example$(touch here)"},
        {"url": "https://a.example/`touch here`"},
        {"url": "https://a.example' touch here '"},
        {"url": "https://a.example\nhttps://b.example"},
        {"url": "--help"},
        {"url": "file:///etc/passwd"},
        {"url": "http://a.example"},
        {"url": "https://user@a.example"},
        {"url": 7},
        {"url": None},
        {"origins": ["https://shop.example; touch here"]},
        {"origins": ["$(touch here)"]},
        {"origins": ["--speak"]},
        {"origins": []},
        {"origins": "https://shop.example"},
        {"origins": [["https://shop.example"]]},
        {"mints": "true"},
        {"protection": "all"},
    ],
    ids=str,
)
def test_outputs_that_are_something_else_start_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """What comes out of a state somebody has tampered with is refused before anything runs, and not repeated."""
    status, said, printed = smoke(tmp_path, outputs(**{"url": "https://a.example", **wrong}))
    assert (status, said) == (1, "failed")
    assert "Nothing was examined" in printed
    assert "touch" not in printed
    assert not (tmp_path / "here").exists()


def test_the_doctors_command_is_a_list_of_words() -> None:
    """Good outputs become words of a command that no shell reads."""
    deployed = Deployed.from_outputs(json.dumps(outputs("https://a.example", origins=(SITE, "https://b.example"))))
    assert deployed.doctor("python", "--json") == [
        "python", "-m", "doctor", "https://a.example", "--origin", "https://shop.example,https://b.example", "--json",
    ]  # fmt: skip
    for text in ("", "[]", "{", '{"url": 1}', "null", '{"url": {}}'):
        with pytest.raises(OutputsError, match="terraform output"):
            Deployed.from_outputs(text)


def make_doctor(folder: Path, put_out: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run what `make doctor` runs without an address, with a Terraform that prints `put_out`."""
    (folder / "programs").mkdir()
    (folder / "put_out").write_text(put_out)
    (folder / "programs/terraform").write_text(f"#!/bin/sh\ncat {folder}/put_out\nexit {status}\n")
    (folder / "programs/terraform").chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "terraform.pipeline.examine", "--json"], cwd=ROOT, check=False, text=True, capture_output=True,
        env=bare_environment(folder / "programs"),
    )  # fmt: skip


def test_make_doctor_finds_what_terraform_deployed(tmp_path: Path, cloud: Google) -> None:
    """Without an address the doctor examines what the outputs name."""
    with warm_function(cloud, [SITE]) as deployed:
        done = make_doctor(tmp_path, json.dumps(outputs(deployed.url)))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["url"], report["ok"]) == (deployed.url, True)


@pytest.mark.parametrize(("put_out", "status"), [("{}", 0), ("", 1), (json.dumps(outputs("https://a.example;id")), 0)])
def test_make_doctor_says_what_to_type_where_nothing_is_deployed(tmp_path: Path, put_out: str, status: int) -> None:
    """No outputs, no Terraform, or outputs that are something else: one sentence, and nothing is started."""
    done = make_doctor(tmp_path, put_out, status)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("say which: make doctor URL=https://your-function ORIGIN=https://your-site\n")


def bound(settings: dict[str, str] | None = None, instances: int = 1) -> dict[str, Any]:
    """Return Terraform's output for a deployment with the same settings as `revision`'s, or others."""
    env = {entry["name"]: entry["value"] for entry in revision()["spec"]["containers"][0]["env"]}
    return {"settings": {**env, **(settings or {})}, "max_instances": instances}


@pytest.mark.parametrize(
    ("before", "now", "less"),
    [
        ({}, {}, False),
        ({}, {"PAUSED": "1"}, True),
        ({"PAUSED": "Later."}, {"PAUSED": "1"}, False),
        ({"PAUSED": "1"}, {}, False),
        ({"PAUSED": "off"}, {"PAUSED": "Later."}, True),
        ({}, {"CALLERS": "firebase-auth:p"}, True),
        ({"CALLERS": "firebase-auth:p"}, {}, False),
        ({"CALLERS": "firebase-auth:p"}, {"CALLERS": "firebase-app-check:1"}, True),
        ({"ALLOWED_ORIGINS": "https://shop.example,https://b.example"}, {}, True),
        ({}, {"ALLOWED_ORIGINS": "https://shop.example, https://b.example"}, False),
        ({"ALLOWED_ORIGINS": "https://b.example"}, {}, True),
        ({"LIMIT_PER_ORIGIN": "60/minute;5000/day"}, {}, True),
        ({"LIMIT_PER_ORIGIN": "20/minute;300/day"}, {}, False),
        ({"LIMIT_PER_ORIGIN": "500/day"}, {}, True),
        ({"LIMIT_PER_ORIGIN": "10/hour"}, {"LIMIT_PER_ORIGIN": "240/day"}, False),
        ({"LIMIT_PER_ORIGIN": "10/hour"}, {"LIMIT_PER_ORIGIN": "239/day"}, True),
        ({"LIMIT_PER_ADDRESS": "10/minute"}, {}, True),
        ({}, {"LIMIT_PER_ADDRESS": "11/minute;200/day"}, False),
        ({"TOKEN_SECONDS": "1801"}, {}, True),
        ({"TOKEN_SECONDS": "600"}, {}, False),
        ({"NEW_SESSION_SECONDS": "600"}, {}, True),
        ({"TRUSTED_HOPS": "2"}, {}, True),
        ({"LIMITS_STORAGE": "redis://10.0.0.3"}, {}, True),
        ({"GEMINI_API_KEY_SECRET": "projects/p/secrets/leaked/versions/1"}, {}, True),
        ({"GEMINI_BASE_URL": "https://proxy.example"}, {}, True),
        ({"DEFAULT_PROMPT": "guide", "GEMINI_API_VERSION": "v1beta"}, {}, False),
        ({"SOMETHING_ELSE": "1", "LOG_EXECUTION_ID": "false"}, {}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_revision_that_is_bound_less_is_told(before: dict[str, str], now: dict[str, str], *, less: bool) -> None:
    """Each kind of protection: gone back to only where the revision before had as much of it."""
    assert bool(bound_less(revision(before), bound(now))) == less


def test_more_instances_are_less_protection() -> None:
    """A revision may not serve again if it could run more instances, or any number."""
    assert bound_less(revision(instances=3), bound(instances=1)) == ["It may run more instances."]
    assert bound_less(revision(instances=None), bound(instances=1)) == ["It may run more instances."]
    assert bound_less(revision(instances=1), bound(instances=3)) == []


def test_a_secret_storage_is_compared_by_the_secrets_name() -> None:
    """The address itself is in neither; another secret is another storage."""
    before = revision()
    env = before["spec"]["containers"][0]["env"]
    env[:] = [entry for entry in env if entry["name"] != "LIMITS_STORAGE"]
    env.append({"name": "LIMITS_STORAGE", "valueFrom": {"secretKeyRef": {"key": "3", "name": "limits"}}})
    assert bound_less(before, bound({"LIMITS_STORAGE": "secret limits"})) == []
    assert bound_less(before, bound()) == ["LIMITS_STORAGE was another, or allowed more."]


@pytest.mark.parametrize(
    ("base", "options"),
    [
        ("https://live.shop.example", ["--websocket", "live.shop.example"]),
        ("https://Live.Shop.example:8443/gemini", ["--websocket", "live.shop.example:8443"]),
        ("http://127.0.0.1:9090", []),
        ("https://-evil --json", []),
        ("", []),
        (None, []),
        (5, []),
    ],
)
def test_sessions_elsewhere_are_expected(base: object, options: list[str]) -> None:
    """Where `gemini_base_url` sends sessions elsewhere, the doctor is told, and nothing else becomes an option."""
    deployed = Deployed("https://f.run.app", (SITE,), mints=True, protection={"settings": {"GEMINI_BASE_URL": base}})
    assert deployed.doctor("python") == ["python", "-m", "doctor", "https://f.run.app", "--origin", SITE, *options]
    assert Deployed("https://f.run.app", (SITE,), mints=True, protection={"settings": None}).websocket == ""
