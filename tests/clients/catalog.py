"""The clients of `make clients`: what each is pinned to, what it needs, how it is installed and started."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys

from dev.children import ROOT
from tests.clients.checkouts import NoCheckoutError, Source

HERE = pathlib.Path(__file__).resolve().parent
CACHE = ROOT / ".cache" / "clients"
CHROMIUM = os.environ.get("CHROMIUM") or "chromium"
PREPARE_SECONDS = 900


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

    @property
    def source(self) -> Source | None:
        """What it takes from a repository, because no package registry has it."""
        return Source.of(self.path)

    def reason_to_skip(self, checkouts: pathlib.Path | None) -> str | None:
        """What this machine lacks; `checkouts` is the folder of clones."""
        if lacking := [program for program in self.needs if shutil.which(program) is None]:
            return f"this machine has no {' and no '.join(lacking)}"
        try:
            if self.source:
                self.source.find(checkouts)
        except NoCheckoutError as error:
            return str(error)
        return None

    @property
    def pins(self) -> str:
        """What names the versions that are asked for."""
        names = {"requirements.in", "package.json", "go.mod", "pom.xml", "Cargo.toml"}
        return "\n".join(path.read_text(encoding="utf-8") for path in self.path.iterdir() if path.name in names)

    @property
    def version(self) -> str:
        """The version that its pins name; the commit, where it is a repository's and no package."""
        if self.source and self.source.repository.endswith(f"/{self.package}"):
            return self.source.abbreviated
        package = re.escape(self.package)
        found = re.search(
            rf"{package}(?:\[[^]]*\])?(?:==|\"\s*:\s*\"| v|</artifactId>\s*<version>| = .*?\"=)([\d.]+)", self.pins
        )
        if found is None:
            raise LookupError(f"{self.folder} pins no {self.package}")
        return found[1]

    @property
    def title(self) -> str:
        """Its package and version, and the commit that its tests are of."""
        of = f" with the tests of {self.source.repository} at {self.source.abbreviated}" if self.source else ""
        return f"{self.package} {self.version}{'' if self.version in of else of}"

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


def _node_suite(package: str, folder: str, shows: int) -> Client:
    return dataclasses.replace(_node(package, folder, shows), needs=("git", "node", "npm"))


def _go(package: str, folder: str, shows: int) -> Client:
    program = str(CACHE / folder / "client")
    build = ("go", "-C", str(HERE / folder), "build", "-mod=readonly", "-o", program, ".")
    return Client(package, folder, ("go",), (build,), (program,), shows)


def _java(package: str, folder: str, shows: int) -> Client:
    copy = ("mvn", "-q", "-B", "-f", str(HERE / folder / "pom.xml"), "dependency:copy-dependencies")
    fetch = (*copy, f"-DoutputDirectory={CACHE / folder}")
    return Client(package, folder, ("java", "keytool", "mvn"), (fetch,), ("sh", "run.sh"), shows)


def _page(package: str, folder: str, shows: int) -> Client:
    """A page in Chromium, which Playwright of our own environment drives; its server's environment is pinned."""
    server = _python(package, folder, shows)
    return dataclasses.replace(server, needs=("git", CHROMIUM), command=(sys.executable, "client.py"))


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
    _node_suite("@google/genai", "js_genai_suite", 2),
    _node("@ai-sdk/google", "ai_sdk", 8),
    _node("@firebase/ai", "firebase", 5),
    _go("google.golang.org/genai", "go", 7),
    _java("google-genai", "java", 6),
    _rust("gemini-live", "rust", 5),
    _page("gemini-live-api-examples", "ephemeral_tokens", 7),
)


def _stale(client: Client) -> bool:
    stamp = client.environment / ".pins"
    return not stamp.exists() or stamp.read_text(encoding="utf-8") != client.stamp()


def prepared(client: Client) -> None:
    """Install what the client is pinned to, unless that was done; raises CalledProcessError."""
    if not _stale(client):
        return
    print(f"{client.title}: installing (once) …", flush=True)
    client.environment.mkdir(parents=True, exist_ok=True)
    if client.command[0] == "node":
        for path in client.path.glob("package*.json"):
            shutil.copy(path, client.environment)
    for command in client.prepare:
        subprocess.run(command, cwd=ROOT, check=True, timeout=PREPARE_SECONDS)
    (client.environment / ".pins").write_text(client.stamp(), encoding="utf-8")
