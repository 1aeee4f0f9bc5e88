"""Talks to the control routes of a running emulator: what it saw, and what it shall do next."""

import base64
import dataclasses
import json
import ssl
import urllib.request
from typing import Any


@dataclasses.dataclass(frozen=True)
class Control:
    """The control routes under `/_standin/` of the emulator at `url`; the README describes each."""

    url: str
    certfile: str | None = None

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """One request to `/_standin/{path}`; raises urllib.error.HTTPError when it is refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - always our own loopback address
            f"{self.url}/_standin/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        context = ssl.create_default_context(cafile=self.certfile) if self.certfile else None
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310 - as above
            return bytes(answer.read())

    def json(self, method: str, path: str, body: object = None) -> Any:
        """`call`, with the answer read as JSON."""
        return json.loads(self.call(method, path, body))

    def mints(self) -> list[dict[str, Any]]:
        """The mints so far, newest last: `apiVersion`, `body` as sent, `token`."""
        return list(self.json("GET", "mints"))

    def sessions(self) -> list[dict[str, Any]]:
        """The sockets so far, newest last: `token`, `client` setup, `effective` setup, `close`."""
        return list(self.json("GET", "sessions"))

    def session(self, number: int = -1) -> dict[str, Any]:
        """One session in detail, with counts of what was received; -1 is the newest."""
        return dict(self.json("GET", f"sessions/{number}"))

    def audio(self, number: int = -1) -> bytes:
        """The PCM16 samples that a session received, as sent."""
        return self.call("GET", f"sessions/{number}/audio")

    def requests(self) -> dict[str, Any]:
        """Requests seen per endpoint: counts, and the last ones by header names and hashes of credentials."""
        return dict(self.json("GET", "requests"))

    def fault(self, target: str, kind: str, times: int | None = None, **details: object) -> None:
        """From now on (or for the next `times` calls) `target` misbehaves: see the faults table of the README."""
        self.json("POST", "faults", {"target": target, "kind": kind, "times": times, **details})

    def clear(self) -> None:
        """End every fault."""
        self.json("DELETE", "faults")

    def secret(self, value: str | bytes, *, name: str = "gemini-api-key", accept: bool = True) -> int:
        """Add a secret version, by default one that Gemini accepts as a key; returns its number."""
        raw = value.encode() if isinstance(value, str) else value
        body = {"secret": name, "base64": base64.b64encode(raw).decode(), "accept": accept}
        return int(self.json("POST", "secrets", body)["version"])

    def version(self, number: int, state: str, *, name: str = "gemini-api-key") -> None:
        """Set a secret version to `ENABLED`, `DISABLED` or `DESTROYED`."""
        self.json("POST", f"secrets/{name}/{number}", {"state": state})

    def key(self, value: str, state: str) -> None:
        """What Gemini says to a key from now on: `accepted`, `invalid`, `expired` or `leaked`."""
        self.json("POST", "keys", {"key": value, "state": state})

    def shift(self, seconds: float) -> None:
        """Move the emulator's clock to so many seconds ahead of the machine's."""
        self.json("POST", "clock", {"shiftSeconds": seconds})

    def hear(self, *texts: str) -> None:
        """The next spoken utterances will be understood as these words."""
        self.json("POST", "hear", {"texts": list(texts)})

    def scenario(self, scenario: dict[str, Any]) -> None:
        """From the next session on follow this scenario, in the form of the TOML file; an empty one ends it."""
        self.json("POST", "scenario", scenario)

    def go_away(self, seconds: float = 1.0) -> None:
        """Tell every open session to go away, and close it after so many seconds."""
        self.json("POST", "go-away", {"seconds": seconds})

    def reset(self) -> None:
        """Forget everything and start as new; open sockets are closed."""
        self.json("POST", "reset")
