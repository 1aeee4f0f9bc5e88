"""Sites that change the body instead of loading a page: by Turbo, and by Astro's client router. Both have the same pages."""

import mimetypes
import pathlib
from typing import Any

from tests.client.browsers.widget import COMPLAINTS, Widget
from tests.client.npm import Packages
from tests.client.site import Site
from tests.client.sites.building import built

PACKAGES = Packages(pathlib.Path(__file__).parent)
TURBO = PACKAGES.folder / "node_modules" / "@hotwired" / "turbo" / "dist" / "turbo.es2017-esm.js"
BIRDS = ("Herons", "Egrets", "Bitterns")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="/icon.svg">{head}
<script type="module" src="/turbo.js"></script><script type="module" src="/live-voice.js"></script></head>
<body><nav><a href="/{folder}/herons.html">herons</a> <a href="/{folder}/egrets.html">egrets</a> <a href="/{folder}/bitterns.html">bitterns</a> <a href="/bare/gulls.html">gulls</a></nav>
<main><h1>{title}</h1><p>{title} fish at dusk.</p></main>{voice}</body></html>"""
VOICES = {
    "swapped": '<live-voice endpoint="http://localhost:8080" remember floating><p slot="consent">Your voice goes to Google.</p></live-voice>',
    "kept": '<live-voice endpoint="http://localhost:8080" remember id="voice" data-turbo-permanent></live-voice>',
}
# What complained on one page is still known on the next; so is whether a page was loaded, and each microphone that was opened.
WATCH = (
    COMPLAINTS
    + """
window.tracks = [];
const { mediaDevices } = navigator, open = mediaDevices.getUserMedia.bind(mediaDevices);
mediaDevices.getUserMedia = async (wanted) => { const stream = await open(wanted); tracks.push(...stream.getTracks()); return stream; };"""
)
WITHOUT_TRANSITIONS = "<script>delete Document.prototype.startViewTransition</script>"


def add_turbo(site: Site, endpoint: str, head: str = "") -> None:
    """The pages, with Turbo as npm has it."""
    PACKAGES.require()
    site.add("/turbo.js", TURBO.read_text(encoding="utf-8"), Content_Type="text/javascript")
    pages = [(folder, title, voice) for folder, voice in VOICES.items() for title in BIRDS]
    for folder, title, voice in [*pages, ("bare", "Gulls", "")]:
        text = PAGE.format(title=title, folder=folder, head=_watch(site) + head, voice=voice)
        _add(site, f"/{folder}/{title.lower()}.html", text, endpoint)


def add_astro(site: Site, endpoint: str, head: str = "") -> None:
    """The pages, as Astro has built them."""
    out = built("astro")
    for file in out.rglob("*.*"):
        text = file.read_text(encoding="utf-8").replace("<head>", f"<head>{_watch(site)}{head}")
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        _add(site, f"/{file.relative_to(out)}", text, endpoint, Content_Type=f"{kind}; charset=utf-8")


def _watch(site: Site) -> str:
    site.add("/watch.js", WATCH, Content_Type="text/javascript")
    return '<script src="/watch.js"></script>'


def _add(site: Site, path: str, text: str, endpoint: str, **headers: str) -> None:
    site.add(path, text.replace("http://localhost:8080", endpoint), **headers)


FRAMEWORKS: dict[str, Any] = {
    "turbo": add_turbo,
    "astro": add_astro,
    "astro-without-transitions": lambda site, endpoint: add_astro(site, endpoint, WITHOUT_TRANSITIONS),
}


class Visit:
    """One visit to such a site: it may load one page only."""

    def __init__(self, voice: Widget, site: Site, folder: str) -> None:
        self.voice = voice
        self._folder = folder
        voice.tab.go(f"{site.url}/{folder}/herons.html")
        voice.until("voice?.shadowRoot?.querySelector('.status').textContent")
        voice.look("window.loaded = 'once'")

    def follow(self, bird: str) -> None:
        """Press a link, and wait for the page."""
        self.press(bird)
        self.arrive(bird)

    def press(self, bird: str) -> None:
        """Press a link."""
        x, y = self.voice.look(
            f"(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])(document.querySelector('nav a[href*={bird}]').getBoundingClientRect())"
        )
        self.voice.tab.point([("move", x, y), ("down",), ("up",)])

    def arrive(self, bird: str) -> None:
        """Wait until a page is there, whole, and its element shows what was said."""
        self.voice.until(
            f"location.pathname === '/{self._folder}/{bird}.html' && document.querySelector('h1')?.textContent === '{bird.capitalize()}' && !document.querySelector('[aria-busy=true], [data-astro-transition]')"
        )
        assert self.voice.look("window.loaded") == "once"

    def back(self, bird: str) -> None:
        """Go back to a page."""
        self.voice.tab.back()
        self.arrive(bird)

    def forward(self, bird: str) -> None:
        """Go forward to a page."""
        self.voice.tab.forward()
        self.arrive(bird)

    @property
    def microphones(self) -> int:
        """How many are open."""
        return int(self.voice.look("tracks.filter(({ readyState }) => readyState === 'live').length"))
