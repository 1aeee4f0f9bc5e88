"""JSON as it came → JSON in camelCase that fits its message, or Google's sentence about what does not fit."""

import datetime as dt
import json
import re
from typing import Any

from gemini_live_emulator.protocol.schema import (
    BOOL,
    BYTES,
    FREE,
    INTEGER,
    MASK,
    NUMBER,
    STRING,
    STRUCT,
    TIMESTAMP,
    Kind,
    Message,
    SchemaError,
    camel,
    snake,
)

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_INTEGER = re.compile(r"-?\d{1,10}")


def parse(value: Any, kind: Kind, at: str) -> Any:
    """`value` in camelCase; `at` is its place for error texts. Raises SchemaError."""
    if kind == FREE:
        return value
    if isinstance(kind, dict):
        return parse_message(value, kind, at)
    if isinstance(kind, list):
        # Protocol buffers' JSON takes a lone element for a list of one.
        items = value if isinstance(value, list) else [value]
        return [parse(item, kind[0], f"{at}[{index}]") for index, item in enumerate(items)]
    if isinstance(kind, frozenset):
        if isinstance(value, str) and value.upper() in kind:
            return value.upper()
        if isinstance(value, str) and value.upper().endswith("_UNSPECIFIED"):
            return None
        raise _invalid(at, "TYPE_ENUM", value)
    return _LEAVES[kind](value, at)


def parse_message(value: Any, fields: Message, at: str) -> dict[str, Any]:
    """A message's fields, known ones only; null means unset, as in protocol buffers' JSON."""
    if not isinstance(value, dict):
        raise _invalid(at, "TYPE_MESSAGE", value)
    parsed = {}
    for name, inner in value.items():
        key = name if name in fields else camel(name)
        if key not in fields:
            place = f" at '{at}'" if at else ""
            text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
            raise SchemaError(text, at)
        if inner is None:
            continue
        result = parse(inner, fields[key], f"{at}.{snake(key)}" if at else snake(key))
        if result is not None:
            parsed[key] = result
    return parsed


def _invalid(at: str, kind: str, value: Any) -> SchemaError:
    return SchemaError(f"Invalid value at '{at}' ({kind}), {json.dumps(value)[:200]}", at)


def _string(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise _invalid(at, "TYPE_STRING", value)
    return value


def _struct(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(at, "type.googleapis.com/google.protobuf.Struct", value)
    return value


def _bool(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise _invalid(at, "TYPE_BOOL", value)
    return value


def _integer(value: Any, at: str) -> int:
    # 40.0 and "40" are 40 to Google's parser, too.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    text = isinstance(value, str) and _INTEGER.fullmatch(value)
    if isinstance(value, bool) or not (whole or text) or not -(2**31) <= int(value) < 2**31:
        raise _invalid(at, "TYPE_INT32", value)
    return int(value)


def _number(value: Any, at: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _invalid(at, "TYPE_FLOAT", value)
    return value


def _timestamp(value: Any, at: str) -> dt.datetime:
    kind = "type.googleapis.com/google.protobuf.Timestamp"
    if not isinstance(value, str):
        raise _invalid(at, kind, value)
    if not _RFC3339.fullmatch(value):
        name = at.rpartition(".")[2]
        why = "Illegal timestamp format; timestamps must end with 'Z' or have a valid timezone offset."
        raise SchemaError(f"Invalid value at '{at}' ({kind}), Field '{name}', {why}", at)
    try:
        return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise _invalid(at, kind, value) from error


def _mask(value: Any, at: str) -> list[str]:
    """Paths in camelCase, in the order given."""
    text = _string(value, at)
    return [".".join(map(camel, path.strip().split("."))) for path in text.split(",") if path.strip()]


_LEAVES = {
    STRING: _string,
    # Left as text: whoever needs the bytes decodes them, and only once.
    BYTES: _string,
    STRUCT: _struct,
    BOOL: _bool,
    INTEGER: _integer,
    NUMBER: _number,
    TIMESTAMP: _timestamp,
    MASK: _mask,
}
