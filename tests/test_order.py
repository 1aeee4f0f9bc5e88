"""The longest files begin first, so that all workers end together."""

import types
from pathlib import Path
from typing import Any

from tests import conftest
from tests.support import ROOT


def test_the_longest_files_are_there() -> None:
    """None of them is misspelt, moved away, or named twice."""
    assert [name for name in conftest.LONGEST if not (ROOT / "tests" / name).is_file()] == []
    assert len(set(conftest.LONGEST)) == len(conftest.LONGEST)


def test_they_come_first() -> None:
    """Each keeps its tests together and in their order; so do the other files, behind them."""
    first, second = (ROOT / "tests" / name for name in conftest.LONGEST[:2])
    other = ROOT / "tests/test_readme.py"

    def items(*places: tuple[Path, int]) -> list[Any]:
        return [types.SimpleNamespace(path=path, number=number) for path, number in places]

    given = items((other, 2), (second, 1), (other, 1), (first, 2), (first, 1))
    conftest.pytest_collection_modifyitems(given)
    assert given == items((first, 2), (first, 1), (second, 1), (other, 2), (other, 1))
