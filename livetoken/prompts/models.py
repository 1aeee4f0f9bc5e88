"""What is known about the Live models and voices: enough to refuse at start-up what Gemini would refuse a visitor.

A model that is not listed here is let through unjudged, because new ones appear faster than releases of this file.
"""

from collections.abc import Iterator, Mapping
from typing import Any

DEFAULT_MODEL = "gemini-3.8-live"
# fmt: off
VOICES = (
    "Kore", "Zephyr", "Puck", "Charon", "Fenrir", "Leda", "Orus", "Aoede", "Callirrhoe", "Autonoe", "Enceladus",
    "Iapetus", "Umbriel", "Algieba", "Despina", "Erinome", "Algenib", "Rasalgethi", "Laomedeia", "Achernar",
    "Alnilam", "Schedar", "Gacrux", "Pulcherrima", "Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia",
    "Sadaltager", "Sulafat",
)
# fmt: on
_GONE = ("gemini-live-2.5-flash-preview", "gemini-2.0-flash-live-001", "gemini-2.0-flash-live-preview-04-09")
_STABLE, _THINKING, _LEGACY = "gemini-3.8-live", "gemini-3.8-live-extended-thinking", "gemini-3.1-flash-live-preview"
_NATIVE_AUDIO = "gemini-2.5-flash-native-audio-"
_KNOWN = (_STABLE, _THINKING, _LEGACY)
WINDOW_TOKENS = 131_072  # of context, of every Live model
NON_BLOCKING = (_STABLE, _THINKING)  # the models that go on talking while a function runs


def objections(model: str, config: Mapping[str, Any], api_version: str) -> Iterator[tuple[str, str]]:
    """Yield (field, what to change) for everything in a prompt file's `config` that `model` is known to reject."""
    if model in _GONE:
        yield "model", f"{model} was shut down in December 2025; use {DEFAULT_MODEL}"
    if "proactivity" in config and api_version != "v1alpha":
        yield "proactivity", f"{api_version} has no such field; remove it, or set GEMINI_API_VERSION=v1alpha"
    if not model.startswith(_NATIVE_AUDIO) and model not in _KNOWN:
        return
    if "TEXT" in _modalities(config):
        yield "response_modalities", f"{model} only speaks; remove TEXT and read the output transcription instead"
    yield from _thinking(model, _mapping(config, "thinking_config"), given="thinking_config" in config)
    yield from _liveliness(model, config, api_version)
    yield from _tools(model, config)


def _thinking(model: str, thinking: Mapping[str, Any], *, given: bool) -> Iterator[tuple[str, str]]:
    level = str(thinking.get("thinking_level", "")).upper()
    if model == _STABLE and given:
        yield "thinking_config", f"{model} does not think aloud; remove the field, or use {_THINKING}"
    if model == _THINKING and level not in ("LOW", "MEDIUM", "HIGH"):
        yield "thinking_config.thinking_level", f"{model} needs LOW, MEDIUM or HIGH here"
    if model == _LEGACY and given and level not in ("", "MINIMAL", "LOW", "MEDIUM", "HIGH"):
        yield "thinking_config.thinking_level", f"{model} takes MINIMAL, LOW, MEDIUM or HIGH"


def _liveliness(model: str, config: Mapping[str, Any], api_version: str) -> Iterator[tuple[str, str]]:
    """Affective dialog and proactive audio: only the 2.5 models have both, and the dialog only under v1alpha."""
    proactive = _mapping(config, "proactivity").get("proactive_audio")
    wanted = ["enable_affective_dialog"] if config.get("enable_affective_dialog") else []
    if model not in (_STABLE, _THINKING):
        wanted += ["proactivity.proactive_audio"] if proactive else []
    elif proactive is not None and not proactive:
        yield "proactivity.proactive_audio", f"{model} is always proactive; remove the field"
    for name in wanted:
        if not model.startswith(_NATIVE_AUDIO):
            yield name, f"{model} does not have it; remove the field, or use {_NATIVE_AUDIO}preview-12-2025"
        elif name == "enable_affective_dialog" and api_version != "v1alpha":
            yield name, "is only there with GEMINI_API_VERSION=v1alpha"


def _tools(model: str, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if model == _THINKING and any(function.get("behavior") == "BLOCKING" for function in declarations(config)):
        yield "tools", f"{model} waits for no function; remove behavior: BLOCKING"
    if model.startswith(_NATIVE_AUDIO) and any("code_execution" in tool for tool in _tool_list(config)):
        yield "tools", f"{model} runs no code; remove code_execution, or use {_STABLE}"


def _mapping(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = config.get(name)
    return value if isinstance(value, Mapping) else {}


def _modalities(config: Mapping[str, Any]) -> list[str]:
    value = config.get("response_modalities")
    return [str(modality).upper() for modality in value] if isinstance(value, list) else []


def _tool_list(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tools = config.get("tools")
    return [tool for tool in tools if isinstance(tool, Mapping)] if isinstance(tools, list) else []


def declarations(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every function that a prompt file's `config` declares."""
    for tool in _tool_list(config):
        found = tool.get("function_declarations")
        for declared in found if isinstance(found, list) else []:
            if isinstance(declared, Mapping):
                yield declared
