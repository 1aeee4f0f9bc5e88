"""The smoke step: is the new revision alive, does it mint where it should and refuse where it should?

Writes build/smoke, "passed" or "failed", and build/rollback, "yes" or in what the revision before is bound less.
A limit that is used up (429) is a function at work, and one that is paused, or wants proof from callers, mints for
nobody here: all of them count as alive, or pulling the kill switch would roll itself back.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from terraform.pipeline.deployed import Deployed, OutputsError
from terraform.pipeline.protection import bound_less

ROOT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 3  # a grant may take a minute to work
_SECONDS = 30
_FULL = 429
_WITHOUT_TOKEN = {(503, "paused"), (401, "caller_not_verified")}


def main() -> int:
    """Examine, write both files, and return 0 only for what has passed."""
    if os.environ["APPLY"] != "true":
        return 0
    build = ROOT / "build"
    (build / "smoke").write_text("failed\n")
    (build / "rollback").write_text("what it was bound by is not known.\n")
    try:
        deployed = Deployed.from_outputs((build / "outputs.json").read_text())
    except (OSError, OutputsError) as error:
        print(f"Nothing was examined: {error}")
        return 1
    (build / "rollback").write_text(may_roll_back(ROOT / ".cache/pipeline/previous-revision.json", deployed) + "\n")
    for attempt in range(1, _ATTEMPTS + 1):
        print(f"Attempt {attempt}: {deployed.url}", flush=True)
        if examined(deployed) if deployed.mints else alive(deployed):
            (build / "smoke").write_text("passed\n")
            return 0
        if attempt < _ATTEMPTS:
            time.sleep(float(os.environ.get("SMOKE_PAUSE", "20")))
    return 1


def may_roll_back(previous: Path, deployed: Deployed) -> str:
    """Return "yes", or why the traffic must not go back to the revision that `previous` describes."""
    if os.environ.get("ROLLBACK", "true") != "true":
        return "_ROLLBACK is not true."
    try:
        reasons = bound_less(json.loads(previous.read_text()), deployed.protection)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "what it was bound by is not known."
    return " ".join(reasons) or "yes"


def examined(deployed: Deployed) -> bool:
    """Whether the doctor finds no fault, a full limit apart; prints what it found."""
    command = deployed.doctor(sys.executable, "--json")
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False)
    try:
        checks: list[dict[str, Any]] = json.loads(done.stdout)["checks"]
        failed = [check for check in checks if check["ok"] is False]
    except (ValueError, LookupError, TypeError):
        print(f"The doctor ended with {done.returncode} and no report.")
        return False
    faults = [check for check in failed if not limit_is_full(check)]
    for check in checks:
        mark = {True: "ok", False: "FAIL", None: "-"}[check["ok"]]
        print(f"{mark:4} {check['name']}: {check['detail']}")
    for check in faults:
        print(f"{check['name']}: {check['cause']} {check['cure']}")
    if failed and not faults:
        print("A limit is used up: the function is alive and does what it should.")
    return not faults and bool(checks)


def limit_is_full(check: dict[str, Any]) -> bool:
    """Whether a check failed only because the answer was a 429: the function's own limit, or no free instance."""
    return re.match(rf"{_FULL}\b", str(check["detail"])) is not None


def alive(deployed: Deployed) -> bool:
    """Whether each site is answered as by a function that is there and mints nothing: paused, no proof, or full."""
    refusals = [_refuses(answer(deployed.url, origin), origin) for origin in deployed.origins]
    return all(refusals)


def _refuses(got: tuple[int, str], origin: str) -> bool:
    status, code = got
    print(f"{origin}: {status} {code}")
    return got in _WITHOUT_TOKEN or status == _FULL


def answer(url: str, origin: str) -> tuple[int, str]:
    """Ask for a token as a page of `origin` would; return status and code, (0, …) when nobody answers."""
    headers = {"Content-Type": "application/json", "Origin": origin}
    asked = urllib.request.Request(f"{url}/", b"{}", headers)  # noqa: S310 - https, or loopback: deployed.py
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as opened:  # noqa: S310 - as above
            return opened.status, "a token"
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, _code(refusal.read(65_536))
    except OSError as error:
        return 0, type(error).__name__


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, LookupError, TypeError):
        return "no code"


if __name__ == "__main__":
    sys.exit(main())
