"""The official JavaScript SDK in Node takes the function's answer as it is; a hostile holder of the token gets nothing else."""

import json
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.js import packages
from tests.client.js.conftest import ORIGIN


@pytest.fixture(autouse=True)
def _packages() -> None:
    packages.require()


@pytest.fixture
def node(livetoken: Function, cloud: Google) -> Any:
    """Runs one task of run.mjs; returns its result."""
    cloud.reset()

    def run(task: str, **more: object) -> Any:
        given = json.dumps({"task": task, "endpoint": livetoken.url, "origin": ORIGIN, **more})
        result = packages.run("node", "run.mjs", given)
        assert result.returncode == 0, result.stderr[-2000:]
        return json.loads(result.stdout.strip().splitlines()[-1])

    return run


def test_it_talks(node: Any, cloud: Google) -> None:
    """Token, API version, model and address from the answer are all that the SDK needs."""
    said = node(
        "talk",
        body={"pageTitle": "Herons", "pageContent": "Herons fish at dusk."},
        options={"text": "What do herons do?"},
    )
    assert said["setupComplete"]
    assert "Herons fish at dusk." in said["words"]
    assert "You said: “What do herons do?”." in said["words"]
    assert said["soundBytes"] > 10_000
    assert "access_token" not in str(cloud.mints())


def test_it_resumes(node: Any) -> None:
    """A new token with `resumptionHandle` goes on where the first one stopped."""
    assert "Before that you said: “My name is Ada.”" in node("resume")["words"]


def test_it_cannot_change_what_is_locked(node: Any, cloud: Google) -> None:
    """Model, voice, tools, instruction, modality, temperature and handle of the client are ignored: the token's count."""
    said = node("hostile", body={"pageTitle": "Herons", "pageContent": "Herons fish at dusk."})
    shown = cloud.sessions()[-1]
    assert "pirate" in str(shown["client"])
    assert "Puck" in str(shown["client"])
    effective = shown["effective"]
    assert effective["model"] == "models/gemini-3.8-live"
    assert effective["generationConfig"]["responseModalities"] == ["AUDIO"]
    assert effective["generationConfig"]["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"] == "Kore"
    assert "temperature" not in effective["generationConfig"]
    assert [list(tool) for tool in effective["tools"]] == [["functionDeclarations"]]
    declared = [function["name"] for function in effective["tools"][0]["functionDeclarations"]]
    assert declared == ["search_site", "read_page", "show_section", "open_page"]
    assert effective["sessionResumption"] == {}
    assert "pirate" not in str(effective)
    assert "Herons fish at dusk." in said["words"]


def test_it_cannot_use_a_token_twice(node: Any) -> None:
    """The second conversation is refused with Gemini's reason."""
    assert "Token has been used too many times" in node("reuse")


def test_it_cannot_start_after_two_minutes(node: Any, cloud: Google) -> None:
    """A token that waited longer than its window opens nothing."""
    answer = node("token")
    cloud.shift(121)
    try:
        assert "Token has expired" in node("late", answer=answer)
    finally:
        cloud.shift(0)


def test_it_cannot_use_the_token_for_anything_else(node: Any, cloud: Google) -> None:
    """A token opens the Live API only: generateContent fails."""
    before = len(cloud.sessions())
    reason = node("generate")
    print(reason)
    assert reason
    assert len(cloud.sessions()) == before
