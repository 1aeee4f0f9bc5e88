"""YAML 1.2 as plain data, with nothing in it that would be read otherwise than it looks; the only importer of ryaml."""

from collections.abc import Iterator
from typing import Any

import ryaml


def load(text: str) -> Any:
    """Return what the front matter `text` says: text, numbers, true, false, null, lists, mappings with text as keys.

    Raises:
        ValueError: one line per mistake, each beginning with the field.
    """
    try:
        # the empty line stands for the three hyphens, so that a mistake is given the line that it has in the file;
        # of a field that stands twice it is the line in which its mapping begins
        document = ryaml.loads(f"\n{text}")  # type: ignore[attr-defined]  # it marks none
    except ValueError as error:
        raise ValueError(f"front matter: is not valid YAML: {error}") from error
    if mistakes := list(_mistakes(document)):
        raise ValueError("\n".join(mistakes))
    return document


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every value that holds no others, with its path such as `config.tools.0`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{place}")
    else:
        yield path, value


def _mistakes(value: Any, path: str = "front matter") -> Iterator[str]:
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _mistakes(inner, f"{path}.{place}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                yield f"{path}: the name {name!r} is no text; put it in quotes"
            elif name == "<<":
                yield f"{path}: fields cannot be merged with `<<`; write them out"
            elif name.startswith("!"):
                yield f"{path}: tags such as {name} mean nothing here; remove it"
            yield from _mistakes(inner, str(name) if path == "front matter" else f"{path}.{name}")
