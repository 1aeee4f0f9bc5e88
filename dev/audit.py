"""`make audit`: known vulnerabilities in what the locks pin, with pip-audit.

    python -m dev.audit .cache/audit/bin/pip-audit requirements.txt requirements-dev.txt

pip-audit says "No known vulnerabilities found" also where its database answered for none of the packages. Here a
package that was not looked up is not audited, and the command ends with 1.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def troubles(report: Mapping[str, Any]) -> Iterator[str]:
    """One line for each vulnerability and for each package without a verdict, of a report of pip-audit in JSON."""
    if not report["dependencies"]:
        yield "not audited: the report names no package at all"
    for package in report["dependencies"]:
        if "skip_reason" in package:
            yield f"{package['name']}: not audited: {package['skip_reason']}"
        for found in package.get("vulns", []):
            cure = ", ".join(found["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {found['id']}, mended in {cure}"


def audit(program: str, lock: str) -> list[str]:
    """Run pip-audit on a lock file and return the troubles."""
    command = [
        program,
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "-r",
        lock,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return [f"not audited: pip-audit gave no report: {last}"]
    lines = list(troubles(report))
    print(f"{lock}: {len(report['dependencies'])} packages, {sum('not audited' in line for line in lines)} not audited")
    return lines


def main(program: str, locks: Sequence[str]) -> int:
    """Audit every lock file; 0 where every package was looked up and none is known to be vulnerable."""
    found = [line for lock in locks for line in audit(program, lock)]
    print("\n".join(dict.fromkeys(found)) or "Every package was looked up; no known vulnerabilities.")
    if any("not audited" in line for line in found):
        print("Run it again where the database of vulnerabilities can be reached.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
