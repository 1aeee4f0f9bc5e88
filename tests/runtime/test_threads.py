"""Threads that the system does not give: whoever wanted one goes on without it, and tries again later."""

import threading

import pytest

from livetoken.runtime.threads import start_thread


def no_threads(patch: pytest.MonkeyPatch) -> None:
    """Let the system have no thread to give."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    patch.setattr(threading.Thread, "start", start)


def test_thread_runs() -> None:
    """The work is done beside, under its name, and holds no process open."""
    done, seen = threading.Event(), []

    def work() -> None:
        seen.append((threading.current_thread().name, threading.current_thread().daemon))
        done.set()

    assert start_thread("beside", work)
    assert done.wait(5)
    assert seen == [("beside", True)]


def test_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, nothing is done and nothing is raised."""
    no_threads(monkeypatch)
    assert not start_thread("beside", lambda: pytest.fail("run"))
