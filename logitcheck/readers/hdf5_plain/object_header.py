"""Object headers of version 1: the messages that describe one group or array (section IV.A.1.a)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from logitcheck.readers.hdf5_plain.image import Image, NotPlain

if TYPE_CHECKING:
    from typing import TypeAlias

GUESS = 512
"""Bytes that hold most headers."""

PREFIX = Struct("<BxHII4x")
"""Version, number of messages, references, bytes of the first block of messages."""

START = PREFIX.size

MESSAGE = Struct("<HHB3x")
"""Kind, bytes, flags."""

HEAD = MESSAGE.size

BLOCK = Struct("<QQ")
"""Address and length of a continuation block."""

NIL, DATASPACE, DATATYPE, OLD_FILL, FILL, LAYOUT = 0x0, 0x1, 0x3, 0x4, 0x5, 0x8
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, MODIFIED = 0xC, 0x10, 0x11, 0x12

SINGLE = frozenset({DATASPACE, DATATYPE, OLD_FILL, FILL, LAYOUT, SYMBOL_TABLE, MODIFIED})
"""Messages that a header holds at most once."""

PLAIN_FLAGS = frozenset({0, 1, 4, 5})
"""Constant, not to be shared; a message that is shared, or to be understood by all, is not plain."""


Header: TypeAlias = "tuple[dict[int, bytes], list[bytes]]"
"""The messages of one object: by their kind those that stand once, and its attributes in the file's order."""


def read_header(image: Image, address: int) -> Header:
    """Read all messages of an object. Raises NotPlain for every kind of message that is not known here."""
    size = GUESS if address + GUESS <= image.end else max(0, image.end - address)
    data = image.take(address, size)
    version, count, references, size = PREFIX.unpack_from(data)
    if version != 1 or not references:
        raise NotPlain("an unknown object header")
    if len(data) < START + size:
        data = data[:START] + image.take(address + START, size, again=True)
    header: Header = ({}, [])
    following: list[bytes] = []
    count -= _read_block(data, START, START + size, header, following)
    for place in following:  # grows on the way, by blocks that are claimed and charged
        start, length = BLOCK.unpack_from(place)
        count -= _read_block(image.take(start, length), 0, length, header, following)
    if count:
        raise NotPlain("fewer or more messages than announced")
    return header


def _read_block(block: bytes, at: int, end: int, header: Header, following: list[bytes]) -> int:
    """Sort a block's messages into the header, and those that lead to other blocks; return their number."""
    single, attributes = header
    if at == end:
        raise NotPlain("a block of nothing")
    number = 0
    while at < end:
        kind, size, flags = MESSAGE.unpack_from(block, at)
        start = at + HEAD
        at = start + size
        number += 1
        if size % 8 or flags not in PLAIN_FLAGS:
            raise NotPlain("an unusual message")
        if kind in SINGLE:
            if kind in single:
                raise NotPlain("a message twice")
            single[kind] = block[start:at]
        elif kind == ATTRIBUTE:
            attributes.append(block[start:at])
        elif kind == CONTINUATION:
            following.append(block[start:at])
        elif kind != NIL:
            raise NotPlain(f"message {kind:#x}")
    if at != end:
        raise NotPlain("a message that leaves its block")
    return number
