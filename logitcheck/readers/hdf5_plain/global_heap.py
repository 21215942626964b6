"""Texts of any length, which stand in collections shared by the whole file (section III.E)."""

from __future__ import annotations

from struct import Struct

from logitcheck.readers.hdf5_plain.image import Image, NotPlain

COLLECTION = Struct("<4sB3xQ")
"""Signature, version, bytes of the collection."""

OBJECT = Struct("<HH4xQ")
"""Number, references, bytes; 0 is what is free, and its bytes count its head."""

MEMORY = 64
"""Bytes that even the smallest object takes here."""

SMALLEST = 4096
"""Bytes of a collection, by the library's own rule."""


class GlobalHeap:
    """Reads each collection once."""

    def __init__(self, image: Image):
        """Read from an image."""
        self._image = image
        self._collections: dict[int, dict[int, bytes]] = {}

    def value(self, size: int, address: int, number: int) -> bytes:
        """Return an object of so many bytes. Raises NotPlain where there is none."""
        if not size and not address:
            return b""
        if address not in self._collections:
            self._collections[address] = self._collection(address)
        data = self._collections[address].get(number)
        if not number or data is None or len(data) != size:  # 0 is what is free
            raise NotPlain("an unusual text")
        self._image.charge(size)
        return data

    def _collection(self, address: int) -> dict[int, bytes]:
        signature, version, size = COLLECTION.unpack(self._image.take(address, COLLECTION.size))
        if signature != b"GCOL" or version != 1 or size < SMALLEST:
            raise NotPlain("an unknown global heap")
        data = self._image.take(address, size, again=True)
        found: dict[int, bytes] = {}
        at = COLLECTION.size
        while at + OBJECT.size <= size:
            number, _, length = OBJECT.unpack_from(data, at)
            start = at + OBJECT.size
            at = start + (length + 7) // 8 * 8 if number else at + length
            if at > size or at < start or number in found:
                raise NotPlain("an unusual global heap")
            found[number] = data[start : start + length] if number else b""
        if at < size and 0 in found:  # an end too short for a head is free as well
            raise NotPlain("an unusual global heap")
        self._image.charge(MEMORY * len(found))
        return found
