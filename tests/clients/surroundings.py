"""What every client finds when it talks: the emulator, the function, a page's port and a sound file."""

import contextlib
import dataclasses
import json
import pathlib
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator

from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.live import speech

from dev import processes
from dev.processes import Google, free_port, function, google
from tests.clients.catalog import CHROMIUM, Client

ORIGIN = "http://localhost:8000"


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """The emulator behind TLS and in the clear, and the function before the former, which allows a page on `page_port`."""

    emulator: Google
    plain: Google
    function_url: str
    page_port: int
    folder: pathlib.Path

    def source(self, client: Client) -> pathlib.Path:
        """Where the files lie that it takes from a repository."""
        return self.folder / "sources" / client.folder

    def token(self) -> str:
        """A token of the function, as a page gets it."""
        request = urllib.request.Request(
            self.function_url, b"{}", {"Origin": ORIGIN, "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(json.load(answer)["token"])

    def variables(self, client: Client) -> dict[str, str]:
        """The variables that a client's program reads."""
        authority = str(self.emulator.certfile)
        return processes.minimal_env(
            GEMINI_API_KEY=DEFAULT_KEY,
            GOOGLE_GEMINI_BASE_URL=self.emulator.url,
            EMULATOR=self.emulator.url,
            PLAIN_EMULATOR=self.plain.url,
            TOKEN=self.token(),
            SPEECH=str(self.folder / "speech.pcm"),
            SSL_CERT_FILE=authority,
            NODE_EXTRA_CA_CERTS=authority,
            ENVIRONMENT=str(client.environment),
            SOURCE=str(self.source(client)),
            FUNCTION=self.function_url,
            PAGE_PORT=str(self.page_port),
            CHROMIUM=shutil.which(CHROMIUM) or "",
        )


@contextlib.contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Start the emulator and the function; end them with the block."""
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = pathlib.Path(name)
        _write_speech(folder / "speech.pcm")
        with google(https=folder, speaking_rate=6) as emulator, google(speaking_rate=6) as plain:
            env = {
                "GEMINI_API_KEY": DEFAULT_KEY,
                "GEMINI_BASE_URL": emulator.url,
                "SSL_CERT_FILE": str(emulator.certfile),
                "LIMIT_PER_ADDRESS": "1000/minute",
            }
            page_port = free_port()
            with function(None, [ORIGIN, f"http://localhost:{page_port}"], env=env) as running:
                yield Surroundings(emulator, plain, running.url, page_port, folder)


def _write_speech(path: pathlib.Path) -> None:
    """A second of speech at 16 kHz, then a second of silence."""
    sound = b"".join(sound for _, sound in speech.speak("la " * 12, "Kore", 1.5))
    samples = memoryview(sound).cast("h")
    thinned = [samples[int(place * 1.5)] for place in range(16_000)]
    path.write_bytes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in thinned) + bytes(32_000))
