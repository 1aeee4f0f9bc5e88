"""Pictures and sound as they come in messages, told apart by MIME type."""

import base64
import binascii
import dataclasses
import re
from typing import Any

from gemini_live_emulator.live import images
from gemini_live_emulator.protocol.errors import LiveCloseError
from gemini_live_emulator.state.session_record import SessionRecord

RATE = 16_000
_SOUND = re.compile(r"audio/(?:pcm|l16)(?:;\s*(?:rate=(\d+)|\w+=\w+))*", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Media:
    """The bytes of a blob; `rate` (samples a second) for PCM16, `size` such as "640 by 480" for pictures."""

    mime_type: str
    data: bytes
    rate: int = 0
    size: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture of any format."""
        return self.mime_type.startswith("image/")

    def record(self, record: SessionRecord) -> None:
        """Note it where tests can see it."""
        if self.is_picture:
            record.images.append({"mimeType": self.mime_type, "bytes": len(self.data), "size": self.size})
        elif self.rate:
            record.add_audio(self.data, self.mime_type)


def read(blob: dict[str, Any], place: str) -> Media:
    """The media of a blob; raises LiveCloseError where its base64 is broken. `place` names it in that reason."""
    mime_type = blob.get("mimeType", "")
    try:
        data = base64.b64decode(blob.get("data", "").replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise LiveCloseError(1007, f"Invalid value at '{place}' (TYPE_BYTES), Base64 decoding failed.") from error
    if mime_type.startswith("image/"):
        return Media(mime_type, data, size=images.size(data))
    match = _SOUND.fullmatch(mime_type)
    return Media(mime_type, data, rate=int(match[1] or RATE) if match else 0)
