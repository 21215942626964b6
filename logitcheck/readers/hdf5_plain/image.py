"""A file's bytes by address, with an end to how many are looked at."""

from __future__ import annotations

from collections.abc import Callable

MOST = 32 << 20
"""Bytes of structure that are looked at in any file: beyond, the library is no slower."""

SMALL = 1 << 16
"""Bytes that may be looked at in the smallest file."""

PAGE = 1 << 14
"""Bytes that are read at once and kept, since what stands around a structure is mostly wanted next."""

OVERLAP = 1 << 10
"""Bytes of the next page that are read with each, so that what begins in a page mostly ends with it."""

COST = 1 << 10
"""Bytes that a read counts for: a file that jumps about on purpose gets 32,768 of them, some half second."""

HELD = 512
"""Pages that are kept at once: 8 MiB."""

UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
"""Stands for an address that is none (section I)."""


class NotPlain(Exception):  # noqa: N818 (a fact about the file, not an error)
    """A file that this package does not list; the reason is for tests."""


class Image:
    """Reads by address; every byte counts, so that no file can make its reader work without end."""

    def __init__(self, read: Callable[[int, int], bytes], size: int):
        """``read`` gives bytes of a file that is ``size`` bytes long."""
        self._read = read
        self.end = size
        """Where addresses end; the superblock may lower it."""
        self._pages: dict[int, bytes] = {}
        self._left = min(MOST, SMALL + 4 * size)
        self._claimed: set[int] = set()

    def charge(self, size: int) -> None:
        """Count so many bytes as looked at. Raises NotPlain where it is too much."""
        self._left -= size
        if self._left < 0:
            raise NotPlain("too much to look at")

    def claim(self, address: int) -> None:
        """Note the address of a structure that is about to be read. Raises NotPlain where one was before.

        The library keeps what it has read by its address, and fails where it is read as something else.
        """
        if address in self._claimed:
            raise NotPlain("an address of two structures")
        self._claimed.add(address)

    def take(self, address: int, size: int, again: bool = False) -> bytes:
        """Return exactly ``size`` bytes. Raises NotPlain where the file has them not.

        Claims their address, but for those to be looked at ``again`` or inside of what is claimed.
        """
        if not again:
            if address in self._claimed:
                raise NotPlain("an address of two structures")
            self._claimed.add(address)
        self._left -= size
        if self._left < 0 or address + size > self.end:
            raise NotPlain("too much to look at, or an address outside the file")
        at = address % PAGE
        page = self._pages.get(address - at) or self._page(address - at)
        data = page[at : at + size]
        return data if len(data) == size else self._long(address, size)

    def _long(self, address: int, size: int) -> bytes:
        """Read more bytes than a page with its overlap gives."""
        data = self._read(address, size)
        if len(data) != size:
            raise NotPlain("the file ends early")
        return data

    def _page(self, start: int) -> bytes:
        """Read a page and keep it; where many are kept already, they are all given up."""
        self.charge(COST)
        if len(self._pages) >= HELD:
            self._pages.clear()
        self._pages[start] = page = self._read(start, PAGE + OVERLAP)
        return page
