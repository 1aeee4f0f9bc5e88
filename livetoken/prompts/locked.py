"""What a prompt file's `config` may lock, as far as can be told without the SDK, whose types judge the values later."""

from collections.abc import Iterator, Mapping
from typing import Any

from livetoken.prompts.mistakes import Mistake
from livetoken.prompts.plain_yaml import Blank, leaves

CONFIG_FIELDS = (
    "response_modalities",
    "temperature",
    "top_p",
    "top_k",
    "max_output_tokens",
    "seed",
    "media_resolution",
    "thinking_config",
    "enable_affective_dialog",
    "tools",
    "session_resumption",
    "input_audio_transcription",
    "output_audio_transcription",
    "realtime_input_config",
    "context_window_compression",
    "proactivity",
)
_ELSEWHERE = {
    "system_instruction": "the text below the front matter is the system instruction",
    "speech_config": "name the voices in `voices`; say the language in the template, models choose it themselves",
    "generation_config": "write its fields directly under `config`",
    "http_options": "GEMINI_API_VERSION and GEMINI_BASE_URL decide this",
    "explicit_vad_signal": "the Gemini API does not have it",
}
# top-level fields of the Live API's setup message, in the order of the token's field mask
SETUP_FIELDS = {
    "model": "model",
    "generation_config": "generationConfig",
    "system_instruction": "systemInstruction",
    "tools": "tools",
    "realtime_input_config": "realtimeInputConfig",
    "session_resumption": "sessionResumption",
    "context_window_compression": "contextWindowCompression",
    "input_audio_transcription": "inputAudioTranscription",
    "output_audio_transcription": "outputAudioTranscription",
    "proactivity": "proactivity",
    "history_config": "historyConfig",
    "avatar_config": "avatarConfig",
    "safety_settings": "safetySettings",
    "labels": "labels",
}
_FEATURES = (  # with nothing behind them they are on, as `{}` says; null is off
    "session_resumption",
    "input_audio_transcription",
    "output_audio_transcription",
    "context_window_compression",
    "sliding_window",
    "realtime_input_config",
    "automatic_activity_detection",
    "google_search",
    "url_context",
    "code_execution",
)
_TRUE_OR_FALSE = ("true", "false", "yes", "no", "on", "off", "y", "n", "t", "f")  # the SDK's types take them for such


def without_blanks(value: Any, path: str = "config") -> Any:
    """Return a part of a config with `{}` for features that are named with nothing behind; JSON Schema has nulls."""
    if isinstance(value, dict):
        return {name: without_blanks(inner, f"{path}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [without_blanks(inner, f"{path}.{index}") for index, inner in enumerate(value)]
    if value is Blank.BLANK and _in_json_schema(path):
        return None
    return {} if value is Blank.BLANK and path.rpartition(".")[2] in _FEATURES else value


def config_mistakes(config: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with the config itself."""
    for name in config:
        if name not in CONFIG_FIELDS:
            unknown = "is not a field that can be locked here; names are in snake_case"
            yield Mistake(f"config.{name}", _ELSEWHERE.get(str(name), unknown))
    for path, value in leaves(config, "config"):
        if value is Blank.BLANK:
            yield Mistake(path, "is blank; write its value, or remove the line")
        elif not path.startswith("config.tools.") and isinstance(value, str) and value.lower() in _TRUE_OR_FALSE:
            yield Mistake(path, f"{value!r} is a text; write true or false, without quotes")
    yield from _schema_mistakes(config.get("tools"), "config.tools", schema=False)
    if config.get("response_modalities", ["AUDIO"]) not in (["AUDIO"], ["TEXT"], None):
        yield Mistake("config.response_modalities", "must be [AUDIO] or [TEXT]; a session has one modality")
    resumption = config.get("session_resumption")
    if isinstance(resumption, Mapping) and resumption:
        yield Mistake("config.session_resumption", "must be {}; the page hands in its handle with each request")


def _in_json_schema(path: str) -> bool:
    """Whether a value belongs to a JSON Schema, where null is a value like any other."""
    return any(f".{name}_json_schema." in f"{path}." for name in ("parameters", "response"))


def _schema_mistakes(value: Any, path: str, *, schema: bool) -> Iterator[Mistake]:
    """Yield the types of a function's parameters that are lists, which only JSON Schema knows."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _schema_mistakes(inner, f"{path}.{index}", schema=schema)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if schema and name == "type" and isinstance(inner, list):
                fix = "write type: string and nullable: true, or move the whole schema to parameters_json_schema"
                yield Mistake(f"{path}.type", f"is a list of types, which Gemini's schema does not have; {fix}")
            elif not name.endswith("_json_schema"):
                inside = schema or name in ("parameters", "response")
                yield from _schema_mistakes(inner, f"{path}.{name}", schema=inside)


def open_mistakes(opened: tuple[str, ...], config: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with the fields that are left to the client."""
    for name in opened:
        if name == "model":
            reason = "the model cannot be left to the client, who would choose it at your expense; list models instead"
            yield Mistake("open", reason)
        elif name not in SETUP_FIELDS:
            known = ", ".join(name for name in SETUP_FIELDS if name != "model")
            yield Mistake("open", f"{name} cannot be left open by itself; what can is {known}")
        elif name in config:
            yield Mistake("open", f"{name} is set in config and left to the client; choose one")
    if "generation_config" in opened:
        for name in config:
            if name not in SETUP_FIELDS:
                reason = "is set in config, but it is part of generation_config, which is left to the client"
                yield Mistake("open", f"{name} {reason}")
