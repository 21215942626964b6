"""The one place that opens HDF5: lists a file's contents and reads arrays, piece by piece.

Only hard links are followed; an array with external or virtual storage, or one declared far larger than what
is stored, is reported and never read. Low-level calls of h5py are used because a model has thousands of
objects and the convenient ones cost some 100 µs each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_listing import Listing
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged
from logitcheck.readers.window import Place, Window

if TYPE_CHECKING:
    import numpy as np

HDF5_ERRORS = (OSError, RuntimeError, ValueError, TypeError, LookupError)
"""What h5py raises where HDF5 cannot make sense of a file."""

CHUNK = 8 << 20
"""Bytes read at a time."""


@contextmanager
def opened(place: Place) -> Iterator[Any]:
    """Open a file for reading and yield its root group; NotAudited where HDF5 cannot make sense of it."""
    from h5py import h5g

    file = _opened(place)
    try:
        yield _sensible(lambda: h5g.open(file, b"/"))
    finally:
        file.close()


def _opened(place: Place) -> Any:
    """Open a file by its path, its bytes, or where it stands inside another."""
    from h5py import h5f

    if isinstance(place, Window):
        return _sensible(lambda: _opened_inside(place))
    if isinstance(place, bytes):
        return _sensible(lambda: h5f.open_file_image(place))
    return _sensible(lambda: h5f.open(bytes(Path(place)), h5f.ACC_RDONLY))


def _opened_inside(window: Window) -> Any:
    from h5py import h5f, h5fd, h5p

    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fileobj_driver(h5fd.fileobj_driver, window)
    return h5f.open(b"member", h5f.ACC_RDONLY, fapl=access)


def _sensible(work: Callable[[], Any]) -> Any:
    """Do something with a file; NotAudited where HDF5 fails at it."""
    try:
        return work()
    except HDF5_ERRORS as error:
        raise damaged("the HDF5 file", error) from error


def list_contents(place: Place, options: ReadOptions) -> Contents:
    """List a file. NotAudited where it is damaged or holds more than the limits allow."""
    with opened(place) as root:
        found: Contents = _sensible(lambda: Listing(root, options).contents())
        return found


def read_chunks(place: Place, path: str) -> Iterator[np.ndarray[Any, Any]]:
    """Yield an array's values flat and in order, some 8 MiB at a time; KeyError where there is none."""
    import h5py
    import numpy as np

    with opened(place) as root:
        dataset = h5py.Dataset(_open(root, path))
        brain_float = _is_brain_float(dataset.id)
        for part in _parts(dataset.shape, dataset.dtype.itemsize):
            try:
                values = np.asarray(dataset[part]).reshape(-1)
            except HDF5_ERRORS as error:
                raise damaged(path, error) from error
            yield _from_brain_float(values) if brain_float else values


def _open(root: Any, path: str) -> Any:
    """Open a dataset through hard links only."""
    from h5py import h5d, h5g, h5l, h5o

    group = root
    for name in path.encode().split(b"/"):
        if not isinstance(group, h5g.GroupID) or name not in group:
            raise KeyError(path)
        if group.links.get_info(name).type != h5l.TYPE_HARD:
            raise KeyError(path)
        group = h5o.open(group, name)
    if not isinstance(group, h5d.DatasetID):
        raise KeyError(path)
    return group


def _parts(shape: tuple[int, ...], itemsize: int) -> Iterator[tuple[slice | int, ...]]:
    """Cut an array into pieces along its first axes, so that each is at most some 8 MiB."""
    size = itemsize
    for length in shape:
        size *= length
    if size <= CHUNK or not shape:
        yield (slice(None),) * len(shape) if shape else ()
        return
    row = size // shape[0]
    if row > CHUNK:
        for index in range(shape[0]):
            yield from ((index, *rest) for rest in _parts(shape[1:], itemsize))
        return
    step = max(1, CHUNK // row)
    for start in range(0, shape[0], step):
        yield (slice(start, start + step), *(slice(None),) * (len(shape) - 1))


def _is_brain_float(dataset: Any) -> bool:
    """Say whether Keras stored bfloat16 numbers as two opaque bytes each, which NumPy does not know."""
    from h5py import h5a

    return bool(dataset.dtype.kind == "V" and dataset.dtype.itemsize == 2 and h5a.exists(dataset, b"dtype"))


def _from_brain_float(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Turn pairs of bytes that are bfloat16 into float32."""
    import numpy as np

    return (values.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
