"""What a token locks: a prompt file's config, judged by the SDK's types."""

import enum
import math
from collections.abc import Iterator
from typing import Any

import pydantic
from google.genai import types

from livetoken.errors import Misconfigured
from livetoken.prompts.plain_yaml import leaves
from livetoken.prompts.prompt import Prompt, TokenSpec


class Constraints:
    """What tokens lock, as the SDK's own type; each prompt file's config is checked once."""

    def __init__(self) -> None:
        self._configs: dict[str, types.LiveConnectConfig | Misconfigured] = {}

    def of(self, spec: TokenSpec) -> types.LiveConnectConstraints:
        """Return what a token for `spec` locks: the prompt's config with model, voice, instruction and handle.

        Raises:
            Misconfigured: naming the prompt file, field and reason.
        """
        name = spec.prompt.name
        config = self._configs.get(name) or self._configs.setdefault(name, checked_config(spec.prompt))
        if isinstance(config, Misconfigured):
            raise Misconfigured(config.cause)
        update: dict[str, Any] = {}
        if "AUDIO" in (config.response_modalities or []):
            voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=spec.voice))
            update["speech_config"] = types.SpeechConfig(voice_config=voice)
        if spec.system_instruction is not None:
            update["system_instruction"] = spec.system_instruction
        if spec.resumption_handle:
            update["session_resumption"] = types.SessionResumptionConfig(handle=spec.resumption_handle)
        return types.LiveConnectConstraints(model=spec.model, config=config.model_copy(update=update))


def checked_config(prompt: Prompt) -> types.LiveConnectConfig | Misconfigured:
    """Return a prompt file's config as the SDK's own type, or the refusal that names file, field and reason."""
    usual: dict[str, object] = {"input_audio_transcription": {}, "output_audio_transcription": {}}
    if "generation_config" not in prompt.front.open:
        usual["response_modalities"] = ["AUDIO"]
    # a field that is left to the client must not be sent: the mask does not name it
    wanted = {name: value for name, value in usual.items() if name not in prompt.front.open} | dict(prompt.front.config)
    try:
        config = types.LiveConnectConfig.model_validate(wanted)
    except pydantic.ValidationError as error:
        reasons = [
            f"config.{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}"
            for mistake in error.errors(include_input=False)
        ]
    except Exception as error:  # noqa: BLE001 - the SDK's names take a value that is no text for one, and stumble
        reasons = [f"config: a value is of another kind than its field ({type(error).__name__})"]
    else:
        reasons = list(_odd_values(config.model_dump(exclude_none=True)))
    return Misconfigured(f"{prompt.name}.md: " + "; ".join(reasons)) if reasons else config


def _odd_values(config: dict[str, Any]) -> Iterator[str]:
    """Yield what the SDK lets through although the API cannot know it: numbers that are none, names it invents."""
    for path, value in leaves(config, "config"):
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{path}: must be a number"
        elif isinstance(value, enum.Enum) and value.name not in type(value).__members__:
            yield f"{path}: must be one of {', '.join(type(value).__members__)}"
