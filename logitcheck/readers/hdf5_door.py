"""Decides who reads what of an HDF5 file: this process, HDF5's library, or a limited child with the library.

The library lists a file; in a child where the file is not trusted. An array stored in one piece, as Keras
stores them all, is then read here without the library, from the place that the listing names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
    with _opened(place) as stored:
        stored.seek(offset)
        for start in range(0, array.nbytes, step):
            size = min(step, array.nbytes - start)
            data = stored.read(size)
            if len(data) < size:
                raise damaged("the HDF5 file", "an array lies behind its end")
            yield np.frombuffer(data, dtype)


def _opened(place: str | bytes) -> BinaryIO:
    return BytesIO(place) if isinstance(place, bytes) else Path(place).open("rb", buffering=0)
