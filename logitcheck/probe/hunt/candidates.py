"""Inputs worth trying, the likeliest first: corners, constants, then chance of many kinds. NumPy only.

A batch is tried as a whole, since a training graph mixes its rows: a unit that is constant over the batch is
a matter of all of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from logitcheck.probe.array import Array

Generator = np.random.Generator


class Space(NamedTuple):
    """What one input may be."""

    node: str
    shape: tuple[int, ...]
    """The batch axis first; ``()`` for a single number."""

    dtype: str
    low: float
    high: float


class Candidate(NamedTuple):
    """One batch for every input."""

    family: str
    arrays: list[Array]


CONSTANTS: dict[str, Callable[[Space], float]] = {
    "zeros": lambda space: min(max(0.0, space.low), space.high),
    "lowest": lambda space: space.low,
    "highest": lambda space: space.high,
    "middle": lambda space: (space.low + space.high) / 2,
    "ones": lambda space: min(max(1.0, space.low), space.high),
}

MOST_CORNERS = 81
"""Corners of several inputs together: three values each, for four inputs at most."""


def candidates(spaces: Sequence[Space], rng: Generator) -> Iterator[Candidate]:
    """Yield batches without end."""
    for name, value in CONSTANTS.items():
        yield Candidate(name, [_filled(space, value(space)) for space in spaces])
    corners = itertools.product(("lowest", "highest", "zeros"), repeat=len(spaces))
    for names in itertools.islice(corners, MOST_CORNERS):
        values = zip(spaces, names, strict=True)
        yield Candidate("corners", [_filled(space, CONSTANTS[name](space)) for space, name in values])
    for turn in itertools.count():
        yield _chance(spaces, list(RANDOM)[turn % len(RANDOM)], turn // len(RANDOM), rng)


def _chance(spaces: Sequence[Space], kind: str, turn: int, rng: Generator) -> Candidate:
    """Return one batch of chance: first all inputs of one kind, later each of its own."""
    kinds = [kind if turn % 2 == 0 else str(rng.choice(list(RANDOM))) for _ in spaces]
    arrays = [cast(space, RANDOM[k](space, rng)) for space, k in zip(spaces, kinds, strict=True)]
    if kind == "equal":
        arrays = [_twin(space, spaces, arrays) for space in spaces]
    return Candidate(kind, arrays)


def _twin(space: Space, spaces: Sequence[Space], arrays: list[Array]) -> Array:
    """Return the first input of this form, so that all of one form are the same."""
    form = space[1:]
    return next(array for other, array in zip(spaces, arrays, strict=True) if other[1:] == form)


def _filled(space: Space, value: float) -> Array:
    return cast(space, np.full(space.shape, value))


def cast(space: Space, values: Array) -> Array:
    """Return values in the input's dtype and range; whole ones where it takes whole numbers."""
    if space.dtype == "bool":
        return np.asarray(values > (space.low + space.high) / 2)
    kind = "float32" if space.dtype == "bfloat16" else space.dtype
    if np.dtype(kind).kind in "iu":
        return np.clip(np.round(values), space.low, space.high).astype(kind)
    limits = np.finfo(np.dtype(kind))
    low, high = np.clip((space.low, space.high), float(limits.min), float(limits.max))
    return np.asarray(np.clip(values, low, high)).astype(kind)


def _between(space: Space, rng: Generator, shape: int | tuple[int, ...]) -> Array:
    """Numbers anywhere in the range; NumPy refuses one from 0 to minus 0, so the sign of 0 goes."""
    return np.asarray(rng.uniform(space.low + 0.0, space.high + 0.0, shape))


def _uniform(space: Space, rng: Generator) -> Array:
    return _between(space, rng, space.shape)


def _signs(space: Space, rng: Generator) -> Array:
    return np.where(rng.random(space.shape) < 0.5, space.low, space.high)


def _normal(space: Space, rng: Generator) -> Array:
    middle, spread = (space.low + space.high) / 2, (space.high - space.low) / 4
    return np.asarray(rng.normal(middle, spread, space.shape))


def _small(space: Space, rng: Generator) -> Array:
    """Magnitudes over the whole range of exponents, both signs."""
    largest = math.log10(max(abs(space.low), abs(space.high), 1e-30))
    return np.asarray(10.0 ** rng.uniform(-38, largest, space.shape) * rng.choice((-1.0, 1.0), space.shape))


def _one_hot(space: Space, rng: Generator) -> Array:
    """One entry of each row at the top, the others 0, as labels are and as sparse inputs are."""
    base = np.full(space.shape, CONSTANTS["zeros"](space)).reshape(-1, space.shape[-1] if space.shape else 1)
    base[np.arange(len(base)), rng.integers(base.shape[-1], size=len(base))] = space.high
    return base.reshape(space.shape)


def _one_row(space: Space, rng: Generator) -> Array:
    """The same row for the whole batch."""
    row = _between(space, rng, space.shape[1:])
    return np.broadcast_to(row, space.shape)


def _even_rows(space: Space, rng: Generator) -> Array:
    """Rows of one number each."""
    value = _between(space, rng, (space.shape[:1] or (1,))[0])
    return np.broadcast_to(value.reshape(-1, *[1] * (len(space.shape) - 1)), space.shape or (1,)).reshape(
        space.shape
    )


def _whole(space: Space, rng: Generator) -> Array:
    """Whole numbers, which meet exactly where fractions never do."""
    return np.round(_between(space, rng, space.shape))


def _sparse(space: Space, rng: Generator) -> Array:
    """Half of it 0."""
    return np.where(rng.random(space.shape) < 0.5, CONSTANTS["zeros"](space), _uniform(space, rng))


RANDOM: dict[str, Callable[[Space, Generator], Array]] = {
    "signs": _signs,
    "uniform": _uniform,
    "equal": _uniform,
    "one-hot": _one_hot,
    "even-rows": _even_rows,
    "normal": _normal,
    "one-row": _one_row,
    "small": _small,
    "whole": _whole,
    "sparse": _sparse,
}
"""Kinds of chance, taken in turn."""
