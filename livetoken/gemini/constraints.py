"""What a token locks: a prompt file's config, judged by the SDK's types."""

import enum
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pydantic
from google.genai import types

from livetoken.errors import Misconfigured
from livetoken.prompts.mistakes import Mistake
from livetoken.prompts.plain_yaml import leaves
from livetoken.prompts.prompt import Prompt, TokenSpec

Judge = Callable[[dict[str, Any]], object]  # raises for a config that it does not take


class UnusableConfig(Misconfigured):
    """A prompt file's config is not one that the SDK takes, or can send."""

    def __init__(self, prompt: Prompt, mistakes: Iterable[Mistake]) -> None:
        self.prompt = prompt
        self.mistakes = list(mistakes) or [Mistake("config", "is not what google-genai takes")]
        super().__init__(f"{prompt.name}.md: " + "; ".join(map(str, self.mistakes)))


class Constraints:
    """What tokens lock, as the SDK's own type; each prompt file's config is checked once for each model."""

    def __init__(self) -> None:
        self._configs: dict[tuple[object, ...], types.LiveConnectConfig | UnusableConfig] = {}

    def of(self, spec: TokenSpec) -> types.LiveConnectConstraints:
        """Return what a token for `spec` locks: the prompt's config with model, voice, instruction and handle.

        Raises:
            UnusableConfig: naming the prompt file, fields and reasons.
        """
        name = (spec.prompt.name, spec.model, spec.page_tools)
        config = self._configs.get(name) or self._configs.setdefault(name, checked_config(spec))
        if isinstance(config, UnusableConfig):
            raise UnusableConfig(config.prompt, config.mistakes)
        update: dict[str, Any] = {}
        if "AUDIO" in (config.response_modalities or []):
            voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=spec.voice))
            update["speech_config"] = types.SpeechConfig(voice_config=voice)
        if spec.system_instruction is not None:
            update["system_instruction"] = spec.system_instruction
        if spec.resumption_handle:
            update["session_resumption"] = types.SessionResumptionConfig(handle=spec.resumption_handle)
        return types.LiveConnectConstraints(model=spec.model, config=config.model_copy(update=update))


def checked_config(spec: TokenSpec) -> types.LiveConnectConfig | UnusableConfig:
    """Return what a prompt file locks as the SDK's own type, or the refusal that names file, fields and reasons."""
    prompt = spec.prompt
    usual: dict[str, object] = {"input_audio_transcription": {}, "output_audio_transcription": {}}
    if "generation_config" not in prompt.front.open:
        usual["response_modalities"] = ["AUDIO"]
    # a field that is left to the client must not be sent: the mask does not name it
    wanted = {name: value for name, value in usual.items() if name not in prompt.front.open} | dict(spec.config)
    try:
        config = types.LiveConnectConfig.model_validate(wanted)
    except Exception:  # noqa: BLE001 - the SDK's names take a value that is no text for one, and stumble
        return UnusableConfig(prompt, every_mistake(wanted, types.LiveConnectConfig.model_validate))
    odd = list(_odd_values(config))
    return UnusableConfig(prompt, odd) if odd else config


def every_mistake(config: Mapping[str, Any], judge: Judge) -> Iterator[Mistake]:
    """Yield all that `judge` refuses of a config, and what the SDK lets through although the API cannot know it."""
    for name, value in config.items():
        alone = functools.partial(_alone, dict, name)
        try:
            judge(alone(value))
        except Exception as error:  # noqa: BLE001 - the SDK raises whatever it stumbles over
            yield from _faults(value, judge, error, f"config.{name}", alone)
        else:
            yield from _odd_values(types.LiveConnectConfig.model_validate(alone(value)))


def _faults(
    value: Any, judge: Judge, error: Exception, path: str, around: Callable[[Any], dict[str, Any]]
) -> Iterator[Mistake]:
    """Yield the innermost parts of `value` that `judge` refuses alone: of a list its exceptions do not say which.

    `value` is what `path` leads to; `around` puts a part in its place into a config that holds nothing else.
    """
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    whole = True
    for key, part in () if _is_unknown(error, path) else inner:
        alone = functools.partial(_alone, around, key)
        try:
            judge(alone(part))
        except Exception as fault:  # noqa: BLE001 - as above
            whole = False
            yield from _faults(part, judge, fault, f"{path}.{key}", alone)
    if whole:
        yield Mistake(path, _reason(error, path))


def _alone(around: Callable[[Any], dict[str, Any]], key: str | int, part: Any) -> dict[str, Any]:
    return around([part] if isinstance(key, int) else {key: part})


def _is_unknown(error: Exception, path: str) -> bool:
    """Whether the field itself is refused, whatever it holds."""
    return isinstance(error, pydantic.ValidationError) and any(
        mistake["type"] == "extra_forbidden" and path.endswith(f".{mistake['loc'][-1]}") for mistake in error.errors()
    )


def _reason(error: Exception, path: str) -> str:
    if _is_unknown(error, path):
        fix = "; what only JSON Schema knows goes into parameters_json_schema" if ".parameters." in path else ""
        return f"is not a field that google-genai knows here; names are in snake_case{fix}"
    if isinstance(error, pydantic.ValidationError):
        return error.errors(include_input=False)[0]["msg"]
    if isinstance(error, ValueError):  # the SDK's own sentence, about a config that holds nothing but this
        return f"google-genai cannot send it: {str(error)[:200]}"
    return "is of another kind than its field"


def _odd_values(config: types.LiveConnectConfig) -> Iterator[Mistake]:
    """Yield what the SDK lets through although the API cannot know it: numbers that are none, names it invents."""
    for path, value in leaves(config.model_dump(exclude_none=True), "config"):
        if isinstance(value, float) and not math.isfinite(value):
            yield Mistake(path, "must be a number")
        elif isinstance(value, enum.Enum) and value.name not in type(value).__members__:
            yield Mistake(path, f"must be one of {', '.join(type(value).__members__)}")
