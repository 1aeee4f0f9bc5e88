"""The package: built freshly, small, found by every resolver, and importable where there is no browser."""

import base64
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

from tests.client.npm import BUILD, CHECKS, ROOT
from tests.client.package.conftest import Project

CLIENT = ROOT / "client"
CEILING = 20_200  # bytes, compressed: all that a page with the two lines loads
SOURCE = CLIENT / "src"
MODULES = sorted(path for path in SOURCE.rglob("*.js") if not {"vendor", "words"} & set(path.relative_to(SOURCE).parts))
# Files that are loaded when they are needed, and their ceilings in bytes
PARTS = {
    "livetoken-worklet.js": 1_000,
    "livetoken-usage.js": 1_800,
    "livetoken-diagnosis.js": 400,
    "livetoken-video.js": 1_000,
    "livetoken-site.js": 11_500,
    "livetoken-search.js": 7_500,
    "livetoken-offer.js": 1_500,
    "livetoken-memory.js": 3_000,
    "livetoken-questions.js": 1_400,
    "livetoken-actions.js": 2_200,
    "livetoken-links.js": 700,
}


def files(folder: pathlib.Path) -> dict[str, bytes]:
    """Path → content of all files below."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def compressed(path: pathlib.Path) -> int:
    """Bytes, as a host compresses them."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def test_what_is_committed_is_a_fresh_build(tmp_path: pathlib.Path) -> None:
    """client/dist/ and the manifest are what `make dist` makes of client/src/."""
    BUILD.require()
    result = BUILD.run("node", "build.mjs", str(tmp_path), timeout=100)
    assert result.returncode == 0, result.stderr
    fresh = files(tmp_path / "dist")
    committed = files(CLIENT / "dist")
    assert sorted(fresh) == sorted(committed)
    assert [name for name in fresh if fresh[name] != committed[name]] == [], "run `make dist` and commit client/dist/"
    vendored = {name: text for name, text in files(SOURCE / "vendor").items() if name.endswith(".js")}
    assert files(tmp_path / "src" / "vendor") == vendored, "run `make dist` and commit client/src/vendor/"
    assert (tmp_path / "custom-elements.json").read_text() == (CLIENT / "custom-elements.json").read_text()


def test_it_is_small() -> None:
    """One request for the element, below the ceiling; docs/client.md gives the figures of the files."""
    dist = CLIENT / "dist"
    sizes = {str(path.relative_to(dist)): compressed(path) for path in sorted(dist.rglob("*.js"))}
    print(sizes)
    assert sizes["live-voice.js"] <= CEILING
    docs = (ROOT / "docs" / "client.md").read_text()
    assert {name: sizes[name] for name, ceiling in PARTS.items() if sizes[name] > ceiling} == {}
    assert {name for name in sizes if "/" not in name} == {"live-voice.js", "livetoken.js", *PARTS}
    for name in ("live-voice.js", "livetoken.js", *PARTS):
        assert f"| `{name}` | {sizes[name] / 1000:.1f} kB |" in docs
    smallest, largest = (choose(size for name, size in sizes.items() if "words/" in name) for choose in (min, max))
    assert f"| `words/*.js` | {smallest / 1000:.1f} to {largest / 1000:.1f} kB each |" in docs


def test_modules_are_short() -> None:
    """No module of the client has 250 lines."""
    assert {path.name: lines for path in MODULES if (lines := len(path.read_text().splitlines())) >= 250} == {}


@pytest.mark.installs
def test_publint_and_the_types_checker_are_content(tarball: pathlib.Path) -> None:
    """Publint --strict and arethetypeswrong find nothing; the package is ESM, as browsers are."""
    CHECKS.require()
    lint = CHECKS.run("publint", str(tarball), "--strict")
    assert lint.returncode == 0, lint.stdout
    assert "All good!" in lint.stdout
    types = CHECKS.run("attw", str(tarball), "--profile", "esm-only", "--format", "json")
    assert types.returncode == 0, types.stdout


def test_it_depends_on_nothing(tarball: pathlib.Path, project: Project) -> None:
    """No dependency, no script that runs on installing, the version of the project, the licence inside."""
    folder = project()
    package = json.loads((folder / "node_modules" / "livetoken" / "package.json").read_text())
    assert not any(key.lower().endswith("dependencies") for key in package if key != "devDependencies")
    assert set(package["scripts"]) == {"build"}
    assert package["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    installed = files(folder / "node_modules" / "livetoken")
    assert installed["dist/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert not [name for name in installed if "node_modules" in name or name.endswith((".mjs", "tsconfig.json"))]
    for target in re.findall(r'"(\./[^"*]+)"', json.dumps([package["exports"], package["sideEffects"]])):
        if not target.startswith("./live") and target != "./words/":
            assert target.removeprefix("./") in installed, target


def test_importing_on_a_server_does_nothing(project: Project) -> None:
    """In Node, each module can be imported, leaves no global behind, starts nothing and does not keep the process."""
    folder = project()
    # The worklet is loaded by its address, on the audio thread only.
    own = [
        f"./node_modules/livetoken/src/{path.relative_to(SOURCE)}"
        for path in MODULES
        if path.name != "livetoken-worklet.js"
    ]
    (folder / "import.mjs").write_text(
        f"""const before = Object.getOwnPropertyNames(globalThis).sort().join();
        globalThis.addEventListener = () => {{ throw new Error('listens'); }};
        globalThis.fetch = () => {{ throw new Error('fetches'); }};
        const exported = [];
        for (const name of {json.dumps(["livetoken", "livetoken/live-voice", "livetoken/words/de", *own])}) {{
          exported.push(Object.keys(await import(name)));
        }}
        delete globalThis.addEventListener;
        const after = Object.getOwnPropertyNames(globalThis).sort().join();
        console.log(JSON.stringify([before === after, exported]));"""
    )
    result = BUILD.run("node", "import.mjs", cwd=folder, timeout=20)
    assert result.returncode == 0, result.stderr
    untouched, exported = json.loads(result.stdout)
    assert untouched
    assert exported[:3] == [
        ["LiveError", "SENTENCES", "Session", "Tokens", "connect"],
        ["LiveVoice", "visibleText"],
        ["default"],
    ]


def test_importing_on_a_server_works_with_the_bundle_too(project: Project) -> None:
    """What is copied from dist/ may be evaluated by a static build as well."""
    folder = project()
    script = "import('./node_modules/livetoken/dist/live-voice.js').then(() => console.log('imported'))"
    result = BUILD.run("node", "--eval", script, cwd=folder, timeout=20)
    assert result.stdout == "imported\n", result.stderr


def test_the_manifest_names_what_the_guide_names() -> None:
    """Attributes, events, slot, parts and custom properties of custom-elements.json stand in docs/client.md."""
    manifest = json.loads((CLIENT / "custom-elements.json").read_text())
    (element,) = [
        declaration
        for module in manifest["modules"]
        for declaration in module.get("declarations", [])
        if declaration.get("tagName") == "live-voice"
    ]
    docs = (ROOT / "docs" / "client.md").read_text()
    counted = {}
    for kind in ("attributes", "events", "slots", "cssParts", "cssProperties"):
        names = [item["name"] for item in element[kind]]
        counted[kind] = len(names)
        for name in names:
            wanted = name.removeprefix("live-voice-") if kind == "events" else name
            assert f"`{wanted}`" in docs, name
    assert counted == {"attributes": 17, "events": 13, "slots": 2, "cssParts": 31, "cssProperties": 8}
    assert not [member for member in element["members"] if member["name"].startswith("#")]


def test_make_dist_prints_sizes_and_the_two_lines() -> None:
    """The report: each file's size beside its modules', and the two lines with the integrity of the bundle."""
    report = subprocess.run(
        [sys.executable, "-m", "dev.dist"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    ).stdout
    digest = base64.b64encode(hashlib.sha384((CLIENT / "dist" / "live-voice.js").read_bytes()).digest()).decode()
    assert f'integrity="sha384-{digest}"' in report
    assert f"{compressed(CLIENT / 'dist' / 'live-voice.js') / 1000:.1f} kB" in report
    assert '<live-voice endpoint="https://your-function.run.app"></live-voice>' in report
