"""What a prompt file may not ask of a model is what the emulator, which follows the measurements, refuses of that model."""

import itertools
from typing import Any

import pytest
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.protocol.setup_rules import check

from livetoken.prompts.models import objections

MODELS = (
    "gemini-3.8-live",
    "gemini-3.8-live-extended-thinking",
    "gemini-3.1-flash-live-preview",
    "gemini-2.5-flash-native-audio-latest",
)
THINKS = {"gemini-3.8-live-extended-thinking": {"thinking_level": "LOW"}}
BEHAVIORS = (None, "BLOCKING", "NON_BLOCKING")
TOOLS: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = [
    ([], []),
    ([{"code_execution": {}}], [{"codeExecution": {}}]),
    ([{"google_search": {}}], [{"googleSearch": {}}]),
    *(
        ([{"function_declarations": [function]}], [{"functionDeclarations": [function]}])
        for function in ({"name": "f", **({"behavior": said} if said else {})} for said in BEHAVIORS)
    ),
]


@pytest.mark.parametrize(("model", "modality"), list(itertools.product(MODELS, ("AUDIO", "TEXT"))))
@pytest.mark.parametrize(("tools", "sent"), TOOLS)
def test_both_say_the_same(model: str, modality: str, tools: list[dict[str, Any]], sent: list[dict[str, Any]]) -> None:
    """Behaviours of functions, tools and modalities, for each model that is known."""
    thinking = {"thinking_config": THINKS[model]} if model in THINKS else {}
    config = {"response_modalities": [modality], "tools": tools, **thinking}
    generation = {
        "responseModalities": [modality],
        **({"thinkingConfig": {"thinkingLevel": "LOW"}} if thinking else {}),
    }
    setup = {"model": f"models/{model}", "generationConfig": generation, "tools": sent}
    try:
        check(setup, "v1alpha", by_token=True, locked_model=True)
        refused = False
    except LiveCloseError:
        refused = True
    assert bool(list(objections(model, config, "v1alpha"))) == refused
