"""Files of the owner's own knowledge, whose text stands in the instruction as it is; and how long that may become."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from livetoken.prompts.mistakes import Mistake, PromptError
from livetoken.prompts.models import WINDOW_TOKENS
from livetoken.prompts.page import CONTENT_CHARACTERS
from livetoken.settings.rules import NAME

FOLDER = "knowledge"  # in the folder of the prompt files
_COMPRESSES_AT = 0.8  # of the window, where a prompt file names no trigger
_BYTES_PER_TOKEN = 4  # of UTF-8: four letters of Latin script, two of Cyrillic, not quite one and a half of Chinese


def read(names: tuple[str, ...], prompts: Path) -> str:
    """Return the text of these files, one after the other, as it is written.

    Args:
        names: of files in the folder `knowledge`, such as `opening-hours.md`.
        prompts: the folder of the prompt files.

    Raises:
        PromptError: with every mistake.
    """
    found = list(_mistakes(names))
    texts = []
    for name in dict.fromkeys(names):
        if _is_name(name):
            try:
                texts.append(_text(name, prompts / FOLDER))
            except PromptError as error:
                found += error.mistakes
    if found:
        raise PromptError(found)
    return "\n\n".join(texts)


def _mistakes(names: tuple[str, ...]) -> Iterator[Mistake]:
    for name in dict.fromkeys(names):
        if not _is_name(name):
            reason = "it has lower-case letters, digits and hyphens, ends in .md, and names no folder"
            yield Mistake(
                "knowledge", f"{name!r} is no name of a file in {FOLDER}/, such as opening-hours.md: {reason}"
            )
        if names.count(name) > 1:
            yield Mistake("knowledge", f"{name!r} stands there more than once; remove it")


def _is_name(name: str) -> bool:
    return name.endswith(".md") and NAME.fullmatch(name.removesuffix(".md")) is not None


def _text(name: str, folder: Path) -> str:
    """Return what the file of that name holds; it must be a file itself, because links may lead anywhere."""
    path = folder / name
    if folder.is_symlink() or path.is_symlink():
        raise _mistake(name, "is a link; put the file itself there")
    if not path.is_file():  # to read from a pipe would take for ever
        raise _mistake(name, f"is no file in {FOLDER}/")
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _mistake(name, f"cannot be read as UTF-8 text ({type(error).__name__})") from error
    if not text:
        raise _mistake(name, "is empty; write something, or remove it")
    if "\0" in text:
        raise _mistake(name, "holds a NUL character; save it as UTF-8 text")
    return text


def _mistake(name: str, reason: str) -> PromptError:
    return PromptError([Mistake("knowledge", f"{name!r} {reason}")])


class Length(NamedTuple):
    """How long an instruction may become, and how long it should at most be; both estimated, in tokens."""

    tokens: int
    most: int

    @classmethod
    def of(cls, texts: tuple[str, ...], *, page: bool, config: Mapping[str, Any]) -> "Length":
        """Return it for the `texts` of the owner, and with `page` for those of a full page beside them."""
        size = sum(len(text.encode()) for text in texts) + page * CONTENT_CHARACTERS
        compression = config.get("context_window_compression")
        trigger = compression.get("trigger_tokens") if isinstance(compression, Mapping) else None
        most = min(trigger, WINDOW_TOKENS) if isinstance(trigger, int) else int(WINDOW_TOKENS * _COMPRESSES_AT)
        return cls(-(-size // _BYTES_PER_TOKEN), most // 2)

    @property
    def fits(self) -> bool:
        """Whether compression leaves room for the talk itself."""
        return self.tokens <= self.most

    def __str__(self) -> str:
        """Return the sentence for the owner."""
        length = f"makes the instruction up to about {self.tokens} tokens long"
        return f"{length}; half of the compression trigger is {self.most}"

    @property
    def mistake(self) -> Mistake:
        """What an owner is told whose knowledge is too long."""
        enough = 2 * self.tokens
        trigger = f", or raise config.context_window_compression.trigger_tokens to {enough}"
        return Mistake("knowledge", f"{self}: shorten it{trigger if enough <= WINDOW_TOKENS else ''}")
