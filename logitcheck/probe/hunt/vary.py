"""Varies the best batch found so far: where rounding or a saturated slope decides, the gradient says nothing.

An evolution strategy with one parent: each row of the batch is changed by its own measure, from a few steps
of the dtype to a tenth of the range, is scaled as a whole, or has some entries thrown to the ends of their
range; whatever comes nearer to the danger is the next parent (Rechenberg, Evolutionsstrategie, 1973).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.hunt.candidates import Candidate, Generator, Space, cast

ROUNDS = 300
"""Batches made from the best one at most, for each op."""

PATIENCE = 60
"""Batches in a row that may bring nothing nearer."""

SMALLEST = -7.5
"""Decimal exponent of the smallest change, relative to an entry: less than a step of float32."""

FREE = 0.3
"""Share of rows whose entries move by a part of the range; others move by a part of themselves."""

THROWN = 0.3
"""Share of rows that have entries thrown to the ends."""


def varied(spaces: Sequence[Space], parent: Candidate, rng: Generator) -> Candidate:
    """Return a batch whose rows differ from the parent's by little, or in few entries.

    One factor scales a row in all inputs, so that what is equal in two of them nearly stays so.
    """
    rows = max((len(array) for array in parent.arrays if array.ndim), default=1)
    scale = np.where(rng.random(rows) < 0.5, rng.uniform(0.3, 1.0, rows), 1.0)
    arrays = [
        cast(space, _changed(space, array, scale, rng)) if array.dtype.kind == "f" else array
        for space, array in zip(spaces, parent.arrays, strict=True)
    ]
    return Candidate("varied", arrays)


def _changed(space: Space, array: Array, scale: Array, rng: Generator) -> Array:
    wide = np.asarray(array, np.float64)
    each = (len(wide), *[1] * (wide.ndim - 1)) if wide.ndim else ()
    measure = 10.0 ** rng.uniform(SMALLEST, -1, each)
    noise = measure * rng.normal(size=wide.shape)
    free = rng.random(each) < FREE
    moved = (wide + np.where(free, space.high - space.low, wide) * noise) * _fitted(scale, each)
    entries = max(wide.size // max(len(scale), 1), 2)
    thrown = (rng.random(each) < THROWN) & (rng.random(wide.shape) < 1 / entries)
    return np.where(thrown, np.where(rng.random(wide.shape) < 0.5, space.low, space.high), moved)


def _fitted(scale: Array, each: tuple[int, ...]) -> Array:
    """Return one factor for each row of an input that has as many rows as the batch, else 1."""
    return scale.reshape(each) if each and each[0] == len(scale) else np.ones(each)
