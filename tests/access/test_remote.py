"""A storage elsewhere that fails: it refuses, is left alone for a moment, and gets back what it may have kept."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from livetoken.access import remote
from livetoken.access.remote import RemoteWindows
from livetoken.access.windows import Full, Held, MemoryWindows, Window
from livetoken.errors import Misconfigured, TemporarilyUnavailable
from tests.access.clock import Clock

SITE = [Window("site", 2, 60), Window("day", 9, 86_400)]


class Elsewhere(MemoryWindows):
    """A storage that can fail before or after it has done its work, on the test's clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.before: Exception | None = None
        self.after: Exception | None = None
        self.meanwhile: Callable[[], None] | None = None
        self.asked: list[str] = []

    def _fail(self, step: str) -> None:
        self.asked.append(step)
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.before:
            raise self.before

    def _lose(self) -> None:
        if self.after:
            raise self.after

    def prepare(self) -> None:
        """Fail, or not."""
        self._fail("prepare")

    def enter(self, entry: str, windows: Sequence[Window]) -> Full | None:
        """Fail, do it, or do it and lose the answer."""
        self._fail("enter")
        full = super().enter(entry, windows)
        self._lose()
        return full

    def leave(self, entries: Iterable[Held]) -> None:
        """Fail, do it, or do it and lose the answer."""
        self._fail("leave")
        super().leave(entries)
        self._lose()


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """The test's clock."""
    return Clock()


@pytest.fixture(name="elsewhere")
def _elsewhere(clock: Clock) -> Elsewhere:
    """The storage."""
    return Elsewhere(clock)


@pytest.fixture(name="windows")
def _windows(elsewhere: Elsewhere, clock: Clock) -> RemoteWindows:
    """What stands before it."""
    return RemoteWindows(elsewhere, clock)


def test_failure_refuses(windows: RemoteWindows, elsewhere: Elsewhere) -> None:
    """Without the storage nothing is minted: 503, and the log says where to look, without the failure's own words."""
    elsewhere.before = ConnectionError("redis://user:password@host")
    with pytest.raises(TemporarilyUnavailable) as caught:
        windows.enter("one", SITE)
    assert caught.value.cause == "the storage of the limits did not answer (ConnectionError); see LIMITS_STORAGE"


def test_left_alone_for_a_second(windows: RemoteWindows, elsewhere: Elsewhere, clock: Clock) -> None:
    """While the storage is down, requests are refused at once, so that they do not all wait; then one tries again."""
    elsewhere.before = ConnectionError()
    for cause in ("did not answer (ConnectionError)", "failed a moment ago", "failed a moment ago"):
        with pytest.raises(TemporarilyUnavailable) as caught:
            windows.enter("one", SITE)
        assert caught.value.cause == f"the storage of the limits {cause}; see LIMITS_STORAGE"
        assert elsewhere.asked == ["enter"]
    clock.forward(remote.RETRY_SECONDS)
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailable):
            windows.enter("two", SITE)
    assert len(elsewhere.asked) == 2


def test_only_one_tries_again(windows: RemoteWindows, elsewhere: Elsewhere, clock: Clock) -> None:
    """While one request finds out whether the storage is back, the others are refused at once."""
    elsewhere.before = ConnectionError()
    outcomes: list[int] = []

    def ask() -> None:
        with pytest.raises(TemporarilyUnavailable):
            windows.enter("one", SITE)
        outcomes.append(len(elsewhere.asked))

    ask()
    clock.forward(remote.RETRY_SECONDS)
    elsewhere.meanwhile = ask  # a second request, while the first one has not yet heard from the storage
    ask()
    assert outcomes == [1, 2, 2]


def test_warm_up_that_fails_binds_nobody(windows: RemoteWindows, elsewhere: Elsewhere) -> None:
    """A storage that could not be connected to beforehand is asked by the first visitor, at once."""
    elsewhere.before = ConnectionError()
    with pytest.raises(TemporarilyUnavailable):
        windows.prepare()
    elsewhere.before = None
    assert windows.enter("one", SITE) is None


def test_lost_answer_is_taken_back(windows: RemoteWindows, elsewhere: Elsewhere, clock: Clock) -> None:
    """An entry that counted although its request was refused is taken back as soon as the storage answers again."""
    elsewhere.after = TimeoutError()
    with pytest.raises(TemporarilyUnavailable):
        windows.enter("lost", SITE)
    assert len(elsewhere) == 2
    elsewhere.after = None
    clock.forward(remote.RETRY_SECONDS)
    assert [windows.enter(name, SITE) is None for name in ("one", "two", "three")] == [True, True, False]


def test_refund_that_fails_is_made_up_for(windows: RemoteWindows, elsewhere: Elsewhere, clock: Clock) -> None:
    """A refund that the storage did not hear, or that was not even tried, is made with the next step that succeeds."""
    assert windows.enter("one", SITE) is None
    assert windows.enter("two", SITE) is None
    elsewhere.before = ConnectionError()
    for entry in ("one", "two"):  # the first fails, the second is not tried
        with pytest.raises(TemporarilyUnavailable):
            windows.leave([(entry, SITE)])
    clock.forward(remote.RETRY_SECONDS)
    with pytest.raises(TemporarilyUnavailable):  # nor does it get lost when it fails once more
        windows.enter("three", SITE)
    elsewhere.before = None
    clock.forward(remote.RETRY_SECONDS)
    assert [windows.enter(name, SITE) is None for name in ("four", "five", "six")] == [True, True, False]


def test_what_is_owed_is_bounded(windows: RemoteWindows, elsewhere: Elsewhere) -> None:
    """A storage that never comes back does not fill our memory."""
    elsewhere.before = ConnectionError()
    for number in range(3 * remote.OWED):
        with pytest.raises(TemporarilyUnavailable):
            windows.leave([(f"entry-{number}", SITE)])
    assert len(windows._owed) == remote.OWED
    assert windows._owed[-1][0] == f"entry-{3 * remote.OWED - 1}"


def test_full_window_is_no_failure(windows: RemoteWindows) -> None:
    """A window elsewhere that is full says so like a near one."""
    assert [windows.enter(name, SITE) for name in ("one", "two", "three")] == [None, None, Full(0, 60)]
    windows.leave([("one", SITE)])
    assert windows.enter("three", SITE) is None


def test_refusal_of_its_own(windows: RemoteWindows, elsewhere: Elsewhere) -> None:
    """What the owner must fix is said each time, and is no failure that passes."""
    elsewhere.before = Misconfigured("name a single Redis")
    for _ in range(2):
        with pytest.raises(Misconfigured, match="misconfigured"):
            windows.enter("one", SITE)
    assert len(elsewhere.asked) == 2
