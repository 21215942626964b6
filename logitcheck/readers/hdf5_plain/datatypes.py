"""Datatype messages: those that Keras and h5py write, known byte for byte (section IV.A.2.d)."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct, pack
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_plain.image import NotPlain
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from typing import TypeAlias


@dataclass(frozen=True)
class Kind:
    """How values are stored."""

    name: str
    """NumPy's name of it, as h5py chooses it."""

    layout: str
    """NumPy's type string, for plain numbers."""

    size: int
    """Bytes of one value in memory."""

    stored: int
    """Bytes of one value in the file."""

    text: str = ""
    """``fixed`` or ``long`` for texts: in place, or in the global heap."""


FIXED = 0x13
"""Class 3, a text of fixed length, in version 1."""

FIXED_TEXT = Struct("<BBBBI")
"""Class and version, padding and character set, two bytes that are 0, bytes of the text."""

PADDINGS = (0x00, 0x01, 0x10, 0x11)
"""Ended or filled by bytes of 0; in ASCII or UTF-8."""

MAX_TEXT = 1 << 20
"""Bytes of a text of fixed length."""


Known: TypeAlias = "dict[bytes, tuple[Any, ...]]"
"""The fields of a Kind by the bytes of its message."""


def _integers() -> Known:
    """Two's complement or without sign, of full width, in either order of bytes (class 0)."""
    found = {}
    for size in (1, 2, 4, 8):
        for flags, order, letter in ((0, "<", "u"), (8, "<", "i"), (1, ">", "u"), (9, ">", "i")):
            name = ("uint" if letter == "u" else "int") + str(8 * size)
            layout = f"{'|' if size == 1 else order}{letter}{size}"
            data = pack("<BBHIHH", 0x10, flags, 0, size, 0, 8 * size)
            found[data] = (name, layout, size, size)
    return found


def _floats() -> Known:
    """IEEE 754 of 16, 32 and 64 bits, with an implied first bit (class 1)."""
    found = {}
    for size, exponent, mantissa in ((2, 5, 10), (4, 8, 23), (8, 11, 52)):
        for order, flag in (("<", 0x20), (">", 0x21)):
            places = (0, 8 * size, mantissa, exponent, 0, mantissa, (1 << exponent - 1) - 1)
            data = pack("<BBBBIHHBBBBI", 0x11, flag, 8 * size - 1, 0, size, *places)
            found[data] = (f"float{8 * size}", f"{order}f{size}", size, size)
    return found


def _long_texts() -> Known:
    """Texts of any length: a sequence of bytes in the global heap (class 9), in ASCII or UTF-8."""
    kind = ("object", "", 8, 16, "long")
    heads = [pack("<BBHI", 0x19, 1, charset, 16) for charset in (0, 1)]
    return {head + pack("<BBHIHH", 0x10, order, 0, 1, 0, 8): kind for head in heads for order in (0, 1)}


def _others() -> Known:
    """What h5py makes of NumPy's booleans (class 8 on top of a small integer) and of bfloat16 (class 5)."""
    names = b"FALSE\0\0\0TRUE\0\0\0\0\0\1"
    head = pack("<BHBI", 0x18, 2, 0, 1)
    booleans = [head + pack("<BBHIHH", 0x10, flags, 0, 1, 0, 8) + names for flags in (8, 9)]
    brain = {pack("<BBHI", 0x15, 0, 0, 2): ("bfloat16", "", 2, 2)}
    return {**brain, **dict.fromkeys(booleans, ("bool", "|b1", 1, 1))}


KNOWN = {**_integers(), **_floats(), **_long_texts(), **_others()}
LENGTHS = {data[0]: len(data) for data in KNOWN}
"""Bytes of a message by its first; a class is one length here."""


@lru_cache(64)
def kind_of(data: bytes) -> Kind:
    """Return what a datatype message says. Raises NotPlain for every type that is not listed here."""
    if data[0] == FIXED:
        return _fixed_text(data)
    found = KNOWN.get(data[: LENGTHS.get(data[0], 0)])
    if found is None:
        raise NotPlain("an unusual type")
    return Kind(*found)


def _fixed_text(data: bytes) -> Kind:
    _, flags, more, last, size = FIXED_TEXT.unpack_from(data)
    if flags not in PADDINGS or more or last or not 0 < size <= MAX_TEXT:
        raise NotPlain("an unusual text")
    return Kind(f"bytes{8 * size}", "", size, size, "fixed")
