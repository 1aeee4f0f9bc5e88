"""Google's ephemeral-tokens example, server and page: by a token of its own server, then by one of the function."""

import contextlib
import json
import os
import pathlib
import re
import ssl
import subprocess
import time
import urllib.error
import urllib.request
import wave

from playwright.sync_api import expect, sync_playwright

EXAMPLE = pathlib.Path(os.environ["SOURCE"]) / "gemini-live-ephemeral-tokens-websocket"
EMULATOR, PORT = os.environ["EMULATOR"], os.environ["PAGE_PORT"]
PAGE = f"http://localhost:{PORT}"
PATIENCE = 30_000  # milliseconds
# What the page connects to is Google's host by name: every host behind TLS is the emulator here.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    "--ignore-certificate-errors",
    f"--host-resolver-rules=MAP *:443 {EMULATOR.removeprefix('https://')}",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
RED = "rgb(219, 68, 55)"
SCENARIO = {
    "session": [
        {
            "turn": [
                {
                    "when": "heading red",
                    "call": {"name": "add_css_style", "args": {"selector": "h1", "property": "color", "value": RED}},
                    "say": "It is red.",
                }
            ]
        }
    ]
}
# How loud the page's player is at this moment, behind its volume control; 1 is the loudest.
LOUDNESS = """() => {
  const { audioContext, gainNode } = state.audio.player;
  if (!state.audio.player.meter) gainNode.connect(state.audio.player.meter = audioContext.createAnalyser());
  const samples = new Float32Array(state.audio.player.meter.fftSize);
  state.audio.player.meter.getFloatTimeDomainData(samples);
  return Math.max(...samples);
}"""


def control(method, path, body=None):
    """One of the emulator's control routes."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{EMULATOR}/_standin/{path}", data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=20, context=ssl.create_default_context()) as answer:
        return json.load(answer)


@contextlib.contextmanager
def served():
    """The example's own server, in the environment of its pins."""
    command = [f"{os.environ['ENVIRONMENT']}/bin/python", "serve.py", str(EXAMPLE), PORT]
    with subprocess.Popen(command) as server:
        try:
            for _ in range(200):
                with contextlib.suppress(urllib.error.URLError):
                    urllib.request.urlopen(PAGE, timeout=20).close()
                    break
                time.sleep(0.1)
            yield
        finally:
            server.terminate()


def microphone():
    """A WAV file for Chromium's microphone: the speech, once."""
    path = pathlib.Path(os.environ["SOURCE"]) / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pathlib.Path(os.environ["SPEECH"]).read_bytes())
    return f"--use-file-for-fake-audio-capture={path}%noloop"


class Example:
    """The page, as somebody uses it who sees it."""

    def __init__(self, page):
        self.page = page
        self.alerts = []
        page.set_default_timeout(PATIENCE)
        page.on("dialog", self._dialog)

    def _dialog(self, dialog):
        self.alerts.append(dialog.message)
        dialog.accept()

    def connect(self):
        """Load the page and click Connect; wait until it can be used."""
        self.page.goto(PAGE)
        self.page.get_by_role("button", name="Connect", exact=True).click()
        expect(self.page.locator("#chatContainer .system").last).to_have_text("Ready!")
        self.page.wait_for_function("() => state.audio.player?.isInitialized")

    def disconnect(self):
        """Click Disconnect."""
        self.page.get_by_role("button", name="Disconnect").click()
        expect(self.page.locator("#connectionStatus")).to_have_text("Disconnected")

    def say(self, text):
        """Type something and send it."""
        self.page.get_by_placeholder("Type a message...").fill(text)
        self.page.get_by_role("button", name="Send").click()

    def expect_sound(self):
        """Wait until the page plays something that is loud enough to be heard."""
        self.page.wait_for_function(f"() => ({LOUDNESS})() > 0.05")

    def expect_answer(self, words):
        """Wait for the end of the turn whose transcript holds this regular expression."""
        expect(self.page.locator("#chatContainer .assistant").last).to_have_text(re.compile(words))
        expect(self.page.locator("#debugInfo")).to_have_text("Turn complete")


def by_a_token_of_its_server(example):
    """Everything that the page can do, but for a shared screen."""
    control("POST", "scenario", SCENARIO)
    example.connect()
    mint, session = control("GET", "mints")[-1], control("GET", "sessions/-1")
    assert session["token"] == mint["token"]
    assert "bidiGenerateContentSetup" not in mint["body"]
    print("ok connect by a token of its server")

    example.say("Good morning")
    example.expect_sound()
    example.expect_answer("You said: “Good morning”\\.$")
    print("ok text, sound out, transcript")

    audio = example.page.locator("#startAudioBtn")
    audio.click()
    expect(example.page.locator("#chatContainer .user-transcript")).to_have_text(re.compile("seconds of sound"))
    example.expect_answer("I heard .* seconds of sound")
    audio.click()
    expect(audio).to_have_text("Start Audio")
    print("ok sound in")

    video = example.page.locator("#startVideoBtn")
    video.click()
    while not control("GET", "sessions/-1")["images"]:
        example.page.wait_for_timeout(100)
    video.click()
    print("ok pictures")

    example.say("Show alert")
    example.expect_answer("show_alert answered")
    assert len(example.alerts) == 1
    example.say("Make the heading red")
    example.expect_answer("It is red")
    expect(example.page.get_by_role("heading", level=1)).to_have_css("color", RED)
    responses = control("GET", "sessions/-1")["toolResponses"]
    assert [(one["name"], one["response"]) for one in responses] == [
        ("show_alert", {"result": "ok"}),
        ("add_css_style", {"result": "ok"}),
    ]
    print("ok function calls")

    example.say("Tell me a long story about everything that you have ever heard of")
    example.expect_sound()
    example.say("Stop")
    expect(example.page.locator("#chatContainer .system").last).to_have_text("[Interrupted]")
    example.expect_answer("You said: “Stop”")
    print("ok interruption")
    example.disconnect()


def by_a_token_of_the_function(example):
    """The page's request reaches the function as Chromium sends it, without a body; what the page asks of Gemini does not count."""
    example.page.route("**/api/token", lambda route: route.continue_(url=f"{os.environ['FUNCTION']}/api/token"))
    example.connect()
    example.say("Hello")
    example.expect_sound()
    example.expect_answer("You said: “Hello”\\.$")
    mint, session = control("GET", "mints")[-1], control("GET", "sessions/-1")
    assert session["token"] == mint["token"]
    assert session["origin"] == PAGE
    locked, effective = mint["body"]["bidiGenerateContentSetup"], session["effective"]
    assert session["client"]["model"] != locked["model"] == effective["model"]
    for name in ("systemInstruction", "tools"):
        assert effective.get(name) != session["client"][name], name
    print("ok token of the function")
    example.disconnect()


expect.set_options(timeout=PATIENCE)
with served(), sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=os.environ["CHROMIUM"], args=[*ARGUMENTS, microphone()])
    example = Example(browser.new_page())
    by_a_token_of_its_server(example)
    by_a_token_of_the_function(example)
    browser.close()
