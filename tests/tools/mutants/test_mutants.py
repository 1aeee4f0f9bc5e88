"""The tool itself: what it finds and changes, what it makes of the tests' verdict, and that no promise is left out."""

import queue
import re
from pathlib import Path

import pytest

from tests.tools.mutants.places import NotOnceError, Place
from tests.tools.mutants.run import ROOT, Guard, read_guards, verdict

SOURCE = '''
"""A place."""
SCRIPT = f"if {1} then\\n    return 0\\nend"
LONGEST = 30

class Door:
    """A door."""

    age: int = field(repr=False)

    def open(self, guest, *, now=None):
        """Open it."""
        # let in whom we know
        if guest is None or guest.age < 18 and now:
            raise Closed(
                "not for you",
                guest=guest,
            )
        with self.lock, self.light():
            guest.enter(self, seconds=2.0, why={"a": 1, "b": 2})
        return 'in'

def other(guest):
    if guest is None:
        raise Closed("not for you")
'''


@pytest.mark.parametrize(
    ("at", "piece", "instead", "before", "after"),
    [
        ("d.py:LONGEST", "LONGEST = 30", "LONGEST = 300", "LONGEST = 30\n", "LONGEST = 300\n"),
        ("d.py:Door.open", "if _:", "if False: ...", "if guest is None or (guest.age < 18 and now):", "if False:"),
        ("d.py:Door.open", "_.age < 18", "True", "guest.age < 18", "True"),
        ("d.py:Door.open", "_1 is None or _2", "_2", "if guest is None or (guest.age < 18 and now)", "if guest.age < 18 and now"),
        ("d.py:Door.open", "raise Closed(...)", "", "raise Closed('not for you', guest=guest)", "pass"),
        ("d.py:Door.open", "raise Closed(...)", "return guest", "raise Closed('not for you', guest=guest)", "return guest"),
        ("d.py:other", "raise Closed(...)", "log(guest)", "raise Closed('not for you')\n", "log(guest)\n"),
        ("d.py:Door.open", "with self.lock, _:", "if True: ...", "with self.lock, self.light():", "if True:"),
        ("d.py:Door.open", "seconds=_", "", ", seconds=2.0", ""),
        ("d.py:Door.open", "seconds=2.0", "seconds=9.0", "seconds=2.0", "seconds=9.0"),
        ("d.py:Door.open", "guest.enter(...)", "", "guest.enter(self, seconds=2.0, why={'a': 1, 'b': 2})", "..."),
        ("d.py:Door.open", "{'b': 2}", "{'b': 3}", "'b': 2", "'b': 3"),
        ("d.py:Door.open", "{'a': 1}", "", "'a': 1, ", ""),
        ("d.py:Door", "age: int = field(repr=False)", "age: int", "age: int = field(repr=False)", "age: int"),
        ("d.py:Door.open", "'in'", "'out'", "return 'in'", "return 'out'"),
    ],
)  # fmt: skip
def test_piece_is_changed(at: str, piece: str, instead: str, before: str, after: str) -> None:
    """A piece is found whatever its lines and quotes, in the function that is named, and nothing else changes."""
    plain = Place("d.py").without(SOURCE, "LONGEST = 30", "LONGEST = 30")
    assert plain.count(before) == 1
    assert Place(at).without(SOURCE, piece, instead) == plain.replace(before, after)


def test_text_is_changed() -> None:
    """A piece of a script or a pattern is found in the text that holds it."""
    changed = Place("d.py:SCRIPT").without_text(SOURCE, "    return 0\n", "")
    assert "then\\nend" in changed
    with pytest.raises(NotOnceError, match="0 times"):
        Place("d.py:Door").without_text(SOURCE, "return 0", "")


@pytest.mark.parametrize(
    ("at", "piece", "times"),
    [
        ("d.py", "raise Closed(...)", "2 times"),
        ("d.py:Door.open", "raise Opened(...)", "0 times"),
        ("d.py:Door.open", "_1.age < _1", "0 times"),
        ("d.py:Door.open", "guest.enter(self)", "0 times"),
        ("d.py:Door.shut", "if _:", "0 times Door.shut"),
        ("d.py:Door", "", "nothing to look for"),
    ],
)
def test_piece_that_is_not_there_once(at: str, piece: str, times: str) -> None:
    """What is gone, or stands twice, is an error and not a mutant that nobody looks for."""
    with pytest.raises(NotOnceError, match=times):
        Place(at).without(SOURCE, piece, "pass")


@pytest.mark.parametrize(
    ("without", "outcome"), [("True", "killed"), ("age > 17 or False", "survived"), ("_never", "broken")]
)
def test_verdict(tmp_path: Path, without: str, outcome: str) -> None:
    """A piece that a test misses is killed, one that none misses survives, and tests that cannot run prove nothing."""
    (tmp_path / "doors.py").write_text(
        "def may_enter(age: int) -> bool:\n    return (age > 17)\n\n\nADULT = may_enter(18)\n"
    )
    (tmp_path / "test_doors.py").write_text(
        "import doors\n\n\ndef test_children_stay_out():\n    assert not doors.may_enter(17)\n"
    )
    trees: queue.Queue[Path] = queue.Queue()
    trees.put(tmp_path)
    guard = Guard(
        keeps="children stay out", at="doors.py:may_enter", find="age > 17", without=without, tests=("test_doors.py",)
    )
    assert verdict(guard, trees)[0] == outcome
    assert "return (age > 17)\n" in (tmp_path / "doors.py").read_text()
    assert trees.get_nowait() == tmp_path


PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
ROWS = re.search(r"\| who tries what .*?\n\| --- \| --- \|\n(.*?)\n\n", PAGE, re.DOTALL)
# kept by what is no Python of the function's: the tests that hold it
ELSEWHERE = {
    "… from very many addresses": "tests/access/test_limits_http.py",
    "A dependency is tampered with": "tests/test_deployed.py",
    "A pull request's build file, scripts or Terraform code reach for the key or the deployment": "tests/deploy/test_modules.py",
    "Somebody reads Terraform's state or a saved plan": "tests/deploy/test_options.py",
}  # fmt: skip


def test_promises_are_those_of_the_page() -> None:
    """Each promise is one of docs/security.md's, in its words."""
    assert [guard.keeps for guard in read_guards() if guard.keeps not in WORDS] == []


def test_no_row_of_the_page_is_left_out() -> None:
    """For each row of the table of attacks there is a promise whose pieces of code are taken out, or a test elsewhere."""
    assert ROWS
    rows = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in ROWS[1].splitlines()]
    assert len(rows) >= 20
    kept = {guard.keeps for guard in read_guards()}
    left_out = [who for who, stops in rows if not any(promise in stops for promise in kept)]
    assert left_out == list(ELSEWHERE)
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())


@pytest.mark.parametrize("guard", read_guards(), ids=lambda guard: guard.name)
def test_entry_is_whole(guard: Guard) -> None:
    """Each piece says where it stands, what is there without it, and which test misses it."""
    assert bool(guard.find) != bool(guard.text)
    assert (guard.find or guard.text) != guard.without
    assert guard.tests
