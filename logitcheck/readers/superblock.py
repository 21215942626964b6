"""A first look at an HDF5 file without HDF5's library: is what its superblock says plausible?

Source: HDF5 File Format Specification, version 3.0, section II.A (superblock versions 0 to 3).
"""

from __future__ import annotations

from typing import NamedTuple

from logitcheck.readers.window import Place, Reader, size_of

SIGNATURE = b"\x89HDF\r\n\x1a\n"
HEAD = 96
"""Bytes of the longest superblock, with room."""

NEWEST = 3


class _Layout(NamedTuple):
    """Where the fields of a superblock version stand, in bytes from its signature."""

    offset_size: int
    base_address: int
    end_of_file: int
    """How many addresses after the base address the end-of-file address stands."""


LAYOUTS = {0: _Layout(13, 24, 2), 1: _Layout(13, 28, 2), 2: _Layout(9, 12, 2), 3: _Layout(9, 12, 2)}


def plausible(place: Place) -> bool:
    """Tell whether the file starts with a superblock of a known version that does not end behind the file."""
    return _plausible(Reader(place).read(0, HEAD), size_of(place))


def _plausible(head: bytes, size: int) -> bool:
    if len(head) < HEAD or not head.startswith(SIGNATURE) or head[8] > NEWEST:
        return False
    layout = LAYOUTS[head[8]]
    width = head[layout.offset_size]
    if width not in (4, 8):
        return False
    base = _number(head, layout.base_address, width)
    end = _number(head, layout.base_address + layout.end_of_file * width, width)
    return base == 0 and HEAD <= end <= size


def _number(data: bytes, start: int, width: int) -> int:
    return int.from_bytes(data[start : start + width], "little")
