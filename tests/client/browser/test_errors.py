"""What a visitor and a page are told when something goes wrong: its own code and sentence for each."""

import pathlib
import re
from typing import Any

import pytest

from dev.processes import Function, Google, free_port
from livetoken.errors import every_refusal
from tests.client.browser.conftest import Tab

CLIENT = pathlib.Path(__file__).parents[3] / "client" / "src"
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
FAILS = "(options) => start(options).then(() => null, ({ code, message, requestId, retryAfter, closeCode, reason }) => ({ code, message, requestId, retryAfter, closeCode, reason }))"


@pytest.fixture
def module_tab(reloaded_tab: Tab) -> Tab:
    """One page for all: none of these tests changes its browser."""
    return reloaded_tab


def failure(tab: Any, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Try to open a session; returns the error. What Chromium itself writes about it on the console is expected."""
    error = tab.page.evaluate(FAILS, options or {})
    tab.errors[:] = [
        line
        for line in tab.errors
        if not re.search(
            r"Failed to load resource|ERR_|blocked by CORS|Content Security Policy|WebSocket connection", line
        )
    ]
    assert error is not None
    return dict(error)


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: refusal.code)
def test_each_refusal_of_the_function_reaches_the_page(refusal: Any, module_tab: Any, livetoken: Function) -> None:
    """Code, sentence, request id and Retry-After arrive as the function said them."""
    body = {"error": f"Sentence of {refusal.code}.", "code": refusal.code, "requestId": "id-1"}
    headers = {**CORS, **({"Retry-After": "7"} if refusal.status in (429, 503) else {})}
    module_tab.page.route(
        f"http://localhost:{livetoken.port}/",
        lambda route: route.fulfill(status=refusal.status, headers=headers, json=body),
    )
    error = failure(module_tab)
    assert error["code"] == refusal.code
    assert error["message"] == body["error"]
    assert error["requestId"] == "id-1"
    assert error.get("retryAfter") == (7 if refusal.status in (429, 503) else None)


def test_the_real_function_refuses_a_foreign_page(
    open_tab: Any, site: Any, livetoken: Function, module_tab: Any
) -> None:
    """127.0.0.1 is another origin than localhost: the page reads why, because the refusal has CORS headers for nobody else."""
    error = failure(module_tab, {"voice": "Nobody"})
    assert error["code"] == "invalid_request"
    assert "voice" in error["message"]
    tab = open_tab(site.add("/foreign.html", "<!doctype html><title>F</title>").replace("localhost", "127.0.0.1"))
    code, message = tab.page.evaluate(
        "async (endpoint) => { const { connect } = await import('/livetoken.js'); return connect({ endpoint }).catch(({ code, message }) => [code, message]); }",
        livetoken.url,
    )
    assert [line for line in tab.errors if "ALLOWED_ORIGINS" in line]
    tab.errors.clear()
    assert code == "unreachable"  # without CORS headers a browser shows a page nothing but that
    assert "owner of this site" in message  # but that somebody answers can be seen, so the connection is not blamed


CLOSES = {
    "API key not valid. Please pass a valid API key.": (1007, "key_rejected"),
    "token-based requests cannot use project-scoped features such as tuned models": (1007, "model_unavailable"),
    "Invalid JSON payload received. Unknown name": (1007, "setup_rejected"),
    "The requested combination of response modalities (TEXT) is not supported by the model": (1007, "setup_rejected"),
    "models/X is not found for API version v1alpha, or is not supported for bidiGenerateContent.": (
        1008,
        "model_unavailable",
    ),
    "The operation was aborted.": (1008, "setup_rejected"),
    "Token has been used too many times": (1011, "token_used"),
    "Token has expired": (1011, "token_expired"),
    "auth token has expired": (1011, "token_expired"),
    "You exceeded your current quota, please check your plan.": (1011, "quota"),
    "Internal error encountered.": (1011, "server_fault"),
}


@pytest.mark.parametrize("reason", CLOSES)
def test_each_close_of_the_socket_has_a_code(reason: str, module_tab: Any, cloud: Google) -> None:
    """Gemini's close codes and reasons become codes of their own, with code and reason for the owner."""
    code, expected = CLOSES[reason]
    cloud.fault("socket", "close", code=code, reason=reason)
    error = failure(module_tab)
    assert error["code"] == expected
    assert (error["closeCode"], error["reason"]) == (code, reason)
    assert error["message"].endswith(".")


def test_a_socket_that_cannot_be_opened(module_tab: Any, cloud: Google) -> None:
    """A refused upgrade shows nothing but 1006 in a browser: socket_failed."""
    cloud.fault("socket", "refuse")
    assert failure(module_tab)["code"] == "socket_failed"


def test_a_function_that_cannot_be_reached(module_tab: Any) -> None:
    """Nobody listens there: unreachable."""
    assert failure(module_tab, {"endpoint": f"http://localhost:{free_port()}"})["code"] == "unreachable"


def test_a_function_that_sleeps(module_tab: Any, cloud: Google) -> None:
    """The page waits for as long as it was told, not for as long as the network does."""
    cloud.fault("gemini", "delay", ms=3000)
    assert failure(module_tab, {"timeout": 400})["code"] == "timeout"


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "<html>Error</html>", "content_type": "text/html"},
        {"json": {}},
        {"json": None},
        {"json": {"token": "auth_tokens/1"}},
        {"json": {"token": "auth_tokens/1", "websocketUrl": "https://example.org/"}},
        {"status": 500, "body": "oops"},
        {"status": 502, "json": {"detail": "no error here"}},
    ],
    ids=["html", "empty", "null", "no address", "no socket", "plain 500", "foreign 502"],
)
def test_an_answer_that_is_none(answer: dict[str, Any], module_tab: Any, livetoken: Function) -> None:
    """Whatever is not an answer of the function is bad_answer, in words for a visitor."""
    module_tab.page.route(f"http://localhost:{livetoken.port}/", lambda route: route.fulfill(headers=CORS, **answer))
    error = failure(module_tab)
    assert error["code"] == "bad_answer"
    assert error["message"].startswith("The voice service gave no usable answer.")


@pytest.mark.parametrize("blocked", ["function", "socket"])
def test_a_policy_that_blocks_is_named(
    blocked: str, open_tab: Any, site: Any, livetoken: Function, cloud: Google
) -> None:
    """A Content Security Policy without the function's or Gemini's address: blocked_by_policy, not unreachable."""
    allowed = f"ws://127.0.0.1:{cloud.port}" if blocked == "function" else f"http://localhost:{livetoken.port}"
    policy = f"default-src 'none'; script-src 'self'; connect-src {allowed}"
    tab = open_tab(
        site.add(
            f"/policy-{blocked}.html",
            "<!doctype html><title>P</title><link rel=icon href=data:,>",
            Content_Security_Policy=policy,
        )
    )
    code = tab.page.evaluate(
        "async (endpoint) => { const { connect } = await import('/livetoken.js'); return connect({ endpoint }).catch(({ code }) => code); }",
        f"http://localhost:{livetoken.port}",
    )
    tab.errors.clear()
    assert code == "blocked_by_policy"


OWNERS = {
    "bad_endpoint": "() => ({ endpoint: 'https://' })",
    "bad_endpoint ": "() => ({ endpoint: undefined })",
    "headers_failed": "() => ({ headers: async () => { throw new Error('login expired'); } })",
    "headers_failed ": "() => ({ headers: () => ({ Authorization: 'Bearer 語' }) })",
    "headers_failed  ": "() => ({ timeout: 300, headers: () => new Promise(() => {}) })",
    "page_failed": "() => ({ pageContent: () => document.querySelector('#1-intro').innerText })",
}


@pytest.mark.parametrize("code", OWNERS)
def test_what_the_owner_must_mend_has_a_code_of_its_own(code: str, module_tab: Any) -> None:
    """A mistake of the page is no dead network and no firewall; the console tells its cause to the owner."""
    error = module_tab.page.evaluate(
        f"async () => start(({OWNERS[code]})()).then(() => null, ({{ code, message }}) => ({{ code, message }}))"
    )
    assert error["code"] == code.strip()
    assert "owner of this site" in error["message"]
    assert [line for line in module_tab.errors if line.startswith("livetoken: ")]
    module_tab.errors.clear()


def test_an_address_that_a_secure_page_may_not_ask(module_tab: Any) -> None:
    """Http on a page of https is blocked by every browser, except for this machine itself."""
    page = module_tab.page
    judged = page.evaluate(
        """async () => {
          const { isAddress } = await import('/owner.js');
          return ['http://f.example', 'https://f.example', '/api/token', 'ftp://f.example', ' ', 'http://[::1]:1', 5].map(isAddress);
        }"""
    )
    assert judged == [True, True, True, False, False, True, False]


def test_headers_that_come_later_are_tried_again(module_tab: Any, cloud: Google) -> None:
    """While a connection is restored, headers() that fails for a moment ends nothing."""
    page = module_tab.page
    page.evaluate("start({ headers: async () => { if (window.offline) throw new Error('offline'); return {}; } })")
    page.evaluate("(() => { window.offline = true; window.again = next('reconnected'); })()")
    cloud.go_away(0.01)
    page.wait_for_timeout(700)
    page.evaluate("(() => { window.offline = false; })()")
    assert page.evaluate("again") == {"contextKept": True}
    module_tab.errors.clear()


def test_every_code_has_a_sentence_in_every_language() -> None:
    """The dictionaries hold one sentence for each code of the function and of the module, and the same words as the English one."""
    module = (CLIENT / "errors.js").read_text()
    sentences = module[module.index("SENTENCES = ") : module.index("});", module.index("SENTENCES = "))]
    codes = set(re.findall(r"^  (\w+): '", sentences, re.MULTILINE)) | {refusal.code for refusal in every_refusal()}
    widget = (CLIENT / "words.js").read_text()
    english = widget[widget.index("ENGLISH = {") : widget.index("};", widget.index("ENGLISH = {"))]
    words = set(re.findall(r"^  (\w+): '", english + (CLIENT / "partwords.js").read_text(), re.MULTILINE))
    dictionaries = sorted((CLIENT / "words").glob("*.js"))
    assert [path.stem for path in dictionaries] == [
        "ar",
        "de",
        "es",
        "fr",
        "hi",
        "it",
        "ja",
        "nl",
        "pl",
        "pt",
        "ru",
        "tr",
        "zh",
    ]
    for path in dictionaries:
        text = path.read_text()
        assert set(re.findall(r"^  (\w+): '", text, re.MULTILINE)) == words, path
        found = re.findall(r"^    (\w+): '(.+)',$", text, re.MULTILINE)
        assert {code for code, _ in found} == codes, path
        assert len({sentence for _, sentence in found}) == len(found), path
