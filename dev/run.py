"""Starts the three parts in order, shows where they are, and ends them all together."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from types import FrameType

from dev import processes
from dev.children import ROOT
from dev.search_index import search_index
from dev.static_server import site
from livetoken.settings.environment import TABLE

_PORTS = {"SITE_PORT": 8000, "FUNCTION_PORT": 8080, "GOOGLE_PORT": 9090}
_OF_A_LOCAL_RUN = frozenset(
    ("ALLOWED_ORIGINS", "GEMINI_API_KEY_SECRET", "GEMINI_API_KEY", "GEMINI_BASE_URL", "SECRET_MANAGER_BASE_URL")
)
# whatever else the function can be told, a developer may try out here
_PASSED_ON = tuple(setting.name for setting in TABLE if setting.name not in _OF_A_LOCAL_RUN)
_OF_PROMPT_FILES = ("PROMPTS", "DEFAULT_PROMPT", "GEMINI_API_VERSION")  # the others the function judges itself
_WATCH_SECONDS = 0.2
_LARGEST_PORT = 65_535


class CannotRunError(Exception):
    """The message is one sentence that says what to do."""


def say(text: str) -> None:
    """Print a line at once, whoever reads it."""
    print(text, flush=True)


def ports(env: Mapping[str, str], *, emulator: bool) -> tuple[int, int, int]:
    """The ports of site, function and emulator, those that will be used all free; raises CannotRunError."""
    found: dict[int, str] = {}
    for name, default in _PORTS.items():
        text = env.get(name) or str(default)
        if not text.isdecimal() or not 0 < int(text) <= _LARGEST_PORT:
            raise CannotRunError(f"{name} must be a port number from 1 to {_LARGEST_PORT}, not {text!r}.")
        if (port := int(text)) in found:
            raise CannotRunError(f"{found[port]} and {name} are both {port}: give them different ports.")
        found[port] = name
    for port, name in found.items():
        if (emulator or name != "GOOGLE_PORT") and taken(port):
            raise CannotRunError(
                f"Port {port} is taken: end what uses it, or choose another: {name}={port + 1} make run"
            )
    site_port, function_port, google_port = found
    return site_port, function_port, google_port


def taken(port: int) -> bool:
    """Whether somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise CannotRunError(f"Port {port} may be opened by root only: choose one above 1023.") from error
        except OSError:
            return True
    # For browsers `localhost` is [::1] as well, and they must not meet somebody else there.
    try:
        socket.create_connection(("::1", port), timeout=1).close()
    except OSError:
        return False
    return True


def run(env: Mapping[str, str] | None = None) -> int:
    """Run until Ctrl-C (0) or until a part dies (1)."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, _stop)
    try:
        return _run(os.environ if env is None else env)
    except KeyboardInterrupt:
        say("Everything has ended.")
        return 0
    except (CannotRunError, processes.DiedError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End in order; a second Ctrl-C must not disturb that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    say("\nEnding …")
    raise KeyboardInterrupt


def _run(env: Mapping[str, str]) -> int:
    for package in ("aiohttp", "functions_framework"):
        if importlib.util.find_spec(package) is None:
            raise CannotRunError(f"{package} is not installed: use `make run`, which installs what it needs.")
    key = env.get("GEMINI_API_KEY", "").strip()
    site_port, function_port, google_port = ports(env, emulator=not key)
    settings: dict[str, str | None] = {name: env[name] for name in _PASSED_ON if env.get(name)}
    _check(settings)
    with contextlib.ExitStack() as parts:
        google = None
        if key:
            settings["GEMINI_API_KEY"] = key
            where = "https://generativelanguage.googleapis.com  (Google itself: GEMINI_API_KEY is set, talking costs)"
        else:
            say(f"Starting the Gemini Live emulator on port {google_port} …")
            google = parts.enter_context(processes.google(google_port, echo=say))
            where = f"{google.url}  (the emulator: no key, no cost; set GEMINI_API_KEY to talk to Google)"
        say(f"Starting the function on port {function_port} …")
        origins = [f"http://localhost:{site_port}", f"http://127.0.0.1:{site_port}"]
        function = parts.enter_context(processes.function(google, origins, function_port, settings, echo=say))
        function_url = f"http://localhost:{function_port}"
        _await_health(function)
        say(f"Serving examples/ on port {site_port} …")
        search_index()
        site_url = parts.enter_context(site(function_url, google_port, site_port))
        say(_welcome(site_url, function_url, where))
        children = [part.process for part in (google, function) if part is not None]
        while all(child.process.poll() is None for child in children):
            time.sleep(_WATCH_SECONDS)
        dead = [child.name for child in children if child.process.poll() is not None]
        say(f"{' and '.join(dead)} has ended by itself, so everything ends.".capitalize())
    return 1


def _check(settings: Mapping[str, str | None]) -> None:
    """Tell every mistake in the prompt files at once, those included that the function would only find when asked."""
    given = {name: value for name in _OF_PROMPT_FILES if (value := settings.get(name))}
    command = [sys.executable, "-m", "livetoken", "check"]
    if subprocess.run(command, cwd=ROOT, env=processes.minimal_env(**given), check=False).returncode:
        raise CannotRunError("Nothing was started: mend what stands above.")


def _await_health(function: processes.Function) -> None:
    """One request, which also starts the function's warm-up."""
    try:
        with urllib.request.urlopen(function.url, timeout=20) as answer:  # noqa: S310 - our own loopback address
            answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise CannotRunError(f"The function answers its own health check with {error}: see its lines above.") from error


def _welcome(site_url: str, function_url: str, where: str) -> str:
    curl = f"curl {function_url}/ -H 'Origin: {site_url}' -H 'Content-Type: application/json' -d '{{\"lang\": \"es\"}}'"
    return f"""
  Page      {site_url}
  Site      {site_url}/bicycles/  (a dozen pages that the voice searches, shows and opens)
  Function  {function_url}
  Google    {where}

Open the page, or ask for a token yourself:
  {curl}

Ctrl-C ends everything. The function's log follows.
"""
