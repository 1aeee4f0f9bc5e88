"""Moving windows: exact in memory and in a real Redis, step by step the same as a plain model of them."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import limits
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from livetoken.access import windows
from livetoken.access.redis_windows import RedisWindows
from livetoken.access.windows import MemoryWindows, Windows, open_windows
from tests.access.clock import Clock
from tests.access.redis_server import RedisServer

# what is done, after how many quarters of a second, and to which of the entries
STEPS = st.lists(
    st.tuples(st.sampled_from(["enter", "enter", "enter", "leave", "wait"]), st.integers(0, 12), st.integers(0, 3)),
    min_size=10,
    max_size=60,
)


@pytest.fixture(scope="module", name="in_redis")
def _in_redis(redis: RedisServer) -> Iterator[RedisWindows]:
    """The storage in Redis."""
    opened = open_windows(redis.url, time.monotonic)
    assert isinstance(opened, RedisWindows)
    yield opened
    client: Any = opened.get_connection()
    client.close()


@pytest.fixture(name="storage", params=["memory", "redis"])
def _storage(request: pytest.FixtureRequest) -> Windows:
    """Each of the two storages."""
    if request.param == "memory":
        return open_windows("memory://", time.monotonic)
    storage: Windows = request.getfixturevalue("in_redis")
    return storage


def play(storage: Windows, steps: list[tuple[str, int, int]], beginning: float) -> None:
    """Do the steps with a window of 3 in 10 seconds and compare each outcome with a plain list of times."""
    key, at = uuid4().hex, beginning
    entries: list[float] = []
    for step, passed, which in steps:
        at += passed / 4
        counting = [entry for entry in entries if entry >= at - 10]
        if step == "enter":
            assert storage.enter(key, 3, 10, at) == (len(counting) < 3)
            entries += [at] if len(counting) < 3 else []
        elif step == "leave" and which < len(counting):
            storage.leave(key, counting[which])
            entries.remove(counting[which])
        else:
            expected = counting[-3] + 10 - at if len(counting) == 3 else 0.0
            assert storage.wait(key, 3, 10, at) == expected


@given(STEPS)
def test_memory_does_what_the_model_does(steps: list[tuple[str, int, int]]) -> None:
    """In memory: an entry is let in exactly when fewer than the limit count, whatever came, went or was given back."""
    play(MemoryWindows(Clock()), steps, 1000.0)


@given(STEPS)
@hypothesis_settings(max_examples=60)
def test_redis_does_what_the_model_does(in_redis: RedisWindows, steps: list[tuple[str, int, int]]) -> None:
    """In Redis, through the `limits` library's own script: the same."""
    play(in_redis, steps, 1_700_000_000.0)


@given(st.lists(st.integers(0, 30), min_size=10, max_size=50))
@hypothesis_settings(max_examples=60)
def test_memory_agrees_with_the_library(passing: list[int]) -> None:
    """The `limits` library's own moving window lets in and refuses the same requests."""
    clock = Clock()
    ours, item = MemoryWindows(clock), limits.RateLimitItemPerMinute(4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limits.storage.memory.time.time", clock)
        theirs = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())
        for seconds in passing:
            clock.forward(seconds)
            assert ours.enter("a", 4, 60, clock()) == theirs.hit(item, "a")


def test_exact_under_64_threads(storage: Windows) -> None:
    """64 threads at once get exactly as many places as there are."""
    key, admitted, gate = uuid4().hex, [], threading.Barrier(64)

    def enter() -> None:
        gate.wait()
        if storage.enter(key, 20, 60, storage.now()):
            admitted.append(1)

    run(64, enter)
    assert len(admitted) == 20


def test_every_step_holds_the_lock() -> None:
    """Whatever reads or changes the windows in memory does so alone."""
    storage = MemoryWindows(Clock())
    seen: list[str] = []

    class Watched(dict[str, Any]):
        def __getattribute__(self, name: str) -> Any:
            assert storage._lock.locked()
            seen.append(name)
            return super().__getattribute__(name)

    storage._windows = Watched()
    storage._sweep_at = 0
    storage.enter("a", 1, 60, 1000.0)
    storage._windows = Watched(a=storage._windows["a"])
    storage.enter("a", 1, 60, 1000.0)
    storage._windows = Watched(a=storage._windows["a"])
    storage.wait("a", 1, 60, 1000.0)
    storage.leave("a", 1000.0)
    assert {"items", "get", "pop"} <= set(seen)


def test_exact_while_places_come_back(storage: Windows) -> None:
    """However many threads enter and leave at once, there are never more in than the limit, and none is lost."""
    key, inside, most, lock = uuid4().hex, 0, 0, threading.Lock()

    def come_and_go() -> None:
        nonlocal inside, most
        for _ in range(10):
            at = storage.now()
            if storage.enter(key, 5, 60, at):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1
                storage.leave(key, at)

    run(16, come_and_go)
    assert 1 <= most <= 5
    assert [storage.enter(key, 5, 60, storage.now()) for _ in range(6)] == [True] * 5 + [False]


def run(count: int, work: Callable[[], None]) -> None:
    """Run `work` in so many threads and wait for all."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_leaving_takes_back_exactly_ones_own(storage: Windows) -> None:
    """A place given back is one's own and not a neighbour's, who would otherwise be forgotten too early or too late."""
    key, now = uuid4().hex, storage.now()
    for at in (now, now + 1, now + 2):
        assert storage.enter(key, 3, 60, at)
    storage.leave(key, now + 1)
    assert storage.enter(key, 3, 60, now + 3)
    assert storage.wait(key, 3, 60, now + 3) == pytest.approx(57)


def test_leaving_twice_or_never_entered_is_harmless(storage: Windows) -> None:
    """What is not there cannot be taken back from others."""
    key, now = uuid4().hex, storage.now()
    storage.leave(key, now)
    assert storage.enter(key, 2, 60, now)
    assert storage.enter(key, 2, 60, now + 1)
    storage.leave(key, now)
    storage.leave(key, now)
    assert [storage.enter(key, 2, 60, now + 2), storage.enter(key, 2, 60, now + 2)] == [True, False]


def test_clock_of_memory_does_not_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock may be set forward or back: it opens no window and keeps none closed."""
    storage = open_windows("memory://", time.monotonic)
    assert storage.enter("a", 1, 60, storage.now())
    for wrong in (time.time() + 86_400, time.time() - 86_400):
        monkeypatch.setattr(time, "time", lambda wrong=wrong: wrong)
        assert not storage.enter("a", 1, 60, storage.now())
        assert 59 < storage.wait("a", 1, 60, storage.now()) <= 60


def test_clock_of_redis_is_the_servers(in_redis: RedisWindows, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances whose clocks are wrong agree about the windows, because the time is asked of Redis."""
    storage, key, truth = in_redis, uuid4().hex, time.time()
    monkeypatch.setattr(time, "time", lambda: truth - 86_400)
    assert storage.enter(key, 1, 60, storage.now())
    monkeypatch.setattr(time, "time", lambda: truth + 86_400)
    assert not storage.enter(key, 1, 60, storage.now())
    assert storage.now() == pytest.approx(truth, abs=5)


def test_flood_of_keys_leaves_nothing_behind() -> None:
    """100 000 addresses that get nothing, and 100 000 whose time is over, do not stay in memory."""
    clock = Clock()
    storage = MemoryWindows(clock)
    for number in range(100_000):
        storage.enter(f"refunded-{number}", 10, 60, clock())
        storage.leave(f"refunded-{number}", clock())
    assert len(storage) == 0
    for number in range(100_000):
        clock.forward(0.1)
        storage.enter(f"minted-{number}", 10, 60, clock())
    assert len(storage) <= 2 * windows.SWEEP_AT


def test_sweep_keeps_what_counts() -> None:
    """Sweeping forgets no entry that still counts, though there be more than it likes to keep."""
    clock = Clock()
    storage = MemoryWindows(clock)
    for number in range(5 * windows.SWEEP_AT):
        assert storage.enter(f"key-{number}", 1, 60, clock())
    assert not any(storage.enter(f"key-{number}", 1, 60, clock()) for number in range(5 * windows.SWEEP_AT))


def test_redis_forgets_by_itself(redis: RedisServer, in_redis: RedisWindows) -> None:
    """A window in Redis expires with its last entry, and disappears with its last refund."""
    storage, key = in_redis, uuid4().hex
    at = storage.now()
    storage.enter(key, 5, 60, at)
    with redis.client() as client:
        assert 55 <= client.ttl(f"LIMITS:{key}") <= 60
        storage.leave(key, at)
        assert not client.exists(f"LIMITS:{key}")


def test_redis_scripts_come_back_after_a_flush(redis: RedisServer, in_redis: RedisWindows) -> None:
    """When Redis has forgotten the scripts (a restart, SCRIPT FLUSH), they are sent again."""
    storage, key = in_redis, uuid4().hex
    at = storage.now()
    assert storage.enter(key, 1, 60, at)
    with redis.client() as client:
        client.script_flush()
    assert not storage.enter(key, 1, 60, storage.now())
    with redis.client() as client:
        client.script_flush()
    storage.leave(key, at)
    assert storage.enter(key, 1, 60, storage.now())


def test_redis_is_not_spoken_to_before_it_is_needed() -> None:
    """Opening a storage that is down succeeds: the first entry meets the failure, and refuses."""
    opened = open_windows("rediss://user:password@127.0.0.1:1/0", time.monotonic)
    assert isinstance(opened, RedisWindows)
    client: Any = opened.get_connection()
    options = client.connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"], options["password"]) == (0.5, 0.5, "password")


def test_what_redis_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no Redis runs: its clock is its TIME, a place is the library's script, a wait its oldest entry."""
    storage, asked = open_windows("redis://127.0.0.1:1", time.monotonic), []

    class Server:
        def time(self) -> tuple[int, int]:
            return 1000, 250_000

        def lindex(self, key: str, index: int) -> bytes | None:
            return {"LIMITS:full": b"990.5"}.get(key) if index == 2 else None

    def script(name: str) -> Callable[[list[str], list[Any]], int]:
        def run(keys: list[str], arguments: list[Any]) -> int:
            asked.append((name, keys, arguments))
            return 1

        return run

    monkeypatch.setattr(storage, "_redis", Server())
    monkeypatch.setattr(storage, "lua_acquire_moving_window", script("enter"))
    monkeypatch.setattr(storage, "_leave", script("leave"))
    assert storage.now() == 1000.25
    assert storage.enter("a", 3, 60, 1000.25)
    storage.leave("a", 1000.25)
    assert asked == [("enter", ["LIMITS:a"], [1000.25, 3, 60, 1]), ("leave", ["LIMITS:a"], [1000.25])]
    assert (storage.wait("full", 3, 60, 1000.25), storage.wait("a", 3, 60, 1000.25)) == (50.25, 0.0)
