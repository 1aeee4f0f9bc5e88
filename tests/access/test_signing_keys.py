"""An issuer's keys: fetched once, kept, fetched anew when there is reason to, and used on while the issuer is down."""

import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from livetoken.access import signing_keys
from livetoken.access.signing_keys import (
    CACHE_SECONDS,
    COOL_DOWN_SECONDS,
    RETRY_SECONDS,
    STALE_SECONDS,
    SigningKeys,
    discovered_keys_url,
    fetch_json,
)
from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.deadlines import SLOTS, Deadlines
from tests.access.clock import Clock
from tests.access.issuer import Issuer
from tests.support import Lateness, allowing, soon, within


class Source:
    """What an issuer has, and how often it was asked."""

    def __init__(self, **keys: str) -> None:
        self.keys: Mapping[str, str] = keys
        self.asked = 0
        self.down = False

    def __call__(self) -> Mapping[str, str]:
        """Answer, or fail."""
        self.asked += 1
        if self.down:
            raise OSError("the issuer's own words")
        return dict(self.keys)


@pytest.fixture(name="source")
def _source() -> Source:
    """An issuer with one key."""
    return Source(a="key a")


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """The test's clock."""
    return Clock()


@pytest.fixture(name="keys")
def _keys(source: Source, clock: Clock) -> SigningKeys:
    """That issuer's keys, not yet fetched."""
    return SigningKeys(source, Deadlines(), clock)


def test_fetched_once(keys: SigningKeys, source: Source, clock: Clock) -> None:
    """Known keys are not fetched again for six hours."""
    for _ in range(10):
        assert keys.find("a") == "key a"
        clock.forward(CACHE_SECONDS / 11)
    assert source.asked == 1
    clock.forward(CACHE_SECONDS / 11)
    clock.forward(1)
    assert keys.find("a") == "key a"
    assert source.asked == 2


def test_rotation(keys: SigningKeys, source: Source, clock: Clock) -> None:
    """A key that the issuer has begun to use is fetched as soon as a proof names it; the old one disappears with it."""
    assert keys.find("a") == "key a"
    clock.forward(COOL_DOWN_SECONDS)
    source.keys = {"b": "key b"}
    assert keys.find("b") == "key b"
    assert keys.find("a") is None
    assert source.asked == 2


def test_made_up_names_do_not_bother_the_issuer(keys: SigningKeys, source: Source, clock: Clock) -> None:
    """However many unknown names come in, the issuer is asked at most once in half a minute."""
    for number in range(1000):
        assert keys.find(f"made up {number}") is None
        clock.forward(0.1)
    assert source.asked == 1 + 100 // COOL_DOWN_SECONDS


@pytest.mark.parametrize("age", [0.0, CACHE_SECONDS])
def test_made_up_names_while_the_issuer_is_down(keys: SigningKeys, source: Source, clock: Clock, age: float) -> None:
    """Nor is an issuer that does not answer asked more often, whether its keys are fresh or stale."""
    assert keys.find("a") == "key a"
    clock.forward(age)
    source.down = True
    for number in range(600):
        with contextlib.suppress(TemporarilyUnavailable):
            assert keys.find(f"made up {number}") is None
        assert keys.find("a") == "key a"
        clock.forward(0.1)
    assert source.asked <= 1 + 60 // COOL_DOWN_SECONDS


def test_down_and_cold(keys: SigningKeys, source: Source, clock: Clock) -> None:
    """Without any keys the answer is unknown, not no; the issuer is asked again after five seconds, and then it works."""
    source.down = True
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailable) as caught:
            keys.find("a")
    assert "issuer's own words" not in caught.value.cause
    assert source.asked == 1
    source.down = False
    clock.forward(RETRY_SECONDS)
    assert keys.find("a") == "key a"


def test_a_prefetch_that_fails_binds_nobody(keys: SigningKeys, source: Source) -> None:
    """The warm-up is told that the issuer does not answer; the first visitor asks it again, without a pause."""
    source.down = True
    with pytest.raises(TemporarilyUnavailable):
        keys.prefetch()
    source.down = False
    assert keys.find("a") == "key a"
    assert source.asked == 2


def test_down_and_warm(keys: SigningKeys, source: Source, clock: Clock) -> None:
    """Known keys verify on for a day while the issuer is down; an unknown one cannot be judged."""
    assert keys.find("a") == "key a"
    source.down = True
    clock.forward(COOL_DOWN_SECONDS)
    with pytest.raises(TemporarilyUnavailable):
        keys.find("b")
    clock.forward(CACHE_SECONDS)
    assert keys.find("a") == "key a"
    clock.forward(STALE_SECONDS - CACHE_SECONDS - COOL_DOWN_SECONDS)
    with pytest.raises(TemporarilyUnavailable):
        keys.find("a")


@pytest.mark.parametrize("down", [False, True])
def test_one_fetch_for_all_who_wait(source: Source, down: bool) -> None:  # noqa: FBT001 - a case, not an option
    """64 first requests at once ask the issuer once, whether it answers or not."""
    source.down = down
    source_call, outcomes, gate = source.__call__, [], threading.Barrier(64)

    def slow() -> Mapping[str, Any]:
        time.sleep(0.2)
        return source_call()

    keys = SigningKeys(slow, Deadlines())

    def find() -> None:
        gate.wait()
        try:
            outcomes.append(keys.find("a"))
        except TemporarilyUnavailable:
            outcomes.append(None)

    run_64(find)
    assert source.asked == 1
    assert outcomes == [None if down else "key a"] * 64


def run_64(work: Callable[[], None]) -> None:
    """Run `work` in 64 threads and wait for all."""
    threads = [threading.Thread(target=work) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_hanging_issuer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than the fetch may take, also those who come while others wait."""
    monkeypatch.setattr(signing_keys, "FETCH_SECONDS", 0.3)

    def slow() -> Mapping[str, Any]:
        time.sleep(4)
        return {}

    keys = SigningKeys(slow, Deadlines())
    waited: list[float] = []

    def find() -> None:
        started = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            keys.find("a")
        waited.append(time.monotonic() - started)

    with Lateness() as late:
        run_64(find)
    assert max(waited) < allowing(2.5, late.seconds)


def test_nobody_waits_for_the_next_attempt(source: Source, clock: Clock) -> None:
    """After a failure one request tries again; those who come meanwhile are told at once, or use the keys they know."""
    others: list[Any] = []

    def hang() -> Mapping[str, Any]:
        for name in ("a", "b"):
            try:
                others.append(keys.find(name))
            except TemporarilyUnavailable as failure:
                others.append(failure.cause)
        return source()

    keys = SigningKeys(source, Deadlines(), clock)
    assert keys.find("a") == "key a"
    clock.forward(CACHE_SECONDS)
    source.down = True
    assert keys.find("a") == "key a"
    clock.forward(COOL_DOWN_SECONDS)
    keys._fetch = hang
    with pytest.raises(TemporarilyUnavailable):
        keys.find("b")
    assert others == ["key a", "the signing keys of CALLERS are being fetched, after a failure"]


def test_fetches_over_https(oidc: Issuer) -> None:
    """A document comes back as it was sent, from a server whose certificate is trusted."""
    assert fetch_json(f"{oidc.url}/keys")["keys"][0]["kid"] == "rsa-1"
    assert discovered_keys_url(oidc.url) == f"{oidc.url}/keys"


@pytest.mark.parametrize(
    "fault", ["error", "error with keys", "garbage", "redirect", "redirect with keys", "huge", "hang", "drip"]
)
def test_faulty_document(oidc: Issuer, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors, redirects, endless and dripping documents are given up within the time, and no redirect is followed."""
    if fault not in ("hang", "drip"):
        monkeypatch.setattr(signing_keys, "FETCH_SECONDS", 10)  # what fails by itself needs no time
    oidc.faults["keys"] = fault
    with within(3), pytest.raises((OSError, ValueError)):  # the server would take four seconds and more
        fetch_json(f"{oidc.url}/keys")
    assert oidc.asked == ["keys"]


def test_certificate_that_is_not_trusted(oidc: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys from a server that cannot prove who it is are no keys."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch_json(f"{oidc.url}/keys")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "file:///etc/passwd", "ftp://127.0.0.1/keys", "None", ""])
def test_only_https(url: str) -> None:
    """An address that an issuer's document names is only followed over https."""
    with pytest.raises(ValueError, match="over https only"):
        fetch_json(url)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {"jwks_uri": "https://a.example/k"},
        {"issuer": "https://other.example", "jwks_uri": "https://a.example/k"},
    ],
)
def test_discovery_document_of_nobody(document: Any) -> None:
    """A discovery document must speak for the very issuer that was asked."""
    with pytest.raises(ValueError, match="not this issuer's"):
        discovered_keys_url("https://a.example", lambda _: document)


@pytest.mark.parametrize("issuer", ["https://a.example", "https://a.example/", "https://a.example/tenant"])
def test_discovery_address(issuer: str) -> None:
    """The document lies below the issuer's own address, with or without a slash at its end."""
    asked: list[str] = []

    def fetch(url: str) -> Any:
        asked.append(url)
        return {"issuer": issuer, "jwks_uri": "https://keys.example"}

    assert discovered_keys_url(issuer, fetch) == "https://keys.example"
    assert asked == [issuer.rstrip("/") + "/.well-known/openid-configuration"]


def test_half_a_change_is_never_seen(source: Source, clock: Clock) -> None:
    """A request that looks while another one's fetch comes in sees the keys before it or after it, never between."""
    meanwhile: list[Callable[[], Any]] = []

    def time_passes() -> float:
        if meanwhile:
            meanwhile.pop()()
        return clock()

    keys = SigningKeys(source, Deadlines(), time_passes)
    meanwhile.append(lambda: keys.find("a"))
    assert keys.find("a") == "key a"


@pytest.mark.parametrize("which", ["discovery", "keys"])
def test_drips_end(oidc: Issuer, which: str) -> None:
    """More dripped documents than there are slots: each ends in its time, and when the drip ends, the keys come."""
    deadlines = Deadlines()

    def fetch() -> Any:
        return fetch_json(discovered_keys_url(oidc.url))

    def read(_: int) -> float:
        started = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011 - whichever the socket meets first
            deadlines.within(0.2, fetch)
        return time.monotonic() - started

    oidc.faults[which] = "drip"
    with Lateness() as late, concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert max(pool.map(read, range(SLOTS + 20))) < allowing(3, late.seconds)
    assert soon(lambda: deadlines._free._value == SLOTS)
    del oidc.faults[which]
    assert deadlines.within(5, fetch)["keys"]
