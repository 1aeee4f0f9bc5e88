"""Steps of pointer and keyboard as WebDriver and WebDriver BiDi write them: https://www.w3.org/TR/webdriver2/#actions."""

from collections.abc import Sequence
from typing import Any

from tests.client.browsers.browser import Step

# https://www.w3.org/TR/webdriver2/#keyboard-actions
_KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Escape": "\ue00c",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Space": " ",
}


def pointer(steps: Sequence[Step]) -> dict[str, Any]:
    """The source of actions for a mouse with one button."""

    def action(step: Step) -> dict[str, Any]:
        match step:
            case ("move", x, y):
                return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0, "origin": "viewport"}
            case (way,):
                return {"type": f"pointer{way.capitalize()}", "button": 0}
        raise ValueError(step)

    return {
        "type": "pointer",
        "id": "mouse",
        "parameters": {"pointerType": "mouse"},
        "actions": [action(step) for step in steps],
    }


def keyboard(steps: Sequence[Step]) -> dict[str, Any]:
    """The source of actions for a keyboard."""
    actions = [{"type": f"key{way.capitalize()}", "value": _KEYS.get(key, key)} for way, key in steps]
    return {"type": "key", "id": "keyboard", "actions": actions}
