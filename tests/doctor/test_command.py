"""The command line: what people and pipelines see."""

import json
import re
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from dev import processes
from doctor.__main__ import parser
from doctor.cloud_run import service_of
from doctor.examination import checks
from doctor.look_alikes import look_alikes
from doctor.report import Lines
from tests.doctor.front import Answering, page
from tests.support import KEY, ORIGIN, ROOT

Command = Callable[..., CompletedProcess[str]]
InFront = Callable[[Answering], str]
NAMES = [check.name for check in checks()]
GOOGLE_NAMES = ["secret", "access", "key", "model", "versions", "worst-day", "usage-log"]


def environment(google: processes.Google) -> dict[str, str]:
    """Return the function's own settings for Google's side, and the login that the emulator gives."""
    env = processes.function_env(google.url)
    del env["GEMINI_API_KEY_SECRET"]
    return {**env, "NO_GCE_CHECK": "false"}


def test_healthy(command: Command, function: processes.Function, google: processes.Google) -> None:
    """A healthy function gets a tick on every line, exit status 0, and no token or key appears anywhere."""
    asked = ["--origin", ORIGIN, "--project", "livetoken-local", "--secret", "gemini-api-key"]
    done = command(function.url, *asked, **environment(google))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line[2:].split()[0] for line in lines if line.startswith("✓")] == [*NAMES, *GOOGLE_NAMES]
    assert "✗" not in done.stdout
    assert lines[-1] == "All 25 checks passed. One token was minted through the function, 2 with the key."
    assert done.stderr == ""
    secrets = [KEY, *(mint["token"].removeprefix("auth_tokens/") for mint in google.mints())]
    assert len(secrets) == 4
    assert not [secret for secret in secrets if secret in done.stdout]


def test_json(command: Command, function: processes.Function, google: processes.Google) -> None:
    """--json prints one document with every check, and nothing beside it; no token appears."""
    done = command(function.url, "--origin", ORIGIN, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    assert (document["ok"], document["url"], document["origin"], document["tokensMinted"]) == (
        True,
        function.url,
        ORIGIN,
        1,
    )
    assert [check["name"] for check in document["checks"]] == NAMES
    assert {tuple(check) for check in document["checks"]} == {("name", "ok", "detail", "cause", "cure", "milliseconds")}
    assert google.mints()[0]["token"].removeprefix("auth_tokens/") not in done.stdout


def test_broken(command: Command, in_front: InFront) -> None:
    """A failure is told with cause and fix, commands stay whole, what depends on it is not run, exit status is 1."""
    done = command(in_front(lambda _: page(403, "403 Forbidden")), "--origin", ORIGIN)
    assert done.returncode == 1
    assert "✗ public" in done.stdout
    assert "Cause: The function is not public" in done.stdout
    assert "Fix:   Let everybody call it" in done.stdout
    assert (
        "$ gcloud run services add-iam-policy-binding NAME --region=REGION --project=PROJECT --member=allUsers --role=roles/run.invoker\n"
        in done.stdout
    )
    assert "– mints       not run, because “public” failed" in done.stdout
    assert "2 of 18 checks passed, 1 failed, 15 not run. No token was minted" in done.stdout
    assert "Begin with “public”" in done.stdout


def test_broken_json(command: Command, function: processes.Function) -> None:
    """In JSON, too, a failure has cause and fix, and a check that was not run is neither true nor false."""
    done = command(function.url, "--origin", "https://blog.example", "--json")
    checked = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert checked["origin"]["ok"] is False
    assert checked["origin"]["cause"]
    assert checked["origin"]["cure"]
    assert checked["mints"]["ok"] is None
    assert json.loads(done.stdout)["ok"] is False


def test_google_is_examined_although_the_function_is_gone(command: Command, google: processes.Google) -> None:
    """With a URL at which nothing answers, --project still tells whether secret and key are good."""
    url = f"http://127.0.0.1:{processes.free_port()}"
    done = command(
        url,
        "--origin",
        ORIGIN,
        "--json",
        "--project",
        "livetoken-local",
        "--secret",
        "gemini-api-key",
        **environment(google),
    )
    checked = {check["name"]: check["ok"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, checked["reachable"], checked["key"]) == (1, False, True)


def test_not_logged_in(command: Command, google: processes.Google) -> None:
    """On a machine without a login, --project says how to log in."""
    url = f"http://127.0.0.1:{processes.free_port()}"
    bases = {"GEMINI_BASE_URL": google.url, "SECRET_MANAGER_BASE_URL": google.url}
    done = command(url, "--origin", ORIGIN, "--project", "livetoken-local", **bases)
    assert "gcloud auth application-default login" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "required"),
        (["https://f.example"], "--origin"),
        (["f.example", "--origin", ORIGIN], "is not an address such as"),
        (["https://f.example?x=1", "--origin", ORIGIN], "is not an address such as"),
        (["https://f.example:port", "--origin", ORIGIN], "port"),
        (["https://f.example", "--origin", f"{ORIGIN}/"], "ends with a slash: browsers send the origin without one"),
        (["https://f.example", "--origin", "http://shop.example"], "is not https"),
        (["https://f.example", "--origin", "https://SHOP.example"], "in lower case"),
        (["https://f.example", "--origin", ORIGIN, "--timeout", "0"], "--timeout"),
        (["https://f.example", "--origin", ORIGIN, "--timeout", "soon"], "--timeout"),
        (["https://f.example", "--origin", ORIGIN, "--open", "model"], "--open"),
        (["https://f.example", "--origin", ORIGIN, "--header", "Authorization"], "--header"),
        (["https://f.example", "--origin", ORIGIN, "--header", "A: b\nC: d"], "--header"),
        (["https://f.example", "--origin", ORIGIN, "--project", "Not A Project"], "GEMINI_API_KEY_SECRET"),
    ],
)
def test_wrong_usage(command: Command, arguments: list[str], expected: str) -> None:
    """Wrong usage is exit status 2 with a sentence on standard error, and nothing is examined."""
    done = command(*arguments)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_base_url_must_not_be_plain(command: Command) -> None:
    """The function's own rule holds here, too: Google is spoken to in the clear on loopback only."""
    done = command("https://f.example", "--origin", ORIGIN, "--project", "p-1", GEMINI_BASE_URL="http://far.example")
    assert done.returncode == 2
    assert "GEMINI_BASE_URL: must start with https://" in done.stderr


def test_terminal_without_ticks(command: Command, function: processes.Function) -> None:
    """Where the terminal knows ASCII only, words stand for the ticks."""
    done = command(function.url, "--origin", "https://blog.example", PYTHONIOENCODING="ascii")
    assert done.stderr == ""
    assert "ok   name" in done.stdout
    assert "FAIL origin" in done.stdout
    assert '-    mints       not run, because "origin" failed' in done.stdout
    assert "?" not in done.stdout


def test_progress_on_a_terminal() -> None:
    """On a terminal the running check is shown until its line replaces it."""
    written: list[str] = []

    class Terminal:
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            written.append(text)

        def flush(self) -> None:
            """Write at once."""

    Lines(Terminal()).started("mints")  # type: ignore[arg-type]
    assert "".join(written) == "… mints\r"


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://livetoken-123456789012.us-central1.run.app", ("livetoken", "us-central1", "123456789012")),
        ("https://live-token-abcdefghij-uc.a.run.app/api/token", ("live-token", "REGION", "PROJECT")),
        ("https://europe-west1-my-project.cloudfunctions.net/livetoken", ("livetoken", "europe-west1", "my-project")),
        ("https://tokens.shop.example", ("NAME", "REGION", "PROJECT")),
    ],
)
def test_commands_are_filled_in(url: str, service: tuple[str, str, str]) -> None:
    """Where the address tells name, region and project, the commands have them."""
    assert service_of(url) == service


def test_page_of_the_documentation() -> None:
    """docs/doctor.md lists every check in its order, and every option."""
    text = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \| ", text, re.MULTILINE)
    assert [name for name in listed if not name.startswith("--")] == [*NAMES, *GOOGLE_NAMES]
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    assert options - {"--help", "--origin"} <= set(re.findall(r"--[a-z]+", text[text.index("## Options") :]))


def test_every_look_alike_differs() -> None:
    """A look-alike is never the origin itself."""
    for origin in (
        "https://shop.example",
        "https://www.shop.example:8443",
        "http://localhost:8000",
        "https://192.0.2.1",
    ):
        assert origin not in look_alikes(origin).values()
