"""`make golden`: record, byte by byte, what google-genai sends for a token, in the locked version and in an earlier one.

python -m tests.gemini.golden_requests PYTHON …    each Python with a google-genai of its own
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from livetoken.prompts.files import Prompts
from livetoken.prompts.prompt import Prompt, TokenSpec
from livetoken.settings.environment import Settings
from tests.gemini.capabilities import CAPABILITIES
from tests.support import KEY, ORIGIN

GOLDEN = pathlib.Path(__file__).parent / "golden"
EXPIRES, NEW_SESSION = datetime(2026, 11, 20, 16, 0, 0, 123, UTC), datetime(2026, 11, 20, 15, 32, tzinfo=UTC)
TEXT = "You speak about this page."
ODD_TEXTS = {
    "emoji": "👩🏽‍🚒 😀 🇺🇳 e\u0301",
    "quotes": """"It's" “quoted” «here» \\" \\\\ \\n `x` ${y} {{ z }} %s {0}""",
    "line separators": "a\u2028b\u2029c\u0085d\r\ne\n\rf\x0b\x0c",
    "lone escapes": "\ud83d and \ude00, and \\ud83d, \\u00, \\x, \\",
    "control characters": "".join(map(chr, range(32))) + "\x7f\ufeff\ufffe\uffff",
    "JSON": '"}]}, "uses": 1000, "x": [{"y": "',
    "right to left": "\u202eשלום\u202c مرحبا \u200f\u200e",
    "nothing but a space": " ",
    "long": "Ünïcödé ﷽ 漢字 😀 text. " * 500,
}
HANDLES = {"plain": "handle-1", "base64": "Cih6bWVQ+/==_-.~", "long": "h" * 2000}


class Case(NamedTuple):
    """A token, and the settings under which it is made."""

    settings: Settings
    spec: TokenSpec

    def data(self) -> dict[str, Any]:
        """Return what google-genai is to be asked for, in its own words."""
        spec, front = self.spec, self.spec.prompt.front
        usual: dict[str, object] = {"input_audio_transcription": {}, "output_audio_transcription": {}}
        if "generation_config" not in front.open:
            usual["response_modalities"] = ["AUDIO"]
        config: dict[str, Any] = {name: value for name, value in usual.items() if name not in front.open} | dict(
            front.config
        )
        if "AUDIO" in (config.get("response_modalities") or []):
            config["speech_config"] = {"voice_config": {"prebuilt_voice_config": {"voice_name": spec.voice}}}
        if spec.system_instruction is not None:
            config["system_instruction"] = spec.system_instruction
        if spec.resumption_handle:
            config["session_resumption"] = {"handle": spec.resumption_handle}
        return {
            "apiVersion": self.settings.gemini_api_version,
            "key": KEY,
            "expires": EXPIRES.isoformat(),
            "newSessionExpires": NEW_SESSION.isoformat(),
            "model": spec.model,
            "config": config,
            "extraBody": {"fieldMask": front.field_mask} if front.field_mask else None,
        }


def settings(base_url: str = "http://127.0.0.1:9", **environment: str) -> Settings:
    """Return settings that lead nowhere."""
    return Settings.from_environment(
        {"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": base_url, **environment}
    )


def usual_spec(prompt: Prompt, text: str | None = TEXT, handle: str = "") -> TokenSpec:
    """Return a token of a prompt's first model and voice."""
    return TokenSpec(prompt, prompt.front.models[0], prompt.front.voices[0], text, handle)


def _one(folder: pathlib.Path, front_matter: str, **environment: str) -> Case:
    """Return the case of a prompt file with this front matter, written into `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "voice-assistant.md").write_text(f"---\n{front_matter}\n---\nHello.", encoding="utf-8")
    ours = settings(PROMPTS=str(folder), **environment)
    (prompt,) = Prompts.load(ours)
    return Case(ours, usual_spec(prompt))


def cases(folder: pathlib.Path) -> Iterator[tuple[str, Case]]:
    """Yield name and case; `folder` is for prompt files."""
    ours = settings()
    shipped = {prompt.name: prompt for prompt in Prompts.load(ours)}
    for name, prompt in shipped.items():
        yield f"{name}.md", Case(ours, usual_spec(prompt))
        yield f"{name}.md, no text", Case(ours, usual_spec(prompt, text=None))
        yield f"{name}.md, resumed", Case(ours, usual_spec(prompt, handle="handle-1"))
        yield f"{name}.md, resumed, no text", Case(ours, usual_spec(prompt, None, "handle-1"))
    for name, config, _ in CAPABILITIES:
        model = "gemini-9-live-of-the-future" if "TEXT" in config else "gemini-2.5-flash-native-audio-preview-12-2025"
        yield f"capability: {name}", _one(folder, f"model: {model}\nvoices: Puck\nconfig: {config}")
    thinking = "model: gemini-3.8-live-extended-thinking\nconfig: {thinking_config: {thinking_level: LOW}}"
    yield "capability: thinking level", _one(folder, thinking)
    open_fields = "open: [tools, session_resumption]"
    yield "open fields", _one(folder, open_fields)
    yield "open fields, v1beta", _one(folder, open_fields, GEMINI_API_VERSION="v1beta")
    yield "open generation_config", _one(folder, "open: [generation_config]")
    usual = next(iter(shipped.values()))
    for name, text in ODD_TEXTS.items():
        yield f"text: {name}", Case(ours, usual_spec(usual, text))
    for name, handle in HANDLES.items():
        yield f"handle: {name}", Case(ours, usual_spec(usual, handle=handle))


def main(pythons: list[str]) -> None:
    """Write a file for each Python: `locked.json` for this one's google-genai, `<version>.json` for others'."""
    with tempfile.TemporaryDirectory() as folder:
        data = {name: case.data() for name, case in cases(pathlib.Path(folder, "prompts"))}
        path = pathlib.Path(folder, "cases.json")
        path.write_text(json.dumps(data), encoding="utf-8")
        for number, python in enumerate(pythons):
            command = [python, str(GOLDEN / "record.py"), str(path)]
            printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            version = json.loads(printed)["google-genai"]
            file = GOLDEN / f"{version if number else 'locked'}.json"
            file.write_text(printed, encoding="utf-8")
            print(f"google-genai {version}: {len(data)} requests in {file.relative_to(pathlib.Path.cwd())}")


if __name__ == "__main__":
    main(sys.argv[1:])
