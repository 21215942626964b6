"""From the numbers a model answered to what is reported of them, batch by batch; NumPy only."""

from __future__ import annotations

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import OutputMeasure

CLIP = 1e-7
"""Keras clips probabilities to this and 1 minus this (``keras.config.epsilon()``)."""


def measure(name: str, values: Array, rows: int, *, rows_differ: bool = True) -> OutputMeasure:
    """Measure one output: ``values`` as the model gave them for ``rows`` rows, batch axis first.

    ``rows_differ`` says that the rows of the input were not all alike, so that equal answers tell something.
    """
    tally = OutputTally(name)
    tally.add(values, rows)
    return tally.told(rows_differ=rows_differ)


class OutputTally:
    """Measures one output over as many batches as there are, in memory for one row."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = self._size = 0
        self._shape: tuple[int, ...] = ()
        self._dtype = ""
        self._counts = np.zeros(5, np.int64)
        self._ends: tuple[float, float] | None = None
        self._sums: dict[int, tuple[float, float]] = {}
        self._spread: tuple[Array, Array] | None = None
        self._comparable = True

    def add(self, values: Array, rows: int) -> None:
        """Count one batch of answers."""
        batched = values.ndim > 0 and values.shape[0] == rows
        self._shape = (self._rows + rows, *values.shape[1:]) if batched else values.shape
        self._rows += rows
        self._size += values.size
        self._dtype = dtype_name(values)
        numbers = as_numbers(values)
        if numbers is None:
            return
        finite = numbers[np.isfinite(numbers)]
        self._counts += [
            np.isnan(numbers).sum(), np.isinf(numbers).sum(), (numbers == 0).sum(), (numbers == 1).sum(),
            clippable(numbers).sum(),
        ]  # fmt: skip
        if finite.size:
            self._ends = widened(self._ends, float(finite.min()), float(finite.max()))
        for axis, (low, high) in sums(numbers, batched=batched).items():
            self._sums[axis] = widened(self._sums.get(axis), low, high)
        self._compare(numbers, batched and finite.size == numbers.size)

    def _compare(self, numbers: Array, comparable: bool) -> None:
        """Keep the least and largest answer at every place of a row."""
        same_shape = self._spread is None or self._spread[0].shape == numbers.shape[1:]
        self._comparable = self._comparable and comparable and same_shape and numbers.size > 0
        if self._comparable:
            low, high = self._spread or (numbers[0], numbers[0])
            self._spread = np.minimum(low, numbers.min(axis=0)), np.maximum(high, numbers.max(axis=0))

    def told(self, *, rows_differ: bool = True) -> OutputMeasure:
        """Return what was counted; see :func:`measure`."""
        axis = min(self._sums, key=lambda axis: (_far(self._sums[axis]), -axis), default=None)
        low, high = self._ends or (None, None)
        sum_low, sum_high = (None, None) if axis is None else self._sums[axis]
        nan, inf, zero, one, clipped = (int(count) for count in self._counts)
        return OutputMeasure(
            name=self._name,
            rows=self._rows,
            shape=self._shape,
            dtype=self._dtype,
            min=figure_or_none(low),
            max=figure_or_none(high),
            sum_axis=axis,
            sum_min=figure_or_none(sum_low),
            sum_max=figure_or_none(sum_high),
            nan=nan,
            inf=inf,
            exact_zero=zero,
            exact_one=one,
            constant=rows_differ and self._constant(),
            size=self._size,
            clipped=clipped,
        )

    def _constant(self) -> bool:
        """Tell whether every row's answer is the same, within a millionth of the largest value."""
        if self._rows < 2 or not self._comparable or self._spread is None:
            return False
        low, high = self._spread
        return bool((high - low).max() <= 1e-6 * max(np.abs(low).max(), np.abs(high).max()))


def widened(ends: tuple[float, float] | None, low: float, high: float) -> tuple[float, float]:
    """Return a range that holds another one as well."""
    return (low, high) if ends is None else (min(ends[0], low), max(ends[1], high))


def _far(ends: tuple[float, float]) -> float:
    return max(abs(ends[0] - 1), abs(ends[1] - 1))


def clippable(numbers: Array) -> Array:
    """Tell of each number whether a loss on probabilities clips it: in [0, 1], within 1e-7 of an end."""
    low, high = (numbers >= 0) & (numbers <= CLIP), (numbers >= 1 - CLIP) & (numbers <= 1)
    return np.asarray(low | high)


def dtype_name(values: Array) -> str:
    """Return NumPy's name of the dtype, ``string`` for text."""
    return "string" if values.dtype.kind in "OSU" else values.dtype.name


def as_numbers(values: Array) -> Array | None:
    """Return the values as float64 (of complex ones the magnitude), None where they are no numbers."""
    if values.dtype.kind in "OSU":
        return None
    if values.dtype.kind == "c":
        values = np.abs(values)
    return values.astype(np.float64)


def figure(number: float) -> float:
    """Round to six significant digits: the last ones of a float32 change from machine to machine."""
    return float(f"{float(number):.6g}")


def figure_or_none(number: float | None) -> float | None:
    """Round like :func:`figure`; None stays None."""
    return None if number is None else figure(number)


def sums(numbers: Array, *, batched: bool) -> dict[int, tuple[float, float]]:
    """Return the least and largest sum along every axis, counted from the end; the batch axis does not count.

    Sums with NaN or infinity are left out.
    """
    found = {}
    for axis in range(-1, -numbers.ndim - (0 if batched else 1), -1):
        with np.errstate(invalid="ignore"):
            total = numbers.sum(axis=axis)
        total = total[np.isfinite(total)]
        if total.size:
            found[axis] = float(total.min()), float(total.max())
    return found


def difference(one: Array, other: Array) -> tuple[bool, float | None]:
    """Compare two answers: are they the same bit for bit (NaN equals NaN), and how far apart at most.

    The distance is None for text, for unlike shapes, and where only one of the two is finite.
    """
    first, second = as_numbers(one), as_numbers(other)
    if one.shape != other.shape:
        return False, None
    if first is None or second is None:
        return bool((one == other).all()), None
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    if same.all():
        return True, 0.0
    with np.errstate(invalid="ignore"):
        gap = np.abs(first[~same] - second[~same]).max()
    return False, figure(gap) if np.isfinite(gap) else None
