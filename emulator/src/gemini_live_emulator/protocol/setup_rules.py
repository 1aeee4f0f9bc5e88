"""What the models refuse in a setup, with the close codes and reasons seen from Google."""

import re
from typing import Any

from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.models import LANGUAGES, MODELS, VOICES, Model

# Voices beyond the thirty have ids of this form.
_NEWER_VOICE = re.compile(r"[a-z]{2}-[a-z]{2}-\w+")
_LANGUAGE = re.compile(r"([a-z]{2,3})(-[A-Z]{2})?")
# Firebase names a model beneath a project.
_FIREBASE = re.compile(r"^projects/[^/]+/models/")
PROJECT_SCOPED = "token-based requests cannot use project-scoped features such as tuned models"
INVALID_ARGUMENT = "Request contains an invalid argument"


def late_refusal(model: Model, setup: dict[str, Any]) -> str | None:
    """Why the first message after the setup closes the session, with 1007; None where nothing does."""
    affective = setup.get("generationConfig", {}).get("enableAffectiveDialog")
    return INVALID_ARGUMENT if affective and model.affective == "late" else None


def check(setup: dict[str, Any], api_version: str, *, by_token: bool, locked_model: bool) -> Model:
    """The model of an effective setup, which must suit it; raises LiveCloseError."""
    name = _FIREBASE.sub("models/", setup.get("model", ""))
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
        raise LiveCloseError(1007, "Thinking level must be specified for this model")
    if thinking is not None and not model.may_think:
        raise LiveCloseError(1007, "Thinking level is not supported for this model")
    if level and level not in model.levels:
        # A model without levels refuses them as a whole, one with levels the one that it lacks.
        named = f" {level}" if model.levels else ""
        raise LiveCloseError(1007, f"Thinking level{named} is not supported for this model")


def _check_extras(model: Model, setup: dict[str, Any], generation: dict[str, Any], api_version: str) -> None:
    affective = generation.get("enableAffectiveDialog")
    proactive = setup.get("proactivity", {}).get("proactiveAudio")
    if api_version != "v1alpha":
        if model.affective == "taken" and affective is not None:
            raise _unknown("enableAffectiveDialog", "setup.generation_config")
        if "proactivity" in setup:
            raise _unknown("proactivity", "setup")
    if affective and model.affective == "refused":
        raise LiveCloseError(1007, INVALID_ARGUMENT)
    if proactive is not None and proactive not in model.proactive:
        change = "required" if model.proactive == {True} else "not supported"
        raise LiveCloseError(1007, f"Proactive audio is {change} for this model")
    check_tools(model, setup.get("tools", []))


def _unknown(name: str, place: str) -> LiveCloseError:
    text = f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
    return LiveCloseError(1007, text)


def check_tools(model: Model, tools: list[dict[str, Any]]) -> None:
    """Raise LiveCloseError for a tool, or a function's behaviour, that the model does not have."""
    for tool in tools:
        if "codeExecution" in tool and not model.code_execution:
            raise LiveCloseError(1007, "Code Execution tool is not supported for this model")
        for declared in tool.get("functionDeclarations", []):
            if model.refused_behavior and declared.get("behavior") == model.refused_behavior:
                raise LiveCloseError(1007, f"{model.refused_behavior} function calls are not supported for this model")
