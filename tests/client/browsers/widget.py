"""<live-voice> on a page, handled as a visitor would."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any, Self

from tests.client.browsers.browser import Tab
from tests.client.site import Site

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Herons</title><link rel="icon" href="/icon.svg">
<meta name="color-scheme" content="{scheme}"><script src="/complaints.js"></script><link rel="stylesheet" href="/page.css"><script type="module" src="/live-voice.js"></script></head>
<body><main><h1>Herons</h1><p>Herons fish at dusk.</p><live-voice endpoint="{endpoint}" {attributes}>{inside}</live-voice></main></body></html>"""
STYLE = ":root { font-family: 'DejaVu Sans', sans-serif } main { max-width: 40rem; margin: 1rem auto }"
# What a browser would write on its console, whichever it is
COMPLAINTS = """window.complaints = [];
addEventListener('error', ({ message, filename }) => complaints.push(`${message} (${filename})`));
addEventListener('unhandledrejection', ({ reason }) => complaints.push(`unhandled: ${reason}`));
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => complaints.push(`${violatedDirective} blocks ${blockedURI}`));
const { error } = console;
console.error = (...said) => { complaints.push(said.join(' ')); error(...said); };"""

VOICE = "document.querySelector('live-voice')"
PART = f"{VOICE}.shadowRoot.querySelector(`.${{name}}`)"


SHOWN = "[...part('log').querySelectorAll('bdi')].map((line) => line.textContent)"


class Widget:
    """The element, and what a visitor does with it."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    @classmethod
    def open(
        cls,
        tab: Tab,
        site: Site,
        attributes: str,
        *,
        endpoint: str,
        inside: str = "",
        lang: str = "en",
        scheme: str = "light",
        **headers: str,
    ) -> Self:
        """Open a page with the element in it; `headers` are those of the page, with underscores for hyphens."""
        site.add("/complaints.js", COMPLAINTS, Content_Type="text/javascript")
        site.add("/page.css", STYLE, Content_Type="text/css")
        text = PAGE.format(lang=lang, endpoint=endpoint, attributes=attributes, inside=inside, scheme=scheme)
        tab.go(site.add("/herons.html", text, **headers))
        widget = cls(tab)
        widget.until("voice.shadowRoot?.querySelector('.status').textContent")
        return widget

    def look(self, expression: str) -> Any:
        """An expression of JavaScript about `voice`, the element, and `part(name)`, a part of its shadow tree."""
        return self.tab.evaluate(self._function(expression))

    def until(self, expression: str) -> Any:
        """Wait until such an expression is true."""
        return self.tab.until(self._function(expression))

    @staticmethod
    def _function(expression: str) -> str:
        return f"async () => {{ const voice = {VOICE}, part = (name) => {PART}; return {expression}; }}"

    def complaints(self) -> list[str]:
        """What went wrong on the page."""
        return list(self.tab.evaluate("() => complaints.splice(0)"))

    @property
    def state(self) -> str:
        """The element's property."""
        return str(self.look("voice.state"))

    @property
    def status(self) -> str:
        """What the element says of itself."""
        return str(self.look("part('status').textContent"))

    def shows(self, name: str) -> bool:
        """Whether a part is visible."""
        return bool(self.look(f"part('{name}')?.checkVisibility({{ visibilityProperty: true }}) ?? false"))

    @property
    def lines(self) -> list[str]:
        """What stands in the transcript."""
        return list(self.look(SHOWN))

    def until_lines(self, lines: list[str]) -> None:
        """Wait until this stands in the transcript, and nothing else."""
        wanted = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
        self.until(f"JSON.stringify({SHOWN}) === {json.dumps(wanted)}")

    def until_shown(self, name: str) -> None:
        """Wait until a part is visible, and where it will stay."""
        self.until(f"part('{name}')?.checkVisibility({{ visibilityProperty: true }})")

    def until_state(self, *states: str) -> None:
        """Wait for one of the states."""
        self.until(f"{list(states)}.includes(voice.state)")

    def hover(self, name: str) -> None:
        """Bring the pointer to the middle of a part."""
        self.until_shown(name)
        x, y = self.look(
            f"(() => {{ part('{name}').scrollIntoView({{ block: 'nearest' }}); const {{ x, y, width, height }} = part('{name}').getBoundingClientRect(); return [x + width / 2, y + height / 2]; }})()"
        )
        self.tab.point([("move", x, y)])

    def click(self, name: str) -> None:
        """Click a part; one that is disabled or covered is not clicked, as with a visitor."""
        self.hover(name)
        self.tab.point([("down",), ("up",)])

    @contextlib.contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Keep the button of the mouse down on a part during the block."""
        self.hover(name)
        self.tab.point([("down",)])
        yield
        self.tab.point([("up",)])

    def ask(self, text: str) -> str:
        """Type a question into the box; returns the whole answer."""
        self.type(text)
        return self.answer(text)

    def type(self, text: str) -> None:
        """Type something into the box and send it."""
        self.click("type")
        self.tab.type(text)
        self.tab.press("Enter")

    def say(self, text: str) -> None:
        """Ask by the element's method: typing a long text takes its time."""
        self.look(f"voice.say({json.dumps(text)})")

    def focus(self) -> str:
        """The part that has the focus."""
        return str(self.look("document.activeElement.shadowRoot?.activeElement?.className.split(' ')[0]"))

    def answer(self, question: str) -> str:
        """Wait for the whole answer to a question."""
        return str(
            self.tab.until(
                f"""(question) => {{
                  const entries = {VOICE}.session?.transcript ?? [];
                  const answer = entries[entries.findLastIndex(({{ text }}) => text === question) + 1];
                  return entries.some(({{ text }}) => text === question) && answer?.final && answer.text;
                }}""",
                question,
            )
        )

    def muted(self) -> None:
        """Switch the microphone off once it is there: its tones would interrupt every answer."""
        self.click("mute")
        self.until_state("muted")
