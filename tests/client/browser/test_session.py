"""Text, turns, pictures and tools through livetoken.js, the real function and the emulator."""

import itertools
from typing import Any

import pytest

from dev.processes import Function, Google
from tests.client.browser import sound
from tests.client.browser.conftest import Tab


@pytest.fixture
def module_tab(reloaded_tab: Tab) -> Tab:
    """One page for all: none of these tests changes its browser."""
    return reloaded_tab


def test_a_typed_question_is_answered_about_this_page(module_tab: Any, cloud: Google) -> None:
    """The answer arrives as one assembled transcript that quotes the page, with usage, and the state goes there and back."""
    page = module_tab.page
    page.evaluate(sound.HELD)
    page.evaluate("start()")
    answer = page.evaluate("ask('What do herons do?')")
    page.evaluate(sound.LET_GO)
    page.wait_for_function("of('state').at(-1).state === 'listening'")
    page.evaluate("session.close()")
    assert "A test page" in answer
    assert "Herons fish at dusk." in answer
    assert "You said: “What do herons do?”." in answer
    assert [entry["role"] for entry in page.evaluate("session.transcript")] == ["user", "model"]
    assert all(entry["final"] for entry in page.evaluate("session.transcript"))
    assert page.evaluate("of('usage')[0].totalTokenCount") > 0
    assert [state["state"] for state in page.evaluate("of('state')")] == [
        "asking",
        "listening",
        "speaking",
        "listening",
        "closed",
    ]
    assert cloud.sessions()[0]["client"] == {"model": "models/gemini-3.8-live"}
    module_tab.until(lambda: cloud.sessions()[0]["close"])
    assert cloud.sessions()[0]["close"]["code"] == 1000


def test_fragments_grow_into_one_entry(module_tab: Any) -> None:
    """Every transcript event of an answer has the same id and a longer text; the last one is final."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate("ask('Hello')")
    model = [entry for entry in page.evaluate("of('transcript')") if entry["role"] == "model"]
    assert len(model) > 3
    assert len({entry["id"] for entry in model}) == 1
    assert all(later["text"].startswith(earlier["text"]) for earlier, later in itertools.pairwise(model))
    assert [entry["final"] for entry in model].count(True) == 1
    assert model[-1]["final"]


def test_turns_can_be_put_into_the_conversation(module_tab: Any) -> None:
    """Turns told without turnComplete are remembered and not answered; the next question is."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate(
        "session.sendTurns([{role:'user',parts:[{text:'I am Ada.'}]},{role:'model',parts:[{text:'Hello Ada.'}]}], {turnComplete: false})"
    )
    page.evaluate("wait(300)")
    assert page.evaluate("of('turn')") == []
    answer = page.evaluate(
        "(async () => { const turn = next('turn'); session.sendTurns('Who am I?'); await turn; return session.transcript.at(-1).text; })()"
    )
    assert "Turn 2. Before that you said: “I am Ada.”" in answer


@pytest.mark.parametrize("kind", ["blob", "arraybuffer", "text"])
def test_every_kind_of_frame_is_understood(kind: str, module_tab: Any) -> None:
    """Frames come as Blob, ArrayBuffer or text, with several parts a message and empty messages between: all the same."""
    page = module_tab.page
    page.evaluate(
        """(kind) => {
          const Real = WebSocket;
          window.WebSocket = class extends EventTarget {
            static OPEN = 1;
            constructor(url) {
              super();
              const socket = (this.socket = new Real(url));
              socket.binaryType = kind === 'blob' ? 'blob' : 'arraybuffer';
              socket.onopen = (event) => this.onopen(event);
              socket.onclose = (event) => this.onclose(event);
              socket.onmessage = ({ data }) => { window.kinds ??= new Set(); const given = kind === 'text' ? new TextDecoder().decode(data) : data; kinds.add(given.constructor.name); this.onmessage({ data: given }); };
            }
            get readyState() { return this.socket.readyState; }
            send(data) { this.socket.send(data); }
            close(...args) { this.socket.close(...args); }
          };
        }""",
        kind,
    )
    page.evaluate("start()")
    assert "You said: “Hello”." in page.evaluate("ask('Hello')")
    assert page.evaluate("[...kinds]") == [{"blob": "Blob", "arraybuffer": "ArrayBuffer", "text": "String"}[kind]]
    messages = page.evaluate("of('message')")
    assert {} in messages
    assert any(len(message.get("serverContent", {}).get("modelTurn", {}).get("parts", [])) > 1 for message in messages)


def test_pictures_arrive_as_jpeg_of_at_most_768_pixels(module_tab: Any, cloud: Google) -> None:
    """A picture of any format is shown as JPEG, scaled down."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate(
        """(async () => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 1536, height: 512 });
          canvas.getContext('2d').fillRect(0, 0, 900, 200);
          await session.sendImage(await new Promise((done) => canvas.toBlob(done, 'image/png')));
        })()"""
    )
    assert "I have seen one picture, the last one 768 by 256" in page.evaluate("ask('What is this?')")
    assert [image["mimeType"] for image in cloud.session()["images"]] == ["image/jpeg"]


def test_the_camera_shows_one_frame_a_second_and_only_when_asked(module_tab: Any, cloud: Google) -> None:
    """No frame before startVideo, about one a second while it runs, none after stopVideo."""
    page = module_tab.page
    page.context.grant_permissions(["camera", "microphone"])
    page.evaluate("start()")
    page.evaluate("wait(300)")
    assert cloud.session()["images"] == []
    page.evaluate("session.startVideo().then(() => { window.began = performance.now(); })")
    module_tab.until(lambda: len(cloud.session()["images"]) > 1)
    ran = page.evaluate("(() => { session.stopVideo(); return (performance.now() - began) / 1000; })()")
    page.evaluate("ask('What did you see?')")  # all frames are there when it is answered
    seen = len(cloud.session()["images"])
    page.evaluate("wait(1300)")
    assert 2 <= seen <= ran
    assert len(cloud.session()["images"]) == seen


def test_the_screen_is_shown_like_the_camera(module_tab: Any, cloud: Google) -> None:
    """Frames of the screen arrive as JPEG, too."""
    page = module_tab.page
    page.evaluate("start()")
    page.mouse.click(5, 5)
    page.evaluate("session.startVideo('screen').then(() => {})")
    module_tab.until(lambda: cloud.session()["images"])
    page.evaluate("session.stopVideo()")
    assert {image["mimeType"] for image in cloud.session()["images"]} == {"image/jpeg"}


SHOP = "{ prompt: 'shop', functions: { add_to_basket: (args) => { (window.basket ??= []).push(args); return 'in the basket'; } } }"


def test_the_model_calls_a_function_of_the_page(module_tab: Any, cloud: Google) -> None:
    """The function gets the arguments, and its result goes back with the id of the call."""
    page = module_tab.page
    page.evaluate(f"start({SHOP})")
    answer = page.evaluate("askTool('add two lanterns')")
    assert page.evaluate("basket") == [{"item": "lanterns", "quantity": 2}]
    assert cloud.session()["toolResponses"][0]["response"] == {"result": "in the basket"}
    assert "in the basket" in answer


def test_a_function_that_the_page_does_not_have_is_answered_with_an_error(module_tab: Any, cloud: Google) -> None:
    """What the page does not own is never called, whatever its prototype has; the model hears why."""
    page = module_tab.page
    page.evaluate("start({ prompt: 'shop', functions: Object.create({ add_to_basket() { window.reached = true; } }) })")
    page.evaluate("askTool('add one rope')")
    assert "no function add_to_basket" in cloud.session()["toolResponses"][0]["response"]["error"]
    assert page.evaluate("window.reached ?? false") is False


def test_a_function_that_fails_says_so_to_the_model(module_tab: Any, cloud: Google) -> None:
    """An exception becomes the answer `error`; the page does not break."""
    page = module_tab.page
    page.evaluate("start({ prompt: 'shop', functions: { async add_to_basket() { throw new Error('Sold out.'); } } })")
    page.evaluate("askTool('add one rope')")
    assert cloud.session()["toolResponses"][0]["response"] == {"error": "Sold out."}


def test_the_page_may_answer_a_call_by_itself(module_tab: Any, cloud: Google) -> None:
    """preventDefault() on the event hands the call to the page, which answers when it likes."""
    page = module_tab.page
    page.evaluate(
        f"make({SHOP}).addEventListener('toolcall', (event) => {{ event.preventDefault(); setTimeout(() => session.answerTool(event.detail.id, {{ asked: 'a person' }}), 200); }})"
    )
    page.evaluate("session.open().then(() => 0)")
    page.evaluate("askTool('add one rope')")
    assert cloud.session()["toolResponses"][0]["response"] == {"asked": "a person"}
    assert page.evaluate("window.basket ?? null") is None


def test_a_cancelled_call_is_aborted_and_not_answered(module_tab: Any, cloud: Google) -> None:
    """When the visitor changes their mind, the function's signal is aborted and no answer is sent."""
    page = module_tab.page
    page.evaluate(
        "start({ prompt: 'shop-waits', functions: { add_to_basket: (args, { signal }) => new Promise((done) => signal.addEventListener('abort', () => { window.aborted = true; done('too late'); })) } })"
    )
    page.evaluate("(async () => { const call = next('toolcall'); session.sendText('add one rope'); await call; })()")
    page.evaluate("ask('Forget it.')")
    assert page.evaluate("aborted") is True
    assert cloud.session()["toolResponses"] == []


def test_close_ends_everything(module_tab: Any, cloud: Google) -> None:
    """After close() the microphone is off, the socket closed, and nothing comes any more."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate("session.startMicrophone()")
    page.evaluate("wait(300).then(() => session.close())")
    module_tab.until(lambda: cloud.sessions()[-1]["close"])
    before = cloud.session()["audio"]["bytes"]
    page.evaluate("wait(500)")
    assert cloud.session()["audio"]["bytes"] == before
    assert cloud.sessions()[-1]["close"]["code"] == 1000
    assert page.evaluate("session.state") == "closed"
    assert page.evaluate("session.outputNode") is None


def test_open_fields_of_a_prompt_file_may_come_from_the_page(module_tab: Any, cloud: Google) -> None:
    """`setup` is sent beside the model; under the full lock the token wins."""
    page = module_tab.page
    page.evaluate("start({ setup: { systemInstruction: { parts: [{ text: 'You are a pirate.' }] } } })")
    shown = cloud.sessions()[-1]
    assert shown["client"]["systemInstruction"]["parts"][0]["text"] == "You are a pirate."
    assert "pirate" not in str(shown["effective"])


def test_request_headers_are_sent(module_tab: Any, livetoken: Function) -> None:
    """`headers` (or a function that returns them) reach the function, for sites that verify their callers."""
    page = module_tab.page
    seen: list[str] = []

    def answer(route: Any) -> None:
        seen.append(route.request.headers.get("authorization", ""))
        route.fulfill(
            status=401,
            headers={"Access-Control-Allow-Origin": "*"},
            json={"error": "No.", "code": "caller_not_verified", "requestId": "r1"},
        )

    page.route(f"http://localhost:{livetoken.port}/", answer)
    failed = page.evaluate(
        "start({ headers: async () => ({ Authorization: 'Bearer me' }) }).catch(({ code, message, requestId }) => ({ code, message, requestId }))"
    )
    module_tab.errors.clear()  # Chromium reports the 401 on the console
    assert seen == ["Bearer me"]
    assert failed == {"code": "caller_not_verified", "message": "No.", "requestId": "r1"}
