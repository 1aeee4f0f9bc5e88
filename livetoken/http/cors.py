"""CORS: tells browsers what an allowed origin may do. It only informs; `require_origin` is what refuses."""

import functools
import re
from collections.abc import Callable
from typing import Any

import flask_cors
from flask import Request, Response

from livetoken.settings.environment import Settings
from livetoken.settings.previews import entry_for, expression

# what monitoring scripts add to every request of a page: W3C Trace Context and Baggage, and vendors' own; none is read
TRACE_HEADERS = (
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-trace-id",
    "elastic-apm-traceparent",
    "newrelic",
    "request-context",
    "request-id",
    "uber-trace-id",
)
ORIGINS = 100  # whose headers are remembered; patterns on the allowlist let in more than it has entries
PREFLIGHT_SECONDS = 7200  # Chromium remembers a preflight no longer
View = Callable[[Request], Response]


def options(settings: Settings, header: str | None) -> dict[str, Any]:
    """Return flask-cors' options; `header` is what a caller's credential is sent in, None when nobody is verified.

    Written out because its defaults reflect any header, match origins in any letter case, and name the allowlist's
    first entry to requests without Origin. Compiled patterns are the only exact comparison it offers.
    """
    return {
        "origins": [re.compile(rf"{expression(origin)}\Z") for origin in settings.allowed_origins],
        "methods": ["POST"],
        "allow_headers": ["Content-Type", *([header] if header else []), *TRACE_HEADERS],
        "expose_headers": ["Retry-After"],
        "supports_credentials": False,
        "send_wildcard": False,
        "always_send": False,
        "automatic_options": False,
        "vary_header": False,
        "max_age": PREFLIGHT_SECONDS,
    }


def cross_origin(settings: Settings, header: str | None) -> Callable[[View], View]:
    """Return a decorator that adds flask-cors' headers to the answers that allowed origins get.

    To all others it has nothing to say, and finding that out would be a sixth of the work of refusing them. Its own
    patterns would leave them out as well. What it says to a site is the same for all answers but preflights, so it is
    asked once for each origin: asked anew, it would be a twelfth of the work of a token.
    """
    cross = flask_cors.cross_origin(**options(settings, header))

    @cross
    def nothing() -> Response:
        return Response()

    @functools.lru_cache(maxsize=ORIGINS)
    def told(_origin: str) -> list[tuple[str, str]]:
        return [(name, value) for name, value in nothing().headers if name.startswith("Access-Control-")]

    def decorate(view: View) -> View:
        preflight: View = cross(view)

        @functools.wraps(view)
        def answered(request: Request) -> Response:
            origin = request.headers.get("Origin", "")
            if entry_for(origin, settings.allowed_origins) is None:
                return view(request)
            if request.method == "OPTIONS":
                return preflight(request)
            response = view(request)
            response.headers.extend(told(origin))
            return response

        return answered

    return decorate
