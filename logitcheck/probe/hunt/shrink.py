"""A large witness cut down to one row that does it alone: smaller to keep, and easier to look at."""

from __future__ import annotations

from logitcheck.probe.hunt.candidates import Candidate
from logitcheck.probe.hunt.evaluate import Evaluator
from logitcheck.probe.protocol import Suspect

LARGE = 1 << 20
"""Bytes from which on a batch is cut."""


def one_row(looked: Evaluator, suspect: Suspect, found: Candidate, seed: int) -> Candidate:
    """Return a row of a batch that breaks the op by itself; the batch where it is small or none does."""
    rows = {array.shape[0] for array in found.arrays if array.ndim}
    if sum(array.nbytes for array in found.arrays) < LARGE or len(rows) != 1:
        return found
    for row in range(max(rows)):
        arrays = [array[row : row + 1] if array.ndim else array for array in found.arrays]
        try:
            sight = looked.look(arrays, seed).get(suspect)
        except MemoryError:
            raise
        except Exception:  # the graph takes batches of one size only
            return found
        if sight is not None and sight.broken:
            return Candidate(found.family, arrays)
    return found
