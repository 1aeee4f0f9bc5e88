"""Mistakes in a prompt file: each with its field, the reason with its fix, and the line where that is known."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Mistake(NamedTuple):
    """One mistake; `field` is a path such as `config.tools.0`, `line` counts from the file's first."""

    field: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        """Return the sentence for the owner."""
        return f"{self.field}: {f'line {self.line}: ' if self.line else ''}{self.reason}"

    def below(self, lines: int) -> "Mistake":
        """Return it as it is where `lines` others stand above what was read."""
        return self._replace(line=self.line and self.line + lines)

    def located(self, lines: Mapping[str, int]) -> "Mistake":
        """Return it with the line that its field has in `lines`; as it is where that is not known."""
        return self._replace(line=self.line or lines.get(self.field))


class PromptError(ValueError):
    """A prompt file holds mistakes; the message has a line for each. Stops start-up."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))
