"""The list of guards itself: every entry is complete, and its text is still where it says."""

import queue
from pathlib import Path

import pytest

from tests.tools.mutants.run import ROOT, Guard, read_guards, verdict

GUARDS = read_guards()


def test_there_are_enough() -> None:
    """The list names every guard by a name of its own."""
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) >= 40


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_guard_is_found_once(guard: Guard) -> None:
    """A guard that was moved or rewritten is looked for again, or the check would prove nothing."""
    assert guard.found() == 1
    assert guard.replace != guard.find
    assert guard.keeps
    for test in guard.tests:
        path, _, function = test.partition("::")
        assert f"def {function}" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("replace", "outcome"),
    [("return True", "killed"), ("return age > 17 or False", "survived"), ("return (", "broken")],
)
def test_verdict(tmp_path: Path, replace: str, outcome: str) -> None:
    """A guard that a test misses is killed, one that none misses survives, and a text that is no program proves nothing."""
    (tmp_path / "doors.py").write_text("def may_enter(age: int) -> bool:\n    return age > 17\n")
    (tmp_path / "test_doors.py").write_text(
        "import doors\n\n\ndef test_children_stay_out():\n    assert not doors.may_enter(17)\n"
    )
    trees: queue.Queue[Path] = queue.Queue()
    trees.put(tmp_path)
    guard = Guard("age", "doors.py", "return age > 17", replace, "children stay out", ("test_doors.py",))
    assert guard.found(tmp_path) == 1
    assert verdict(guard, trees)[0] == outcome
    assert "return age > 17\n" in (tmp_path / "doors.py").read_text()
    assert trees.get_nowait() == tmp_path
