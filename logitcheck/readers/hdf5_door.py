"""Decides who reads what of an HDF5 file: this process, HDF5's library, or a limited child with the library.

The library lists a file; in a child where the file is not trusted. An array stored in one piece, as Keras
stores them all, is then read here without the library, from the place that the listing names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged
from logitcheck.readers.superblock import plausible

if TYPE_CHECKING:
    import numpy as np

CHUNK = 8 << 20
"""Bytes read at a time."""


def contents_of(place: str | bytes, options: ReadOptions) -> Contents:
    """List a file; in a child where that is asked for, or where a first look finds its start implausible.

    Raises NotAudited where it is damaged or holds more than the limits allow.
    """
    at_zero = plausible(place)
    if options.isolate or not at_zero:
        from logitcheck.readers.hdf5_isolated import list_isolated

        return replace(list_isolated(place, options), isolated=True, starts_at_zero=at_zero)
    from logitcheck.readers.hdf5_access import list_contents

    return replace(list_contents(place, options), starts_at_zero=True)


def chunks_of(place: str | bytes, contents: Contents, array: Dataset) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values flat, some 8 MiB at most a piece.

    Raises NotAudited where they lie outside the file or cannot be read.
    """
    if array.offset and array.layout and contents.starts_at_zero:
        return _in_one_piece(place, array, array.offset)
    if contents.isolated:
        from logitcheck.readers.hdf5_isolated import read_isolated

        return read_isolated(place, array.path)
    from logitcheck.readers.hdf5_access import read_chunks

    return read_chunks(place, array.path)


def _in_one_piece(place: str | bytes, array: Dataset, offset: int) -> Iterator[np.ndarray[Any, Any]]:
    import numpy as np

    dtype = np.dtype(array.layout)
    step = CHUNK // dtype.itemsize * dtype.itemsize
    with _Bytes(place) as stored:
        for start in range(offset, offset + array.nbytes, step):
            data = stored.read(start, min(step, offset + array.nbytes - start))
            yield np.frombuffer(data, dtype)


class _Bytes:
    """The bytes of a file on disk or in memory."""

    def __init__(self, place: str | bytes):
        self._place = place
        self._file = None if isinstance(place, bytes) else Path(place).open("rb", buffering=0)

    def __enter__(self) -> _Bytes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def read(self, start: int, size: int) -> bytes:
        """Return so many bytes; NotAudited where the file ends before."""
        if self._file:
            self._file.seek(start)
            data = self._file.read(size)
        else:
            data = bytes(self._place[start : start + size])  # type: ignore[arg-type]
        if len(data) < size:
            raise damaged("the HDF5 file", "an array lies behind its end")
        return data
