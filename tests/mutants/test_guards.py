"""The list of guards itself: every entry is complete, and its text is still where it says."""

import pytest

from tests.mutants.run import ROOT, Guard, read_guards

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
