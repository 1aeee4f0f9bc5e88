"""Names and helpers that the tests share."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import requests
from flask.testing import FlaskClient

from dev import processes

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = "https://shop.example"
KEY = "stand-in-key-for-local-use-only"
PATIENCE = 60.0  # seconds to wait for what must come; only a failure waits so long
NOBODY = "192.0.2.250"  # the address that warms an instance up, so that it costs no other address a place
MakeClient = Callable[..., FlaskClient]


def post(client: FlaskClient, fields: object = None, path: str = "/", **headers: str) -> Any:
    """POST `fields` as JSON the way a page on ORIGIN does; `headers` replace or add, with _ for -."""
    sent: Mapping[str, str] = {"Origin": ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    body = json.dumps({} if fields is None else fields)
    return client.post(path, data=body, content_type="application/json", headers=sent)


def soon(holds: Callable[[], object]) -> bool:
    """Whether something comes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def until_ready(url: str, origin: str = ORIGIN, **headers: str) -> None:
    """Ask for tokens until one comes: on a busy machine a cold start may take longer than a request has."""
    sent = {"Origin": origin, "X-Forwarded-For": NOBODY, **headers}
    ends = time.monotonic() + PATIENCE
    while (answer := requests.post(url, json={}, headers=sent, timeout=20)).status_code != requests.codes.ok:
        assert time.monotonic() < ends, answer.text
        time.sleep(0.2)


@contextlib.contextmanager
def warm_function(
    google: processes.Google, origins: Sequence[str] = (ORIGIN,), env: Mapping[str, str | None] | None = None
) -> Iterator[processes.Function]:
    """Run the function, and yield it when it has given its first token."""
    with processes.function(google, origins, env=env) as running:
        until_ready(running.url, origins[0])
        yield running


class Lateness:
    """How late this machine lets a thread wake up, in seconds altogether, while the block runs: a control for short waits."""

    seconds = 0.0

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self, nap: float = 0.01) -> None:
        before = time.monotonic()
        while not self._over.wait(nap):
            self.seconds += time.monotonic() - before - nap
            before = time.monotonic()


def allowing(seconds: float, *controls: float) -> float:
    """Return a bound: what it may take, and ten times what a control took this machine in the same run.

    The control is the same without the fault, or the lateness of a thread meanwhile: nearly nothing where nobody else works.
    """
    return seconds + 10 * max(controls)


@contextlib.contextmanager
def within(seconds: float, *controls: float) -> Iterator[None]:
    """Assert that the block takes no longer than that, and what `allowing` adds for a busy machine."""
    started = time.monotonic()
    with Lateness() as late:
        yield
    assert time.monotonic() - started < allowing(seconds, late.seconds, *controls)
