"""``.npy`` and ``.npz`` files, read row by row without loading them whole.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.piece import Piece, Source

HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
ROW_CAP = 256 << 20
"""Bytes of one row; more is no row of a batch."""


class _Stream(NamedTuple):
    """An open array, its header read."""

    file: IO[bytes]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    name: str

    def take(self, rows: int) -> Array:
        """Return the next rows. Raises ValueError where the file ends before."""
        size = rows * int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize
        data = self.file.read(size)
        if len(data) != size:
            raise ValueError(f"{self.name} is cut off")
        return np.frombuffer(data, self.dtype).reshape(rows, *self.shape[1:])


def open_npy(path: str) -> Source:
    """Open one array; its name is empty. Raises ValueError."""
    name = Path(path).name
    return _source(name, {"": lambda stack: stack.enter_context(Path(path).open("rb"))}, "npy")


def open_npz(path: str) -> Source:
    """Open an archive of arrays under their names. Raises ValueError."""
    name = Path(path).name
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.namelist() if member.endswith(".npy")]
    except (OSError, zipfile.BadZipFile) as problem:
        raise ValueError(f"{name} is no .npz file: {problem}") from problem
    if not members:
        raise ValueError(f"{name} holds no arrays")

    def opener(member: str) -> Callable[[ExitStack], IO[bytes]]:
        return lambda stack: stack.enter_context(stack.enter_context(zipfile.ZipFile(path)).open(member))

    return _source(name, {member[:-4]: opener(member) for member in members}, "npz")


def _source(name: str, openers: dict[str, Callable[[ExitStack], IO[bytes]]], kind: str) -> Source:
    """Return a source over arrays that are opened anew for every reading."""

    def streams(stack: ExitStack) -> dict[str, _Stream]:
        return {
            key: _header(open_(stack), f"{name}, array {key!r}" if key else name)
            for key, open_ in openers.items()
        }

    with ExitStack() as stack:
        lengths = {key: stream.shape[0] for key, stream in streams(stack).items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        told = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise ValueError(
            f"{name}: the arrays must have the same number of rows, at least one ({told})"
            if len(lengths) > 1
            else f"{name} holds no rows"
        )
    rows = next(iter(lengths.values()))

    def pieces(size: int) -> Iterator[Piece]:
        with ExitStack() as stack:
            opened = streams(stack)
            for start in range(0, rows, size):
                count = min(size, rows - start)
                yield Piece({key: stream.take(count) for key, stream in opened.items()}, count)

    return Source(name, pieces, rows, {"kind": kind})


def _header(file: IO[bytes], name: str) -> _Stream:
    """Read an array's header. Raises ValueError for what is no plain array of rows."""
    try:
        read = HEADERS[np.lib.format.read_magic(file)]
        shape, fortran, dtype = read(file)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as problem:
        raise ValueError(f"{name} is no array of plain numbers: {problem}") from problem
    if dtype.hasobject:
        raise ValueError(f"{name} is no array of plain numbers: it holds pickled objects")
    if not shape:
        raise ValueError(f"{name} is a single number, not rows")
    if int(np.prod(shape[1:], dtype=np.float64)) * dtype.itemsize > ROW_CAP:
        raise ValueError(f"{name}: one row is larger than {ROW_CAP >> 20} MiB")
    if fortran and len(shape) > 1:
        raise ValueError(f"{name} is stored in Fortran order; save numpy.ascontiguousarray of it")
    return _Stream(file, shape, dtype, name)
