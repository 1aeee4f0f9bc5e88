"""A package that nobody looked up is not taken for a sound one."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dev import audit

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
SKIPPED = {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited: unknown (1.0)"}
VULNERABLE = {
    "name": "weak",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"], "aliases": []}],
}
HOPELESS = {"name": "lost", "version": "1.0", "vulns": [{"id": "PYSEC-2026-2", "fix_versions": [], "aliases": []}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        pytest.param([SOUND], 0, "Every package was looked up; no known vulnerabilities.", id="sound"),
        pytest.param([SOUND, SKIPPED], 1, "unknown: not audited: Dependency not found", id="one skipped"),
        pytest.param([SKIPPED], 1, "lock.txt: 1 packages, 1 not audited", id="all skipped"),
        pytest.param([], 1, "not audited: the report names no package", id="empty report"),
        pytest.param([SOUND, VULNERABLE], 1, "weak 1.0: PYSEC-2026-1, mended in 1.1, 2.0", id="vulnerable"),
        pytest.param([HOPELESS], 1, "lost 1.0: PYSEC-2026-2, mended in no version yet", id="no cure"),
    ],
)
def test_verdict(
    packages: list[dict[str, Any]], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 only where every package was looked up and none is vulnerable, whatever pip-audit's own exit code is."""
    program = tmp_path / "pip-audit"
    report = json.dumps({"dependencies": packages, "fixes": []})
    program.write_text(f"#!{sys.executable}\nprint({report!r})\n")
    program.chmod(0o755)
    assert audit.main(str(program), ["lock.txt"]) == code
    assert said in capsys.readouterr().out


def test_a_database_out_of_reach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where pip-audit breaks off, nothing was audited."""
    program = tmp_path / "pip-audit"
    program.write_text(f"#!{sys.executable}\nraise SystemExit('Max retries exceeded')\n")
    program.chmod(0o755)
    assert audit.main(str(program), ["lock.txt"]) == 1
    printed = capsys.readouterr()
    assert "not audited: pip-audit gave no report: Max retries exceeded" in printed.out
    assert "Run it again where the database of vulnerabilities can be reached." in printed.err
