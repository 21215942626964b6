"""Decides who reads what of an HDF5 file.

HDF5's library is native code that a hostile file can crash or hang, so it only ever runs in a limited child:
it lists the file there. An array stored in one piece, as Keras stores them all, is then read here without the
library, from the place that the listing names; any other array is read in a child again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.hdf5_isolated import WHAT, contents_from, listing, read_isolated
from logitcheck.readers.limited_child import LimitedChild
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged
from logitcheck.readers.superblock import plausible
from logitcheck.readers.window import Place, reader_of

if TYPE_CHECKING:
    import numpy as np

CHUNK = 8 << 20
"""Bytes read at a time."""


class Door:
    """A file being listed in a child; a context manager. This process is free until it asks for them."""

    def __init__(self, place: Place, options: ReadOptions):
        """Start the listing."""
        self._place = place
        self._child: LimitedChild = listing(place, options)

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.__exit__()

    def contents(self) -> Contents:
        """Return the listing. NotAudited where the file is damaged or holds more than the limits allow."""
        return replace(contents_from(self._child), starts_at_zero=plausible(self._place))


def chunks_of(place: Place, contents: Contents, array: Dataset) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values flat, some 8 MiB at most a piece.

    Raises NotAudited where they lie outside the file or cannot be read.
    """
    if array.offset and array.layout and contents.starts_at_zero:
        return _in_one_piece(place, array, array.offset)
    return read_isolated(place, array.path)


def _in_one_piece(place: Place, array: Dataset, offset: int) -> Iterator[np.ndarray[Any, Any]]:
    import numpy as np

    dtype = np.dtype(array.layout)
    step = CHUNK // dtype.itemsize * dtype.itemsize
    with reader_of(place) as stored:
        stored.seek(offset)
        for start in range(0, array.nbytes, step):
            size = min(step, array.nbytes - start)
            data = stored.read(size)
            if len(data) < size:
                raise damaged(WHAT, "an array lies behind its end")
            yield np.frombuffer(data, dtype)
