"""A value made once: by one of those who ask at the same time, and again after a failure."""

import threading

import pytest

from livetoken.runtime.once import Once


def test_all_who_ask_together_get_the_same() -> None:
    """One makes the value while the others wait for it; none of them makes another."""
    together, made = threading.Barrier(8), list[object]()

    def make() -> object:
        made.append(object())
        threading.Event().wait(0.05)  # long enough for all the others to come
        return made[-1]

    value, got = Once(make), list[object]()

    def ask() -> None:
        together.wait(5)
        got.append(value())

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(5)
    assert got == made * 8
    assert value() is made[0]


def test_failure_is_not_kept() -> None:
    """What the making raises is raised, and the next one who asks tries again."""
    answers = iter([ZeroDivisionError(), None])

    def make() -> str:
        if error := next(answers):
            raise error
        return "made"

    value = Once(make)
    with pytest.raises(ZeroDivisionError):
        value()
    assert value() == "made"
