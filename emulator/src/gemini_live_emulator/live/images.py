"""The size of a picture, read from its first bytes."""

import struct

_JPEG_SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


def size(data: bytes) -> str:
    """`"640 by 480"` for a JPEG or PNG, nothing for anything else or for a broken one."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack_from(">II", data, 16)
            return f"{width} by {height}"
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
    except struct.error:
        pass
    return ""


def _jpeg(data: bytes) -> str:
    place = 2
    while data[place : place + 1] == b"\xff":
        _, marker, length = struct.unpack_from(">BBH", data, place)
        if marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return f"{width} by {height}"
        place += 2 + length
    return ""
