"""From the numbers a model answered to what is reported of them; NumPy only."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.probe.protocol import OutputMeasure

Array = np.ndarray[Any, Any]


def measure(name: str, values: Array, rows: int, *, rows_differ: bool = True) -> OutputMeasure:
    """Measure one output: ``values`` as the model gave them for ``rows`` rows, batch axis first.

    ``rows_differ`` says that the rows of the input were not all alike, so that equal answers tell something.
    """
    numbers = as_numbers(values)
    if numbers is None:
        return OutputMeasure(
            name,
            rows,
            values.shape,
            dtype_name(values),
            None,
            None,
            None,
            None,
            None,
            0,
            0,
            0,
            0,
            size=values.size,
        )
    finite = numbers[np.isfinite(numbers)]
    axis, low, high = sums(numbers, batched=values.ndim > 0 and values.shape[0] == rows)
    return OutputMeasure(
        name=name,
        rows=rows,
        shape=values.shape,
        dtype=dtype_name(values),
        min=figure(finite.min()) if finite.size else None,
        max=figure(finite.max()) if finite.size else None,
        sum_axis=axis,
        sum_min=low,
        sum_max=high,
        nan=int(np.isnan(numbers).sum()),
        inf=int(np.isinf(numbers).sum()),
        exact_zero=int((numbers == 0).sum()),
        exact_one=int((numbers == 1).sum()),
        constant=rows_differ and is_constant(numbers, rows),
        size=values.size,
    )


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


def sums(numbers: Array, *, batched: bool) -> tuple[int | None, float | None, float | None]:
    """Return the axis, counted from the end, along which sums come nearest to 1, and their least and largest.

    The batch axis does not count. Rows with NaN or infinity are left out.
    """
    best: tuple[float, int, float, float] | None = None
    for axis in range(-1, -numbers.ndim - (0 if batched else 1), -1):
        with np.errstate(invalid="ignore"):
            total = numbers.sum(axis=axis)
        total = total[np.isfinite(total)]
        if not total.size:
            continue
        low, high = float(total.min()), float(total.max())
        far = max(abs(low - 1), abs(high - 1))
        if best is None or far < best[0]:
            best = far, axis, low, high
    if best is None:
        return None, None, None
    return best[1], figure(best[2]), figure(best[3])


def is_constant(numbers: Array, rows: int) -> bool:
    """Tell whether every row's answer is the same, within a millionth of the largest value."""
    if rows < 2 or numbers.ndim == 0 or numbers.shape[0] != rows or not numbers.size:
        return False
    if not np.isfinite(numbers).all():
        return False
    spread = np.ptp(numbers, axis=0).max()
    return bool(spread <= 1e-6 * np.abs(numbers).max())


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
