"""Arithmetic on small constants: what makes the target of a Reshape known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

SMALL = 64
"""Entries up to which arithmetic on constants is carried out."""

FOLDS: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": lambda a, b: a // b if a.dtype.kind in "iu" else a / b,
    "FloorDiv": np.floor_divide,
    "FloorMod": np.mod,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Pow": np.power,
}


def fold(op: str, values: Sequence[Array], out: Tensor) -> Tensor:
    """Return ``out`` with its numbers, where NumPy can compute them and they are finite."""
    with np.errstate(all="ignore"):
        made = FOLDS[op](*values) if op in FOLDS else None
    return out if made is None else with_value(out, np.asarray(made))


def with_value(out: Tensor, value: Array) -> Tensor:
    """Return a tensor whose numbers are known: shape and bounds follow from them."""
    if value.dtype.kind not in "iufb" or not value.size or not np.isfinite(value).all():
        return out
    entries = tuple(int(x) for x in value.tolist()) if value.ndim == 1 and value.dtype.kind in "iu" else None
    return out.with_(
        shape=value.shape,
        interval=Interval(float(value.min()), float(value.max())),
        may_nan=False,
        may_inf=False,
        value=value,
        shape_value=entries,
        known=True,
        cause=None,
    )


def folded(op: str, a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    """Return the result of an op on two tensors with its numbers, where both are small constants."""
    if a.value is None or b.value is None or a.value.size > SMALL or b.value.size > SMALL:
        return out
    return fold(op, (a.value, b.value), out)
