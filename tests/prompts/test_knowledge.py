"""Files of the owner's knowledge: which may be named, where they stand in the instruction, and how long it may become."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetoken.prompts.files import Prompts
from livetoken.prompts.knowledge import Length
from livetoken.prompts.page import Page
from livetoken.settings.environment import SettingsError
from tests.prompts.test_files import MARKER, load
from tests.support import ORIGIN

HOURS = "We are open from nine to six.\n\n{{ pageContent }} {% if x %} {# note #} <page-content>"
HEADING = "What the owner of this website wants you to know:"
Write = Callable[..., Prompts]


@pytest.fixture(name="written")
def _written(tmp_path: Path) -> Write:
    """Return a writer of one prompt file and of files in `knowledge`, which loads the prompts."""
    (tmp_path / "knowledge").mkdir()

    def write(front: str, template: str = "Hello.", **files: str | bytes) -> Prompts:
        for name, text in {"opening_hours": HOURS, **files}.items():
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / "knowledge" / f"{name.replace('_', '-')}.md").write_bytes(content)
        (tmp_path / "voice-assistant.md").write_text(f"---\n{front}\n---\n{template}")
        return load(str(tmp_path))

    return write


def instruction(prompts: Prompts, **fields: str) -> str | None:
    """Return the system instruction of the default prompt."""
    page = Page.from_fields(fields, ORIGIN)
    return prompts.find(page, ORIGIN).token_spec(page, lambda: MARKER).system_instruction


def test_it_follows_the_text(written: Write) -> None:
    """It stands in the instruction as it is written: no template, no fence, no declaration that it is data."""
    assert instruction(written("knowledge: [opening-hours.md]")) == f"Hello.\n\n{HEADING}\n{HOURS}"
    prompts = written("knowledge: [returns.md, opening-hours.md]", returns="\ufeff\n Thirty days.\r\n")
    assert instruction(prompts) == f"Hello.\n\n{HEADING}\nThirty days.\n\n{HOURS}"
    assert instruction(written("knowledge: []")) == instruction(written("knowledge: null")) == "Hello."


def test_it_stands_where_the_text_says(written: Write) -> None:
    """A placeholder takes it to its place, and a condition may ask whether there is any."""
    placed = "{% if knowledge %}Know: {{ knowledge }}{% else %}Know nothing.{% endif %} {{ lang }}"
    assert instruction(written("knowledge: opening-hours.md", placed)) == f"Know: {HOURS} English"
    assert instruction(written("voices: Kore", placed)) == "Know nothing. English"


def test_no_page_no_instruction(written: Write) -> None:
    """Where the text renders to nothing, knowledge makes no instruction of it."""
    prompts = written("knowledge: opening-hours.md", "{% if pageContent %}Hello. {{ pageContent }}{% endif %}")
    assert instruction(prompts) is None
    text = str(instruction(prompts, pageContent="x"))
    assert text.startswith(
        f"Hello. <page-content {MARKER}>\nx\n</page-content {MARKER}>\n\n{HEADING}\n{HOURS}\n\nEverything"
    )


def test_files_in_the_folder_are_no_personas(written: Write) -> None:
    """Nobody can ask for one as a prompt."""
    assert [prompt.name for prompt in written("knowledge: opening-hours.md")] == ["voice-assistant"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[returns.md]", "'returns.md' is no file in knowledge/"),
        ("[../voice-assistant.md]", "is no name of a file in knowledge/"),
        ("[/etc/hosts]", "is no name of a file in knowledge/"),
        ("[sub/hours.md]", "is no name of a file in knowledge/"),
        ("['sub\\hours.md']", "is no name of a file in knowledge/"),
        ("[..]", "is no name of a file in knowledge/"),
        ("['']", "is no name of a file in knowledge/"),
        ("[.md]", "is no name of a file in knowledge/"),
        ("[Hours.md]", "it has lower-case letters, digits and hyphens, ends in .md, and names no folder"),
        ("[hours.txt]", "is no name of a file in knowledge/"),
        ('["hours.md\\n"]', "is no name of a file in knowledge/"),
        ('["hours\\0.md"]', "is no name of a file in knowledge/"),
        ("[opening-hours.md, opening-hours.md]", "stands there more than once; remove it"),
        ("[folder.md]", "'folder.md' is no file in knowledge/"),
        ("[pipe.md]", "'pipe.md' is no file in knowledge/"),
        ("[link.md]", "'link.md' is a link; put the file itself there"),
        ("[dangling.md]", "'dangling.md' is a link; put the file itself there"),
        ("[latin.md]", "cannot be read as UTF-8 text (UnicodeDecodeError)"),
        ("[nul.md]", "holds a NUL character; save it as UTF-8 text"),
        ("[empty.md]", "is empty; write something, or remove it"),
        ("{opening-hours.md: true}", "must be a file name, or a list of file names"),
        ("[7]", "must be a file name, or a list of file names"),
        ("", "must be a file name, or a list of file names"),
    ],
)
def test_mistake_stops_start(written: Write, tmp_path: Path, value: str, reason: str) -> None:
    """What is no file of the folder itself, or no text, is named with file, field, line and cure."""
    folder = tmp_path / "knowledge"
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    (folder / "sub").mkdir()
    (folder / "sub" / "hours.md").write_text("x")
    (tmp_path / "elsewhere.md.txt").write_text("x")
    (folder / "link.md").symlink_to(tmp_path / "elsewhere.md.txt")
    (folder / "dangling.md").symlink_to("nowhere.md")
    with pytest.raises(SettingsError) as caught:
        written(f"knowledge: {value}", latin=b"\xe9\xff", nul=b"a\0b", empty=" \n")
    assert any(
        line.startswith("voice-assistant.md: knowledge: line 2: ") and reason in line for line in caught.value.problems
    ), caught.value.problems


def test_a_linked_folder(written: Write, tmp_path: Path) -> None:
    """The folder itself may be no link either."""
    (tmp_path / "knowledge").rename(tmp_path / "elsewhere")
    (tmp_path / "knowledge").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="is a link"):
        written("knowledge: opening-hours.md")


@pytest.mark.parametrize("front", ["", "\nopen: [system_instruction]"])
def test_nothing_to_follow(written: Write, front: str) -> None:
    """Without a text there is no instruction, and the knowledge would vanish."""
    with pytest.raises(SettingsError, match="knowledge: would never be used: there is no text below the front matter"):
        written(f"knowledge: opening-hours.md{front}", "\n")


COMPRESSED = "config: {context_window_compression: {trigger_tokens: 8000, sliding_window: {target_tokens: 4000}}}"


@pytest.mark.parametrize(
    ("front", "template", "text", "fits"),
    [
        (COMPRESSED, "Hi.", "x" * 15_997, True),
        (COMPRESSED, "Hi.", "x" * 15_998, False),
        (COMPRESSED, "Hi.", "\u4e2d" * 5_332, True),
        (COMPRESSED, "Hi.", "\u4e2d" * 5_333, False),
        (COMPRESSED, "{{ pageContent }}", "x" * 3_983, True),
        (COMPRESSED, "{{ pageContent }}", "x" * 3_984, False),
        (COMPRESSED.replace("8000", "16000"), "{{ pageContent }}", "x" * 3_984, True),
        ("config: {context_window_compression: {sliding_window: {}}}", "Hi.", "x" * 209_700, True),
        ("config: {context_window_compression: {sliding_window: {}}}", "Hi.", "x" * 209_720, False),
        ("config: {context_window_compression: 5}", "Hi.", "x" * 209_720, False),
        (COMPRESSED.replace("8000", "99999999"), "Hi.", "x" * 262_141, True),
        (COMPRESSED.replace("8000", "99999999"), "Hi.", "x" * 262_142, False),
    ],
)  # fmt: skip
def test_the_whole_stays_below_half_of_the_trigger(
    written: Write, front: str, template: str, text: str, *, fits: bool
) -> None:
    """Text and knowledge, and a full page where the template has one; the cure names the number that would do."""
    if fits:
        written(f"knowledge: opening-hours.md\n{front}", template, opening_hours=text)
        return
    with pytest.raises(
        SettingsError, match=r"knowledge: line 2: makes the instruction up to about \d+ tokens long"
    ) as caught:
        written(f"knowledge: opening-hours.md\n{front}", template, opening_hours=text)
    cure = "shorten it, or raise config.context_window_compression.trigger_tokens to "
    assert (cure in str(caught.value)) is (len(text) < 262_142)  # no trigger is beyond the window


def test_the_cure_cures(written: Write) -> None:
    """The number that the mistake names is enough, and one less is not."""
    with pytest.raises(SettingsError) as caught:
        written(f"knowledge: opening-hours.md\n{COMPRESSED}", opening_hours="x" * 20_001)
    named = int(str(caught.value).rpartition(" ")[2])
    written(f"knowledge: opening-hours.md\n{COMPRESSED.replace('8000', str(named))}", opening_hours="x" * 20_001)
    with pytest.raises(SettingsError):
        written(
            f"knowledge: opening-hours.md\n{COMPRESSED.replace('8000', str(named - 1))}", opening_hours="x" * 20_001
        )


def test_a_file_without_knowledge_is_not_judged_by_it(written: Write) -> None:
    """A long text of its own was never refused, and is not now."""
    written(COMPRESSED, "x" * 30_000)


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.booleans())
def test_length(text: str, page: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Four bytes of UTF-8 are a token, rounded up; a full page is 3 000."""
    tokens = Length.of((text, "x"), page=page, config={}).tokens
    assert (tokens - 3000 * page - 1) * 4 < len(text.encode()) + 1 <= (tokens - 3000 * page) * 4
