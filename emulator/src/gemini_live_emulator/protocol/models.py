"""The Live models: what each refuses, how it behaves, and how it is listed."""

import dataclasses
from typing import Any

from gemini_live_emulator.protocol.errors import GoogleError

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


@dataclasses.dataclass(frozen=True)
class Model:
    """What sets one model apart, in what it refuses and in how it behaves."""

    name: str
    title: str
    modalities: frozenset[str] = frozenset({"AUDIO"})
    # Thinking levels that it takes; with `must_think` one of them has to be given.
    levels: frozenset[str] = frozenset()
    must_think: bool = False
    may_think: bool = True
    # Affective dialog: "taken", "refused" with the setup, or refused "late", with the first message after it.
    affective: str = "refused"
    proactive: frozenset[bool] = frozenset({False})
    # How functions behave that say nothing about it, and how they must not.
    behavior: str = "BLOCKING"
    refused_behavior: str = ""
    # Whether it waits for the results of NON_BLOCKING functions all the same.
    always_waits: bool = False
    scheduling: bool = True
    code_execution: bool = True
    # Whether turns put in by clientContent may hold sound and function parts.
    seeds_all_parts: bool = True
    # Whether text stops an answer under way, or is answered after it.
    text_interrupts: bool = True
    # Whether it is open if turnComplete comes with a call that the model waits for.
    turn_after_call_undecided: bool = False
    # Whether initial history is recorded without an answer, when the setup announces it.
    records_history: bool = True


_LEVELS = frozenset({"LOW", "MEDIUM", "HIGH"})
_TEXT = frozenset({"TEXT"})


def _native_audio(suffix: str) -> Model:
    return Model(
        f"models/gemini-2.5-flash-native-audio-{suffix}",
        "Gemini 2.5 Flash Native Audio",
        affective="taken",
        proactive=frozenset({False, True}),
        code_execution=False,
        seeds_all_parts=False,
        text_interrupts=False,
        turn_after_call_undecided=True,
        records_history=False,
    )


MODELS = {
    model.name: model
    for model in (
        Model(
            "models/gemini-3.8-live",
            "Gemini 3.8 Live",
            may_think=False,
            affective="late",
            proactive=frozenset({True}),
            behavior="NON_BLOCKING",
        ),
        Model(
            "models/gemini-3.8-live-extended-thinking",
            "Gemini 3.8 Live Extended Thinking",
            levels=_LEVELS,
            must_think=True,
            affective="late",
            proactive=frozenset({True}),
            behavior="NON_BLOCKING",
            refused_behavior="BLOCKING",
            scheduling=False,
        ),
        Model(
            "models/gemini-3.1-flash-live-preview",
            "Gemini 3.1 Flash Live Preview",
            levels=_LEVELS | {"MINIMAL"},
            always_waits=True,
        ),
        *map(_native_audio, ("latest", "preview-12-2025", "preview-09-2025")),
        Model("models/gemini-3.5-live-translate-preview", "Gemini 3.5 Live Translate Preview"),
        Model("models/gemini-3.5-transcribe-live", "Gemini 3.5 Transcribe Live", modalities=_TEXT),
        Model("models/gemini-robotics-er-2-streaming-preview", "Gemini Robotics-ER 2 Streaming", modalities=_TEXT),
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
