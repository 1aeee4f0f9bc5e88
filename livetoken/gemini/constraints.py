"""What a token locks: a prompt file's config, judged by the SDK's types and written by the SDK itself."""

import enum
import json
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pydantic
from google.genai import Client, types

from livetoken.errors import Misconfigured
from livetoken.prompts.files import Prompt, TokenSpec
from livetoken.prompts.plain_yaml import leaves


class Constraints:
    """The body of a token's making for each spec; the SDK writes it once for each shape that one can have.

    Written anew for each token, it would cost as much as half the call.
    """

    def __init__(self, new_client: Callable[[httpx2.BaseTransport], Client]) -> None:
        """Remember how to make a client that sends through a transport of ours."""
        self._new_client = new_client
        self._lock = threading.Lock()
        self._configs: dict[str, types.LiveConnectConfig | Misconfigured] = {}
        self._written: dict[tuple[str | None, ...], dict[str, Any]] = {}

    def prepare(self, prompt: Prompt) -> None:
        """Check a prompt file's config and write what its usual specs lock.

        Raises:
            Misconfigured: naming file, field and reason.
        """
        self.body(TokenSpec(prompt, prompt.front.models[0], prompt.front.voices[0], "text", ""))

    def body(self, spec: TokenSpec) -> dict[str, Any]:
        """Return what the token locks, as the SDK writes it, with this spec's texts filled in.

        Raises:
            Misconfigured: the prompt file's config is not one that the SDK can write.
        """
        shape = spec._replace(
            system_instruction=spec.system_instruction and "text",
            resumption_handle=spec.resumption_handle and "handle",
        )
        setup = dict(self._setup(shape))
        if spec.system_instruction is not None:
            setup["systemInstruction"] = setup["systemInstruction"] | {"parts": [{"text": spec.system_instruction}]}
        if spec.resumption_handle:
            setup["sessionResumption"] = setup["sessionResumption"] | {"handle": spec.resumption_handle}
        # `lock_additional_fields` stays unset: the API refuses the SDK's own masks; ours has top-level names only
        mask = spec.prompt.front.field_mask
        return {"bidiGenerateContentSetup": setup} | ({"fieldMask": mask} if mask else {})

    def _setup(self, shape: TokenSpec) -> dict[str, Any]:
        named = (shape.prompt.name, *shape[1:])
        if named not in self._written:
            with self._lock:  # on a cold instance the warm-up and the first visitor come here at the same time
                if named not in self._written:
                    self._written[named] = self._write(shape)
        return self._written[named]

    def _write(self, shape: TokenSpec) -> dict[str, Any]:
        """Return the setup that the SDK writes for `shape`: its own call, answered here before it leaves."""
        constraints = types.LiveConnectConstraints(model=shape.model, config=self._config(shape))
        pad = _Pad()
        client = self._new_client(pad)
        try:
            client.auth_tokens.create(config=types.CreateAuthTokenConfig(live_connect_constraints=constraints))
        except Exception as error:  # the types let it through, the SDK's writing does not
            raise Misconfigured(f"{shape.prompt.name}.md: config: {type(error).__name__} from the SDK") from error
        setup: dict[str, Any] = json.loads(pad.sent)["bidiGenerateContentSetup"]
        return setup

    def _config(self, spec: TokenSpec) -> types.LiveConnectConfig:
        """Return the prompt's config with this spec's voice, instruction and handle filled in."""
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
        return config.model_copy(update=update)


class _Pad(httpx2.BaseTransport):
    """Keeps what is sent, and sends nothing."""

    sent = b""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent = request.read()
        return httpx2.Response(200, json={"name": "auth_tokens/none"})


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
