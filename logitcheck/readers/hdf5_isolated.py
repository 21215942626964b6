"""The two things we ask of HDF5's library, asked in a limited child process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from logitcheck.errors import NotAudited
from logitcheck.model import Sighting
from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.limited_child import PIECE, LimitedChild, stream_of
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.window import Place, size_of

if TYPE_CHECKING:
    import numpy as np

WHAT = "the HDF5 file"
MISSING = b"-missing"
"""Stands where a piece's number type would, as long as one."""

START = 1.0
"""Seconds of processor time for any file, the library's import with them."""

BYTES_A_SECOND = 8 << 20
"""Far less than is ever listed or read in a second."""

MAX_ANSWER = 256 << 20
"""Bytes of a listing: the configuration and the names of all weights."""


def listing(place: Place, options: ReadOptions) -> LimitedChild:
    """Start listing a file, as ``hdf5_access.list_contents`` does, in a child."""
    if "numpy" in sys.modules:  # no fresh start: then the library is imported once here, not in every child
        import h5py  # noqa: F401

    def work() -> Iterator[bytes]:
        from logitcheck.readers.hdf5_access import list_contents

        yield json.dumps(_plain(list_contents(place, options))).encode()

    return LimitedChild(work, WHAT, seconds_for(place))


def seconds_for(place: Place) -> float:
    """Return how long the library may work on a file: what its size makes believable, after a start."""
    return START + size_of(place) / BYTES_A_SECOND


def contents_from(child: LimitedChild) -> Contents:
    """Return what a started child listed. NotAudited also where the library crashed on the file."""
    return _contents(child.answer(MAX_ANSWER))


def read_isolated(place: Place, path: str) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values as ``hdf5_access.read_chunks`` does; KeyError where there is none."""
    import numpy as np

    def work() -> Iterator[bytes]:
        from logitcheck.readers.hdf5_access import read_chunks

        try:
            for chunk in read_chunks(place, path):
                step = max(1, PIECE // max(chunk.itemsize, 1))
                for start in range(0, chunk.size, step):
                    yield chunk.dtype.str.encode().ljust(len(MISSING))
                    yield chunk[start : start + step].tobytes()
        except KeyError:
            yield MISSING

    parts = stream_of(work, WHAT, seconds_for(place))
    for kind in parts:
        if kind == MISSING:
            raise KeyError(path)
        yield np.frombuffer(next(parts), _dtype(kind))


def _dtype(kind: bytes) -> np.dtype[Any]:
    """Return a plain number type by its name; NotAudited for anything else."""
    import numpy as np

    try:
        dtype = np.dtype(kind.decode("ascii").strip())
    except (TypeError, ValueError) as error:
        raise NotAudited(f"{WHAT} made its reader answer rubbish", code="LC502") from error
    if dtype.hasobject:
        raise NotAudited(f"{WHAT} made its reader answer rubbish", code="LC502")
    return dtype


def _plain(listed: Contents) -> dict[str, Any]:
    """Return a listing as JSON values; fields of arrays and sightings in their order."""
    return {
        "texts": listed.texts,
        "groups": listed.groups,
        "datasets": [tuple(vars(item).values()) for item in listed.datasets],
        "layers": listed.layers,
        "optimizer": listed.optimizer,
        "sightings": [tuple(vars(item).values()) for item in listed.sightings],
    }


def _contents(answer: bytes) -> Contents:
    """Rebuild the listing from JSON; NotAudited where it is none."""
    try:
        data = json.loads(answer)
        return Contents(
            texts=dict(data["texts"]),
            groups=tuple(data["groups"]),
            datasets=tuple(Dataset(path, tuple(shape), *rest) for path, shape, *rest in data["datasets"]),
            layers={name: tuple(paths) for name, paths in data["layers"].items()},
            optimizer=tuple(data["optimizer"]),
            sightings=tuple(Sighting(*item) for item in data["sightings"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAudited(f"{WHAT} made its reader answer rubbish", code="LC502") from error
