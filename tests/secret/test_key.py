"""The key: cached, read once for all who wait, rotated, stale when it must be; and the real client's every failure."""

import base64
import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from dev import processes
from livetoken.errors import TemporarilyUnavailable
from livetoken.runtime.deadlines import Deadlines
from livetoken.secret import key as key_module
from livetoken.secret.key import GivenKey, SecretKey, key_source
from livetoken.secret.secret_manager import Key, SecretReader, UnusableKeyError, explain, usable_key
from livetoken.settings.environment import Settings
from tests.support import KEY, MakeClient, post, soon

NAME = "projects/shop/secrets/gemini/versions/latest"
VALUE = "sentinel-of-a-key-0123456789"
OTHER = "another-sentinel-of-a-key-0123"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Secret:
    """A reader whose answers a test decides; counts the reads."""

    name = NAME

    def __init__(self) -> None:
        self.answer: str | Exception = VALUE
        self.reads = self.prepared = 0
        self.seconds = 0.0

    def prepare(self) -> None:
        """Count; nothing takes time here."""
        self.prepared += 1

    def __call__(self) -> Key:
        """Return or raise what the test said."""
        self.reads += 1
        time.sleep(self.seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Key(self.answer, str(self.reads))


class Forbidden(Exception):  # noqa: N818 - named as the client names it
    """What the client raises when a role is missing."""


@pytest.fixture(name="reader")
def _reader() -> Secret:
    """A readable key_module."""
    return Secret()


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture(name="found")
def _found() -> list[str]:
    """Every value that the key's source reported."""
    return []


@pytest.fixture(name="source")
def _source(reader: Secret, clock: Clock, found: list[str]) -> SecretKey:
    """A key that nobody has read yet."""
    return SecretKey(reader, Deadlines(), found.append, clock)


def idle(source: SecretKey) -> None:
    """Wait until no refresh goes on in the background."""
    with source._cached._fetching:
        pass


def test_read_once_within_its_time(source: SecretKey, reader: Secret, clock: Clock, found: list[str]) -> None:
    """For five minutes the cached key serves without a read."""
    assert source.get().value == VALUE
    clock.now += key_module.TTL_SECONDS - 1
    assert source.get() is source.get()
    assert (reader.reads, found) == (1, [VALUE])


def test_prepared_beforehand(source: SecretKey, reader: Secret) -> None:
    """The warm-up can have done what takes time, without a read."""
    source.prepare()
    assert (reader.prepared, reader.reads) == (1, 0)


def test_read_beforehand(source: SecretKey, reader: Secret) -> None:
    """The warm-up reads the key; where that fails, the first visitor's read is not held back."""
    answer, reader.answer = reader.answer, Forbidden()
    with pytest.raises(TemporarilyUnavailable) as caught:
        source.prefetch()
    assert "secretAccessor" in caught.value.cause
    reader.answer = answer
    assert source.get().value == VALUE
    source.prefetch()
    assert reader.reads == 2
    GivenKey(VALUE).prefetch()


def test_all_wait_for_one_read(source: SecretKey, reader: Secret) -> None:
    """Thirty-two first requests at once cause one read, and all get its key."""
    reader.seconds = 0.1
    keys: list[Key] = []
    threads = [threading.Thread(target=lambda: keys.append(source.get())) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (reader.reads, len(keys), len(set(map(id, keys)))) == (1, 32, 1)


def test_all_wait_for_one_failure(source: SecretKey, reader: Secret) -> None:
    """Thirty-two first requests at once cause one failing read, not one after the other."""
    reader.seconds, reader.answer = 0.1, Forbidden()
    refusals: list[TemporarilyUnavailable] = []

    def ask() -> None:
        try:
            source.get()
        except TemporarilyUnavailable as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (reader.reads, len(refusals)) == (1, 32)


def test_failure_is_remembered_for_a_moment(source: SecretKey, reader: Secret, clock: Clock) -> None:
    """After a failed read the next one waits a second and a half, then the secret is read again."""
    reader.answer = Forbidden()
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailable) as caught:
            source.get()
        assert "secretAccessor" in caught.value.cause  # every line of the log tells the owner what to mend
    assert reader.reads == 1
    reader.answer = VALUE
    clock.now += key_module.RETRY_SECONDS
    assert source.get().value == VALUE


def test_refreshed_behind(source: SecretKey, reader: Secret, clock: Clock) -> None:
    """A key past its time serves at once while it is read anew in the background, once."""
    old = source.get()
    clock.now += key_module.TTL_SECONDS
    reader.answer, reader.seconds = OTHER, 0.2
    assert [source.get(), source.get()] == [old, old]
    idle(source)
    assert (source.get().value, reader.reads) == (OTHER, 2)


@pytest.mark.parametrize(
    ("failure", "level"), [(Forbidden(), logging.ERROR), (requests.ConnectionError(), logging.WARNING)]
)
def test_stale_when_it_must_be(
    source: SecretKey, reader: Secret, clock: Clock, caplog: pytest.LogCaptureFixture, failure: Exception, level: int
) -> None:
    """A key that cannot be read anew serves for an hour; the owner is told once a minute, as an ERROR what only he can mend."""
    old = source.get()
    reader.answer = failure
    clock.now += key_module.TTL_SECONDS
    for _ in range(2):
        assert source.get() is old
        idle(source)
        clock.now += key_module.RETRY_SECONDS
    assert [record.levelno for record in caplog.records] == [level]
    why = explain(type(failure).__name__, NAME)
    assert caplog.messages == [f"{why}; the cached key, version 1, still serves"]
    assert NAME in caplog.messages[0]
    clock.now += key_module.WARN_SECONDS
    source.get()
    idle(source)
    assert len(caplog.records) == 2
    clock.now = 1000 + key_module.STALE_SECONDS - 1
    assert source.get() is old
    idle(source)
    clock.now += key_module.RETRY_SECONDS
    with pytest.raises(TemporarilyUnavailable):
        source.get()


def test_not_read_anew_right_after_a_failure(
    source: SecretKey, reader: Secret, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale key's requests do not each cause a read, or a thread, while Secret Manager is down."""
    source.get()
    reader.answer = Forbidden()
    clock.now += key_module.TTL_SECONDS
    source.get()
    idle(source)
    monkeypatch.setattr("livetoken.runtime.cached.start_thread", lambda *_: pytest.fail("a thread"))
    for _ in range(5):
        source.get()
    assert reader.reads == 2


def test_replaced_when_refused(source: SecretKey, reader: Secret) -> None:
    """A key that Gemini refuses is read once more, and the new one is the one for all."""
    old = source.get()
    reader.answer = OTHER
    new = source.replacement(old)
    assert new is not None
    assert (new.value, source.get(), reader.reads) == (OTHER, new, 2)


def test_in_flight_at_the_rotation(source: SecretKey, reader: Secret) -> None:
    """Requests that still hold the old key get the new one without a read, whatever has just failed or been kept."""
    old = source.get()
    reader.answer = OTHER
    new = source.replacement(old)
    for brake in (source._cached._failed, source._cached._forced):
        brake.apply(3600)
    assert [source.replacement(old) for _ in range(5)] == [new] * 5
    assert reader.reads == 2


def test_same_key_is_not_read_again_and_again(source: SecretKey, reader: Secret, clock: Clock) -> None:
    """When the secret still holds the refused key, it is not read again for half a minute."""
    key = source.get()
    assert [source.replacement(key) for _ in range(5)] == [None] * 5
    assert reader.reads == 2
    clock.now += key_module.KEPT_SECONDS
    assert source.replacement(key) is None
    assert reader.reads == 3


def test_all_who_were_refused_wait_for_one_read(source: SecretKey, reader: Secret) -> None:
    """Many requests whose key Gemini refused at once read the secret once, not one after the other."""
    key = source.get()
    reader.seconds = 0.1
    threads = [threading.Thread(target=source.replacement, args=(key,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reader.reads == 2


def test_no_replacement_when_it_cannot_be_read(source: SecretKey, reader: Secret) -> None:
    """A refused key has no replacement while Secret Manager is down."""
    key = source.get()
    reader.answer = Forbidden()
    assert source.replacement(key) is None


def test_half_a_change_is_never_seen(source: SecretKey, reader: Secret) -> None:
    """Whoever sees the new key sees its time too, and does not read the secret a second time."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            with contextlib.suppress(TemporarilyUnavailable):
                source.get()

    threads = [threading.Thread(target=watch) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    assert reader.reads == 1


def test_hanging_read_is_given_up(reader: Secret, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Secret Manager, or a metadata server, that does not answer holds nobody longer than the read may take."""
    monkeypatch.setattr(key_module, "READ_SECONDS", 0.05)
    reader.seconds = 2.0
    with pytest.raises(TemporarilyUnavailable) as caught:
        SecretKey(reader, Deadlines()).get()
    assert "(TimeoutError)" in caught.value.cause


def test_key_that_was_found_is_struck_out(
    cloud: processes.Google,
    make_client: MakeClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key from Secret Manager stands in no line that is written after it was read, whoever writes it."""
    for name, value in processes.function_env(cloud.url).items():
        monkeypatch.setenv(name, value)
    # read when google-auth is imported, which an earlier test may have done
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", cloud.url.removeprefix("http://"))
    client = make_client(GEMINI_API_KEY="", GEMINI_API_KEY_SECRET=processes.SECRET, SECRET_MANAGER_BASE_URL=cloud.url)
    assert soon(lambda: post(client).status_code == 200)
    logging.getLogger("livetoken").warning("the key is %s", KEY)
    printed = capsys.readouterr().out
    assert "the key is [redacted]" in printed
    assert KEY not in printed


def test_given_key() -> None:
    """A key in the environment is the only one there is."""
    key = GivenKey(VALUE)
    assert (key.get().value, key.get().version, key.replacement(key.get())) == (VALUE, "environment", None)


@pytest.mark.parametrize(
    ("payload", "usable"),
    [
        (VALUE.encode(), True),
        (f"\t {VALUE}\r\n".encode(), True),
        (b"x" * 20, True),
        (b"x" * 400, True),
        (b"x" * 19, False),
        (b"x" * 401, False),
        (b"", False),
        (b"\n", False),
        (f"{VALUE} {VALUE}".encode(), False),
        (f"{VALUE}\n{VALUE}".encode(), False),
        (f"{VALUE}\0".encode(), False),
        (f'"{VALUE}"'.encode(), False),
        (f"'{VALUE}'".encode(), False),
        (VALUE.encode() + b"\xff", False),
        (VALUE.encode("utf-16"), False),
    ],
)
def test_usable_key(payload: bytes, usable: bool) -> None:  # noqa: FBT001 - a table
    """White space around a key is removed; nothing that a header cannot hold is a key, and it is never repeated."""
    if usable:
        assert usable_key(payload, "projects/1/secrets/s/versions/7") == Key(payload.decode().strip(), "7")
    else:
        with pytest.raises(UnusableKeyError) as caught:
            usable_key(payload, "n")
        assert VALUE not in str(caught.value)


@pytest.mark.parametrize("around", ["\ufeff{}\r\n", "{}\u200b", "{}\u00a0", "\u2060{}\u200e"])
def test_what_a_file_has_around_the_key_unseen(around: str) -> None:
    """A byte order mark and invisible characters are left out like a line end."""
    assert usable_key(around.format(VALUE).encode(), "projects/1/secrets/s/versions/7") == Key(VALUE, "7")


def test_keys_do_not_show() -> None:
    """A key's value is in no repr."""
    assert VALUE not in repr(Key(VALUE, "1")) + repr(GivenKey(VALUE)) + str(Key(VALUE, "1"))


def test_explain_never_repeats() -> None:
    """The owner reads kind, secret and cure; what the failure itself says stays inside."""
    assert (
        explain("ValueError", NAME)
        == f"the Gemini key could not be read from {NAME} (ValueError): Secret Manager gave no usable answer"
    )
    assert "did not answer in time" in explain("TimeoutError", NAME)


def settings(**environment: str) -> Settings:
    """Return settings with a secret, or what the test says."""
    usual = {"ALLOWED_ORIGINS": "https://shop.example", "SECRET_MANAGER_BASE_URL": "http://127.0.0.1:1"}
    return Settings.from_environment(usual | (environment or {"GEMINI_API_KEY_SECRET": NAME}))


def test_key_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings decide where the key comes from; what is read from a secret is heard by whoever must strike it out."""
    heard: list[str] = []
    assert key_source(settings(GEMINI_API_KEY=VALUE), Deadlines(), heard.append).get().value == VALUE
    monkeypatch.setattr(SecretReader, "__call__", lambda reader: Key(OTHER, reader.name))
    assert key_source(settings(), Deadlines(), heard.append).get() == Key(OTHER, NAME)
    assert heard == [OTHER]


URL = f"https://secret.example/v1/{NAME}:access"


@pytest.fixture(name="client")
def _client(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SecretReader, responses.RequestsMock]]:
    """The real client, with credentials of the test's own and no network."""
    import google.auth
    from google.auth.credentials import AnonymousCredentials

    # the client accepts anonymous credentials only where it is told that it may
    def default(*, scopes: list[str], request: object) -> tuple[AnonymousCredentials, str]:
        assert scopes == ["https://www.googleapis.com/auth/cloud-platform"]
        assert request is not None
        return AnonymousCredentials(), "shop"  # type: ignore[no-untyped-call]

    monkeypatch.setattr(google.auth, "default", default)
    reader = SecretReader(settings(GEMINI_API_KEY_SECRET=NAME, SECRET_MANAGER_BASE_URL="https://secret.example"))
    reader.prepare()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield reader, mock


def payload(data: bytes) -> dict[str, Any]:
    """Return Secret Manager's answer with `data`."""
    return {"name": "projects/123/secrets/gemini/versions/7", "payload": {"data": base64.b64encode(data).decode()}}


def test_client_reads(client: tuple[SecretReader, responses.RequestsMock]) -> None:
    """The real client gives the key without its line end, and the number of the version that it came from."""
    reader, mock = client
    mock.get(URL, json=payload(f"{VALUE}\n".encode()))
    assert reader() == Key(VALUE, "7")
    assert reader() == Key(VALUE, "7")
    assert len(mock.calls) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            {"status": 403, "json": {"error": {"code": 403, "message": VALUE, "status": "PERMISSION_DENIED"}}},
            "Forbidden",
        ),
        ({"status": 404, "body": b""}, "NotFound"),
        (
            {
                "status": 400,
                "json": {"error": {"code": 400, "message": "is in DISABLED state", "status": "FAILED_PRECONDITION"}},
            },
            "BadRequest",
        ),
        ({"status": 429, "body": b""}, "TooManyRequests"),
        ({"status": 500, "body": b"<html>"}, "InternalServerError"),
        ({"status": 503, "body": b""}, "ServiceUnavailable"),
        ({"status": 200, "body": b"<html>"}, "ParseError"),
        ({"status": 200, "body": b""}, "ParseError"),
        ({"status": 200, "body": b"[]"}, "UnusableKeyError"),
        ({"status": 200, "json": {}}, "UnusableKeyError"),
        ({"status": 200, "json": payload(b"short")}, "UnusableKeyError"),
        ({"body": requests.ConnectionError(VALUE)}, "ConnectionError"),
        ({"body": requests.ReadTimeout(VALUE)}, "ReadTimeout"),
        ({"status": 307, "headers": {"Location": "https://elsewhere.example/"}}, "TooManyRedirects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_client_fails(
    client: tuple[SecretReader, responses.RequestsMock],
    answer: dict[str, Any],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever Secret Manager answers is asked for once, followed nowhere, and told without its own words."""
    reader, mock = client
    monkeypatch.setattr(key_module, "READ_SECONDS", 60)  # on a machine that does much else
    mock.get(URL, **answer)
    elsewhere = mock.get("https://elsewhere.example/", json=payload(VALUE.encode()))
    with pytest.raises(TemporarilyUnavailable) as caught:
        SecretKey(reader, Deadlines()).get()
    assert caught.value.cause.startswith(f"the Gemini key could not be read from {NAME} ({kind}): ")
    assert VALUE not in caught.value.cause
    assert [call.request.url for call in mock.calls] == [f"{URL}?%24alt=json%3Benum-encoding%3Dint"]
    assert elsewhere.call_count == 0
