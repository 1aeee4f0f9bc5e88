"""`make languages`: write the function's table of English names from Unicode CLDR, as the babel library has it."""

import json
import re
from pathlib import Path
from typing import Any

import babel
from babel.core import get_global

TABLE = Path(__file__).resolve().parent.parent / "livetoken" / "prompts" / "languages.json"
ABOUT = "English names from Unicode CLDR (Unicode License v3), by code; written by `make languages`"
NO_LANGUAGE = ("und", "zxx", "mul", "mis", "root")  # CLDR names them, but nobody speaks them


def table() -> dict[str, Any]:
    """Return the names by code; an old code that CLDR replaces stands for its replacement."""
    english = babel.Locale("en")
    names = {str(code): str(name) for code, name in english.languages.items()}
    replaced = {str(old): str(new).split("_")[0] for old, new in get_global("language_aliases").items()}
    meant = {code: code for code in names} | replaced
    return {
        "_about": ABOUT,
        "languages": {
            code: names[today]
            for code, today in meant.items()
            if today in names and today not in NO_LANGUAGE and re.fullmatch("[a-z]{2,3}", code)
        },
        "scripts": {code: str(name) for code, name in english.scripts.items()},
        "territories": {code: str(name) for code, name in english.territories.items()},
    }


def written() -> str:
    """Return the file's text: sorted, an entry a line, so that a new CLDR reads well as a difference."""
    return json.dumps(table(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TABLE.write_text(written(), encoding="utf-8")
