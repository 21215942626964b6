"""Arrays that stand close together in a file, read at once: one read costs more than a small array.

All of them go through one small buffer, larger ones piece by piece, so that memory stays bounded and no page
is asked of the system more than once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Dataset
from logitcheck.readers.refusals import damaged
from logitcheck.readers.window import Reader

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np

SIZE = 512 << 10
"""Bytes of the buffer: what stays in a processor's cache while it is looked at."""

GAP = 32 << 10
"""Bytes between two arrays that are read and left out rather than stepped over."""

Block: TypeAlias = "tuple[list[str], list[int], np.ndarray[Any, Any]]"
"""Paths of arrays, where each begins and ends in turn, and the numbers that these bounds count."""

Piece: TypeAlias = "tuple[int, int, str, str]"
"""Where it begins and ends in the file, NumPy's type string, and the path of the array it is a piece of."""


def blocks(reader: Reader, arrays: Iterable[Dataset]) -> Iterator[Block]:
    """Yield the numbers of arrays stored in one piece, in the order of the file.

    A large array comes in several blocks. The numbers of a block hold until the next one is asked for. Raises
    NotAudited where the file ends before, OSError where it cannot be read.
    """
    import numpy as np

    buffer = memoryview(bytearray(SIZE))
    for run in _runs(sorted(_pieces(arrays))):
        start, dtype = run[0][0], np.dtype(run[0][2])
        view = buffer[: run[-1][1] - start]
        if not reader.fill(start, view):
            raise damaged("the HDF5 file", "an array lies behind its end")
        bounds = [(end - start) // dtype.itemsize for piece in run for end in piece[:2]]
        yield [path for *_, path in run], bounds, np.frombuffer(view, dtype)


def _runs(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces of one type that follow each other, as many as the buffer holds."""
    run: list[Piece] = []
    for piece in pieces:
        if run and not _follows(piece, run):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _follows(piece: Piece, run: list[Piece]) -> bool:
    """Tell whether a piece can be read with those before it: it is near, overlaps none and is aligned."""
    start, end, layout, _ = piece
    first, last = run[0][0], run[-1][1]
    near = last <= start <= last + GAP and end <= first + SIZE
    return near and layout == run[0][2] and (start - first) % int(layout[2:]) == 0


def _pieces(arrays: Iterable[Dataset]) -> Iterator[Piece]:
    for array in arrays:
        if array.offset and array.layout:
            for start in range(0, array.nbytes, SIZE):
                end = min(start + SIZE, array.nbytes)
                yield array.offset + start, array.offset + end, array.layout, array.path
