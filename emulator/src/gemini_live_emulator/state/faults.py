"""Misbehaviour on demand, for a target and the next N calls or until cleared."""

import dataclasses
import math
from typing import Any

from gemini_live_emulator.protocol.errors import named_error

TARGETS = ("gemini", "secret", "metadata", "socket")
HTTP_KINDS = ("hang", "delay", "drip", "reset", "truncate", "redirect", "html", "body", "error")
SOCKET_KINDS = ("hang", "delay", "reset", "refuse", "close", "drop", "silent", "go-away")


def _fitting(name: str, value: Any, kind: Any) -> Any:
    """The value, if it is a text or a number as its field demands; raises ValueError."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, str) if "str" in str(kind) else number):
        raise ValueError(f"{name} must be a {'text' if 'str' in str(kind) else 'number'}")
    return value


@dataclasses.dataclass
class Fault:
    """One way to misbehave, for calls with `path` in theirs. `times` None: until cleared. Times are in milliseconds."""

    target: str
    kind: str
    times: float = math.inf
    ms: float = 500
    part: str = "body"
    status: int = 200
    url: str = "http://127.0.0.1:9/"
    text: str = ""
    content_type: str = "application/json; charset=UTF-8"
    name: str = "internal"
    message: str = ""
    retry_after: int | None = None
    retry_delay: str | None = None
    code: int = 1011
    reason: str = "Internal error encountered."
    messages: int = 1
    path: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Fault":
        """From the JSON of `POST /_standin/faults`, in either spelling; raises ValueError with what is wrong."""
        names = {field.name: field for field in dataclasses.fields(cls)}
        given: dict[str, Any] = {}
        for name, value in body.items():
            plain = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
            if plain not in names:
                raise ValueError(f"unknown field {name!r}; known: {', '.join(names)}")
            if value is not None:
                given[plain] = _fitting(name, value, names[plain].type)
        target, kind = given.get("target"), given.get("kind")
        if target not in TARGETS:
            raise ValueError(f"target must be one of {', '.join(TARGETS)}")
        kinds = SOCKET_KINDS if target == "socket" else HTTP_KINDS
        if kind not in kinds:
            raise ValueError(f"kind for {target} must be one of {', '.join(kinds)}")
        fault = cls(**given)
        try:
            named_error(fault.name, "", None, None)
        except KeyError as error:
            raise ValueError(f"unknown error name {fault.name!r}") from error
        if "status" not in given and kind in ("redirect", "refuse"):
            fault.status = 307 if kind == "redirect" else 503
        return fault

    def shown(self) -> dict[str, Any]:
        """The JSON of `GET /_standin/faults`."""
        times = None if self.times == math.inf else int(self.times)
        return {**dataclasses.asdict(self), "times": times}


class Faults:
    """The faults in force; for each target the oldest one counts."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def take(self, target: str, path: str) -> Fault | None:
        """The fault for this call, if any; one that has done its number of calls is gone."""
        for fault in self.all:
            if fault.target == target and fault.path in path:
                fault.times -= 1
                if fault.times < 1:
                    self.all.remove(fault)
                return fault
        return None
