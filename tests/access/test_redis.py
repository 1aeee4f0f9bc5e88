"""Limits kept in a real Redis: exact across function processes, closed while it is gone, open again by themselves."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import processes
from tests.access import proxy, redis_server
from tests.access.conftest import logged
from tests.access.proxy import Proxy
from tests.access.redis_server import RedisServer
from tests.access.test_limits_http import ask_at_once
from tests.support import ORIGIN, PATIENCE, allowing, soon, warm_function, within

Page = Callable[..., Any]
UNAVAILABLE = 503
BOUND = 3.0  # seconds; 0.8 are the storage's, the rest is for a busy machine


@pytest.fixture(scope="module", name="own")
def _own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that these tests may stop."""
    with redis_server.running(tmp_path_factory.mktemp("own-redis")) as server:
        yield server


@pytest.fixture(scope="module", name="instances")
def _instances(cloud: processes.Google, own: RedisServer) -> Iterator[list[processes.Function]]:
    """Two processes of the function that share a Redis, warmed up."""
    env = {"LIMITS_STORAGE": own.url, "LIMIT_PER_ADDRESS": "20/minute", "LIMIT_PER_ORIGIN": "30/minute"}
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(warm_function(cloud, env=env)) for _ in range(2)]


@pytest.fixture(autouse=True)
def _fresh(own: RedisServer, instances: list[processes.Function], page: Page) -> None:
    """Every test begins with a Redis that runs and is empty, and with instances that have noticed."""
    own.stop()
    own.start()
    recovered(instances, page)
    with own.client() as client:
        client.flushall()


def recovered(instances: list[processes.Function], page: Page) -> float:
    """Return after how many seconds every instance mints again."""
    started = time.monotonic()
    for instance in instances:
        while page(instance.url).status != 200:
            assert time.monotonic() - started < PATIENCE
            time.sleep(0.1)
    return time.monotonic() - started


def calm(instances: list[processes.Function], page: Page) -> float:
    """Return how long a token takes while Redis is as it should be: the control for what it takes when it is not."""
    started = time.monotonic()
    for instance in instances:
        assert page(instance.url).status == 200
    return time.monotonic() - started


def served(ask: Callable[[], Any]) -> Any:
    """Ask until Redis was in time: on a busy machine it may take longer than a request waits for it."""
    end = time.monotonic() + PATIENCE
    while (answer := ask()).status == UNAVAILABLE and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def test_exact_across_instances(instances: list[processes.Function], cloud: processes.Google, page: Page) -> None:
    """64 requests at once to two instances: by address exactly 20 tokens, by site exactly 30."""
    before = len(cloud.mints())

    def one(number: int, **headers: str) -> Any:
        return served(lambda: page(instances[number % 2].url, **headers))

    assert sorted(ask_at_once(64, one)) == [200] * 20 + [429] * 44
    assert len(cloud.mints()) - before == 20
    others = ask_at_once(32, lambda number: one(number, X_Forwarded_For=f"203.0.113.{number}"))
    assert sorted(others) == [200] * 10 + [429] * 22


def test_refund_reaches_the_other_instance(instances: list[processes.Function], page: Page) -> None:
    """Requests that got no token from one instance have used nothing of the site's tokens of the other."""
    spoiled = [page(instances[0].url, {"voice": "Siri"}, X_Forwarded_For=f"203.0.113.{n}").status for n in range(40)]
    assert spoiled == [400] * 40
    assert [page(instances[1].url).status for _ in range(21)] == [200] * 20 + [429]


def test_retry_after(instances: list[processes.Function], page: Page) -> None:
    """The wait that a page is told is counted from the first token that any instance gave."""
    for number in range(20):
        page(instances[number % 2].url)
    time.sleep(1.1)
    answer = page(instances[0].url)
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert 50 <= int(answer.headers["Retry-After"]) <= 59


def test_gone(instances: list[processes.Function], own: RedisServer, cloud: processes.Google, page: Page) -> None:
    """Without Redis nothing is minted: 503 at once; when it is back, and empty, tokens flow again by themselves."""
    control = calm(instances, page)
    own.stop()
    before = len(cloud.mints())
    for instance in instances:
        for _ in range(5):
            started = time.monotonic()
            answer = page(instance.url)
            assert (answer.status, answer.code) == (503, "temporarily_unavailable")
            assert answer.headers["Retry-After"] == "5"
            assert time.monotonic() - started < allowing(BOUND, control)
    assert len(cloud.mints()) == before
    own.start()
    assert recovered(instances, page) < allowing(5, control)


def test_hanging(instances: list[processes.Function], own: RedisServer, page: Page) -> None:
    """A Redis that hangs holds no request longer than its time, no health check at all, and uses up no places."""
    control = calm(instances, page)
    with own.client() as client:
        client.flushall()
    own.freeze()
    try:
        started = time.monotonic()
        assert set(ask_at_once(20, lambda _: page(instances[0].url))) == {503}
        assert time.monotonic() - started < allowing(BOUND + 1, control)
        started = time.monotonic()
        assert page(instances[0].url, method="GET").content == {"status": "ok"}
        assert page(instances[0].url).status == 503
        assert time.monotonic() - started < allowing(BOUND, control)
    finally:
        own.thaw()
    assert recovered(instances[:1], page) < allowing(5, control)
    assert [page(instances[0].url).status for _ in range(20)] == [200] * 19 + [429]


def test_flushed(instances: list[processes.Function], own: RedisServer, page: Page) -> None:
    """A Redis that has forgotten windows and scripts counts anew, without a failed request."""
    with own.client() as client:
        for _ in range(3):
            assert page(instances[0].url).status == 200
            client.flushall()
            client.script_flush()
    assert [page(instances[1].url).status for _ in range(21)] == [200] * 20 + [429]


@pytest.mark.parametrize("spoil", ["wrong type", "no memory", "read only"])
def test_error_answers(instances: list[processes.Function], own: RedisServer, page: Page, spoil: str) -> None:
    """A Redis that answers with errors refuses like one that is gone: its state says nothing about the limits."""
    with own.client() as client:
        if spoil == "wrong type":
            page(instances[0].url)
            for key in client.scan_iter("*/address/*"):
                client.set(key, "x")
        elif spoil == "no memory":
            client.config_set("maxmemory", "1")
        else:
            client.replicaof("127.0.0.1", 1)
        answer = page(instances[0].url)
        assert (answer.status, answer.code) == (503, "temporarily_unavailable")
        client.config_set("maxmemory", "0")
        client.replicaof("no", "one")


def test_password_that_is_wrong(own: RedisServer, cloud: processes.Google, page: Page) -> None:
    """A wrong password refuses every mint, and stands neither in the answer nor in the log."""
    with own.client() as client:
        client.config_set("requirepass", "right-password")
    try:
        env = {"LIMITS_STORAGE": f"redis://:wrong-password@127.0.0.1:{own.port}"}
        with processes.function(cloud, [ORIGIN], env=env) as livetoken:
            answer = page(livetoken.url)
            assert (answer.status, answer.code) == (503, "temporarily_unavailable")
            [line] = logged(livetoken, "temporarily_unavailable")
            assert line["message"].endswith("did not answer (AuthenticationError); see LIMITS_STORAGE")
            assert "wrong-password" not in "".join(livetoken.lines()) + str(answer)
    finally:
        own.stop()
        own.start()


@pytest.fixture(name="proxied")
def _proxied(cloud: processes.Google, own: RedisServer, page: Page) -> Iterator[tuple[processes.Function, Proxy]]:
    """A function whose way to Redis leads through a proxy, warmed up."""
    with proxy.before(own.port) as between:
        env = {"LIMITS_STORAGE": f"redis://127.0.0.1:{between.port}", "LIMIT_PER_ADDRESS": "20/minute"}
        with processes.function(cloud, [ORIGIN], env=env) as function, own.client() as client:
            assert served(lambda: page(function.url)).status == 200
            assert soon(lambda: client.exists("livetoken:left/none")), "the warm-up has tried the storage"
            client.flushdb()
            yield function, between


def held(own: RedisServer, kind: str) -> int:
    """Return how many entries stand in the windows of a kind."""
    with own.client() as client:
        return sum(int(client.zcard(key)) for key in client.scan_iter(f"livetoken:*/{kind}/*"))


def test_dripping(proxied: tuple[processes.Function, Proxy], page: Page) -> None:
    """A Redis whose answers drip holds nobody, fills nothing for good, and is forgotten 5 seconds after it has ended."""
    function, between = proxied
    control = calm([function], page)
    between.fault = "drip"
    ends = time.monotonic() + 9
    refused = 0
    while time.monotonic() < ends or refused <= 250:
        with within(BOUND, control):
            refused += ask_at_once(20, lambda _: page(function.url)).count(503)
        assert time.monotonic() < ends + PATIENCE
    assert page(function.url, method="GET").content == {"status": "ok"}
    between.fault = ""
    assert recovered([function], page) < allowing(5, control)
    assert soon(lambda: len(between.connections) <= 2), "what was given up has been closed"


def test_lost_answer_counts_once(proxied: tuple[processes.Function, Proxy], own: RedisServer, page: Page) -> None:
    """A script whose answer is lost is sent again, and counts once."""
    function, between = proxied
    assert served(lambda: page(function.url)).status == 200
    between.losing = 1
    assert page(function.url).status == 200
    assert between.losing == 0
    assert (held(own, "address"), held(own, "origin")) == (2, 4)  # the site has two windows


def test_lost_redis_holds_nothing(proxied: tuple[processes.Function, Proxy], own: RedisServer, page: Page) -> None:
    """What was reserved for a request that was refused because Redis got lost is given back when it is there again."""
    function, between = proxied
    assert served(lambda: page(function.url)).status == 200
    for _ in range(3):
        between.losing = 2
        assert page(function.url).status == 503
        time.sleep(1.1)
    assert served(lambda: page(function.url)).status == 200
    assert soon(lambda: (held(own, "address"), held(own, "origin")) == (2, 4))


@pytest.mark.parametrize("assigned", [False, True])
def test_cluster(
    cloud: processes.Google,
    tmp_path: Path,
    page: Page,
    assigned: bool,  # noqa: FBT001 - a case, not an option
) -> None:
    """A Redis Cluster is refused: by the warm-up in the log, and by every request, with a sentence that says what to do."""
    sentence = "LIMITS_STORAGE is a Redis Cluster, which cannot count in several windows at once; name a single Redis"
    with redis_server.running(
        tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(processes.free_port())
    ) as cluster:
        if assigned:
            with cluster.client() as client:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
                assert soon(lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"))
        with processes.function(cloud, [ORIGIN], env={"LIMITS_STORAGE": cluster.url}) as livetoken:
            assert page(livetoken.url, method="GET").content == {"status": "ok"}
            assert soon(lambda: f"warm-up: {sentence}" in "".join(livetoken.lines()))
            answer = page(livetoken.url)
            assert (answer.status, answer.code) == (500, "misconfigured")
            [line] = logged(livetoken, "misconfigured")
            assert line["message"] == f"misconfigured: {sentence}"
