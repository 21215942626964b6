"""Decides who reads what of an HDF5 file.

A plain file, as h5py writes it for Keras, is listed here without HDF5's library. That library is native code
which a hostile file can crash or hang, so it only ever runs in a limited child: there it lists what is not
plain, or damaged. An array stored in one piece, as Keras stores them all, is read here without the library,
from the place that the listing names; any other array is read in a child.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.hdf5_plain.image import NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged
from logitcheck.readers.window import Place, Reader

if TYPE_CHECKING:
    import numpy as np

CHUNK = 2 << 20
"""Bytes read at a time: what stays in a processor's cache while it is looked at."""


def contents_of(place: Place, options: ReadOptions) -> Contents:
    """List a file. NotAudited where it is damaged or holds more than the limits allow."""
    try:
        return list_plainly(place, options)
    except NotPlain:
        from logitcheck.readers.hdf5_isolated import contents_from, listing
        from logitcheck.readers.superblock import plausible

        with listing(place, options) as child:
            found = contents_from(child)
        return replace(found, starts_at_zero=plausible(place))


def chunks_of(reader: Reader, contents: Contents, array: Dataset) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values flat, some 2 MiB at most a piece.

    Raises NotAudited where they lie outside the file or cannot be read.
    """
    if array.offset and array.layout and contents.starts_at_zero:
        return _in_one_piece(reader, array, array.offset)
    from logitcheck.readers.hdf5_isolated import read_isolated

    return read_isolated(reader.place, array.path)


def _in_one_piece(reader: Reader, array: Dataset, offset: int) -> Iterator[np.ndarray[Any, Any]]:
    import numpy as np

    dtype = np.dtype(array.layout)
    step = CHUNK // dtype.itemsize * dtype.itemsize
    for start in range(0, array.nbytes, step):
        size = min(step, array.nbytes - start)
        data = reader.read(offset + start, size)
        if len(data) < size:
            raise damaged("the HDF5 file", "an array lies behind its end")
        yield np.frombuffer(data, dtype)
