"""A conversation outlives its connections: nothing lost, nothing twice, the context kept."""

import itertools
import time
from typing import Any

import pytest

from dev.processes import Function, Google, function, google
from tests.client.browser import sound
from tests.support import until_ready

pytestmark = pytest.mark.conversations


@pytest.fixture(params=["refused", "accepted"])
def brief(site: Any, request: pytest.FixtureRequest) -> Any:
    """A function before an emulator whose connections live 3 s, with goAway 1 s before the end; both things Google may do."""
    env = {"LIMIT_PER_ADDRESS": "10000/minute", "LIMIT_PER_ORIGIN": "10000/minute"}
    options = {"connection_seconds": 3, "speaking_rate": 8, "resume_while_open": request.param}
    with google(**options) as cloud, function(cloud, [site.url], env=env) as running:
        until_ready(running.url, site.url)
        yield cloud, running


# Notes when a socket is closed by the page or by Gemini, and when the next one is ready
GAPS = """() => {
  window.gaps = [];
  const Real = WebSocket;
  let ended = 0;
  window.WebSocket = class extends Real {
    constructor(address) {
      super(address);
      this.addEventListener('close', () => { ended ||= performance.now(); });
      this.addEventListener('message', ({ data }) => {
        if (ended && new TextDecoder().decode(data).includes('setupComplete')) { gaps.push(performance.now() - ended); ended = 0; }
      });
    }
    close(code) { ended ||= performance.now(); super.close(code); }
  };
}"""


def test_ten_connections_of_three_seconds_are_one_conversation(module_tab: Any, brief: tuple[Google, Function]) -> None:
    """Over ten reconnects each question is answered once, in order, and the last answer knows how many there were."""
    cloud, livetoken = brief
    page = module_tab.page
    page.evaluate(GAPS)
    page.evaluate("(endpoint) => start({ endpoint })", livetoken.url)
    asked = 0
    began = time.monotonic()
    while page.evaluate("of('reconnected').length") < 10 and time.monotonic() - began < 60:
        asked += 1
        answer = page.evaluate(f"ask('Question {asked}')")
        assert f"You said: “Question {asked}”." in answer
        if asked > 1:
            assert f"Turn {asked}. Before that you said: “Question {asked - 1}”." in answer
        page.evaluate("wait(250)")
    reconnects = page.evaluate("of('reconnected')")
    entries = page.evaluate("session.transcript")
    sent = [text for number in range(len(cloud.sessions())) for text in cloud.session(number)["texts"]]
    states = [state["state"] for state in page.evaluate("of('state')")]
    gaps = page.evaluate("gaps")
    page.evaluate("session.close()")
    closes = [shown["close"]["code"] for shown in cloud.sessions()]
    print(
        f"{asked} questions over {len(cloud.sessions())} connections in {time.monotonic() - began:.1f} s; closes {closes}; frames {len(sent)}"
    )
    print(f"without a connection: {[round(gap) for gap in gaps]} ms")
    assert len(gaps) >= 10
    assert sorted(gaps)[len(gaps) // 2] < 1000
    assert len(reconnects) >= 10
    assert all(reconnect["contextKept"] for reconnect in reconnects)
    assert [entry["text"] for entry in entries if entry["role"] == "user"] == [
        f"Question {n}" for n in range(1, asked + 1)
    ]
    assert sum(entry["role"] == "model" for entry in entries) == asked
    assert sent == [f"Question {n}" for n in range(1, asked + 1)]
    assert "reconnecting" not in states  # the page does not notice
    assert page.evaluate("of('error')") == []


def test_what_is_said_during_an_outage_is_sent_afterwards(module_tab: Any, cloud: Google, livetoken: Function) -> None:
    """Typed while no connection is open: queued, sent once, in order. Spoken: not a sample is missing."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate(
        "session.startMicrophone({ echoCancellation: false, noiseSuppression: false, autoGainControl: false }).then(() => wait(4000))"
    )
    outage = {"on": True}

    def hold(route: Any) -> None:
        if outage["on"]:
            route.fulfill(
                status=503,
                headers={
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Expose-Headers": "Retry-After",
                    "Retry-After": "1",
                },
                json={"error": "Busy.", "code": "upstream_busy", "requestId": "r"},
            )
        else:
            route.continue_()

    page.route(f"http://localhost:{livetoken.port}/", hold)
    cloud.go_away(0.01)
    page.wait_for_function("of('state').at(-1).state === 'reconnecting'")
    page.wait_for_timeout(1500)
    outage["on"] = False
    page.evaluate("of('reconnected').length || next('reconnected')")
    page.evaluate("wait(3000)")
    page.evaluate("session.close()")
    module_tab.errors.clear()  # Chromium reports each 503 on the console
    parts = [cloud.audio(number) for number in range(len(cloud.sessions()))]
    samples = sound.samples_of(b"".join(parts))
    onsets = [
        first
        for tone, first, count in sound.stretches(sound.heard(samples, (400, 1000, 3000, 6000)))
        if tone == 1000 and count > 10
    ]
    gaps = [round((later - earlier) * 0.02, 2) for earlier, later in itertools.pairwise(onsets)]
    print(f"bytes per connection {[len(part) for part in parts]}, distance of the tones {gaps} s")
    assert len(parts) >= 2
    assert len(gaps) >= 2
    assert all(abs(gap - 3.0) <= 0.06 for gap in gaps)


def test_a_question_whose_answer_was_cut_is_asked_again_once(module_tab: Any, cloud: Google) -> None:
    """A socket that breaks in the middle of an answer: the page goes on by itself, and the conversation holds the question once."""
    page = module_tab.page
    cloud.fault("socket", "drop", times=1, messages=14)
    page.evaluate("start()")
    page.evaluate("(async () => { const turn = next('turn'); session.sendText('First'); await turn; })()")
    assert page.evaluate("of('reconnected')") == [{"contextKept": True}]
    assert "Turn 2. Before that you said: “First”. You said: “Second”." in page.evaluate("ask('Second')")
    entries = page.evaluate("session.transcript")
    assert [entry["role"] for entry in entries] == [
        "user",
        "model",
        "model",
        "user",
        "model",
    ]  # the cut answer, and the whole one
    assert entries[2]["text"].startswith(entries[1]["text"])
    assert [cloud.session(number)["texts"] for number in (0, 1)] == [["First"], ["First", "Second"]]


@pytest.mark.parametrize("prompt", ["shop-waits", "shop"])
def test_what_a_function_did_is_not_done_twice(prompt: str, module_tab: Any, cloud: Google) -> None:
    """The connection breaks while a function runs, whether the model waits for it or not: asked again, not called again, its result told."""
    page = module_tab.page
    page.evaluate(
        f"start({{ prompt: '{prompt}', "
        "functions: { async add_to_basket(args) { (window.basket ??= []).push(args); await wait(1200); return 'in the basket'; } } })"
    )
    page.evaluate(
        "(async () => { const call = next('toolcall'); session.sendText('add two lanterns'); await call; })()"
    )
    cloud.go_away(0.01)
    page.wait_for_function("of('reconnected').length")
    page.wait_for_function(
        "session.transcript.some(({ role, text, final }) => role === 'model' && final && text.includes('in the basket'))"
    )
    assert page.evaluate("basket") == [{"item": "lanterns", "quantity": 2}]
    assert [response["response"] for response in cloud.session()["toolResponses"]] == [{"result": "in the basket"}]


def test_speech_already_queued_keeps_playing(module_tab: Any, cloud: Google) -> None:
    """A lost connection is no reason to fall silent: the sound goes on, and the answer is not given twice."""
    page = module_tab.page
    page.evaluate(sound.HELD)
    page.evaluate("start()")
    page.evaluate(
        "(async () => { session.sendText('A long story, please, with everything in it.'); await next('message', ({ serverContent }) => serverContent?.generationComplete); })()"
    )
    page.evaluate("(() => { window.again = next('reconnected').then(() => session.state); })()")
    cloud.go_away(0.01)
    assert page.evaluate("again") == "speaking"
    page.evaluate(sound.LET_GO)
    page.wait_for_function("session.state === 'listening'")
    answer = page.evaluate("ask('And now?')")
    assert "Turn 2. Before that you said: “A long story" in answer
    assert [entry["role"] for entry in page.evaluate("session.transcript")] == ["user", "model", "user", "model"]


def test_a_handle_that_is_gone_means_a_fresh_session_that_is_told_what_was_said(module_tab: Any, cloud: Google) -> None:
    """Gemini no longer knows the session: the page is told, and the transcript is given to the new one."""
    page = module_tab.page
    page.evaluate("start()")
    page.evaluate("ask('My name is Ada.')")
    page.evaluate("(() => { window.again = next('reconnected'); })()")
    cloud.reset()
    assert page.evaluate("again") == {"contextKept": False}
    assert "Before that you said: “My name is Ada.”" in page.evaluate("ask('Who am I?')")
    assert "handle" not in str(cloud.mints()[-1]["body"])


def test_a_token_fetched_ahead_that_was_used_elsewhere_is_replaced(module_tab: Any, cloud: Google) -> None:
    """Gemini refuses a spent token; the session asks for another one without bothering the visitor."""
    page = module_tab.page
    page.evaluate(
        """(async () => {
          window.tokens = new lt.Tokens({ endpoint });
          const { websocketUrl, token, model } = await tokens.prefetch();
          const thief = new WebSocket(websocketUrl + '?access_token=' + token);
          await new Promise((done) => { thief.onopen = () => thief.send(JSON.stringify({ setup: { model } })); thief.onmessage = done; });
          await start({ tokens });
        })()"""
    )
    assert page.evaluate("session.state") == "listening"
    assert [shown["close"] and shown["close"]["reason"] for shown in cloud.sessions()][
        1
    ] == "Token has been used too many times"
    assert len(cloud.mints()) == 2


def test_a_session_gives_up_with_a_sentence(module_tab: Any, cloud: Google, livetoken: Function) -> None:
    """A refusal that will not pass ends the reconnecting at once, with the function's own sentence."""
    page = module_tab.page
    page.evaluate("start()")
    page.route(
        f"http://localhost:{livetoken.port}/",
        lambda route: route.fulfill(
            status=503,
            headers={"Access-Control-Allow-Origin": "*"},
            json={"error": "We are on holiday.", "code": "paused", "requestId": "r"},
        ),
    )
    page.evaluate("(() => { window.failed = next('error'); })()")
    cloud.go_away(0.01)
    page.evaluate("failed")
    module_tab.errors.clear()  # the 503 on the console
    error = page.evaluate("of('error')[0]")
    assert (error["code"], error["message"], error["fatal"]) == ("paused", "We are on holiday.", True)
    assert page.evaluate("session.state") == "failed"


def test_a_session_that_cannot_be_restored_says_so(module_tab: Any, cloud: Google, livetoken: Function) -> None:
    """Passing errors are tried again with growing pauses; after the last attempt the session ends with connection_lost."""
    page = module_tab.page
    attempts: list[float] = []

    def refuse(route: Any) -> None:
        attempts.append(time.monotonic())
        route.abort("connectionrefused")

    page.clock.install()
    page.evaluate("start()")
    page.route(f"http://localhost:{livetoken.port}/", refuse)
    cloud.go_away(0.01)
    for _ in range(120):
        page.clock.run_for(1000)
        if page.evaluate("session.state") == "failed":
            break
        page.evaluate("fetch('/icon.svg')")  # lets the browser work between two ticks
    module_tab.errors.clear()  # Chromium reports refused connections on the console
    print(f"{len(attempts)} attempts")
    assert page.evaluate("of('error')[0].code") == "connection_lost"
    assert 6 <= len(attempts) <= 9
