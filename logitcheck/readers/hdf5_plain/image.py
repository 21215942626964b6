"""A file's bytes by address, with an end to how many are looked at."""

from __future__ import annotations

from typing import Any

MOST = 32 << 20
"""Bytes of structure that are looked at in any file: beyond, the library is no slower."""

SMALL = 1 << 16
"""Bytes that may be looked at in the smallest file."""

BLOCK = 4096
"""Bytes that are read at once."""

UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
"""Stands for an address that is none (section I)."""


class NotPlain(Exception):  # noqa: N818 (a fact about the file, not an error)
    """A file that this package does not list; the reason is for tests."""


class Image:
    """Reads by address; every byte counts, so that no file can make its reader work without end."""

    def __init__(self, file: Any, size: int):
        """``file`` is open for reading and ``size`` bytes long."""
        self._file = file
        self.end = size
        """Where addresses end; the superblock may lower it."""
        self._start, self._block = 0, b""
        self._left = min(MOST, SMALL + 4 * size)
        self._claimed: set[int] = set()

    def charge(self, size: int) -> None:
        """Count so many bytes as looked at. Raises NotPlain where it is too much."""
        self._left -= size
        if self._left < 0:
            raise NotPlain("too much to look at")

    def claim(self, address: int) -> int:
        """Return the address of a structure that is about to be read. Raises NotPlain where one was before.

        The library keeps what it has read by its address, and fails where it is read as something else.
        """
        if address in self._claimed:
            raise NotPlain("an address of two structures")
        self._claimed.add(address)
        return address

    def take(self, address: int, size: int) -> bytes:
        """Return exactly ``size`` bytes. Raises NotPlain where the file has them not."""
        if address + size > self.end:
            raise NotPlain("an address outside the file")
        return self._read(address, size)

    def up_to(self, address: int, size: int) -> bytes:
        """Return ``size`` bytes, or fewer at the end of the file. Raises NotPlain behind it."""
        if address >= self.end:
            raise NotPlain("an address outside the file")
        return self._read(address, min(size, self.end - address))

    def _read(self, address: int, size: int) -> bytes:
        """Return bytes before the end; what stands around them is mostly wanted next and kept."""
        self.charge(size)
        at = address - self._start
        if at < 0 or at + size > len(self._block):
            at, self._start = 0, address
            self._file.seek(address)
            self._block = self._file.read(max(size, BLOCK))
        data = self._block[at : at + size]
        if len(data) != size:
            raise NotPlain("the file ends early")
        return data
