"""A prompt file's front matter: models, voices, origins, open fields, and the Live config that the token locks."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from livetoken.prompts.models import DEFAULT_MODEL, VOICES, objections
from livetoken.prompts.plain_yaml import leaves
from livetoken.settings.environment import Settings
from livetoken.settings.origins import parse_origins

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
_TRUE_OR_FALSE = ("true", "false", "yes", "no", "on", "off", "y", "n", "t", "f")  # the SDK's types take them for such
_MODEL = re.compile(r"[a-z0-9][a-z0-9.-]{1,99}", re.ASCII)


class FrontMatter(NamedTuple):
    """What stands above the template; the first model and voice are the defaults."""

    models: tuple[str, ...]
    voices: tuple[str, ...]
    origins: tuple[str, ...]
    open: tuple[str, ...]
    config: Mapping[str, Any]

    @property
    def field_mask(self) -> str | None:
        """The setup fields that the token decides, comma-separated; None when it decides all of them."""
        if not self.open:
            return None
        return ",".join(wire for name, wire in SETUP_FIELDS.items() if name not in self.open)

    @classmethod
    def parse(cls, front: object, settings: Settings, problems: list[str]) -> "FrontMatter | None":
        """Return the parsed front matter; add a line to `problems` for each mistake, beginning with the field."""
        if not isinstance(front, dict):
            problems.append("front matter: must be fields such as `model: gemini-3.8-live`")
            return None
        before = len(problems)
        problems += [
            f"{name}: is not a field of a prompt file; they are model, voices, origins, open, config"
            for name in front
            if name not in ("model", "voices", "origins", "open", "config")
        ]
        models = tuple(
            name.removeprefix("models/") for name in _texts("model", front.get("model", [DEFAULT_MODEL]), problems)
        )
        voices = _texts("voices", front.get("voices", [VOICES[0]]), problems)
        problems += [f"model: {name!r} is not a model's name" for name in models if not _MODEL.fullmatch(name)]
        problems += [
            f"voices: {name!r} is not one of Gemini's voices; they are {', '.join(VOICES)}"
            for name in voices
            if name not in VOICES
        ]
        config = {} if front.get("config") is None else front["config"]
        if not isinstance(config, dict):
            problems.append("config: must be fields of the Live API's config, such as `temperature: 0.7`")
            config = {}
        opened = _texts("open", [] if front.get("open") is None else front["open"], problems, empty=True)
        _check_config(config, problems)
        _check_open(opened, config, problems)
        for model in models:
            problems += [
                f"config.{name}: {cure}" if name != "model" else f"model: {cure}"
                for name, cure in objections(model, config, settings.gemini_api_version)
            ]
        # written but empty must not mean everybody
        origins = _origins(front["origins"], settings, problems) if "origins" in front else ()
        return cls(models, voices, origins, opened, config) if len(problems) == before else None


def _texts(name: str, value: object, problems: list[str], *, empty: bool = False) -> tuple[str, ...]:
    """Return a string, or a list of them, as a tuple."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items) or not (items or empty):
        problems.append(f"{name}: must be a name, or a list of names")
        return ()
    return tuple(dict.fromkeys(items))


def _origins(value: object, settings: Settings, problems: list[str]) -> tuple[str, ...]:
    listed = _texts("origins", value, problems)
    try:
        origins = parse_origins(",".join(listed)) if listed else ()
    except ValueError as mistake:
        problems += [f"origins: {line}" for line in str(mistake).split("\n")]
        return ()
    problems += [
        f"origins: {origin} is not in ALLOWED_ORIGINS, so it could never use this prompt"
        for origin in origins
        if origin not in settings.allowed_origins
    ]
    return origins


def _check_config(config: Mapping[str, Any], problems: list[str]) -> None:
    """Check what can be said without the SDK; its own types judge the values during the warm-up."""
    unknown = "is not a field that can be locked here; names are in snake_case"
    problems += [f"config.{name}: {_ELSEWHERE.get(str(name), unknown)}" for name in config if name not in CONFIG_FIELDS]
    problems += [
        f"{path}: {value!r} is a text; write true or false, without quotes"
        for path, value in leaves({name: value for name, value in config.items() if name != "tools"}, "config")
        if isinstance(value, str) and value.lower() in _TRUE_OR_FALSE
    ]
    modalities = config.get("response_modalities", ["AUDIO"])
    if modalities not in (["AUDIO"], ["TEXT"]):
        problems.append("config.response_modalities: must be [AUDIO] or [TEXT]; a session has one modality")
    resumption = config.get("session_resumption")
    if isinstance(resumption, Mapping) and resumption:
        problems.append("config.session_resumption: must be {}; the page hands in its handle with each request")


def _check_open(opened: tuple[str, ...], config: Mapping[str, Any], problems: list[str]) -> None:
    for name in opened:
        if name == "model":
            problems.append(
                "open: the model cannot be left to the client, who would choose it at your expense; list models instead"
            )
        elif name not in SETUP_FIELDS:
            known = ", ".join(name for name in SETUP_FIELDS if name != "model")
            problems.append(f"open: {name} cannot be left open by itself; what can is {known}")
        elif name in config:
            problems.append(f"open: {name} is set in config and left to the client; choose one")
    if "generation_config" in opened:
        problems += [
            f"open: {name} is set in config, but it is part of generation_config, which is left to the client"
            for name in config
            if name not in SETUP_FIELDS
        ]
