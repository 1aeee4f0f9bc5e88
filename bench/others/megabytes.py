"""Where an instance's megabytes go: imports and runs the function's parts in turn, in one fresh process.

With the argument `alone` the key is read without Secret Manager's client: by google-auth and its session, one GET.
What several parts need is counted with the first of them.
"""

import base64
import gc
import importlib
import json
import os
import re
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path.cwd()))
alone = "alone" in sys.argv
steps: dict[str, dict[str, float]] = {}


def held() -> float:
    """Return what this process holds; 0 where the system does not tell."""
    gc.collect()
    rollup = Path("/proc/self/smaps_rollup")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup.read_text() if rollup.exists() else "", re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def step(name: str, run: Callable[[], object]) -> None:
    """Run one step; note by how much this process grows, and how long it takes."""
    before, began = held(), time.perf_counter()
    run()
    took = time.perf_counter() - began
    steps[name] = {"megabytes": held() - before, "milliseconds": 1000 * took}


def importing(*names: str) -> Callable[[], object]:
    """Return a step that imports modules."""
    return lambda: [importlib.import_module(name) for name in names]


def read_alone() -> None:
    """Read the key as the client does, by one GET with the credentials of the metadata server."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    base_url, name = os.environ["SECRET_MANAGER_BASE_URL"], os.environ["GEMINI_API_KEY_SECRET"]
    with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call]
        answer = session.get(f"{base_url}/v1/{name}:access", timeout=2)
    assert base64.b64decode(answer.json()["payload"]["data"])


steps["Python itself"] = {"megabytes": held(), "milliseconds": 0.0}
step("functions-framework, Flask, gunicorn", importing("functions_framework", "gunicorn.workers.gthread"))
step("flask-cors, ryaml, Jinja2's sandbox", importing("flask_cors", "ryaml", "jinja2.sandbox"))
step("our own modules, settings, prompt files", importing("main"))
main = sys.modules["main"]
step("⋯ google-auth and requests", importing("google.auth", "google.auth.transport.requests", "google.oauth2"))
if alone:
    step("⋯ the key, read by google-auth alone", read_alone)
else:
    step("⋯ Secret Manager's client: protobuf", importing("google.protobuf.json_format", "proto"))
    step("⋯ Secret Manager's client: gRPC", importing("grpc", "grpc.aio", "grpc_status"))
    step("⋯ Secret Manager's client: the rest of it", importing("google.cloud.secretmanager_v1"))
    step("⋯ the key, read by it", main.keys.get)
step("⋯ google-genai: pydantic, httpx2, websockets", importing("pydantic", "httpx2", "websockets.asyncio.client"))
step("⋯ google-genai: its types and the rest", importing("google.genai"))
step("⋯ the requests of all prompt files, TLS context", main.tokens.prepare)
step("⋯ languages, limits, templates", lambda: [main.Page.prepare(), main.limits.open(), main.prompts.prepare()])
json.dump(steps, sys.stdout)
