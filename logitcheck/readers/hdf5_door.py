"""Decides who reads an HDF5 file: this process, or a limited child where the file is not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.superblock import plausible

if TYPE_CHECKING:
    import numpy as np


def contents_of(place: str | bytes, options: ReadOptions) -> Contents:
    """List a file; in a child where that is asked for, or where a first look finds its start implausible.

    Raises NotAudited where it is damaged or holds more than the limits allow.
    """
    if options.isolate or not plausible(place):
        from logitcheck.readers.hdf5_isolated import list_isolated

        return replace(list_isolated(place, options), isolated=True)
    from logitcheck.readers.hdf5_access import list_contents

    return list_contents(place, options)


def chunks_of(place: str | bytes, path: str, isolated: bool) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values flat, some 8 MiB at most a piece; KeyError where there is none."""
    if isolated:
        from logitcheck.readers.hdf5_isolated import read_isolated

        return read_isolated(place, path)
    from logitcheck.readers.hdf5_access import read_chunks

    return read_chunks(place, path)
