"""Partitioned variables in a checkpoint: each part lies under a key that encodes its name and place.

Source: TensorFlow's ``core/util/saved_tensor_slice_util.cc`` and ``core/lib/strings/ordered_code.cc``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

FULL = -1
"""Length of an extent that takes a whole axis."""


def part_name(name: str, starts: Sequence[int], lengths: Sequence[int]) -> str:
    """Return the name we give a part: ``embedding[0:100,0:16]``."""
    ranges = (f"{start}:{start + length}" for start, length in zip(starts, lengths, strict=True))
    return f"{name}[{','.join(ranges)}]"


def parts(name: str, entry: Any) -> Iterator[tuple[str, bytes]]:
    """Yield our name and the key of every part of a ``BundleEntryProto``."""
    sizes = [dim.size for dim in entry.shape.dim]
    for part in entry.slices:
        if len(part.extent) != len(sizes):
            continue
        stored = [e.length if e.WhichOneof("has_length") else FULL for e in part.extent]
        starts = [extent.start for extent in part.extent]
        lengths = [size if length == FULL else length for size, length in zip(sizes, stored, strict=True)]
        yield part_name(name, starts, lengths), _key(name, starts, stored)


def _key(name: str, starts: Sequence[int], lengths: Sequence[int]) -> bytes:
    escaped = name.encode().replace(b"\xff", b"\xff\x00").replace(b"\x00", b"\x00\xff")
    places = b"".join(_signed(n) for pair in zip(starts, lengths, strict=True) for n in pair)
    return b"\0" + escaped + b"\x00\x01" + _unsigned(len(starts)) + places


def _unsigned(value: int) -> bytes:
    """A length byte and the number, most significant byte first."""
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(raw)]) + raw


def _signed(value: int) -> bytes:
    """As many leading one bits as bytes, then the number; sorted like the numbers themselves."""
    bits = (~value if value < 0 else value).bit_length()
    length = max((bits + 7) // 7, 1)
    raw = bytearray(value.to_bytes(length, "big", signed=True))
    raw[0] ^= 0xFF00 >> min(length, 8) & 0xFF
    return bytes(raw)
