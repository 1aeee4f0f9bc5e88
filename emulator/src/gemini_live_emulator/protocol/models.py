"""The Live models, and what each refuses in a setup, with the close codes and reasons seen from Google."""

import dataclasses
import re
from typing import Any

from gemini_live_emulator.protocol.errors import GoogleError, LiveCloseError

_VOICE_NAMES = """
Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel Algieba Despina
Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux Pulcherrima Achird Zubenelgenubi
Vindemiatrix Sadachbia Sadaltager Sulafat
"""
_LANGUAGE_CODES = """
af sq am ar hy as az eu be bn bs bg ca zh hr cs da nl en et fil fi fr gl ka de el gu iw hi hu is id it ja kn
kk km ko lo lv lt mk ms ml mr mn ne no or pl pt pa ro ru sr sk sl es sw sv ta te th tr uk ur uz vi zu
"""
VOICES = frozenset(_VOICE_NAMES.split())
LANGUAGES = frozenset(_LANGUAGE_CODES.split())
# Voices beyond the thirty have ids of this form.
_NEWER_VOICE = re.compile(r"[a-z]{2}-[a-z]{2}-\w+")
_LANGUAGE = re.compile(r"([a-z]{2,3})(-[A-Z]{2})?")
PROJECT_SCOPED = "token-based requests cannot use project-scoped features such as tuned models"


@dataclasses.dataclass(frozen=True)
class Model:
    """What sets one model apart. `levels` are its thinking levels; `behavior` the only one its functions may have."""

    name: str
    title: str
    modalities: frozenset[str] = frozenset({"AUDIO"})
    levels: frozenset[str] = frozenset()
    must_think: bool = False
    may_think: bool = True
    affective: bool = False
    proactive: frozenset[bool] = frozenset({False})
    behavior: str | None = None


_LEVELS = frozenset({"LOW", "MEDIUM", "HIGH"})
_NATIVE = {"affective": True, "proactive": frozenset({False, True})}
MODELS = {
    model.name: model
    for model in (
        Model("models/gemini-3.8-live", "Gemini 3.8 Live", may_think=False, proactive=frozenset({True})),
        Model(
            "models/gemini-3.8-live-extended-thinking",
            "Gemini 3.8 Live Extended Thinking",
            levels=_LEVELS,
            must_think=True,
            proactive=frozenset({True}),
            behavior="NON_BLOCKING",
        ),
        Model(
            "models/gemini-3.1-flash-live-preview",
            "Gemini 3.1 Flash Live Preview",
            levels=_LEVELS | {"MINIMAL"},
            behavior="BLOCKING",
        ),
        *(
            Model(f"models/gemini-2.5-flash-native-audio-{suffix}", "Gemini 2.5 Flash Native Audio", **_NATIVE)  # type: ignore[arg-type]
            for suffix in ("latest", "preview-12-2025", "preview-09-2025")
        ),
        Model("models/gemini-3.5-live-translate-preview", "Gemini 3.5 Live Translate Preview"),
        Model("models/gemini-3.5-transcribe-live", "Gemini 3.5 Transcribe Live", modalities=frozenset({"TEXT"})),
    )
}


def listed(name: str, api_version: str) -> dict[str, Any]:
    """One model as `models.list` and `models.get` show it; raises GoogleError 404."""
    model = MODELS.get(name)
    if model is None:
        raise GoogleError(
            404,
            f"{name} is not found for API version {api_version}, or is not supported for generateContent. "
            "Call ModelService.ListModels to see the list of available models and their supported methods.",
        )
    return {
        "name": model.name,
        "version": "001",
        "displayName": model.title,
        "description": model.title,
        "inputTokenLimit": 131072,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["countTokens", "bidiGenerateContent"],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
    }


def check(setup: dict[str, Any], api_version: str, *, by_token: bool, locked_model: bool) -> Model:
    """The model of an effective setup, which must suit it; raises LiveCloseError."""
    name = setup.get("model", "")
    if by_token and not name.startswith("models/"):
        raise LiveCloseError(1007, PROJECT_SCOPED)
    model = MODELS.get(name if name.startswith("models/") else f"models/{name}")
    if model is None:
        if locked_model:
            raise LiveCloseError(1007, PROJECT_SCOPED)
        raise LiveCloseError(
            1008,
            f"{name} is not found for API version {api_version}, or is not supported for bidiGenerateContent. "
            "Call ModelService.ListModels to see the list of available models and their supported methods.",
        )
    generation = setup.get("generationConfig", {})
    _check_modalities(model, generation)
    _check_speech(model, generation.get("speechConfig", {}))
    _check_thinking(model, generation.get("thinkingConfig"))
    _check_extras(model, setup, generation, api_version)
    return model


def _check_modalities(model: Model, generation: dict[str, Any]) -> None:
    # TEXT is the API's default, so a setup that names none is refused by every audio model.
    asked = generation.get("responseModalities") or ["TEXT"]
    if len(asked) != 1 or asked[0] not in model.modalities:
        names = ", ".join(asked)
        reason = f"The requested combination of response modalities ({names}) is not supported by the model"
        raise LiveCloseError(1007, reason)


def _check_speech(model: Model, speech: dict[str, Any]) -> None:
    code = speech.get("languageCode")
    if code:
        match = _LANGUAGE.fullmatch(code)
        if not match or match[1] not in LANGUAGES:
            raise LiveCloseError(1007, f"Unsupported language code '{code}' for model {model.name}")
    voice = speech.get("voiceConfig", {}).get("prebuiltVoiceConfig", {}).get("voiceName")
    if voice and voice not in VOICES and not _NEWER_VOICE.fullmatch(voice):
        raise LiveCloseError(1007, f"Requested voice api_name '{voice}' is not available for model {model.name}")


def _check_thinking(model: Model, thinking: dict[str, Any] | None) -> None:
    level = (thinking or {}).get("thinkingLevel")
    if model.must_think and not level:
        raise LiveCloseError(1007, "Thinking level must be specified")
    if (thinking is not None and not model.may_think) or (level and level not in model.levels):
        raise LiveCloseError(1007, "Thinking level is not supported for this model")


def _check_extras(model: Model, setup: dict[str, Any], generation: dict[str, Any], api_version: str) -> None:
    affective = generation.get("enableAffectiveDialog")
    proactive = setup.get("proactivity", {}).get("proactiveAudio")
    if model.affective and api_version != "v1alpha":
        for name, place, value in (
            ("enableAffectiveDialog", "setup.generation_config", affective),
            ("proactivity", "setup", proactive),
        ):
            if value is not None:
                text = f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
                raise LiveCloseError(1007, text)
    if affective is not None and not model.affective and (affective or not model.may_think):
        raise LiveCloseError(1007, "Affective dialog is not supported for this model")
    if proactive is not None and proactive not in model.proactive:
        change = "required" if model.proactive == {True} else "not supported"
        raise LiveCloseError(1007, f"Proactive audio is {change} for this model")
    for tool in setup.get("tools", []):
        for declared in tool.get("functionDeclarations", []):
            behavior = declared.get("behavior")
            if model.behavior and behavior and behavior != model.behavior:
                raise LiveCloseError(1007, f"Function behavior {behavior} is not supported for this model")
