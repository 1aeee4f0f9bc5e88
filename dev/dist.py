"""What `make dist` prints: how large the client is, and the two lines for a page with their integrity."""

import base64
import gzip
import hashlib
import pathlib

from dev.children import ROOT

DIST = ROOT / "client" / "dist"
# What a page with the element loaded before its modules were bundled: four requests.
BEFORE = 20_200
_LOADED = {
    "live-voice.js": "by the element, alone",
    "livetoken.js": "by pages that use the module without the element",
    "livetoken-worklet.js": "when the microphone is first used",
    "livetoken-usage.js": "when a conversation begins",
    "livetoken-diagnosis.js": "when the function cannot be reached",
    "livetoken-video.js": "when the first picture is shown",
    "livetoken-site.js": "when the model first calls a page tool",
    "livetoken-search.js": "with it, for an index without an engine of its own",
    "livetoken-offer.js": "when the model first opens a page",
    "livetoken-memory.js": "by pages with the attribute remember",
    "livetoken-questions.js": "by pages with questions to begin with, or with prompt",
    "livetoken-links.js": "with the first address that is said",
    "livetoken-actions.js": "by pages with the attribute actions, with the first entry",
}


def compressed(path: pathlib.Path) -> int:
    """Bytes of the file as a host compresses it."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def integrity(path: pathlib.Path) -> str:
    """The value of the attribute `integrity`."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def report(dist: pathlib.Path = DIST) -> str:
    """Sizes of the files, and the two lines."""
    lines = [f"{'client/dist/':<24}{'gzip':>9}{'bytes':>9}  loaded"]
    words = {f"words/{path.name}": "for a page in this language" for path in sorted((dist / "words").glob("*.js"))}
    for name, when in {**_LOADED, **words}.items():
        path = dist / name
        lines.append(f"{name:<24}{compressed(path) / 1000:>6.1f} kB{path.stat().st_size:>9}  {when}")
    element = dist / "live-voice.js"
    share = compressed(element) / BEFORE
    return "\n".join(
        (
            *lines,
            "",
            f"The element takes one request; unbundled it took four, {BEFORE / 1000:.1f} kB (now {share:.0%} of that).",
            "",
            f'<script type="module" src="/voice/live-voice.js" integrity="{integrity(element)}"></script>',
            '<live-voice endpoint="https://your-function.run.app"></live-voice>',
        )
    )


if __name__ == "__main__":
    print(report())
