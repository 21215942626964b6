"""Lets a file's listing begin before the file is asked for, so that it is ready when everything else is.

HDF5's library works in a child of its own anyway; started first of all, it costs no waiting.
"""

from __future__ import annotations

from pathlib import Path

from logitcheck.readers.hdf5_door import Door
from logitcheck.readers.options import DEFAULTS
from logitcheck.readers.superblock import plausible

_begun: dict[str, Door] = {}


def begin(path: str) -> None:
    """Start listing a file that will be read soon; nothing happens where it does not start like HDF5."""
    try:
        if plausible(path):
            _begun[str(Path(path))] = Door(path, DEFAULTS)
    except OSError:
        return


def take(path: str) -> Door | None:
    """Return the listing that was begun, once; None where there is none."""
    return _begun.pop(path, None)


def drop() -> None:
    """End every listing that nobody took."""
    while _begun:
        _begun.popitem()[1].__exit__()
