"""What a visitor does with <live-voice>, in each browser."""

from collections.abc import Callable

from dev.processes import Google
from tests.client.browsers.widget import Widget

Open = Callable[..., Widget]


def test_typed(widget: Open, cloud: Google) -> None:
    """A typed question is answered about this page, and nobody is asked for the microphone."""
    voice = widget()
    assert voice.status == "Ready"
    assert "Herons fish at dusk." in voice.ask("What do herons do?")
    assert cloud.session()["audio"]["bytes"] == 0
    assert voice.shows("voice")


def test_spoken(widget: Open, cloud: Google) -> None:
    """A click starts it; what the microphone hears is understood, answered, and heard."""
    cloud.hear("What is the tide?")
    voice = widget()
    voice.click("main")
    voice.until_shown("mute")
    assert "You said: “What is the tide?”." in voice.answer("What is the tide?")
    assert voice.look("voice.session.outputNode.context.state") == "running"
    assert cloud.session(0)["audio"]["bytes"] > 16_000


def test_ended(widget: Open, cloud: Google) -> None:
    """The button ends it: the socket is closed, nothing is heard any more, and it can be started again."""
    voice = widget()
    voice.click("main")
    voice.until_shown("mute")
    voice.until_state("listening", "speaking")
    voice.click("main")
    voice.until_state("ready")
    voice.until("!voice.session")
    assert cloud.sessions()[-1]["close"]["code"] == 1000
    voice.click("main")
    voice.until_state("listening", "speaking")
    assert len(cloud.sessions()) == 2
