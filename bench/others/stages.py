"""Where a start's milliseconds go: imports and runs the function's parts in turn, in one fresh process.

Prints the stages in order, and which installed distributions were not needed by any of them.
"""

import importlib
import importlib.metadata
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path.cwd()))
stages: dict[str, float] = {}


def stage(name: str, step: Callable[[], object]) -> None:
    """Run one step and note its milliseconds."""
    began = time.perf_counter()
    step()
    stages[name] = 1000 * (time.perf_counter() - began)


def importing(*names: str) -> Callable[[], object]:
    """Return a step that imports modules."""
    return lambda: [importlib.import_module(name) for name in names]


stage("functions-framework, Flask", importing("functions_framework"))
stage("gunicorn", importing("functions_framework._http.gunicorn", "gunicorn.workers.gthread"))
stage("flask-cors", importing("flask_cors"))
stage("ryaml", importing("ryaml"))
stage("Jinja2's sandbox", importing("jinja2.sandbox"))
stage(
    "our own modules",
    importing(
        "livetoken.http.body", "livetoken.access.verifier", "livetoken.access.limits", "livetoken.runtime.warm_up"
    ),
)
stage("main.py: settings, prompt files", importing("main"))
main = sys.modules["main"]
stage("⋯ Secret Manager's client, imported", main.keys.prepare)
stage("⋯ the key, read (waits for others; beside the next)", main.keys.get)
stage("⋯ google-genai, types", importing("google.genai.types"))
stage("⋯ google-genai, the rest", importing("google.genai", "httpx2", "httpcore2"))
stage("⋯ a setup of each prompt, TLS context, client", main.tokens.prepare)
stage("⋯ limits", main.limits.open)
stage("⋯ languages", main.Page.prepare)


def mint() -> None:
    """Make one token."""
    page = main.Page.from_fields({"pageContent": "A page."}, "https://shop.example")
    main.tokens.mint(main.prompts.find(page, "https://shop.example").token_spec(page))


stage("⋯ first token", mint)
stage("⋯ second token", mint)

used = {
    Path(file).resolve()
    for module in list(sys.modules.values())
    if (file := getattr(module, "__file__", None)) and "site-packages" in file
}
idle = [
    distribution.metadata["Name"]
    for distribution in importlib.metadata.distributions()
    if not used & {Path(str(distribution.locate_file(file))).resolve() for file in distribution.files or []}
]
sys.stdout.write(json.dumps({"stages": stages, "idle": sorted(idle, key=str.lower)}))
