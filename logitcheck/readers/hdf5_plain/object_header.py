"""Object headers of version 1: the messages that describe one group or array (section IV.A.1.a)."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from logitcheck.readers.hdf5_plain.image import Image, NotPlain

GUESS = 512
"""Bytes that hold most headers."""

PREFIX = Struct("<BxHII4x")
"""Version, number of messages, references, bytes of the first block of messages."""

MESSAGE = Struct("<HHB3x")
"""Kind, bytes, flags."""

BLOCK = Struct("<QQ")
"""Address and length of a continuation block."""

NIL, DATASPACE, DATATYPE, OLD_FILL, FILL, LAYOUT = 0x0, 0x1, 0x3, 0x4, 0x5, 0x8
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, MODIFIED = 0xC, 0x10, 0x11, 0x12

SINGLE = frozenset({DATASPACE, DATATYPE, OLD_FILL, FILL, LAYOUT, SYMBOL_TABLE, MODIFIED})
"""Messages that a header holds at most once."""

PLAIN_FLAGS = frozenset({0, 1, 4, 5})
"""Constant, not to be shared; a message that is shared, or to be understood by all, is not plain."""


class Header(NamedTuple):
    """The messages of one object."""

    single: dict[int, bytes]
    """By their kind, those that stand once."""

    attributes: list[bytes]
    """Attribute messages, in the file's order."""


def read_header(image: Image, address: int) -> Header:
    """Read all messages of an object. Raises NotPlain for every kind of message that is not known here."""
    data = image.up_to(image.claim(address), GUESS)
    version, count, references, size = PREFIX.unpack_from(data)
    if version != 1 or not references:
        raise NotPlain("an unknown object header")
    first = data[PREFIX.size : PREFIX.size + size]
    if len(first) < size:
        first = image.take(address + PREFIX.size, size)
    header = Header({}, [])
    blocks = [first]
    for block in blocks:  # grows on the way, by no more than there are messages
        count -= _read_block(image, block, header, blocks, count)
    if count:
        raise NotPlain("fewer messages than announced")
    return header


def _read_block(image: Image, block: bytes, header: Header, blocks: list[bytes], limit: int) -> int:
    """Sort a block's messages into the header, append the blocks it leads to; return their number."""
    if not block:
        raise NotPlain("a block of nothing")
    at, number = 0, 0
    while at < len(block):
        kind, size, flags = MESSAGE.unpack_from(block, at)
        start = at + MESSAGE.size
        at = start + size
        number += 1
        if size % 8 or at > len(block) or flags not in PLAIN_FLAGS or number > limit:
            raise NotPlain("an unusual message")
        if kind in SINGLE:
            if kind in header.single:
                raise NotPlain("a message twice")
            header.single[kind] = block[start:at]
        elif kind == ATTRIBUTE:
            header.attributes.append(block[start:at])
        elif kind == CONTINUATION:
            address, length = BLOCK.unpack_from(block, start)
            blocks.append(image.take(image.claim(address), length))
        elif kind != NIL:
            raise NotPlain(f"message {kind:#x}")
    return number
