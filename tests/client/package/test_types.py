"""The types that the JSDoc of client/src/ gives, as a project that has installed the package meets them."""

import re

import pytest

from livetoken.errors import every_refusal
from tests.client.npm import BUILD, CHECKS, ROOT
from tests.client.package.conftest import Project

SOURCE = ROOT / "client" / "src"
pytestmark = pytest.mark.installs


def test_the_source_type_checks() -> None:
    """`tsc --strict` has nothing to say about the JSDoc."""
    BUILD.require()
    result = BUILD.run("tsc", "--noEmit", "--project", ".")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("resolution", ["Bundler", "NodeNext"])
def test_a_page_without_a_framework_compiles(resolution: str, project: Project) -> None:
    """plain.ts compiles where no framework is installed, declarations included, under both ways to find modules."""
    folder = project("plain.ts")
    module = "ESNext" if resolution == "Bundler" else resolution
    result = BUILD.run("tsc", "--project", ".", "--module", module, "--moduleResolution", resolution, cwd=folder)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("page", "packages", "command"),
    [
        ("react.tsx", ("react", "@types/react"), ("tsc", "--project", ".")),
        ("vue.vue", ("vue",), ("vue-tsc", "--project", ".")),
        ("svelte.svelte", ("svelte",), ("svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings")),
    ],
)
def test_a_page_of_a_framework_compiles(
    page: str, packages: tuple[str, ...], command: tuple[str, ...], project: Project
) -> None:
    """React 19, Vue 3 and Svelte 5 know the tag with its attributes, properties and events; mistakes are found."""
    folder = project(page, packages=packages)
    result = CHECKS.run(*command, cwd=folder)
    assert result.returncode == 0, result.stdout


def test_mistakes_in_vue_are_found(project: Project) -> None:
    """Without the mark that expects it, the mistake in vue.vue stops the compiler."""
    folder = project("vue.vue", packages=("vue",))
    page = folder / "vue.vue"
    page.write_text(page.read_text().replace("@vue-expect-error", ""))
    result = CHECKS.run("vue-tsc", "--project", ".", cwd=folder)
    assert "'theme'" in result.stdout or '"pink"' in result.stdout, result.stdout


def test_the_codes_are_those_of_the_function() -> None:
    """RefusalCode names each refusal of the function, and no other."""
    declared = re.search(r"@typedef \{([^}]*)\} RefusalCode", (SOURCE / "errors.js").read_text())
    assert declared
    assert set(re.findall(r"'(\w+)'", declared[1])) == {refusal.code for refusal in every_refusal()}
