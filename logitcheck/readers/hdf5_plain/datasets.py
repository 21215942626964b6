"""One array, from the messages in its header: sections IV.A.2.e to f (fill values) and IV.A.2.i (layout)."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from struct import Struct, unpack_from
from typing import TYPE_CHECKING

from logitcheck.readers.hdf5_plain.dataspaces import shape_of
from logitcheck.readers.hdf5_plain.datatypes import Kind, kind_of
from logitcheck.readers.hdf5_plain.image import UNDEFINED, NotPlain
from logitcheck.readers.hdf5_plain.object_header import DATASPACE, DATATYPE, FILL, LAYOUT, OLD_FILL

if TYPE_CHECKING:
    from typing import TypeAlias

COMPACT, CONTIGUOUS = b"\3\0", b"\3\1"
"""Version and kind of a layout."""

STORED = Struct("<QQ")
"""Address and bytes of an array in one piece."""


Array: TypeAlias = "tuple[tuple[int, ...], Kind, int, int | None]"
"""What is to be listed of an array: its shape, how values are stored, bytes, and where they stand; None for
the place of those in its header, or nowhere yet.
"""


def array_of(messages: dict[int, bytes], end: int) -> Array | None:
    """Return an array, None for one that holds nothing; ``end`` is the file's. Raises NotPlain."""
    kind, shape, number = _values(
        messages[DATATYPE], messages[DATASPACE], messages.get(FILL), messages.get(OLD_FILL)
    )
    offset = _offset(messages[LAYOUT], number * kind.stored, end)
    return None if shape is None else (shape, kind, number * kind.size, offset)


@lru_cache(64)
def _values(
    datatype: bytes, dataspace: bytes, fill: bytes | None, old_fill: bytes | None
) -> tuple[Kind, tuple[int, ...] | None, int]:
    """Return how values are stored, their shape and their number; many arrays have these messages alike."""
    kind, shape = kind_of(datatype), shape_of(dataspace)
    if fill is not None:
        _check_fill(fill, kind)
    if old_fill is not None:
        _check_value(old_fill, kind)
    return kind, shape, 0 if shape is None else prod(shape)


def _offset(data: bytes, size: int, end: int) -> int | None:
    """Return where an array of so many bytes stands; None for one in the header or without storage."""
    if data[:2] == COMPACT:
        if unpack_from("<H", data, 2)[0] != size or 4 + size > len(data):
            raise NotPlain("an unusual size")
        return None
    if data[:2] != CONTIGUOUS:
        raise NotPlain("an array in pieces")
    address, length = STORED.unpack_from(data, 2)
    if length != size:
        raise NotPlain("an unusual size")
    if address == UNDEFINED:
        return None
    if not 0 < address <= end - length:
        raise NotPlain("an array outside the file")
    return int(address)


def _check_fill(data: bytes, kind: Kind) -> None:
    """Raise NotPlain for a value for what was never written that is unlike the array's."""
    version, allocation, time, defined = unpack_from("<4B", data)
    if version not in (1, 2) or not 0 < allocation <= 3 or time > 2 or defined > 1:
        raise NotPlain("an unusual fill value")
    if version == 1 or defined:
        _check_value(data[4:], kind)


def _check_value(data: bytes, kind: Kind) -> None:
    (size,) = unpack_from("<I", data)
    if size and (size != kind.stored or 4 + size > len(data) or kind.text == "long"):
        raise NotPlain("an unusual fill value")
