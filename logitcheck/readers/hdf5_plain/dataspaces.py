"""Dataspace messages: the shape of an array or attribute (section IV.A.2.b)."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from

from logitcheck.readers.hdf5_plain.image import NotPlain

MAX_RANK = 32
"""As in HDF5's library."""

MAX_LENGTH = 1 << 40
"""Along one axis."""

SCALAR, SIMPLE, NULL = 0, 1, 2
"""The types of version 2; in version 1 a shape without axes is a scalar."""


@lru_cache(64)
def shape_of(data: bytes) -> tuple[int, ...] | None:
    """Return a shape, None for one without elements or axes. Raises NotPlain."""
    version, rank, flags, kind = unpack_from("<4B", data)
    start = {1: 8, 2: 4}.get(version)
    if start is None or rank > MAX_RANK or flags > 1:
        raise NotPlain("an unusual dataspace")
    if version == 2 and (kind > NULL or (kind == SIMPLE) != (rank > 0)):
        raise NotPlain("an unusual dataspace")
    shape = unpack_from(f"<{rank}Q", data, start)
    if flags and unpack_from(f"<{rank}Q", data, start + 8 * rank) != shape:
        raise NotPlain("an array that may grow")
    if shape and max(shape) > MAX_LENGTH:
        raise NotPlain("a long axis")
    return None if version == 2 and kind == NULL else shape
