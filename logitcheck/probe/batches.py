"""A batch through a runtime, whatever lengths it takes."""

from __future__ import annotations

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.inputs import Batch
from logitcheck.probe.runtimes.runtime import Runtime


def run(runtime: Runtime, batch: Batch, length: int | None) -> dict[str, Array]:
    """Return the answers for all rows, in batches of the fixed length where the model has one."""
    if length is None:
        return runtime.run(batch.arrays)
    pieces = [runtime.run(batch.piece(start, length)) for start in range(0, batch.rows - length + 1, length)]
    return {name: _joined([piece[name] for piece in pieces]) for name in pieces[0]}


def _joined(pieces: list[Array]) -> Array:
    """Join answers along the batch axis, or along a new one where the answer has none."""
    if pieces[0].ndim and len({piece.shape[1:] for piece in pieces}) == 1:
        return np.concatenate(pieces)
    return np.stack(pieces) if len({piece.shape for piece in pieces}) == 1 else pieces[0]
