"""The designs that are compared, and how each is started."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.deployment import Deployment
from bench.messages import BODY, ORIGIN
from bench.upstream import KEY
from dev.processes import SECRET, function_env

CONCURRENCY = 80  # Terraform's default: so many requests one instance serves at once


@dataclass(frozen=True)
class Design:
    """A program that answers mints at `path` when started with the environment that it gets; `$PORT` is its port."""

    name: str
    command: tuple[str, ...]
    folder: Path
    path: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)

    def settings(self, port: int, upstream_port: int) -> dict[str, str]:
        """Return the whole environment of a start: what Google's platform sets, the upstream's place, and its own."""
        google = f"http://127.0.0.1:{upstream_port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            **function_env(google),
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "LOG_EXECUTION_ID": "true",
            "THREADS": str(CONCURRENCY),
            "GOOGLE_GEMINI_BASE_URL": google,
            "BODY": BODY,
            **self.environment,
        }


def designs(deployment: Deployment, node_peer: Path | None) -> dict[str, Design]:
    """Return the designs by name; the Node peer is among them where its path is given."""
    framework, others, key = str(deployment.framework), deployment.others, {"GEMINI_API_KEY": KEY}
    unlimited = {"LIMIT_PER_ADDRESS": "1000000/minute", "LIMIT_PER_ORIGIN": "1000000/minute"}
    ours = {"FUNCTION_TARGET": "mint_token", "ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY_SECRET": SECRET, **unlimited}
    listed = [
        Design("bare function", (framework, "--target", "answer", "--source", "bare.py"), others),
        Design("least function", (framework, "--target", "mint_token", "--source", "least.py"), others, "/", key),
        Design("SDK without network", (framework, "--target", "mint_token", "--source", "unsent.py"), others, "/", key),
        Design(
            "SDK, kept connections",
            (framework, "--target", "mint_token", "--source", "unsent.py"),
            others,
            "/",
            key | {"SENDS": "1", "PYTHONPATH": str(deployment.archive)},
        ),
        Design("no SDK", (framework, "--target", "mint_token", "--source", "without_sdk.py"), others, "/", key),
        Design("naive function", (framework, "--target", "mint_token", "--source", "naive.py"), others),
        # aiohttp is not among what the function installs, but the emulator needs it, so it is here
        Design("blocking aiohttp", (sys.executable, "blocking.py"), others, "/api/token", key),
        Design("livetoken", (framework,), deployment.archive, "/", ours),
        Design("stages", (str(deployment.python), str(others / "stages.py")), deployment.archive, "", ours),
        Design("megabytes", (str(deployment.python), str(others / "megabytes.py")), deployment.archive, "", ours),
        Design(
            "megabytes, key by google-auth alone",
            (str(deployment.python), str(others / "megabytes.py"), "alone"),
            deployment.archive,
            "",
            ours,
        ),
        Design("raw SDK call", (str(deployment.python), "raw.py"), others, "", key),
        Design("raw exchange", (str(deployment.python), "exchange.py"), others, "", key),
        Design("SDKs alone", (str(deployment.python), "floor.py"), others, ""),
    ]
    if node_peer:
        script = node_peer / "dist" / "index.js" if node_peer.is_dir() else node_peer
        folder = node_peer if node_peer.is_dir() else node_peer.parent
        listed.append(Design("Node peer", ("node", str(script.resolve())), folder, "/api/token", key))
    return {design.name: design for design in listed}
