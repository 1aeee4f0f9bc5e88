"""Secret Manager's one method that the function needs: access a secret version."""

import base64
import dataclasses
import re
from typing import Any

from gemini_live_emulator.protocol.errors import GoogleError

PROJECT = "livetoken-local"
PROJECT_NUMBER = "123456789012"
PATH = re.compile(r"/v1/projects/([^/]+)/secrets/([^/]+)/versions/([^/:]+):access")
STATES = ("ENABLED", "DISABLED", "DESTROYED")
_AUTH_HELP = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


_CRC_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum that Secret Manager sends beside a payload."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@dataclasses.dataclass
class Version:
    """One version of a secret: its payload, and whether it can be read."""

    payload: bytes
    state: str = "ENABLED"


class Secrets:
    """The secrets of the one project; `latest` is the newest version, whatever its state."""

    def __init__(self, first_key: str) -> None:
        self._first_key = first_key
        self.reset()

    def reset(self) -> None:
        """Hold only the first key, as version 1."""
        self._versions = {"gemini-api-key": [Version(self._first_key.encode())]}

    def add(self, secret: str, payload: bytes) -> int:
        """Add a version to a secret, which is made when it is new; returns the version's number."""
        versions = self._versions.setdefault(secret, [])
        versions.append(Version(payload))
        return len(versions)

    def set_state(self, secret: str, number: int, state: str) -> None:
        """Enable, disable or destroy a version; raises ValueError or LookupError."""
        if state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}")
        if not 1 <= number <= len(self._versions[secret]):
            raise LookupError(f"secret {secret} has no version {number}")
        self._versions[secret][number - 1].state = state

    def access(self, authorization: str | None, bearer: str, project: str, secret: str, version: str) -> dict[str, Any]:
        """The body of `…:access`; raises GoogleError as Google does."""
        if not authorization:
            raise GoogleError(401, f"Request is missing required authentication credential. {_AUTH_HELP}")
        if authorization != f"Bearer {bearer}":
            raise GoogleError(401, f"Request had invalid authentication credentials. {_AUTH_HELP}")
        if project not in (PROJECT, PROJECT_NUMBER):
            resource = f"projects/{project}/secrets/{secret}/versions/{version}"
            raise GoogleError(
                403,
                f"Permission 'secretmanager.versions.access' denied for resource '{resource}' (or it may not exist).",
            )
        name = f"projects/{PROJECT_NUMBER}/secrets/{secret}"
        versions = self._versions.get(secret)
        if not versions:
            raise GoogleError(404, f"Secret [{name}] not found or has no versions.")
        number = len(versions) if version == "latest" else int(version) if version.isdecimal() else 0
        if not 1 <= number <= len(versions):
            raise GoogleError(404, f"Secret Version [{name}/versions/{version}] not found.")
        found = versions[number - 1]
        name = f"{name}/versions/{number}"
        if found.state != "ENABLED":
            raise GoogleError(400, f"Secret Version [{name}] is in {found.state} state.", "FAILED_PRECONDITION")
        payload = {"data": base64.b64encode(found.payload).decode(), "dataCrc32c": str(crc32c(found.payload))}
        return {"name": name, "payload": payload}
