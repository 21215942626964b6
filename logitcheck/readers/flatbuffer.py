"""FlatBuffers read by hand: every offset is checked against the file before it is followed.

Source: https://flatbuffers.dev/internals/ (tables find their fields through a vtable of offsets).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from logitcheck.errors import NotAudited

VECTOR_LIMIT = 10_000_000


class Damaged(NotAudited):
    """An offset or length that lies outside the file."""

    def __init__(self) -> None:
        super().__init__("the flatbuffer is cut off or damaged", format="tflite")


class Table(NamedTuple):
    """One table, by its position in the file."""

    data: memoryview
    position: int

    def _read(self, code: str, at: int) -> int | float:
        try:
            value: int | float = struct.unpack_from(code, self.data, at)[0]
        except struct.error as error:
            raise Damaged from error
        return value

    def _field(self, number: int) -> int:
        """Return where a field's value lies; 0 where the table leaves it out."""
        vtable = self.position - int(self._read("<i", self.position))
        if vtable < 0 or 4 + 2 * number >= int(self._read("<H", vtable)):
            return 0
        offset = int(self._read("<H", vtable + 4 + 2 * number))
        return self.position + offset if offset else 0

    def integer(self, number: int, code: str = "<i", default: int = 0) -> int:
        """Return an integer field; ``code`` is its type for :mod:`struct`."""
        at = self._field(number)
        return int(self._read(code, at)) if at else default

    def real(self, number: int, default: float = 0.0) -> float:
        """Return a float field."""
        at = self._field(number)
        return float(self._read("<f", at)) if at else default

    def flag(self, number: int) -> bool:
        """Return a bool field."""
        return self.integer(number, "<B") != 0

    def table(self, number: int) -> Table | None:
        """Return a nested table, None where it is left out."""
        at = self._field(number)
        return Table(self.data, at + int(self._read("<I", at))) if at else None

    def _vector(self, number: int, width: int) -> tuple[int, int]:
        """Return where a vector's items begin and how many it has."""
        at = self._field(number)
        if not at:
            return 0, 0
        at += int(self._read("<I", at))
        length = int(self._read("<I", at))
        if length > VECTOR_LIMIT * 400 or at + 4 + length * width > len(self.data):
            raise Damaged
        return at + 4, length

    def tables(self, number: int) -> Iterator[Table]:
        """Yield the tables of a vector."""
        start, length = self._vector(number, 4)
        for at in range(start, start + 4 * length, 4):
            yield Table(self.data, at + int(self._read("<I", at)))

    def numbers(self, number: int, code: str = "i") -> tuple[int | float, ...]:
        """Return a vector of numbers of one :mod:`struct` type."""
        start, length = self._vector(number, struct.calcsize(f"<{code}"))
        if length > VECTOR_LIMIT:
            raise Damaged
        return struct.unpack_from(f"<{length}{code}", self.data, start) if length else ()

    def integers(self, number: int) -> tuple[int, ...]:
        """Return a vector of 32-bit integers."""
        return tuple(int(value) for value in self.numbers(number))

    def raw(self, number: int) -> memoryview:
        """Return a vector of bytes, uncopied."""
        start, length = self._vector(number, 1)
        return self.data[start : start + length]

    def text(self, number: int) -> str:
        """Return a string field."""
        return bytes(self.raw(number)).decode(errors="replace")


def root(data: memoryview) -> Table:
    """Return the file's outermost table. Raises NotAudited where there is none."""
    if len(data) < 8:
        raise Damaged
    return Table(data, int.from_bytes(data[:4], "little"))
