"""Ephemeral tokens: minted from a request's body, kept while they live, used up by sessions."""

import collections
import copy
import dataclasses
import datetime as dt
import json
import random
from typing import Any

from gemini_live_emulator.protocol.errors import GoogleError, field_error
from gemini_live_emulator.protocol.parse import parse
from gemini_live_emulator.protocol.schema import AUTH_TOKEN, SETUP, Kind, SchemaError
from gemini_live_emulator.state.clock import Clock

LONGEST = dt.timedelta(hours=20)
DEFAULT_LIFE = dt.timedelta(minutes=30)
DEFAULT_START = dt.timedelta(seconds=60)
KEPT_TOKENS = 20_000
KEPT_MINTS = 5_000
KEPT_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass
class Token:
    """What a token allows: until when, how often, and (`setup`, `mask`) with which setup."""

    name: str
    expire_time: dt.datetime
    new_session_expire_time: dt.datetime
    uses: int
    setup: dict[str, Any] | None
    mask: list[str]
    used: int = 0

    def effective(self, client: dict[str, Any]) -> dict[str, Any]:
        """The setup that counts: the client's, the token's, or the client's with the masked fields from the token."""
        if not self.mask:
            return client if self.setup is None else copy.deepcopy(self.setup)
        merged = copy.deepcopy(client)
        for path in self.mask:
            _overwrite(merged, copy.deepcopy(self.setup or {}), path.split("."))
        return merged


def _overwrite(target: dict[str, Any], source: dict[str, Any], path: list[str]) -> None:
    """Make `target` agree with `source` at `path`, also in having nothing there."""
    head, *rest = path
    if rest:
        inner = source.get(head, {})
        if head in target or inner:
            _overwrite(target.setdefault(head, {}), inner, rest)
    elif head in source:
        target[head] = source[head]
    else:
        target.pop(head, None)


@dataclasses.dataclass(frozen=True)
class Mint:
    """One mint as inspection shows it; the body stays raw until somebody looks."""

    api_version: str
    raw: bytes
    token: str

    def shown(self) -> dict[str, Any]:
        """The JSON of `GET /_standin/mints`."""
        return {"apiVersion": self.api_version, "body": json.loads(self.raw or b"{}"), "token": self.token}


class Tokens:
    """Mints tokens and remembers them: the newest 20 000, and the newest 5 000 (or 64 MiB) of requests."""

    def __init__(self, clock: Clock, chance: random.Random, *, strict_mask: bool = False) -> None:
        self._clock = clock
        self._chance = chance
        self._strict_mask = strict_mask
        self._known: collections.OrderedDict[str, Token] = collections.OrderedDict()
        self.mints: collections.deque[Mint] = collections.deque()
        self._bytes = 0

    def mint(self, api_version: str, raw: bytes) -> str:
        """The new token's name for the body of a create request (empty is fine); raises GoogleError."""
        token = self._read(raw)
        self._known[token.name] = token
        if len(self._known) > KEPT_TOKENS:
            self._known.popitem(last=False)
        self.mints.append(Mint(api_version, raw, token.name))
        self._bytes += len(raw)
        while len(self.mints) > KEPT_MINTS or self._bytes > KEPT_BYTES:
            self._bytes -= len(self.mints.popleft().raw)
        return token.name

    def find(self, name: str) -> Token | None:
        """The token of that name, expired or not."""
        return self._known.get(name)

    def reset(self) -> None:
        """Forget all tokens and mints."""
        self._known.clear()
        self.mints.clear()
        self._bytes = 0

    def _read(self, raw: bytes) -> Token:
        try:
            body = parse(json.loads(raw) if raw.strip() else {}, AUTH_TOKEN, "auth_token")
        except SchemaError as error:
            raise field_error(str(error), error.field) from error
        except (ValueError, RecursionError) as error:
            raise GoogleError(400, f"Invalid JSON payload received. {str(error)[:100]}") from error
        now = self._clock.now()
        expires = body.get("expireTime", now + DEFAULT_LIFE)
        starts = body.get("newSessionExpireTime", min(now + DEFAULT_START, expires))
        for name, moment in (("expire_time", expires), ("new_session_expire_time", starts)):
            if moment >= now + LONGEST:
                raise GoogleError(400, f"{name} is too far in the future. Maximum lifetime is 20h")
            if moment <= now:
                raise GoogleError(400, f"{name} must be in the future")
        if starts > expires:
            raise GoogleError(400, "new_session_expire_time must not be after expire_time")
        if body.get("uses", 1) < 0:
            raise GoogleError(400, "uses must not be negative")
        setup, mask = body.get("bidiGenerateContentSetup"), body.get("fieldMask", [])
        if not all(_valid_path(path) for path in mask):
            raise GoogleError(400, "field_mask is invalid for BidiGenerateContentSetup")
        if mask and self._strict_mask and not _covered(setup or {}, mask):
            raise GoogleError(400, "BidiGenerateContentSetup contains fields that are not specified in field_mask")
        name = f"auth_tokens/{self._chance.getrandbits(256):064x}"
        return Token(name, expires, starts, body.get("uses", 1), setup, mask)


def _valid_path(path: str) -> bool:
    """Whether the path leads through the setup's messages to a field; no index, nothing inside a list or map."""
    kind: Kind = SETUP
    for name in path.split("."):
        if not isinstance(kind, dict) or name not in kind:
            return False
        kind = kind[name]
    return True


def _covered(setup: dict[str, Any], mask: list[str], prefix: str = "") -> bool:
    """Whether every field that is set lies at or under a path of the mask."""
    return all(
        prefix + name in mask or (isinstance(value, dict) and bool(value) and _covered(value, mask, f"{prefix}{name}."))
        for name, value in setup.items()
    )
