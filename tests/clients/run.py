"""Other people's clients against the emulator, each in an environment of its own: `make clients`.

    python -m tests.clients.run [NAME …]

Every client lies in a folder of this one: what it is pinned to, and a program that talks and prints `ok` and what was
shown. What a machine lacks is said; a client that fails, or shows less than it has shown before, ends the run with 1.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator

from gemini_live_emulator import DEFAULT_KEY
from gemini_live_emulator.live import speech

from dev import processes
from dev.children import ROOT
from dev.processes import Google, function, google

HERE = pathlib.Path(__file__).resolve().parent
CACHE = ROOT / ".cache" / "clients"
ORIGIN = "http://localhost:8000"
PREPARE_SECONDS, RUN_SECONDS = 900, 240


@dataclasses.dataclass(frozen=True)
class Client:
    """One client: `shows` is the number of `ok` lines that its program prints when all is well."""

    package: str
    folder: str
    needs: tuple[str, ...]
    prepare: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    shows: int

    @property
    def path(self) -> pathlib.Path:
        """Where its program and its pins lie."""
        return HERE / self.folder

    @property
    def environment(self) -> pathlib.Path:
        """Where what it needs is installed."""
        return CACHE / self.folder

    def lacking(self) -> list[str]:
        """The programs that this machine does not have."""
        return [program for program in self.needs if shutil.which(program) is None]

    @property
    def version(self) -> str:
        """The version that its pins name."""
        names = {"requirements.in", "package.json", "go.mod", "pom.xml", "Cargo.toml"}
        text = "\n".join(path.read_text(encoding="utf-8") for path in self.path.iterdir() if path.name in names)
        package = re.escape(self.package)
        found = re.search(
            rf"{package}(?:\[[^]]*\])?(?:==|\"\s*:\s*\"| v|</artifactId>\s*<version>| = .*?\"=)([\d.]+)", text
        )
        if found is None:
            raise LookupError(f"{self.folder} pins no {self.package}")
        return found[1]

    def stamp(self) -> str:
        """What tells whether the environment is that of these pins."""
        pins = sorted(self.path.glob("*.txt")) + sorted(self.path.glob("*lock*")) + sorted(self.path.glob("go.*"))
        pins += sorted(self.path.glob("pom.xml"))
        return "\n".join(path.read_text(encoding="utf-8") for path in pins)


def _python(package: str, folder: str, shows: int) -> Client:
    environment = str(CACHE / folder)
    install = (sys.executable, "-m", "dev.install", "new", environment, f"tests/clients/{folder}/requirements.txt")
    return Client(package, folder, (), (install,), (f"{environment}/bin/python", "client.py"), shows)


def _node(package: str, folder: str, shows: int) -> Client:
    install = ("npm", "ci", "--prefix", str(CACHE / folder), "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
    return Client(package, folder, ("node", "npm"), (install,), ("node", "client.mjs"), shows)


def _go(package: str, folder: str, shows: int) -> Client:
    program = str(CACHE / folder / "client")
    build = ("go", "-C", str(HERE / folder), "build", "-mod=readonly", "-o", program, ".")
    return Client(package, folder, ("go",), (build,), (program,), shows)


def _java(package: str, folder: str, shows: int) -> Client:
    copy = ("mvn", "-q", "-B", "-f", str(HERE / folder / "pom.xml"), "dependency:copy-dependencies")
    fetch = (*copy, f"-DoutputDirectory={CACHE / folder}")
    return Client(package, folder, ("java", "keytool", "mvn"), (fetch,), ("sh", "run.sh"), shows)


def _rust(package: str, folder: str, shows: int) -> Client:
    target = CACHE / folder / "target"
    where = ("--manifest-path", str(HERE / folder / "Cargo.toml"), "--target-dir", str(target))
    build = ("cargo", "build", "--quiet", *where)
    return Client(package, folder, ("cargo",), (build,), (str(target / "debug" / "client"),), shows)


CLIENTS = (
    _python("google-genai", "google_genai", 8),
    _python("pydantic-ai-slim", "pydantic_ai", 6),
    _python("google-adk", "google_adk", 6),
    _python("livekit-plugins-google", "livekit", 6),
    _python("pipecat-ai", "pipecat", 5),
    _node("@google/genai", "js_genai", 7),
    _node("@ai-sdk/google", "ai_sdk", 8),
    _node("@firebase/ai", "firebase", 5),
    _go("google.golang.org/genai", "go", 7),
    _java("google-genai", "java", 6),
    _rust("gemini-live", "rust", 5),
)


def _stale(client: Client) -> bool:
    stamp = client.environment / ".pins"
    return not stamp.exists() or stamp.read_text(encoding="utf-8") != client.stamp()


def prepared(client: Client) -> None:
    """Install what the client is pinned to, unless that was done; raises CalledProcessError."""
    if not _stale(client):
        return
    print(f"{client.package} {client.version}: installing (once) …", flush=True)
    client.environment.mkdir(parents=True, exist_ok=True)
    if client.command[0] == "node":
        for path in client.path.glob("package*.json"):
            shutil.copy(path, client.environment)
    for command in client.prepare:
        subprocess.run(command, cwd=ROOT, check=True, timeout=PREPARE_SECONDS)
    (client.environment / ".pins").write_text(client.stamp(), encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What every client finds: the emulator behind TLS and in the clear, and the function before the former."""

    emulator: Google
    plain: Google
    function_url: str
    folder: pathlib.Path

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
            with function(None, [ORIGIN], env=env) as running:
                yield Surroundings(emulator, plain, running.url, folder)


def _write_speech(path: pathlib.Path) -> None:
    """A second of speech at 16 kHz, then a second of silence."""
    sound = b"".join(sound for _, sound in speech.speak("la " * 12, "Kore", 1.5))
    samples = memoryview(sound).cast("h")
    thinned = [samples[int(place * 1.5)] for place in range(16_000)]
    path.write_bytes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in thinned) + bytes(32_000))


def run(client: Client, around: Surroundings) -> tuple[bool, str]:
    """Whether the client showed all that it can, and what it printed."""
    around.emulator.reset()
    around.plain.reset()
    start = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            code = subprocess.run(
                client.command,
                cwd=client.path,
                env=around.variables(client),
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=RUN_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        output.seek(0)
        text = output.read()
    shown = re.findall(r"^ok (.*)$", text, re.MULTILINE)
    good = code == 0 and len(shown) == client.shows
    seconds = time.monotonic() - start
    print(
        f"{client.package} {client.version}: {'ok' if good else 'FAILED'} in {seconds:.0f} s: {'; '.join(shown)}",
        flush=True,
    )
    if not good:
        print(
            f"  exit code {code}, {len(shown)} of {client.shows}; the end of what it printed:\n{text[-4000:]}",
            flush=True,
        )
    return good, text


def main() -> int:
    """Run all clients, or those that are named; 1 when one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(client.folder for client in CLIENTS))
    names = parser.parse_args().names
    chosen = [client for client in CLIENTS if not names or client.folder in names]
    failed, skipped = [], []
    with surroundings() as around:
        for client in chosen:
            if lacking := client.lacking():
                skipped.append(client.package)
                print(
                    f"{client.package} {client.version}: skipped, this machine has no {' and no '.join(lacking)}",
                    flush=True,
                )
                continue
            try:
                prepared(client)
            except (subprocess.SubprocessError, OSError) as error:
                print(f"{client.package} {client.version}: FAILED, it could not be installed: {error}", flush=True)
                failed.append(client.package)
                continue
            if not run(client, around)[0]:
                failed.append(client.package)
    print(f"{len(chosen) - len(failed) - len(skipped)} of {len(chosen)} clients are fine, {len(skipped)} skipped.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
