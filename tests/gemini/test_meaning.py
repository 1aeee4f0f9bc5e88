"""What Gemini's refusals of a request mean, and what of its words the owner's log may hold."""

import json

import pytest

from livetoken.errors import Misconfigured, Refusal, UpstreamError
from livetoken.gemini.meaning import SENTENCE, KeyRefusedError, meaning


def bad_request(message: object, texts: tuple[str, ...] = (), **more: object) -> Exception:
    """Return what Google's 400 with this sentence means."""
    details = {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", **more}}
    return meaning(400, "INVALID_ARGUMENT", json.dumps(details), None, texts)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Invalid JSON payload received. Unknown name \"temprature\" at 'auth_token.bidi_generate_content_setup': Cannot find field.",
            "Invalid JSON payload received. Unknown name \"temprature\" at 'auth_token.bidi_generate_content_setup': Cannot find field.",
        ),
        ("field_mask is invalid for BidiGenerateContentSetup", "field_mask is invalid for BidiGenerateContentSetup"),
        (
            "Invalid value at 'auth_token.bidi_generate_content_setup.generation_config.seed' (TYPE_INT32), \"a b c\"",
            "Invalid value at 'auth_token.bidi_generate_content_setup.generation_config.seed' (TYPE_INT32), \"…\"",
        ),
        ("authToken: \n\tbad \u202e\x1b[31m", "authToken: bad [31m"),
        ('auth_token: "one" and "two words" and "three"', 'auth_token: "one" and "…" and "three"'),
        ("auth_token " + "x" * 5000, "auth_token " + "x" * (SENTENCE - 11)),
        ('auth_token: "never closed', 'auth_token: "…"'),
        ({"auth_token": 5}, "{'auth_token': 5}"),
    ],
)
def test_setup_is_the_owners(message: object, said: str) -> None:
    """Google's 400 about what we lock is the owner's to mend, and its sentence is what he needs."""
    refusal = bad_request(message)
    assert isinstance(refusal, Misconfigured)
    assert refusal.cause == f"Gemini does not take what the prompt file locks (400 INVALID_ARGUMENT): {said}"


@pytest.mark.parametrize("details", ['["auth_token"]', "auth_token", '{"error": "auth_token"}', '"auth_token"'])
def test_details_of_another_form(details: str) -> None:
    """What holds no sentence is not quoted."""
    refusal = meaning(400, "", details, None)
    assert isinstance(refusal, Misconfigured)
    assert refusal.cause.endswith(": no sentence")


@pytest.mark.parametrize(
    "quoting", ["{}", '"{}"', "…at auth_token: {} and more", "'{}", "Unexpected token. {}\n^", '\\"{}\\"']
)
def test_no_page_text_in_the_log(quoting: str) -> None:
    """Whatever of a stranger's text Google repeats is left out, in quotes or not."""
    text = "The heron fishes at dusk, and the reeds stand high."
    refusal = bad_request("Invalid value at 'auth_token': " + quoting.format(text), (f"Fenced:\n{text}\n", "handle"))
    assert isinstance(refusal, Misconfigured)
    assert "heron" not in refusal.cause
    assert "reeds" not in refusal.cause
    assert "Invalid value at 'auth_token'" in refusal.cause


@pytest.mark.parametrize(
    "message",
    [
        "Request contains an invalid argument.",
        "auth_token.expire_time must be in the future",
        "Invalid value at 'auth_token.bidi_generate_content_setup.session_resumption.handle'",
    ],
)
def test_what_is_not_the_owners(message: str) -> None:
    """Clocks that differ, a page's handle, and what says nothing of our setup stay an upstream error."""
    refusal = bad_request(message)
    assert type(refusal) is UpstreamError
    assert message not in str(refusal.cause)


def test_key_and_region_come_first() -> None:
    """A 400 about the key or the region is that, whatever else it names."""
    assert isinstance(bad_request("API key not valid for auth_token."), KeyRefusedError)
    region = meaning(
        400, "FAILED_PRECONDITION", '{"error": {"status": "FAILED_PRECONDITION"}, "x": "auth_token"}', None
    )
    assert isinstance(region, Refusal)
    assert "region" in region.cause
