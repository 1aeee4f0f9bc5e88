"""What is wrong with prompt files and settings, all of it at once, told before a deploy: nothing is started or asked.

The start finds the most; what only the SDK's types can judge is found by the warm-up, or here.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from livetoken.gemini.connection import tls_context
from livetoken.gemini.endpoint import Gemini
from livetoken.gemini.token_request import TokenRequests
from livetoken.prompts import plain_yaml
from livetoken.prompts.files import prompt_files, read_folder, split
from livetoken.prompts.front_matter import FrontMatter
from livetoken.prompts.mistakes import Mistake, PromptError
from livetoken.prompts.prompt import Prompt
from livetoken.prompts.template import Template
from livetoken.runtime.deadlines import Deadlines
from livetoken.settings.environment import TABLE, Settings, SettingsError

_KEYS = ("GEMINI_API_KEY", "GEMINI_API_KEY_SECRET")
_PLACEHOLDERS = {"ALLOWED_ORIGINS": "https://unknown.example", "GEMINI_API_KEY": "0" * 40}


class Findings(NamedTuple):
    """What the owner is told, a line each."""

    problems: list[str]
    remarks: list[str]


def findings(environment: Mapping[str, str], folder: str = "") -> Findings:
    """Return every mistake in the prompt files, and in those settings that `environment` has, and how long texts are.

    Args:
        environment: what is not set in it is taken for right: a pipeline does not know all that the function will.
        folder: the prompt files, where they are not in the folder of the setting `PROMPTS`; from where one stands.
    """
    given = {setting.name: environment[setting.name] for setting in TABLE if environment.get(setting.name, "").strip()}
    if folder:
        given["PROMPTS"] = str(Path(folder).resolve())
    found: list[str] = []
    try:
        settings = Settings.from_environment(_completed(given))
    except SettingsError as error:
        found += error.problems
        usable = {name: given[name] for name in given if name in ("PROMPTS", "GEMINI_API_VERSION")}
        try:
            settings = Settings.from_environment(_completed(usable))
        except SettingsError:
            return Findings(found, [])  # without a folder there are no files
    if "ALLOWED_ORIGINS" not in given:
        settings = dataclasses.replace(settings, allowed_origins=())
    prompts, mistakes = read_folder(settings)
    remarks = [f"{name}.md: knowledge {prompt.length}" for name, prompt in prompts.items() if prompt.knowledge]
    return Findings([*found, *mistakes, *_only_the_sdk_finds(settings, mistakes)], remarks)


def _completed(given: Mapping[str, str]) -> dict[str, str]:
    left_out = [key for key in _PLACEHOLDERS if key in _KEYS and any(name in given for name in _KEYS)]
    return {name: value for name, value in _PLACEHOLDERS.items() if name not in left_out} | dict(given)


def _only_the_sdk_finds(settings: Settings, told: list[str]) -> list[str]:
    """Return a line for each mistake in the prompt files that is not `told` already."""
    found: list[str] = []
    requests = Gemini(settings, tls_context(), Deadlines()).requests
    for path in prompt_files(settings):
        for mistake in _refused_by_the_sdk(path, requests):
            if not any(line.startswith(f"{path.name}: {mistake.field}: ") for line in [*told, *found]):
                found.append(f"{path.name}: {mistake}")
    return found


def _refused_by_the_sdk(path: Path, requests: TokenRequests) -> list[Mistake]:
    """Return what the SDK refuses of a file's config, whatever else is wrong with the file."""
    try:
        front = split(path)[0] or ""
        document = plain_yaml.load(front)
    except PromptError:
        return []  # told already
    parsed = FrontMatter.of(document if isinstance(document, dict) else {})
    lines = plain_yaml.field_lines(front)
    return [mistake.located(lines) for mistake in requests.mistakes(Prompt(path.stem, parsed, Template("")))]
