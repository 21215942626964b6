"""Snappy's raw format, decompression only.

Source: https://github.com/google/snappy/blob/main/format_description.txt
"""

from __future__ import annotations

from logitcheck.errors import NotAudited


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a base-128 integer of up to 64 bits and where it ends. Raises NotAudited at a cut end."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise NotAudited("a number in the checkpoint's index is cut off", format="unknown")


def decompress(data: bytes, limit: int) -> bytes:
    """Return the original bytes. Raises NotAudited where they are malformed or more than ``limit``."""
    size, at = varint(data, 0)
    if size > limit:
        raise NotAudited(
            f"a compressed block of the checkpoint's index declares {size} bytes (limit {limit})"
        )
    out = bytearray()
    while at < len(data) and len(out) <= size:
        tag = data[at]
        at = _literal(data, at, tag, out) if tag & 3 == 0 else _copy(data, at, tag, out, size)
    if len(out) != size:
        raise NotAudited("a compressed block of the checkpoint's index is damaged")
    return bytes(out)


def _literal(data: bytes, at: int, tag: int, out: bytearray) -> int:
    length, at = tag >> 2, at + 1
    if length >= 60:
        extra = length - 59
        length = int.from_bytes(data[at : at + extra], "little")
        at += extra
    out += data[at : at + length + 1]
    return at + length + 1


def _copy(data: bytes, at: int, tag: int, out: bytearray, size: int) -> int:
    """Append bytes from further back; the range may reach into what it is writing."""
    if tag & 3 == 1:
        length, width = (tag >> 2 & 7) + 4, 1
        offset = (tag >> 5) << 8 | int.from_bytes(data[at + 1 : at + 2], "little")
    else:
        length, width = (tag >> 2) + 1, 2 if tag & 3 == 2 else 4
        offset = int.from_bytes(data[at + 1 : at + 1 + width], "little")
    if not 0 < offset <= len(out) or len(out) + length > size:
        raise NotAudited("a compressed block of the checkpoint's index is damaged")
    start = len(out) - offset
    pattern = bytes(out[start : start + length])
    out += (pattern * (length // len(pattern) + 1))[:length]
    return at + 1 + width
