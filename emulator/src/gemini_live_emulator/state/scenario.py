"""A scenario: what the emulator says and does instead of its own script, session by session and turn by turn."""

import dataclasses
import re
from typing import Any


class ScenarioError(ValueError):
    """A scenario that makes no sense; the message names the place and what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Ending:
    """The end of a socket after so many seconds: a close with code and reason, or (`code` None) a cut without one."""

    code: int | None = None
    reason: str = ""
    after_seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class Planned:
    """One answer: it calls functions or speaks, or both, one after the other; then the socket may end.

    `when` is what the user's words have to match, `hear` what a spoken utterance is understood as.
    """

    when: re.Pattern[str] | None = None
    hear: str = ""
    say: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    wait_seconds: float = 0.0
    ending: Ending | None = None
    repeat: bool = False

    @property
    def only_ends(self) -> bool:
        """Whether the socket ends without an answer."""
        return self.ending is not None and not self.say and not self.calls


@dataclasses.dataclass(frozen=True)
class Plan:
    """What happens in one session. Without a fitting turn the emulator answers as it does without a scenario."""

    turns: tuple[Planned, ...] = ()
    ending: Ending | None = None


class Progress:
    """How far one session has got in its plan."""

    def __init__(self, plan: Plan) -> None:
        self.ending = plan.ending
        self._left = list(plan.turns)

    def hear(self) -> str:
        """What the next spoken utterance is understood as; nothing where the plan does not say."""
        return self._left[0].hear if self._left else ""

    def answer_to(self, text: str) -> Planned | None:
        """The first turn that is left and fits the user's words; it is used up unless it repeats."""
        for planned in self._left:
            if planned.when is None or planned.when.search(text):
                if not planned.repeat:
                    self._left.remove(planned)
                return planned
        return None


class Scenario:
    """Plans for sessions, in the order in which these come; the last plan serves all that come later."""

    def __init__(self, plans: tuple[Plan, ...] = ()) -> None:
        self._plans = plans
        self._next = 0

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Scenario":
        """From what a TOML file holds, or the same in JSON; raises ScenarioError."""
        _known(data, {"session"}, "the scenario")
        sessions = _list(data.get("session", []), dict, "session")
        return cls(tuple(_plan(session, f"session {number}") for number, session in enumerate(sessions, 1)))

    def restart(self) -> None:
        """Begin with the first session again."""
        self._next = 0

    def next_session(self) -> Progress:
        """The plan of a session that starts now."""
        if not self._plans:
            return Progress(Plan())
        plan = self._plans[min(self._next, len(self._plans) - 1)]
        self._next += 1
        return Progress(plan)


def _known(data: dict[str, Any], known: set[str], place: str) -> None:
    for name in data:
        if name not in known:
            raise ScenarioError(f"{place}: unknown field {name!r}; known: {', '.join(sorted(known))}")


def _typed(data: dict[str, Any], name: str, kind: Any, default: Any, place: str) -> Any:
    value = data.get(name, default)
    if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
        names = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
        raise ScenarioError(f"{place}: {name} must be {names}, not {type(value).__name__}")
    return value


def _list(value: Any, kind: type, place: str) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, kind) for item in items):
        raise ScenarioError(f"{place} must be a list of tables")
    return items


def _plan(data: dict[str, Any], place: str) -> Plan:
    _known(data, {"turn", "close", "drop_after_seconds"}, place)
    turns = _list(data.get("turn", []), dict, f"{place}: turn")
    return Plan(
        tuple(_planned(turn, f"{place}, turn {number}") for number, turn in enumerate(turns, 1)), _ending(data, place)
    )


def _planned(data: dict[str, Any], place: str) -> Planned:
    _known(
        data, {"when", "hear", "say", "call", "wait_seconds", "close", "drop", "drop_after_seconds", "repeat"}, place
    )
    when = _typed(data, "when", str, None, place)
    try:
        pattern = None if when is None else re.compile(when, re.IGNORECASE)
    except re.error as error:
        raise ScenarioError(f"{place}: when is no regular expression: {error}") from error
    calls = [_call(call, f"{place}: call") for call in _list(data.get("call", []), dict, f"{place}: call")]
    return Planned(
        pattern,
        _typed(data, "hear", str, "", place),
        _typed(data, "say", str, "", place),
        tuple(calls),
        _typed(data, "wait_seconds", (int, float), 0.0, place),
        _ending(data, place),
        _typed(data, "repeat", bool, False, place),  # noqa: FBT003 - the field's default
    )


def _call(data: dict[str, Any], place: str) -> dict[str, Any]:
    _known(data, {"name", "args"}, place)
    if not isinstance(data.get("name"), str):
        raise ScenarioError(f"{place} needs a name")
    return {"name": data["name"], "args": _typed(data, "args", dict, {}, place)}


def _ending(data: dict[str, Any], place: str) -> Ending | None:
    close = _typed(data, "close", dict, None, place)
    after = _typed(data, "drop_after_seconds", (int, float), None, place)
    if close is None:
        drops = after is not None or _typed(data, "drop", bool, False, place)  # noqa: FBT003 - the field's default
        return Ending(after_seconds=after or 0.0) if drops else None
    if after is not None or "drop" in data:
        raise ScenarioError(f"{place}: a socket is closed or dropped, not both")
    _known(close, {"code", "reason", "after_seconds"}, f"{place}: close")
    return Ending(
        _typed(close, "code", int, 1011, f"{place}: close"),
        _typed(close, "reason", str, "", f"{place}: close"),
        _typed(close, "after_seconds", (int, float), 0.0, f"{place}: close"),
    )
