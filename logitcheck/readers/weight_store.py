"""Stored numbers of an HDF5 file, on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.model import WeightRef
from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.hdf5_door import chunks_of
from logitcheck.readers.window import Place, Reader

if TYPE_CHECKING:
    import numpy as np

    from logitcheck.readers.neighbours import Block

OPTIMIZER_PLACES = ("optimizer_weights/", "optimizer/", "_optimizer/")
"""Where the optimizer's state stands: in a whole-model HDF5 file, in a ``.keras`` file."""

STATE_PLACES = ("metrics/", "_metrics/", "compile_metrics/")
"""Where metrics keep their counters; they are no part of the model."""


class Hdf5Weights:
    """A :class:`~logitcheck.model.WeightSource` over an HDF5 file or one in memory."""

    def __init__(self, place: Place, contents: Contents):
        """``contents`` lists the arrays that may be read, whose paths are the keys."""
        self._reader = Reader(place)
        self._contents = contents
        self._arrays: Mapping[str, Dataset] = {item.path: item for item in contents.datasets}

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's values flat, in order, some MiB a piece. KeyError for an unknown key."""
        return chunks_of(self._reader, self._contents, self._arrays[key])

    def blocks(self, keys: Iterable[str]) -> Iterator[Block]:
        """Yield the numbers of tensors with those of their neighbours in the file, each at most once.

        What no block holds is left to :meth:`chunks`. NotAudited or OSError where the file cannot be read.
        """
        from logitcheck.readers.neighbours import blocks

        placed = self._arrays if self._contents.starts_at_zero else {}
        return blocks(self._reader, (placed[key] for key in keys if key in placed))

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape. Raises like :meth:`chunks`."""
        import numpy as np

        pieces = list(self.chunks(key))
        flat = pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty(0, np.float32)])
        return flat.reshape(self._arrays[key].shape)


def weight_refs(contents: Contents) -> tuple[WeightRef, ...]:
    """Return the model's and the optimizer's tensors that a file holds; only numbers count."""
    owner = {path: layer for layer, paths in contents.layers.items() for path in paths}
    return tuple(
        _ref(item, owner.get(item.path))
        for item in contents.datasets
        if not item.path.startswith(STATE_PLACES) and _is_numeric(item.dtype)
    )


def _ref(item: Dataset, layer: str | None) -> WeightRef:
    """Return one tensor; in a ``.keras`` file its layer is known by its place until it is bound."""
    optimizer = item.path.startswith(OPTIMIZER_PLACES)
    place = None if optimizer else item.path.rpartition("/vars/")[0] or None
    return WeightRef(
        key=item.path,
        shape=item.shape,
        dtype=item.dtype,
        layer=layer or place,
        role="optimizer" if optimizer else "weight",
        nbytes=item.nbytes,
    )


def _is_numeric(dtype: str) -> bool:
    """Say whether an array holds numbers."""
    return dtype.startswith(("float", "bfloat", "int", "uint", "bool", "complex"))
