"""What Gemini may do and the emulator does not: a server that a test speaks for."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest


class Server:
    """The other end of each WebSocket that the page opens; `script` answers a frame with frames, or closes."""

    def __init__(self, page: Any, script: Callable[["Server", int, dict[str, Any]], None]) -> None:
        self.sockets: list[Any] = []
        self.received: list[list[dict[str, Any]]] = []
        self.script = script
        page.route_web_socket(re.compile("BidiGenerateContentConstrained"), self._open)

    def _open(self, socket: Any) -> None:
        number = len(self.sockets)
        self.sockets.append(socket)
        self.received.append([])

        def heard(text: str) -> None:
            frame = json.loads(text)
            self.received[number].append(frame)
            if "setup" in frame:
                self.say(number, {"setupComplete": {}})
            self.script(self, number, frame)

        socket.on_message(heard)

    def say(self, number: int, *frames: dict[str, Any]) -> None:
        """Send frames, as text."""
        for frame in frames:
            self.sockets[number].send(json.dumps(frame))

    def close(self, number: int, code: int = 1011, reason: str = "Internal error encountered.") -> None:
        """End a connection."""
        self.sockets[number].close(code=code, reason=reason)


def content(**fields: Any) -> dict[str, Any]:
    """A serverContent message."""
    return {"serverContent": fields}


def text_of(frame: dict[str, Any]) -> str:
    """What a frame of the client asks in writing."""
    return str(frame.get("realtimeInput", {}).get("text", ""))


def handle(name: str, *, resumable: bool = True) -> dict[str, Any]:
    """A sessionResumptionUpdate."""
    return {"sessionResumptionUpdate": {"newHandle": name, "resumable": resumable}}


MODEL_SPEAKS = content(
    modelTurn={"role": "model", "parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "AAAAAAAA"}}]}
)


def test_what_was_said_stands_before_the_answer_even_if_transcribed_later(module_tab: Any) -> None:
    """Transcriptions have no guaranteed order: a late one is put in front of the answer that it belongs to."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if text_of(frame):
            server.say(
                number,
                MODEL_SPEAKS,
                content(outputTranscription={"text": "It is"}),
                content(outputTranscription={"text": " noon."}, generationComplete=True),
                content(turnComplete=True),
                MODEL_SPEAKS,
                content(outputTranscription={"text": "You asked"}),
                content(inputTranscription={"text": "What time"}),
                content(inputTranscription={"text": " is it?", "finished": True}),
                content(outputTranscription={"text": " for the time."}),
                content(generationComplete=True),
                content(turnComplete=True),
            )

    Server(module_tab.page, script)
    module_tab.page.evaluate("start()")
    module_tab.page.evaluate("(async () => { session.sendText('Hello'); await next('turn'); await next('turn'); })()")
    entries = module_tab.page.evaluate("session.transcript")
    assert [(entry["role"], entry["text"]) for entry in entries] == [
        ("user", "Hello"),
        ("model", "It is noon."),
        ("user", "What time is it?"),
        ("model", "You asked for the time."),
    ]
    assert entries[2]["before"] == entries[3]["id"]


def test_thoughts_are_not_shown(module_tab: Any) -> None:
    """Parts that are marked as thought are no speech."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if text_of(frame):
            parts = [{"text": "Let me think.", "thought": True}, {"text": "Noon."}]
            server.say(
                number,
                content(modelTurn={"parts": parts}),
                content(generationComplete=True),
                content(turnComplete=True),
            )

    Server(module_tab.page, script)
    module_tab.page.evaluate("start()")
    assert module_tab.page.evaluate("ask('What time is it?')") == "Noon."


def test_only_handles_that_can_be_resumed_count(module_tab: Any, livetoken: Any) -> None:
    """A handle with resumable false, or an empty one, does not replace the last good one."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if "setup" in frame:
            server.say(number, handle("good"), handle("bad", resumable=False), {"sessionResumptionUpdate": {}})
            if number == 0:
                server.close(number)

    asked: list[dict[str, Any]] = []

    def note(request: Any) -> None:
        if request.method == "POST" and not request.url.endswith("/api/usage"):
            asked.append(request.post_data_json)

    module_tab.page.on("request", note)
    server = Server(module_tab.page, script)
    module_tab.page.evaluate(
        "(async () => { make(); const again = next('reconnected'); await session.open(); await again; })()"
    )
    assert [body.get("resumptionHandle") for body in asked] == [None, "good"]
    assert len(server.sockets) == 2


@pytest.mark.parametrize("answered", [True, False], ids=["silent turn", "no turn"])
def test_a_question_to_which_the_model_chose_to_say_nothing_is_not_asked_again(answered: bool, module_tab: Any) -> None:  # noqa: FBT001 - pytest's parameter
    """A turn without content is over; without its end the question is still open, and is asked again."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if "setup" in frame:
            server.say(number, handle(f"h{number}"))
        if text_of(frame) and number == 0:
            if answered:
                server.say(number, content(turnComplete=True), handle("h0b"))
            server.close(number)

    server = Server(module_tab.page, script)
    module_tab.page.evaluate(
        "(async () => { await start(); const again = next('reconnected'); session.sendText('Well.'); await again; await wait(100); })()"
    )
    if not answered:
        module_tab.until(lambda: any(map(text_of, server.received[1])))
    assert [text_of(frame) for frame in server.received[1] if text_of(frame)] == ([] if answered else ["Well."])


def test_a_turn_that_no_handle_holds_is_told_to_the_next_connection(module_tab: Any) -> None:
    """Answered, but the connection breaks before a new handle comes: question and answer are told, not asked."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if "setup" in frame:
            server.say(number, handle(f"h{number}"))
        if text_of(frame):
            server.say(
                number, MODEL_SPEAKS, content(outputTranscription={"text": "Noon."}), content(generationComplete=True)
            )
            server.close(number)

    server = Server(module_tab.page, script)
    module_tab.page.evaluate(
        "(async () => { await start(); const again = next('reconnected'); session.sendText('What time is it?'); await again; })()"
    )
    module_tab.until(lambda: server.received[1][1:])
    turns = [{"role": "user", "parts": [{"text": "What time is it?"}]}, {"role": "model", "parts": [{"text": "Noon."}]}]
    assert server.received[1][1:] == [{"clientContent": {"turns": turns, "turnComplete": False}}]
    assert module_tab.page.evaluate("of('turn').length") == 1


def test_a_model_that_takes_no_such_turns_is_not_told_again(module_tab: Any) -> None:
    """A model that closes with 1007 on being told is reconnected to without."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if "setup" in frame:
            server.say(number, handle(f"h{number}"))
        if text_of(frame) and number == 0:
            server.say(
                number, MODEL_SPEAKS, content(outputTranscription={"text": "Noon."}), content(generationComplete=True)
            )
            server.close(number)
        if "clientContent" in frame:
            server.close(number, 1007, "Request contains an invalid argument.")

    server = Server(module_tab.page, script)
    module_tab.page.evaluate(
        "(async () => { await start(); session.sendText('What time is it?'); await next('reconnected'); await next('reconnected'); await wait(200); })()"
    )
    assert len(server.sockets) == 3
    assert server.received[2][1:] == []
    assert module_tab.page.evaluate("session.state") == "listening"


def test_a_frame_that_is_no_json_is_reported_and_does_no_harm(module_tab: Any) -> None:
    """The owner sees it on the console; the conversation goes on."""

    def script(server: Server, number: int, frame: dict[str, Any]) -> None:
        if text_of(frame):
            server.sockets[number].send("not json")
            server.say(
                number,
                MODEL_SPEAKS,
                content(outputTranscription={"text": "Noon."}),
                content(generationComplete=True),
                content(turnComplete=True),
            )

    Server(module_tab.page, script)
    module_tab.page.evaluate("start()")
    assert module_tab.page.evaluate("ask('What time is it?')") == "Noon."
    assert len(module_tab.errors) == 1
    module_tab.errors.clear()
