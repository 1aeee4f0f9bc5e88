"""What the assistant is told of a page: what a reader sees, and nothing else."""

import json
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser.element import part

STYLE = "<style>body { margin: 8px; font: 16px/1.5 sans-serif } p { margin: 8px 0 }</style>"
# HTML of the page's <main> → what is told; a list holds what must be among it
TOLD: dict[str, str | list[str]] = {
    # breaks follow the layout
    "<p>Price 10<br>20 in stock</p>": "Price 10\n20 in stock",
    "<a style='display:block' href=#>Green tea 4.50</a><a style='display:block' href=#>12 cups 9.00</a>": "Green tea 4.50\n12 cups 9.00",
    "<div style='display:flex;flex-direction:column'><span>Room 1</span><span>2 beds</span></div>": "Room 1\n2 beds",
    "<div style='display:flex'><span>Room 1</span><span>2 beds</span></div>": "Room 1 2 beds",
    "<div style='display:grid;grid-template-columns:200px 200px'><div>Tea<br>4.50</div><div>Cup<br>9.00</div></div>": "Tea\n4.50\nCup\n9.00",
    "<x-card style='display:block'>Alpha</x-card><x-card style='display:block'>Beta</x-card>": "Alpha\nBeta",
    "<details open><summary>May I return it?</summary>Yes, within 30 days</details>": "May I return it?\nYes, within 30 days",
    "Part one<hr>Part two": "Part one\nPart two",
    "<table><caption>Prices</caption><tr><th>Tea</th><td>4.50</td></tr><tr><th>Cup</th><td>9.00</td></tr></table>": "Prices\nTea\t4.50\nCup\t9.00",
    "<dl><dt>Opens</dt><dd>9</dd><dt>Closes</dt><dd>18</dd></dl>": "Opens\n9\nCloses\n18",
    "<ul><li>One</li><li>Two <b>bold</b> words</li></ul>": "One\nTwo bold words",
    "<p>4.50&nbsp;<b>€</b></p>": "4.50 €",
    "<p>one\n   two\t three</p>": "one two three",
    "<p>half<b>way</b> there</p>": "halfway there",
    "<span>Room 1</span><span style='margin-left:20px'>2 beds</span>": "Room 1 2 beds",
    "<b style='float:left'>Left</b>Right": "Left\nRight",
    # lines of code and verse stay
    "<pre>spec:\n  replicas: 2\n</pre><p>End</p>": "spec:\n  replicas: 2\nEnd",
    "<p style='white-space:pre-line'>Rose\n  is a rose</p>": "Rose\nis a rose",
    "<pre><code>if x:\n    <b>y</b>()\n</code></pre>": "if x:\n    y()",
    # numbers stay the same numbers
    "10<sup>6</sup> cells": "10^6 cells",
    "10<sup>-6</sup> m": "10^-6 m",
    "an area of 20 m<sup>2</sup>, or so": "an area of 20 m^2, or so",
    "<span>10<span style='vertical-align:super;font-size:.7em'>6</span></span>": "10^6",
    "2<sup>n+1</sup>": "2^n+1",
    "H<sub>2</sub>O": "H2O",
    "100<sub>2</sub> is four": "100_2 is four",
    "5<sup>1</sup>/<sub>2</sub> cups": "5 1/2 cups",
    "5<sup>1</sup>⁄<sub>2</sub> cups": "5 1⁄2 cups",
    "the 1<sup>st</sup> and 2<sup>nd</sup>": "the 1st and 2nd",
    "Sales rose by 12<sup><a href='#n'>3</a></sup> per cent": "Sales rose by 12[3] per cent",
    "<p>€ <span style='font-size:2em'>4</span><span style='font-size:1em'>99</span></p>": "€ 4 99",
    "<math><mn>3</mn><mfrac><mn>1</mn><mn>2</mn></mfrac></math> cups": "3 1/2 cups",
    "<math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><msub><mi>a</mi><mn>1</mn></msub></math>": "x^2 + a_1",
    "<math><msqrt><mn>2</mn></msqrt></math>": "√(2)",
    "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>": "(a + b)/2",
    "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字": "漢(kan)字",
    # folded answers are told
    "<details><summary>May I return it?</summary><p>Yes, within <b>30</b> days.</p></details>": "May I return it?\nYes, within 30 days.",
    "<details><summary>Q</summary>A<details><summary>Deeper</summary>B</details></details>": "Q\nA\nDeeper\nB",
    "<details><summary>Q</summary><p hidden>no</p><p style='display:none'>no</p><input value=no>A</details>": "Q\nA",
    # text of components
    "<x-open></x-open>": "Shadow Light",
    # a slide show beside its window, and letters that a background shines through
    "<div style='overflow:hidden;width:100px'><div style='width:200px;display:flex;transform:translateX(-100px)'><div style='width:100px;flex:none'>Slide 1</div><div style='width:100px;flex:none'>Slide 2</div></div></div>": [
        "Slide 1",
        "Slide 2",
    ],
    "<h2 style='color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text;background-clip:text'>Shine</h2>": "Shine",
    "<span style='position:absolute;clip:rect(1px,1px,1px,1px);height:1px;width:1px;overflow:hidden'><math><mn>7</mn></math></span><span aria-hidden=true>seven</span>": "7",
    "<p contenteditable=false>Fixed</p>": "Fixed",
    "<object data='data:,x' type='x/y'>No viewer for this.</object>": ["No viewer for this."],
}
# What a reader does not see, or must not be told: the page holds it beside "Tea 4.50".
UNTOLD = (
    "<p style='opacity:0'>secret</p>",
    "<div style='opacity:0'><p>secret</p></div>",
    "<p style='opacity:.01'>secret</p>",
    "<p style='filter:opacity(0)'>secret</p>",
    "<p style='font-size:0'>secret</p>",
    "<p style='font-size:1px;line-height:1px'>secret</p>",
    "<p style='position:absolute;left:-9999px'>secret</p>",
    "<p style='position:absolute;top:-9999px'>secret</p>",
    "<p style='position:fixed;left:110vw'>secret</p>",
    "<p style='text-indent:-9999px;overflow:hidden'>secret</p>",
    "<p style='transform:scale(0)'>secret</p>",
    "<p style='position:absolute;clip:rect(0,0,0,0)'>secret</p>",
    "<p style='clip-path:inset(50%)'>secret</p>",
    "<p style='clip-path:circle(0)'>secret</p>",
    "<p style='position:absolute;width:1px;height:1px;overflow:hidden'>secret</p>",
    "<div style='height:0;overflow:hidden'><p>secret</p></div>",
    "<div style='width:0;overflow:clip'><p>secret</p></div>",
    "<p style='color:transparent'>secret</p>",
    "<p style='color:rgb(0 0 0 / 0)'>secret</p>",
    "<p style='visibility:hidden'>secret</p>",
    "<p style='visibility:collapse'>secret</p>",
    "<p style='display:none'>secret</p>",
    "<p style='content-visibility:hidden'>secret</p>",
    "<p hidden>secret</p>",
    "<p hidden=until-found>secret</p>",
    "<p aria-hidden=true>secret</p>",
    "<p aria-hidden=TRUE>secret</p>",
    "<p data-private>secret</p>",
    "<div data-private=''><details><summary>secret</summary>secret</details></div>",
    "<output>secret</output>",
    "<textarea>secret</textarea>",
    "<select><option>secret</select>",
    "<datalist><option>secret</datalist>",
    "<progress>secret</progress>",
    "<meter>secret</meter>",
    "<div contenteditable>secret</div>",
    "<div contenteditable=plaintext-only>secret</div>",
    "<div role=textbox>secret</div>",
    "<x-field>secret</x-field>",
    "<iframe>secret</iframe>",
    "<canvas>secret</canvas>",
    "<canvas><p>secret</p></canvas>",
    "<video>secret</video>",
    "<video><p>secret</p></video>",
    "<audio>secret</audio>",
    "<object data='/icon.svg' type='image/svg+xml'>secret</object>",
    "<svg><title>secret</title><desc>secret</desc><defs><text>secret</text></defs></svg>",
    "<noscript>secret</noscript>",
    "<template>secret</template>",
    "<script type='text/plain'>secret</script>",
    "<style>secret {}</style>",
    "<dialog>secret</dialog>",
    "<div popover>secret</div>",
    "<live-voice><p slot=consent>secret</p></live-voice>",
    "<details><summary>Tea</summary><p style='opacity:0'>secret</p><canvas>secret</canvas><output>secret</output><p style='font-size:0'>secret</p></details>",
    "<x-shut></x-shut>",
)
DEFINE = """<script>
customElements.define('x-open', class extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<style>b { color: red }</style><b>Shadow</b> <slot>Light</slot><input value=no>'; } });
customElements.define('x-shut', class extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<div style="display:none">secret<slot></slot></div>'; this.textContent = 'secret'; } });
customElements.define('x-field', class extends HTMLElement { static formAssociated = true; });
</script>"""


@pytest.fixture(scope="module")
def read(browser: Any, site: Any) -> Any:
    """Reads a page with the given <main>; returns what `visibleText` finds."""
    page = browser.new_page(viewport={"width": 1000, "height": 700})

    def one(body: str, argument: str = "") -> str:
        html = f"<!doctype html><html lang=en><meta charset=utf-8><title>T</title>{STYLE}<body>{body}{DEFINE}</body></html>"
        page.goto(site.add("/text.html", html))
        return str(page.evaluate(f"import('/live-voice.js').then((module) => module.visibleText({argument}))"))

    yield one
    page.close()


@pytest.mark.parametrize("html", TOLD)
def test_a_reader_and_the_assistant_see_the_same(html: str, read: Any) -> None:
    """Lines, words and numbers are those of the layout."""
    told, wanted = read(f"<main>{html}</main>"), TOLD[html]
    if isinstance(wanted, str):
        assert told == wanted
    else:
        assert [text for text in wanted if text not in told] == []


@pytest.mark.parametrize("html", UNTOLD)
def test_what_nobody_sees_is_not_told(html: str, read: Any) -> None:
    """Hidden text, form values, fallbacks and what is private stay on the page."""
    told = read(f"<main><p>Tea 4.50</p>{html}</main>")
    assert "secret" not in told
    assert told.startswith("Tea 4.50")


@pytest.mark.parametrize("around", ["data-private", "style='opacity:0'", "aria-hidden=true", "hidden"])
def test_what_hides_the_whole_part_hides_its_text(around: str, read: Any) -> None:
    """A part within something hidden is hidden."""
    assert read(f"<div {around}><main>secret</main></div>") == ""


def test_every_visible_part_counts(read: Any) -> None:
    """All parts that match are told, the outermost once, hidden ones not; without any the body is."""
    assert read("<main hidden>old</main><main>One<article>Two</article></main><article>Three</article><p>no") == (
        "One\nTwo\nThree"
    )
    assert read("<p>Only this.</p>") == "Only this."
    assert read("<main>no</main><p id=p>This <b>one</b></p>", "document.getElementById('p')") == "This one"


def test_text_far_down_and_skipped_by_the_browser_is_read(read: Any) -> None:
    """content-visibility: auto leaves out what is far away; a reader can scroll there."""
    assert read(
        "<main><p>Top</p><div style='height:5000px'></div><section style='content-visibility:auto'><p>Below</p></section></main>"
    ) == ("Top\nBelow")


def test_a_cut_is_marked(read: Any) -> None:
    """12 000 characters hold the beginning and a sentence that says that there is more."""
    told = read("<main><p>" + "word " * 4000 + "</p><p>We close at 18:00.</p></main>")
    assert 11_800 < len(told) <= 12_000
    assert told.endswith("word\n[The page goes on: what stands below was cut.]")
    assert read("<main><p>" + "word " * 2000 + "</p></main>").endswith("word word")
    told = read("<main><p>" + "字" * 13_000 + "</p></main>")
    assert 11_800 < len(told) <= 12_000
    told = read("<main><p>" + "😀" * 13_000 + "</p></main>")
    assert 11_800 < len(told.encode("utf-16-le")) / 2 <= 12_000  # half a character would not be encoded


def test_the_part_around_the_visitors_place_is_told(browser: Any, site: Any) -> None:
    """Who has scrolled down a long page talks about what stands there."""
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    lines = "".join(f"<p>Line {number} of a long page</p>" for number in range(2000))
    page.goto(site.add("/long.html", f"<!doctype html><title>T</title>{STYLE}<main>{lines}</main>"))
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    told = page.evaluate("import('/live-voice.js').then((module) => module.visibleText())")
    seen = page.evaluate("document.elementFromPoint(60, 300).textContent")
    page.close()
    assert seen in told
    assert told.startswith("[The page is longer: what stands above was cut.]\nLine ")
    assert told.endswith("[The page goes on: what stands below was cut.]")
    assert len(told) <= 12_000


def test_a_long_page_is_read_quickly(browser: Any, site: Any) -> None:
    """20 000 elements take less time than a visitor notices; the time is printed."""
    page = browser.new_page()
    lines = "".join(f"<p>Line <b>{number}</b> of <a href=#>a long</a> page</p>" for number in range(7000))
    page.goto(site.add("/huge.html", f"<!doctype html><title>T</title>{STYLE}<main>{lines}</main>"))
    ours, browsers = page.evaluate(
        """import('/live-voice.js').then((module) => {
          const time = (read) => Math.min(...[0, 1, 2, 3, 4].map(() => {
            const began = performance.now();
            read();
            return performance.now() - began;
          }));
          return [time(() => module.visibleText()), time(() => document.body.innerText)];
        })"""
    )
    page.close()
    print(f"visibleText of 28 000 texts: {ours:.0f} ms, innerText: {browsers:.0f} ms")
    assert ours < max(100, 4 * browsers)  # on a busy machine both take longer


def test_a_page_without_text_says_so(open_tab: Any, site: Any, cloud: Google, livetoken: Function) -> None:
    """The function sets no instruction without a page: one sentence stands for it; a selector that is none is named on the console."""
    for attributes in ("", 'page="["'):
        html = (
            "<!doctype html><html lang=en><title>Empty</title><link rel=icon href=/icon.svg><script type=module src=/live-voice.js></script>"
            f'<main></main><live-voice {attributes} endpoint="http://localhost:{livetoken.port}"></live-voice>'
        )
        tab = open_tab(site.add("/empty.html", html))
        with tab.page.expect_request(lambda request: request.method == "POST") as sent:
            part(tab, "main").hover()
        assert sent.value.post_data_json["pageContent"] == "This page shows no text that could be read here."
    assert "You are the voice assistant" in json.dumps(cloud.mints()[-1])
