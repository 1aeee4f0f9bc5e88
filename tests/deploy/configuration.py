"""A copy of the repository's deployable part in a folder of its own, with Terraform run on it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = ("main.py", "requirements.txt", "livetoken", "prompts")
KEY = "AQ.sentinel-key-that-must-never-be-stored"
PROJECT = "my-project"
BASIC: dict[str, Any] = {"project_id": PROJECT, "allowed_origins": ["https://shop.example"], "settle_seconds": 0}

_KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "TF_CLI_CONFIG_FILE",
    "TF_PLUGIN_CACHE_DIR",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
)


class TerraformError(Exception):
    """Terraform ended with an error; the message is what it printed."""


class Configuration:
    """Terraform on one root module; `folder` is the module, its state and plans stay in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def copy(cls, where: Path, module: str = "terraform") -> "Configuration":
        """Copy code and Terraform to `where`, initialise the root module `module` there, or skip saying why."""
        if shutil.which("terraform") is None:
            pytest.skip("terraform is not on PATH")
        copy_sources(where)
        configuration = cls(where / module)
        try:
            configuration.run("init", "-backend=false")
        except TerraformError as error:
            if "provider" not in str(error):
                raise
            reason = next((line for line in str(error).splitlines() if "Error:" in line), "terraform init failed")
            pytest.skip(
                f"Terraform's providers cannot be had ({reason.strip('│ ')}); set TF_CLI_CONFIG_FILE to a mirror of them"
            )
        return configuration

    def run(self, *arguments: str, key: str | None = None, check: bool = True, **more: str) -> str:
        """Return what `terraform ARGUMENTS` prints, both streams.

        Raises:
            TerraformError: it ended with an exit status other than 0, and `check` is set.
        """
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            "CHECKPOINT_DISABLE": "1",
            "GOOGLE_OAUTH_ACCESS_TOKEN": "not-a-token",  # no test may ever reach for somebody's project
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            **more,
        }
        if key is not None:
            environment["TF_VAR_gemini_api_key"] = key
        done = subprocess.run(
            ["terraform", arguments[0], "-no-color", *arguments[1:]] if arguments[0] != "fmt" else ["terraform", *arguments],
            cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        if check and done.returncode:
            raise TerraformError(done.stdout)
        return done.stdout

    def save(self, variables: dict[str, Any] | None = None, *flags: str, key: str | None = KEY) -> None:
        """Save a plan under `tfplan`."""
        (self.folder / "test.tfvars.json").write_text(
            json.dumps(variables if variables is not None else BASIC, indent=1)
        )
        self.run("plan", "-out=tfplan", "-var-file=test.tfvars.json", *flags, key=key)

    def plan(self, variables: dict[str, Any] | None = None, *flags: str, key: str | None = KEY) -> dict[str, Any]:
        """Save a plan under `tfplan` and return it as Terraform's JSON."""
        self.save(variables, *flags, key=key)
        shown = self.run("show", "-json", "tfplan")
        plan: dict[str, Any] = json.loads(shown[shown.index("{") :])  # warnings about its own set-up may come before
        return plan

    def complaints(self, variables: dict[str, Any]) -> str:
        """Return what Terraform says against `variables`, beside the basic ones, a paragraph each."""
        (self.folder / "test.tfvars.json").write_text(json.dumps({**BASIC, **variables}))
        printed = self.run("plan", "-json", "-var-file=test.tfvars.json", check=False)
        events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        errors = [
            event["diagnostic"] for event in events if event["type"] == "diagnostic" and event["@level"] == "error"
        ]
        return "\n\n".join(error["detail"].split("\n\n")[0].replace("\n", " ") for error in errors)

    def touched(self, variables: dict[str, Any] | None = None, key: str | None = KEY) -> dict[str, str]:
        """Return what a plan would do, by address: "create", "update", "replace" or "delete". Saves nothing."""
        (self.folder / "test.tfvars.json").write_text(
            json.dumps(variables if variables is not None else BASIC, indent=1)
        )
        printed = self.run("plan", "-json", "-var-file=test.tfvars.json", key=key)
        events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        return {e["change"]["resource"]["addr"]: e["change"]["action"] for e in events if e["type"] == "planned_change"}

    def apply(self, key: str | None = KEY) -> str:
        """Apply the saved plan; skip where that would reach for Google."""
        provider = next(self.folder.glob(".terraform/providers/*/hashicorp/google/*/*/terraform-provider-google*"))
        if provider.stat().st_size > 1_000_000:
            pytest.skip("the google provider here is the real one: applying would reach for Google")
        return self.run("apply", "tfplan", key=key)


def copy_sources(where: Path) -> None:
    """Copy what is deployed, and Terraform's files, to `where`; nothing that an earlier run left behind."""
    left_behind = shutil.ignore_patterns("__pycache__", ".terraform*", "*.tfstate*", "tfplan*")
    for name in (*DEPLOYED, "terraform"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, where / name, ignore=left_behind)
        else:
            where.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, where / name)


def planned(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the planned resources by address, data sources left out."""
    return {
        r["address"]: r["values"] for r in _resources(plan["planned_values"]["root_module"]) if r["mode"] == "managed"
    }


def changes(plan: dict[str, Any]) -> dict[str, list[str]]:
    """Return what the plan does to each resource that it touches."""
    return {
        change["address"]: change["change"]["actions"]
        for change in plan.get("resource_changes", [])
        if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
    }


def _resources(module: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(module.get("resources", []))
    for child in module.get("child_modules", []):
        found += _resources(child)
    return found
