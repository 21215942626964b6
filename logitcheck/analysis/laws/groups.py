"""Laws of ops that put rows into groups: sums, extremes and counts of each."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval
from logitcheck.analysis.laws.base import INF, Law, is_float, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node


def segments(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sums, means, extremes or products of groups of rows; 0 or the dtype's end for an empty group."""
    x = inputs[0]
    low, high = x.interval[:2]
    if "Mean" in node.op or "Max" in node.op or "Min" in node.op:
        image = x.interval.join(Interval(0.0, 0.0))
        image = REALS if node.op.startswith("Unsorted") and is_float(x.dtype) else image
    elif "Prod" in node.op:
        image = Interval(0.0 if low >= 0 else -INF, INF)
    else:
        image = Interval(0.0 if low >= 0 else -INF, 0.0 if high <= 0 else INF)
    shape = None if x.shape is None else (None, *x.shape[1:])
    return result((x,), shape, x.dtype, image)


def counted(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = how often each number occurs, or the sum of its weights."""
    weights = inputs[2] if len(inputs) > 2 else None
    signed = weights is not None and weights.shape != (0,) and weights.interval[0] < 0
    dtype = node.attrs.get("T") or (None if weights is None else weights.dtype)
    return result((), None, dtype, REALS if signed else Interval(0.0, INF))


LAWS: dict[str, Law] = {
    "Bincount": counted,
    "DenseBincount": counted,
    **{
        name: segments
        for kind in ("Sum", "Mean", "Max", "Min", "Prod")
        for name in (f"Segment{kind}", f"UnsortedSegment{kind}")
    },
    "SegmentSumV2": segments,
    "SparseSegmentMean": segments,
    "SparseSegmentSqrtN": segments,
    "SparseSegmentSum": segments,
}
