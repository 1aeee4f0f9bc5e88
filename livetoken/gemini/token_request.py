"""The HTTP request that mints a token: written whole by the SDK, once for each shape that one can have.

A mint fills in its texts, times and key. Written anew for each token, the request would cost as much as all else.
"""

import json
import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx2
from google.genai import Client, types

from livetoken.errors import Misconfigured
from livetoken.gemini.constraints import Constraints, UnusableConfig, every_mistake
from livetoken.prompts.mistakes import Mistake
from livetoken.prompts.prompt import Prompt, TokenSpec
from livetoken.runtime.once import Once

# what the SDK writes where a mint fills in its own: texts that stand nowhere else, and times that are long past
_TEXT, _HANDLE, _KEY = (f"{name}-{secrets.token_hex(16)}" for name in ("text", "handle", "key"))
_EXPIRES, _NEW_SESSION = (datetime(1970, 1, 1, tzinfo=UTC).replace(microsecond=mark) for mark in (271828, 314159))
LENGTH = b"content-length"


def _written(value: str | None) -> bytes:
    """Return a text as the SDK writes it."""
    return json.dumps(value).encode("ascii")


_MARKS = tuple(_written(mark) for mark in (_TEXT, _HANDLE, _EXPIRES.isoformat(), _NEW_SESSION.isoformat()))


class Fill(NamedTuple):
    """What one mint fills in. Times are in UTC."""

    key: str
    expires_at: datetime
    new_session_expires_at: datetime
    text: str | None
    handle: str


class WrittenRequest:
    """A request as the SDK wrote it, cut at what a mint fills in."""

    def __init__(self, request: httpx2.Request) -> None:
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%s: %s" % (name, value) for name, value in request.headers.raw if name.lower() != LENGTH]
        self._head = b"\r\n".join(head).split(_KEY.encode())
        (self._length,) = (name for name, _ in request.headers.raw if name.lower() == LENGTH)
        self._body = re.split(b"(" + b"|".join(map(re.escape, _MARKS)) + b")", request.read())

    @property
    def marks(self) -> list[bytes]:
        """What is to be filled in, in the order in which it stands in the body."""
        return self._body[1::2]

    def filled(self, fill: Fill) -> bytes:
        """Return the whole request with what one mint fills in."""
        times = fill.expires_at.isoformat(), fill.new_session_expires_at.isoformat()
        values = dict(zip(_MARKS, (fill.text, fill.handle, *times), strict=True))
        pieces = list(self._body)
        pieces[1::2] = [_written(values[mark]) for mark in self.marks]
        body = b"".join(pieces)
        head = fill.key.encode("ascii").join(self._head)
        return b"%s\r\n%s: %d\r\n\r\n%s" % (head, self._length, len(body), body)


def _shape(spec: TokenSpec) -> tuple[object, ...]:
    has_text, has_handle = spec.system_instruction is not None, bool(spec.resumption_handle)
    return spec.prompt.name, spec.model, spec.voice, spec.page_tools, has_text, has_handle


class TokenRequests:
    """The requests of all shapes: one for each prompt, model, voice and page tools, with or without text and handle."""

    def __init__(self, new_client: Callable[[str, httpx2.BaseTransport], Client]) -> None:
        """Remember how to make a client of the SDK with a key and a transport of ours."""
        self._recorder = _Recorder()
        self._client = Once(lambda: new_client(_KEY, self._recorder))
        self._constraints = Constraints()
        self._lock = threading.Lock()
        self._written: dict[tuple[object, ...], WrittenRequest] = {}

    def prepare(self, prompt: Prompt) -> None:
        """Check a prompt file's config and write its usual requests.

        Raises:
            Misconfigured: naming file, field and reason.
        """
        for handle in ("", "handle") if "session_resumption" in prompt.front.config else ("",):
            front = prompt.front
            self.written(TokenSpec(prompt, front.models[0], front.voices[0], "text", handle, front.page_tools))

    def mistakes(self, prompt: Prompt) -> list[Mistake]:
        """Return all that the SDK refuses to take or to send of a prompt file's config."""
        return list(every_mistake(prompt.front.config, self._write_alone))

    def filled(self, spec: TokenSpec, key: str, expires_at: datetime, new_session_expires_at: datetime) -> bytes:
        """Return the whole request that mints a token for `spec`. Times are in UTC.

        Raises:
            Misconfigured: the prompt file's config is not one that the SDK can write.
        """
        fill = Fill(key, expires_at, new_session_expires_at, spec.system_instruction, spec.resumption_handle)
        return self.written(spec).filled(fill)

    def has(self, spec: TokenSpec) -> bool:
        """Whether the request for the shape of `spec` is written already."""
        return _shape(spec) in self._written

    def written(self, spec: TokenSpec) -> WrittenRequest:
        """Return the request for the shape of `spec`, written now if it has not been before.

        Raises:
            Misconfigured: as `filled`.
        """
        shape = _shape(spec)
        if shape not in self._written:
            with self._lock:  # on a cold instance the warm-up and the first visitor come here at the same time
                if shape not in self._written:
                    self._written[shape] = self._write(spec)
        return self._written[shape]

    def _write(self, spec: TokenSpec) -> WrittenRequest:
        """Return the request that the SDK writes for the shape of `spec`: its own call, answered before it leaves."""
        marked = spec._replace(
            system_instruction=None if spec.system_instruction is None else _TEXT,
            resumption_handle=spec.resumption_handle and _HANDLE,
        )
        # `lock_additional_fields` stays unset: the API refuses the SDK's own masks; ours has top-level names only
        mask = spec.prompt.front.field_mask
        config = types.CreateAuthTokenConfig(
            uses=1,
            expire_time=_EXPIRES,
            new_session_expire_time=_NEW_SESSION,
            live_connect_constraints=self._constraints.of(marked),
            http_options=types.HttpOptions(extra_body={"fieldMask": mask}) if mask else None,
        )
        try:
            self._client().auth_tokens.create(config=config)
        except Exception as error:  # the types let it through, the SDK's writing does not
            raise UnusableConfig(spec.prompt, self.mistakes(spec.prompt)) from error
        written = WrittenRequest(self._recorder.request)
        expected = 2 + (marked.system_instruction is not None) + bool(marked.resumption_handle)
        if len(set(written.marks)) != expected or len(written.marks) != expected:
            raise Misconfigured("google-genai writes its request in a form that is not known here")
        return written

    def _write_alone(self, config: dict[str, Any]) -> None:
        """Let the SDK write a request with this config and nothing else; raises what it raises."""
        constraints = types.LiveConnectConstraints(config=types.LiveConnectConfig.model_validate(config))
        self._client().auth_tokens.create(config=types.CreateAuthTokenConfig(live_connect_constraints=constraints))


class _Recorder(httpx2.BaseTransport):
    """Keeps what is sent, and sends nothing."""

    request: Any = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.request = request
        return httpx2.Response(200, json={"name": "auth_tokens/none"})
