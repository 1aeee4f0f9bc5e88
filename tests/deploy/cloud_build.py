"""Runs a build file's steps here, one after another, as Cloud Build runs them: same scripts, order and environment."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_SUBSTITUTION = re.compile(r"\$\{?(_[A-Z0-9_]+|[A-Z_]+)\}?")


@dataclass
class Build:
    """A build in `workspace`; `ran` holds each step's id and exit status, `printed` all that was printed."""

    workspace: Path
    substitutions: Mapping[str, str]
    secrets: Mapping[str, str]
    environment: Mapping[str, str]
    file: str = "cloudbuild.yaml"
    ran: dict[str, int] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def run(self) -> bool:
        """Run the steps until one fails that must not; return whether the build succeeded."""
        document = yaml.safe_load((self.workspace / self.file).read_text())
        substitutions = {**document["substitutions"], **self.substitutions}
        for step in document["steps"]:
            # every step waits for the one before it, so the file's order is the order of the build
            assert set(step.get("waitFor", [])) <= set(self.ran)
            status = self._step(step, substitutions)
            if status and not step.get("allowFailure"):
                return False
        return True

    def _step(self, step: Mapping[str, Any], substitutions: Mapping[str, str]) -> int:
        def expand(text: str) -> str:
            return _SUBSTITUTION.sub(lambda match: substitutions[match[1]], text)

        own = dict(expand(line).split("=", 1) for line in step.get("env", []))
        secrets = {name: self.secrets[name] for name in step.get("secretEnv", [])}
        done = subprocess.run(
            [step["entrypoint"], *map(expand, step["args"])],
            cwd=self.workspace, env={**self.environment, **own, **secrets}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        self.ran[step["id"]], self.printed[step["id"]] = done.returncode, done.stdout
        return done.returncode


def bare_environment(programs: Path) -> dict[str, str]:
    """Return what a step's container offers: `programs` come first on the path, nobody's credentials are there."""
    kept = {
        name: os.environ[name]
        for name in ("HOME", "LANG", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")
        if name in os.environ
    }
    return {
        **kept,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "GOOGLE_OAUTH_ACCESS_TOKEN": "not-a-token",
        "CHECKPOINT_DISABLE": "1",
    }
