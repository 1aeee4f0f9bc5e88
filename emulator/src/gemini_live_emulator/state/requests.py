"""Which requests came in: counted per endpoint, the newest kept by what can be shown without giving a secret away."""

import collections
import functools
import hashlib
from typing import Any

from aiohttp import web

KEPT = 1_000


@functools.lru_cache(maxsize=1_024)
def fingerprint(value: str) -> str:
    """The first 16 hex digits of a credential's SHA-256: enough to see whether two are the same."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def credential(request: web.BaseRequest) -> str | None:
    """The API key or the bearer value that came with the request, wherever it was put."""
    headers = request.headers
    if key := headers.get("x-goog-api-key"):
        return key
    if value := headers.get("Authorization"):
        return value.partition(" ")[2] or value
    if "?" not in request.raw_path:
        return None
    return request.query.get("key") or request.query.get("access_token")


class RequestRecorder:
    """Counts and the newest requests; header and query values are never kept."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start counting from nothing."""
        self._counts: dict[str, collections.Counter[str]] = {}
        self._last: dict[str, collections.deque[dict[str, Any]]] = {}

    def note(self, endpoint: str, request: web.BaseRequest, path: str) -> dict[str, Any]:
        """Remember a request as it arrives; the caller fills in `status` when it is answered."""
        key = credential(request)
        entry: dict[str, Any] = {
            "method": request.method,
            "path": path,
            "headers": list(request.headers),
            "credential": fingerprint(key) if key else None,
            "status": None,
        }
        self._counts.setdefault(endpoint, collections.Counter())[f"{request.method} {path}"[:200]] += 1
        self._last.setdefault(endpoint, collections.deque(maxlen=KEPT)).append(entry)
        return entry

    def shown(self) -> dict[str, Any]:
        """The JSON of `GET /_standin/requests`."""
        return {
            endpoint: {
                "count": counts.total(),
                "byPath": dict(counts.most_common(50)),
                "last": list(self._last[endpoint]),
            }
            for endpoint, counts in self._counts.items()
        }
