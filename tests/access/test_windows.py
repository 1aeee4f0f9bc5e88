"""Moving windows: exact in memory and in a real Redis, step by step the same as a plain model of them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import limits
import pytest
import redis as redis_py
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dev.processes import free_port
from livetoken.access import redis_windows, windows
from livetoken.access.redis_windows import PREFIX, RedisWindows, open_redis
from livetoken.access.windows import Full, MemoryWindows, Window, Windows
from livetoken.errors import Misconfigured
from livetoken.runtime.deadlines import Deadlines
from tests.access import redis_server
from tests.access.clock import Clock
from tests.access.issuer import certificates
from tests.access.redis_server import RedisServer
from tests.support import soon

# what is done, after how many quarters of a second, by which entry, in which windows
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "enter", "enter", "leave"]),
        st.integers(0, 12),
        st.integers(0, 7),
        st.sampled_from([(0,), (1,), (0, 1), (1, 0)]),
    ),
    min_size=10,
    max_size=60,
)


class Timed(Protocol):
    """A storage whose time a test tells."""

    def at(self, now: float) -> Windows:
        """Set the time; return the storage."""


class Memory:
    """The storage in memory, on a test's clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.windows = MemoryWindows(self.clock)

    def at(self, now: float) -> Windows:
        """Set the time; return the storage."""
        self.clock.now = now
        return self.windows


class InRedis:
    """The storage in Redis, whose script reads the time from two keys instead of asking the server."""

    def __init__(self, client: "redis_py.Redis") -> None:
        script = redis_windows.ENTER.replace("redis.call('time')", "redis.call('mget', 'seconds', 'microseconds')")
        assert script != redis_windows.ENTER
        self.client, self.windows = client, RedisWindows(client)
        self.windows._enter = client.register_script(script)

    def at(self, now: float) -> Windows:
        """Set the time; return the storage."""
        self.client.mset({"seconds": int(now), "microseconds": round(now % 1 * 1_000_000)})
        return self.windows


@pytest.fixture(scope="module", name="in_redis")
def _in_redis(redis: RedisServer) -> Iterator[RedisWindows]:
    """The storage in Redis, on the server's clock."""
    opened = open_redis(redis.url, Deadlines())
    yield opened
    opened.client.close()


@pytest.fixture(name="storage", params=["memory", "redis"])
def _storage(request: pytest.FixtureRequest) -> Windows:
    """Each of the two storages."""
    if request.param == "memory":
        return MemoryWindows(time.monotonic)
    storage: Windows = request.getfixturevalue("in_redis")
    return storage


def window(amount: int, seconds: int = 60) -> Window:
    """A window of its own."""
    return Window(uuid4().hex, amount, seconds)


def play(storage: Timed, steps: list[tuple[str, int, int, tuple[int, ...]]], now: float) -> None:
    """Do the steps in a window of 3 in 10 seconds and one of 5 in 40; compare each outcome with plain lists of times."""
    both = [window(3, 10), window(5, 40)]
    run = uuid4().hex
    made: list[dict[str, float]] = [{}, {}]
    left: set[str] = set()
    for step, passed, number, which in steps:
        now += passed / 4
        for one, entries in zip(both, made, strict=True):
            for entry, at in list(entries.items()):
                if at < now - one.seconds:
                    del entries[entry]
        entry = f"{run}{number}-{now}"
        chosen = [both[index] for index in which]
        if step == "leave":
            entry = next(iter(made[which[0]]), entry)
            left.add(entry)
            storage.at(now).leave([(entry, chosen)])
            for index in which:
                made[index].pop(entry, None)
            continue
        waits = [
            (position, min(made[index].values()) + both[index].seconds - now)
            for position, index in enumerate(which)
            if len(made[index]) >= both[index].amount and entry not in made[index]
        ]
        there = {entry in made[index] for index in which}
        if entry in left or len(there) > 1:
            continue  # nobody enters again, or in some windows more than before
        expected = Full(waits[0][0], max(wait for _, wait in waits)) if waits else None
        assert storage.at(now).enter(entry, chosen) == expected
        if expected is None:
            for index in which:
                made[index].setdefault(entry, now)


@given(STEPS)
def test_memory_does_what_the_model_does(steps: list[tuple[str, int, int, tuple[int, ...]]]) -> None:
    """In memory: an entry is let in exactly when no window is full, in all or in none, whatever came and went."""
    play(Memory(), steps, 1000.0)


@given(STEPS)
@hypothesis_settings(max_examples=60)
def test_redis_does_what_the_model_does(redis: RedisServer, steps: list[tuple[str, int, int, tuple[int, ...]]]) -> None:
    """In Redis: the same."""
    with redis.client() as client:
        play(InRedis(client), steps, 1_700_000_000.0)


@given(st.lists(st.integers(0, 30), min_size=10, max_size=50))
@hypothesis_settings(max_examples=60)
def test_memory_agrees_with_the_library(passing: list[int]) -> None:
    """The `limits` library's own moving window lets in and refuses the same requests."""
    clock, ours, item = Clock(), window(4), limits.RateLimitItemPerMinute(4)
    storage = MemoryWindows(clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limits.storage.memory.time.time", clock)
        theirs = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())
        for seconds in passing:
            clock.forward(seconds)
            assert (storage.enter(uuid4().hex, [ours]) is None) == theirs.hit(item, "a")


def test_exact_under_64_threads(storage: Windows) -> None:
    """64 threads at once get exactly as many places as there are."""
    site, admitted, gate = window(20), [], threading.Barrier(64)

    def enter() -> None:
        gate.wait()
        if storage.enter(uuid4().hex, [site]) is None:
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
    storage.enter("one", [Window("a", 1, 60)])
    storage._windows = Watched()
    storage.enter("one", [Window("a", 1, 60)])
    storage.enter("two", [Window("a", 1, 60)])
    storage.leave([("one", [Window("a", 1, 60)])])
    assert {"items", "get", "pop", "setdefault"} <= set(seen)


def test_all_or_none(storage: Windows) -> None:
    """An entry that one window refuses stands in no other, and is told the longest wait and the first full window."""
    minute, hour, day = window(2, 60), window(1, 3600), window(9, 86_400)
    assert storage.enter(uuid4().hex, [minute, hour, day]) is None
    for _ in range(3):
        full = storage.enter(uuid4().hex, [minute, day, hour])
        assert full is not None
        assert full.first == 2
        assert 3590 < full.wait <= 3600
    assert [storage.enter(uuid4().hex, [minute]) is None for _ in range(2)] == [True, False]
    assert [storage.enter(uuid4().hex, [day]) is None for _ in range(9)] == [True] * 8 + [False]
    for windows_of_both in ([minute, hour], [hour, minute]):
        both = storage.enter(uuid4().hex, windows_of_both)
        assert both is not None
        assert both.first == 0
        assert 3590 < both.wait <= 3600


def test_sent_twice_counts_once(storage: Windows) -> None:
    """An entry whose answer was lost on the way, and which is sent again, counts once, and is welcome both times."""
    minute, day = window(2, 60), window(2, 86_400)
    one, two, three = (uuid4().hex for _ in range(3))
    for _ in range(5):
        assert storage.enter(one, [minute, day]) is None
    assert storage.enter(two, [minute, day]) is None
    assert storage.enter(one, [minute, day]) is None
    full = storage.enter(three, [minute, day])
    assert full is not None
    storage.leave([(one, [minute, day])])
    assert storage.enter(three, [minute, day]) is None


def test_exact_while_places_come_back(storage: Windows) -> None:
    """However many threads enter and leave at once, there are never more in than the limit, and none is lost."""
    site, inside, most, lock = window(5), 0, 0, threading.Lock()

    def come_and_go() -> None:
        nonlocal inside, most
        for _ in range(10):
            entry = uuid4().hex
            if storage.enter(entry, [site]) is None:
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1
                storage.leave([(entry, [site])])

    run(16, come_and_go)
    assert 1 <= most <= 5
    assert [storage.enter(uuid4().hex, [site]) is None for _ in range(6)] == [True] * 5 + [False]


def run(count: int, work: Callable[[], None]) -> None:
    """Run `work` in so many threads and wait for all."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_leaving_takes_back_exactly_ones_own(redis: RedisServer, kind: str) -> None:
    """A place given back is one's own and not a neighbour's, who would otherwise be forgotten too early or too late."""
    site = window(3)
    with redis.client() as client:
        storage: Timed = Memory() if kind == "memory" else InRedis(client)
        for at in (0, 1, 2):
            assert storage.at(1000 + at).enter(f"{site.key}{at}", [site]) is None
        storage.at(1003).leave([(f"{site.key}1", [site])])
        assert storage.at(1003).enter(f"{site.key}3", [site]) is None
        assert storage.at(1003).enter(f"{site.key}4", [site]) == Full(0, 57)


def test_leaving_twice_or_never_entered_is_harmless(storage: Windows) -> None:
    """What is not there cannot be taken back from others."""
    site, one, two, never = window(2), *(uuid4().hex for _ in range(3))
    storage.leave([(never, [site])])
    assert storage.enter(one, [site]) is None
    assert storage.enter(two, [site]) is None
    storage.leave([(one, [site]), (never, [site])])
    storage.leave([(one, [site])])
    assert [storage.enter(uuid4().hex, [site]) is None for _ in range(2)] == [True, False]


def test_clock_of_memory_does_not_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock may be set forward or back: it opens no window and keeps none closed."""
    storage, site = MemoryWindows(time.monotonic), window(1)
    storage.prepare()
    assert storage.enter("one", [site]) is None
    for wrong in (time.time() + 86_400, time.time() - 86_400):
        monkeypatch.setattr(time, "time", lambda wrong=wrong: wrong)
        full = storage.enter("two", [site])
        assert full is not None
        assert 59 < full.wait <= 60


def test_clock_of_redis_is_the_servers(
    redis: RedisServer, in_redis: RedisWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances whose clocks are wrong agree about the windows, because the time is asked of Redis."""
    site, truth = window(1), time.time()
    monkeypatch.setattr(time, "time", lambda: truth - 86_400)
    assert in_redis.enter(uuid4().hex, [site]) is None
    monkeypatch.setattr(time, "time", lambda: truth + 86_400)
    full = in_redis.enter(uuid4().hex, [site])
    assert full is not None
    assert 55 < full.wait <= 60
    with redis.client() as client:
        [(_, made)] = client.zrange(f"{PREFIX}{site.key}", 0, -1, withscores=True)
    assert made / 1_000_000 == pytest.approx(truth, abs=5)


def test_flood_of_keys_leaves_nothing_behind() -> None:
    """100 000 addresses that get nothing, and 100 000 whose time is over, do not stay in memory."""
    clock = Clock()
    storage = MemoryWindows(clock)
    for number in range(100_000):
        address = Window(f"refunded-{number}", 10, 60)
        storage.enter("one", [address])
        storage.leave([("one", [address])])
    assert len(storage) == 0
    for number in range(100_000):
        clock.forward(0.1)
        storage.enter("one", [Window(f"minted-{number}", 10, 60)])
    assert len(storage) <= 2 * windows.SWEEP_AT


def test_sweep_keeps_what_counts() -> None:
    """Sweeping forgets no entry that still counts, though there be more than it likes to keep."""
    storage = MemoryWindows(Clock())
    addresses = [Window(f"key-{number}", 1, 60) for number in range(5 * windows.SWEEP_AT)]
    assert all(storage.enter("one", [address]) is None for address in addresses)
    assert not any(storage.enter("two", [address]) is None for address in addresses)


def test_redis_forgets_by_itself(redis: RedisServer, in_redis: RedisWindows) -> None:
    """A window in Redis expires with its last entry, and disappears with its last refund; so does every mark."""
    site, entry = window(5), uuid4().hex
    assert in_redis.enter(entry, [site]) is None
    with redis.client() as client:
        assert 55 <= client.ttl(f"{PREFIX}{site.key}") <= 60
        in_redis.leave([(entry, [site])])
        assert not client.exists(f"{PREFIX}{site.key}")
        assert 55 <= client.ttl(f"{PREFIX}left/{entry}") <= 60


def test_entry_that_comes_after_it_was_taken_back(redis: RedisServer, in_redis: RedisWindows) -> None:
    """A script that lingered on the way, and arrives when its request has long been refused, enters nothing."""
    site, entry = window(5), uuid4().hex
    in_redis.leave([(entry, [site])])
    with pytest.raises(redis_py.ResponseError, match="taken back"):
        in_redis.enter(entry, [site])
    with redis.client() as client:
        assert not client.exists(f"{PREFIX}{site.key}")


def test_redis_scripts_come_back_after_a_flush(redis: RedisServer, in_redis: RedisWindows) -> None:
    """When Redis has forgotten the scripts (a restart, SCRIPT FLUSH), they are sent again."""
    site, one = window(1), uuid4().hex
    assert in_redis.enter(one, [site]) is None
    with redis.client() as client:
        client.script_flush()
    assert in_redis.enter(uuid4().hex, [site])
    with redis.client() as client:
        client.script_flush()
    in_redis.leave([(one, [site])])
    assert in_redis.enter(uuid4().hex, [site]) is None


def test_long_windows(storage: Windows) -> None:
    """The longest window that a setting can name works like any other."""
    site = window(1, 999_999 * 12 * 30 * 86_400)
    assert storage.enter(uuid4().hex, [site]) is None
    assert storage.enter(uuid4().hex, [site])


def test_redis_with_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rediss:// the server's certificate is verified, and the rest is the same."""
    options = ["--tls-cert-file", str(certificates(tmp_path)), "--tls-key-file", str(tmp_path / "server.pem")]
    options += ["--tls-port", str(port := free_port()), "--tls-auth-clients", "no"]
    options += ["--tls-ca-cert-file", str(tmp_path / "ca.pem")]
    with redis_server.running(tmp_path, *options):
        with pytest.raises(redis_py.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            open_redis(f"rediss://127.0.0.1:{port}", Deadlines()).prepare()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        opened = open_redis(f"rediss://127.0.0.1:{port}", Deadlines())
        opened.prepare()
        site = window(1)
        assert [opened.enter(uuid4().hex, [site]) is None for _ in range(2)] == [True, False]
        opened.client.close()


def test_redis_is_not_spoken_to_before_it_is_needed() -> None:
    """Opening a storage that is down succeeds: the first step meets the failure."""
    opened = open_redis("rediss://user:password@127.0.0.1:1/0", Deadlines())
    options = opened.client.connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"], options["password"]) == (0.5, 0.5, "password")
    with pytest.raises(redis_py.ConnectionError):
        opened.enter("one", [window(1)])


def test_redis_cluster(tmp_path: Path) -> None:
    """A cluster cannot count in several windows at once: whoever asks it first says what to do."""
    options = ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
    with redis_server.running(tmp_path, *options) as cluster, cluster.client() as client:
        opened = open_redis(cluster.url, Deadlines())
        with pytest.raises(Misconfigured) as caught:
            opened.prepare()
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        assert soon(lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"))
        with pytest.raises(Misconfigured):
            opened.enter(uuid4().hex, [window(1), window(2)])
        assert caught.value.cause.endswith("name a single Redis")
        opened.client.close()
