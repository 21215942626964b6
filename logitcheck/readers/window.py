"""Where a file's bytes are: at a path, in memory, or in a stretch of another file that is open."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias


class Window(io.RawIOBase):
    """Bytes ``start`` to ``start + size`` of a file that is closed with the window.

    It keeps a position of its own and reads by ``pread``, so that forked processes do not move each other's.
    """

    def __init__(self, descriptor: int, start: int, size: int):
        """Take over the descriptor of a file that is open for reading."""
        self._descriptor = descriptor
        self._start = start
        self._position = 0
        self.size = size

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read in any order."""
        return True

    def tell(self) -> int:
        """Return the position, counted from the window's start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position as files do."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the position on; return how many bytes there were."""
        view = memoryview(buffer).cast("B")
        data = self.read_at(self._position, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def read_at(self, start: int, size: int) -> bytes:
        """Return bytes of the window without moving the position, fewer where it ends before."""
        return os.pread(self._descriptor, max(0, min(size, self.size - start)), self._start + start)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()


Place: TypeAlias = "str | bytes | Window"
"""A file's path, the bytes of a file in memory, or a file inside another one."""


def size_of(place: Place) -> int:
    """Return the number of bytes there. Raises OSError."""
    if isinstance(place, Window):
        return place.size
    return len(place) if isinstance(place, bytes) else Path(place).stat().st_size


class Reader:
    """Reads bytes by where they stand; a file is opened once, at the first look, and closed with this object.

    A model has thousands of arrays: opening its file for each would cost more than reading them.
    """

    def __init__(self, place: Place):
        """Read there; a window stays its owner's."""
        self.place = place
        self._descriptor: int | None = None

    def read(self, start: int, size: int) -> bytes:
        """Return the bytes from ``start`` on, fewer where the file ends before. Raises OSError."""
        place = self.place
        if isinstance(place, bytes):
            return place[start : start + size]
        if isinstance(place, Window):
            return place.read_at(start, size)
        return os.pread(self._opened(place), size, start)

    def fill(self, start: int, buffer: memoryview) -> bool:
        """Fill a buffer with the bytes from ``start`` on; tell whether there were enough. Raises OSError."""
        place = self.place
        if isinstance(place, str):
            return os.preadv(self._opened(place), [buffer], start) == len(buffer)
        data = self.read(start, len(buffer))
        buffer[: len(data)] = data
        return len(data) == len(buffer)

    def _opened(self, path: str) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return self._descriptor

    def close(self) -> None:
        """Close what was opened here; reading again opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    __del__ = close
