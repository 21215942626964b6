"""Bounds per channel of the last axis, where stored numbers make them tighter than one for all.

They begin at a product with a stored kernel or at a stored vector, and live as long as every op keeps the
last axis apart; elsewhere they are joined. Rounding is part of them: of sums by Higham's bound (Accuracy and
Stability of Numerical Algorithms, 2002, section 3.1), of every other op by rounding both ends, which is
monotone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

Array = np.ndarray[Any, Any]
Ends = tuple[Array, Array]
"""Lower and upper bounds, float64, one for each entry of the last axis, or one for all of them."""

Rule = Callable[[Node, Sequence[Tensor], Tensor], "Ends | None"]
"""Ends of an op's output from its inputs, and the output as its law has it; None where they are joined."""

WIDEST = 1 << 16
"""Channels beyond which a tensor is bounded as a whole."""


def ends_of(tensor: Tensor) -> Ends:
    """Return a tensor's ends; one pair for all channels where none are told apart."""
    if tensor.channels is not None:
        return tensor.channels
    return np.array([tensor.interval.low]), np.array([tensor.interval.high])


def hull(ends: Ends) -> Interval:
    """Return the interval that holds all channels."""
    return Interval(float(ends[0].min()), float(ends[1].max()))


def fitted(ends: Ends | None, tensor: Tensor) -> Ends | None:
    """Return ends as floats of the tensor's dtype reach them, within its interval; None for none of use."""
    if ends is None or ends[0].size == 0 or ends[0].size > WIDEST:
        return None
    if ends[0].size > 1 and ends[0].size != tensor.size(-1):
        return None
    low, high = (_rounded(end, tensor.dtype, up) for end, up in zip(ends, (False, True), strict=True))
    low, high = np.maximum(low, tensor.interval.low), np.minimum(high, tensor.interval.high)
    return (low, high) if bool((low <= high).all()) else None  # (NaN compares false: no bound at all)


def _rounded(end: Array, dtype: str | None, up: bool) -> Array:
    """Return numbers rounded to a dtype, and beyond its smallest ones to 0; bfloat16 outwards by its step."""
    figures = limits(dtype)
    with np.errstate(all="ignore"):
        if figures.name == "bfloat16":
            end = end + np.abs(end) * (figures.step if up else -figures.step)
        end = end.astype("float32" if figures.name == "bfloat16" else figures.name).astype("float64")
    return np.where(np.abs(end) < figures.smallest, 0.0, end)


def loosened(ends: Ends, terms: float, magnitude: Array | float, dtype: str | None) -> Ends:
    """Return the ends of a sum of so many terms with what rounding adds: terms * u * the sum of magnitudes.

    Sums of half precision are taken as accumulated in single precision, as kernels for products do.
    """
    unit = min(limits(dtype).step, limits("float32").step) / 2
    return ends[0] - terms * unit * magnitude, ends[1] + terms * unit * magnitude


def met(tensor: Tensor, ends: Ends) -> Ends:
    """Return what both a tensor's own ends and others hold."""
    low, high = ends_of(tensor)
    return np.maximum(low, ends[0]), np.minimum(high, ends[1])


def pieced(symbol: Tensor, pieces: Sequence[tuple[Interval, Interval]]) -> Ends:
    """Return the ends of a function of one tensor, told by its range on pieces of that tensor's range."""
    low, high = ends_of(symbol)
    bottom, top = np.full(low.size, np.inf), np.full(low.size, -np.inf)
    for piece, image in pieces:
        meets = (low <= piece.high) & (high >= piece.low)
        bottom = np.where(meets, np.minimum(bottom, image.low), bottom)
        top = np.where(meets, np.maximum(top, image.high), top)
    return bottom, top


def parts(tensor: Tensor) -> list[Interval]:
    """Return what the channels hold by sign: those below 0, those above, those with 0 among their values."""
    if tensor.channels is None:
        return [tensor.interval]
    low, high = tensor.channels
    groups = (high < 0, low > 0, (low <= 0) & (high >= 0))
    return [Interval(float(low[group].min()), float(high[group].max())) for group in groups if group.any()]


def follow(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """Return the ends of an op's first output, None where no rule tells them apart."""
    from logitcheck.analysis.numeric.channel_rules import RULES

    rule = RULES.get(node.op)
    if rule is None or all(tensor.channels is None for tensor in inputs):
        return None
    with np.errstate(all="ignore"):
        try:
            return rule(node, inputs, output)
        except (ValueError, IndexError):
            return None  # shapes that do not go together: the op's law speaks alone
