"""Climbs towards an op's danger by the gradient of its argument with respect to the inputs.

Steps are signs times a part of the range (Madry et al. 2018, projected gradient descent), since a saturated
argument has a tiny gradient of the right sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from logitcheck.graph import Ref
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.candidates import Candidate, Space, cast
from logitcheck.probe.hunt.slices import Slice, numbers

STEPS = (
    1.0,
    0.5,
    0.5,
    0.25,
    0.25,
    0.1,
    0.1,
    0.05,
    0.02,
    0.01,
    3e-3,
    3e-3,
    1e-3,
    1e-3,
    3e-4,
    3e-4,
    1e-4,
    1e-4,
    3e-5,
)
"""Parts of the range, the first reaching a corner at once, the last as small as rounding asks for."""


class Slopes(Protocol):
    """Tells the way to a danger."""

    def slope(self, arrays: Sequence[Array], seed: int) -> list[Array | None]:
        """Return, for every input, the gradient that leads towards the danger; None for whole numbers."""


class Climber:
    """The gradient of one argument's distance to its danger, traced once."""

    def __init__(self, cut: Slice, ref: Ref, aim: str):
        self._cut, self._ref, self._aim = cut, ref, aim
        self._traced: Any = None

    def slope(self, arrays: Sequence[Array], seed: int) -> list[Array | None]:
        """Return, for every input, the gradient that leads towards the danger; None for whole numbers."""
        import tensorflow as tf

        if self._traced is None:
            self._traced = tf.function(self._slope, autograph=False)
        found = self._traced(tf.constant(seed, tf.int32), *self._cut.tensors(arrays))
        return [
            numbers(item) if array.dtype.kind == "f" else None
            for item, array in zip(found, arrays, strict=True)
        ]

    def _slope(self, seed: Any, *tensors: Any) -> list[Any]:
        import tensorflow as tf

        moved = [item for item in tensors if item.dtype.is_floating]
        answers = self._cut.forward(seed, *tensors)
        feared = goal(answers[self._cut.wanted.index(self._ref)], self._aim)
        slopes = iter(tf.gradients(feared, moved, unconnected_gradients="zero"))
        return [next(slopes) if item.dtype.is_floating else tf.zeros_like(item) for item in tensors]


def goal(x: Any, aim: str) -> Any:
    """Return what grows towards the danger: of each row of an argument its most endangered entry, summed."""
    import tensorflow as tf

    x = tf.cast(x, tf.float32)
    if aim in ("down", "zero"):
        near = tf.abs(x) if aim == "zero" else x
        x = -tf.where(near > 0, tf.math.log(tf.maximum(near, 1e-37)), near)
    elif aim in ("out", "large"):
        x = tf.abs(x)
    rows = tf.reshape(x, [tf.shape(x)[0], -1]) if x.shape.rank else tf.reshape(x, [1, 1])
    return tf.reduce_sum(tf.reduce_max(rows, axis=1))


def climb(climber: Slopes, spaces: Sequence[Space], start: Candidate, seed: int) -> Iterator[Candidate]:
    """Yield points on the way from one batch towards the danger."""
    arrays = start.arrays
    for step in STEPS:
        slopes = climber.slope(arrays, seed)
        arrays = [
            array if slope is None else _moved(space, array, slope, step)
            for space, array, slope in zip(spaces, arrays, slopes, strict=True)
        ]
        yield Candidate("gradient", arrays)


def _moved(space: Space, array: Array, slope: Array, step: float) -> Array:
    width = space.high - space.low
    return cast(space, array + step * width * np.sign(np.nan_to_num(slope)))


def shaken(spaces: Sequence[Space], point: Candidate, rng: np.random.Generator) -> Candidate:
    """Return a batch whose rows are all the first row of a point, each entry a few steps of its dtype off."""
    moved = []
    for space, array in zip(spaces, point.arrays, strict=True):
        row = np.broadcast_to(array[:1], array.shape) if array.ndim else array
        if row.dtype.kind == "f":
            row = row + np.spacing(row) * rng.integers(-8, 9, row.shape)
        moved.append(cast(space, row))
    return Candidate("bisection", moved)


def between(spaces: Sequence[Space], one: Candidate, other: Candidate, share: float) -> Candidate:
    """Return the point that lies so far on the way from one batch to another."""
    mixed = [
        cast(space, (1 - share) * a.astype(np.float64) + share * b.astype(np.float64))
        for space, a, b in zip(spaces, one.arrays, other.arrays, strict=True)
    ]
    return Candidate("bisection", mixed)
