"""What the console says about the two mistakes that nearly every client makes once."""

import re
from collections.abc import Callable

_VERSION_1 = re.compile(r"/v1/auth_tokens|.*/ws/google\.ai\.generativelanguage\.v1\.GenerativeService\..*")
_TLS_HANDSHAKE = b"\x16\x03"
_ABOUT_VERSION = """\
Hint: a client asked for API version v1 ({path}), where tokens and the Live API are not served. Set the version:
  Python      http_options={{"api_version": "v1beta"}}     JavaScript  httpOptions: {{apiVersion: "v1beta"}}
  Go          HTTPOptions{{APIVersion: "v1beta"}}          Java        HttpOptions.builder().apiVersion("v1beta")"""
_ABOUT_TLS = """\
Hint: a client speaks TLS to this port, which serves plain HTTP. Some clients always do, Python's client.aio.live for
one. Start the emulator with --https, or make a certificate yourself:
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout key.pem -out cert.pem
  gemini-live-emulator --certfile cert.pem --keyfile key.pem"""  # noqa: E501 - a line to be copied


class Hints:
    """Says each hint once, with `say`."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say or (lambda _: None)
        self._said: set[str] = set()

    def look_at_path(self, path: str) -> None:
        """Say so if the path is of the wrong version."""
        if _VERSION_1.fullmatch(path):
            self._once(_ABOUT_VERSION, path=path)

    def look_at_first_bytes(self, data: bytes) -> bool:
        """Whether a connection to the plain port begins with a TLS handshake; says so."""
        if not data.startswith(_TLS_HANDSHAKE):
            return False
        self._once(_ABOUT_TLS)
        return True

    def _once(self, text: str, **values: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._say(text.format(**values) if values else text)
