"""How the fields of a report are read: what JSON holds becomes a value, or a refusal that names the field."""

import math
import re
from collections.abc import Callable
from typing import Any

from livetoken.errors import InvalidRequest

Reader = Callable[[str, object], Any]


def text(pattern: str) -> Reader:
    """Return a reader of texts that match `pattern` whole."""

    def read(name: str, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise InvalidRequest(name, "is not what a token's answer holds")
        return value

    return read


def whole(low: int, high: int) -> Reader:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(name: str, value: object) -> int:
        if type(value) is not int or not low <= value <= high:  # true and false are numbers to Python
            raise InvalidRequest(name, f"must be a whole number from {low} to {high}")
        return value

    return read


def seconds(name: str, value: object) -> float:
    """Return a number of seconds, to a tenth."""
    if type(value) not in (int, float) or not 0 <= float(str(value)) < math.inf:
        raise InvalidRequest(name, "must be a number of seconds")
    return round(float(str(value)), 1)


def one_of(known: tuple[str, ...]) -> Reader:
    """Return a reader of texts that are known."""

    def read(name: str, value: object) -> str:
        if value not in known:
            raise InvalidRequest(name, f"must be one of {', '.join(known)}")
        return str(value)

    return read


def counts(known: tuple[str, ...], high: int) -> Reader:
    """Return a reader of objects with numbers up to `high` under known names."""
    number = whole(0, high)

    def read(name: str, value: object) -> dict[str, int]:
        if not isinstance(value, dict) or any(inner not in known for inner in value):
            raise InvalidRequest(name, f"must be an object of {', '.join(known)}")
        return {inner: number(name, count) for inner, count in value.items()}

    return read
