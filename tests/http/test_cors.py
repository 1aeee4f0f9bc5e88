"""What browsers are told: nothing to anybody but listed origins, and to those no more than they need."""

import pytest

from livetoken.http import cors
from livetoken.settings.environment import Settings
from tests.support import KEY, ORIGIN, MakeClient


def test_options_of_flask_cors() -> None:
    """Every option is written out: no credentials, no allowlist for strangers, no wildcard, no method but POST."""
    settings = Settings.from_environment({"ALLOWED_ORIGINS": ORIGIN, "GEMINI_API_KEY": KEY})
    options = cors.options(settings, "Authorization")
    assert [pattern.pattern for pattern in options.pop("origins")] == [r"https://shop\.example\Z"]
    assert options == {
        "methods": ["POST"],
        "allow_headers": ["Content-Type", "Authorization", *cors.TRACE_HEADERS],
        "expose_headers": ["Retry-After"],
        "supports_credentials": False,
        "send_wildcard": False,
        "always_send": False,
        "automatic_options": False,
        "vary_header": False,
        "max_age": 7200,
    }


@pytest.mark.parametrize("origin", [ORIGIN.replace(".", "x"), ORIGIN.replace(".", "-")])
def test_origin_with_another_letter(make_client: MakeClient, origin: str) -> None:
    """A dot in the allowlist is a dot: https://shopXexample learns nothing from a preflight."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert "Access-Control-Allow-Origin" not in make_client().options("/", headers=asked).headers
