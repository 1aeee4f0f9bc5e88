"""docs/client.md: every block of code in it is compiled or run; what is none of these kinds fails here."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dev.processes import Function, Google, function, google
from dev.static_server import replacements
from tests.client.browser.conftest import Tab
from tests.client.browser.element import ask
from tests.client.npm import BUILD, CHECKS, ROOT
from tests.client.package.conftest import Project
from tests.client.site import Site
from tests.support import until_ready

GUIDE = (ROOT / "docs" / "client.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
KINDS = {"html", "css", "js", "http", "sh", "tsx", "vue", "svelte", "ts"}
# What the official SDK's lines stand among
AROUND = {
    "ts": "declare const GoogleGenAI: new (options: object) => { live: { connect(options: object): Promise<unknown> } };\n"
    "declare const answer: { token: string; apiVersion: string; model: string };\ndeclare const callbacks: object;\n%s\nexport { session };\n"
}


def blocks(kind: str) -> list[str]:
    """The blocks of one kind."""
    return [text for language, text in BLOCKS if language == kind]


def test_each_block_is_of_a_kind_that_is_tested() -> None:
    """No block without a language, none of a language that nothing below compiles or runs."""
    assert {language for language, _ in BLOCKS} == KINDS
    assert len(BLOCKS) == GUIDE.count("```") / 2


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site with client/dist/ as voice/."""
    dist = ROOT / "client" / "dist"
    with Site(dist).running() as running:
        for path in dist.rglob("*.js"):
            running.add(f"/voice/{path.relative_to(dist)}", path.read_text(), Content_Type="text/javascript")
        yield running


@pytest.fixture(scope="module")
def backend(site: Site) -> Iterator[tuple[Google, Function]]:
    """The function and what it asks."""
    with google(speaking_rate=8) as cloud, function(cloud, [site.url]) as running:
        until_ready(running.url, site.url)
        site.texts.update(replacements(f"http://localhost:{running.port}", cloud.port))
        yield cloud, running


def here(text: str, backend: tuple[Google, Function]) -> str:
    """A block with this run's function in place of yours."""
    return text.replace("https://your-function.run.app", f"http://localhost:{backend[1].port}")


@pytest.mark.parametrize("block", blocks("html"))
def test_html_makes_a_page_talk(block: str, site: Site, backend: tuple[Google, Function], browser: Any) -> None:
    """Each block alone is a page that answers under the policy of the guide, with the style of the guide."""
    (policy,) = blocks("http")
    # The policy allows no script in the page itself.
    strict = '<script type="module">' not in block
    headers = {"Content_Security_Policy": connect(policy, backend)} if strict else {}
    style = (
        "<link rel=stylesheet href=/guide.css><link rel=icon href=/icon.svg><title>Guide</title><main>Herons.</main>"
    )
    (css,) = blocks("css")
    site.add("/guide.css", css, Content_Type="text/css")
    address = site.add("/guide.html", f"<!doctype html><html lang=en>{style}{here(block, backend)}", **headers)
    with browser.new_context() as context:
        tab = Tab(context.new_page())
        tab.page.goto(address)
        tab.page.wait_for_function(
            "() => document.querySelector('live-voice').shadowRoot?.querySelector('.status').textContent"
        )
        if "consent" in block:
            tab.page.evaluate("document.querySelector('live-voice').start({ voice: false })")
        if "add_to_basket" in block:
            ask(tab, "add two lanterns")
            tab.page.locator("#basket li").wait_for()
        else:
            assert "Herons." in ask(tab, "What is this?")
        assert tab.errors == []


def connect(policy: str, backend: tuple[Google, Function]) -> str:
    """The policy of the guide with this run's addresses."""
    own = here(policy, backend).replace("wss://generativelanguage.googleapis.com", f"ws://127.0.0.1:{backend[0].port}")
    return f"default-src 'none'; img-src 'self'; {own}".replace("\n", " ")


def test_css_reserves_the_height(site: Site, browser: Any) -> None:
    """Before the script arrives the element is as high as afterwards."""
    (css,) = blocks("css")
    page = browser.new_page()
    page.goto(site.add("/css.html", f"<!doctype html><style>{css}</style><live-voice></live-voice>"))
    before = page.locator("live-voice").bounding_box()["height"]
    page.add_script_tag(url="/voice/live-voice.js", type="module")
    page.wait_for_function("() => customElements.get('live-voice')")
    assert page.locator("live-voice").bounding_box()["height"] == before == 320
    page.close()


def test_the_module_talks(site: Site, backend: tuple[Google, Function], browser: Any) -> None:
    """The module's block in a page with a button: pressing it opens a conversation, here without a microphone."""
    (block,) = blocks("js")
    html = f"<!doctype html><title>Guide</title><link rel=icon href=/icon.svg><main>Herons.</main><button>Talk</button><script type=module>{here(block, backend)}</script>"
    page = browser.new_page()
    said: list[str] = []

    def listen(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", listen)
    page.goto(site.add("/module.html", html))
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }; }"
    )
    page.get_by_role("button").click()
    page.wait_for_timeout(1500)
    assert said == ["No microphone was found. You can type instead."]
    assert "Herons." in str(backend[0].sessions()[-1]["effective"]["systemInstruction"])
    page.close()


def test_sh_installs_the_package(tarball: Any, tmp_path: Any) -> None:
    """The command of the guide, in an empty project beside the tarball."""
    (block,) = blocks("sh")
    (tmp_path / "package.json").write_text(json.dumps({"private": True}))
    (tmp_path / tarball.name).write_bytes(tarball.read_bytes())
    result = BUILD.run("sh", "-euc", block, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "node_modules" / "livetoken" / "dist" / "live-voice.js").is_file()


@pytest.mark.installs
@pytest.mark.parametrize(
    ("kind", "packages", "command"),
    [
        ("tsx", ("react", "@types/react"), ("tsc", "--project", ".")),
        ("vue", ("vue",), ("vue-tsc", "--project", ".")),
        ("svelte", ("svelte",), ("svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings")),
        ("ts", (), ("tsc", "--project", ".")),
    ],
)
def test_recipes_compile(kind: str, packages: tuple[str, ...], command: tuple[str, ...], project: Project) -> None:
    """Each recipe is a file of a project that has installed the package."""
    folder = project(packages=packages)
    for number, block in enumerate(blocks(kind)):
        (folder / f"recipe{number}.{kind}").write_text(AROUND[kind] % block if kind in AROUND else block)
    CHECKS.require()
    result = CHECKS.run(*command, cwd=folder)
    assert result.returncode == 0, result.stdout
