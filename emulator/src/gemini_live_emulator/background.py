"""An emulator in this process, in a thread of its own: for tests in Python and for scripts."""

import asyncio
import contextlib
import dataclasses
import pathlib
import ssl
import threading
import tomllib
from collections.abc import Iterator
from typing import Any

from gemini_live_emulator import DEFAULT_KEY, app
from gemini_live_emulator.certificate import Certificate
from gemini_live_emulator.control.client import Control
from gemini_live_emulator.state.options import Options
from gemini_live_emulator.state.state import State

_PATIENCE = 10.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Emulator(Control):
    """A running emulator: `url` and `api_key` for the SDKs, and a method for each control route."""

    port: int
    api_key: str = DEFAULT_KEY

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead Google's SDKs here; with TLS also the one that lets Python trust the certificate."""
        trust = {"SSL_CERT_FILE": self.certfile} if self.certfile else {}
        return {
            "GEMINI_API_KEY": self.api_key,
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "GOOGLE_GENAI_API_VERSION": "v1beta",
            **trust,
        }

    def follow(self, scenario: pathlib.Path | str | dict[str, Any]) -> None:
        """From the next session on follow this scenario: a TOML file, its text, or what it holds."""
        if isinstance(scenario, pathlib.Path):
            scenario = scenario.read_text(encoding="utf-8")
        self.scenario(tomllib.loads(scenario) if isinstance(scenario, str) else scenario)


class _Server:
    """The event loop in the thread."""

    def __init__(self, options: Options, tls: ssl.SSLContext | None) -> None:
        self._options, self._tls = options, tls
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, name="gemini-live-emulator", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(_PATIENCE) or not self.port:
            raise RuntimeError("the emulator did not start; what went wrong was printed by its thread")

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        async with app.running(State(self._options), tls=self._tls) as self.port:
            self._ready.set()
            await self._stop.wait()


@contextlib.contextmanager
def emulator(*, https: pathlib.Path | None = None, **options: Any) -> Iterator[Emulator]:
    """Run one on a free port while the block runs; `options` are the command line's (`speaking_rate=20`).

    `https` is a folder for a certificate, made by openssl, and makes it serve TLS.
    """
    tls, certfile = None, None
    if https is not None:
        certificate = Certificate(https)
        certificate.ensure()
        tls, certfile = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), str(certificate.authority)
        tls.load_cert_chain(certificate.chain, certificate.key)
    chosen = Options(**options)
    server = _Server(chosen, tls)
    server.start()
    try:
        url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
        yield Emulator(url=url, certfile=certfile, port=server.port, api_key=chosen.key)
    finally:
        server.end()
