"""Elementwise arithmetic on two tensors, and what it does to values that sum to a constant."""

from __future__ import annotations

import math

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval, point
from logitcheck.analysis.laws import patterns, unit_length
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    Sums,
    broadcast,
    common_dtype,
    constant,
    has_zero,
    is_float,
    minus_inf,
    plus_inf,
    result,
    sums_of,
)
from logitcheck.analysis.laws.folding import folded
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

TRUTHS = (0.0, 1.0)
"""Bounds of what a comparison gives as a number."""


def _sum_of_two(a: Tensor, b: Tensor) -> Sums:
    """Sums along the same axis add; a constant c ≥ 0 in each of n entries adds n c."""
    left, right = sums_of(a), sums_of(b)
    if left and right and left[0] == right[0] and a.size(left[0]) == b.size(left[0]):
        return left[0], left[1] + right[1]
    for sums, whole, other in ((left, a, b), (right, b, a)):
        number = constant(other)
        if sums and number is not None and number >= 0:
            size = whole.size(sums[0])
            return sums if number == 0 else None if size is None else (sums[0], sums[1] + size * number)
    return None


def add(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a + b, between its parts where it is a mixture; NaN where infinities of opposite sign meet."""
    a, b = inputs
    interval, sums = ranges.add(a.interval, b.interval), _sum_of_two(a, b)
    mixed = _mixed(node, ctx)
    if mixed is not None:
        interval, sums = interval.meet(mixed[0]), sums or mixed[1]
    out = result(
        inputs,
        broadcast(a.shape, b.shape),
        common_dtype(node, inputs),
        interval,
        nan=(plus_inf(a) and minus_inf(b)) or (minus_inf(a) and plus_inf(b)),
        sums=sums,
        trained=patterns.trained(node, ctx),
    )
    return folded("Add", a, b, out)


def _mixed(node: Node, ctx: Context) -> tuple[Interval, Sums] | None:
    left, right = ctx.maker(node.inputs[0]), ctx.maker(node.inputs[1])
    if left is None or right is None or left.op != "Mul" or right.op != "Mul":
        return None
    from logitcheck.analysis.laws.mixtures import blend

    return blend(left, right, ctx)


def sub(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a - b; 0 where both are one tensor; c - p sums to n c - m; x - logsumexp(x): log-probabilities."""
    a, b = inputs
    sums, number = sums_of(b), constant(a)
    interval = ranges.subtract(a.interval, b.interval)
    rest: Sums = None
    if sums and number is not None and interval[0] >= 0 and (size := b.size(sums[0])) is not None:
        rest = (sums[0], size * number - sums[1])
    log = patterns.log_softmax_axis(node, a, ctx)
    nan = (plus_inf(a) and plus_inf(b)) or (minus_inf(a) and minus_inf(b))
    if log is not None:
        interval, nan = Interval(-INF, 0.0), a.may_inf
    shape = broadcast(a.shape, b.shape)
    out = result(inputs, shape, common_dtype(node, inputs), interval, nan=nan, sums=rest, log=log)
    return folded("Sub", a, b, out)


def _scaled(a: Tensor, b: Tensor) -> Sums:
    """A sum times a constant c ≥ 0 is c times the sum."""
    for whole, other in ((a, b), (b, a)):
        sums = sums_of(whole)
        number = constant(other) if sums else None
        if sums and number is not None and number > 0:
            return sums[0], sums[1] * number
    return None


def mul(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a b; x times itself is a square; x (1 / sum(x)) normalises; NaN where 0 meets Inf.

    x rsqrt(sum(x²)) lies in [-1, 1].
    """
    a, b = inputs
    same = ctx.origin(node.inputs[0]) == ctx.origin(node.inputs[1])
    interval = ranges.square(a.interval) if same else ranges.multiply(a.interval, b.interval)
    nan = (a.may_inf and has_zero(b.interval)) or (b.may_inf and has_zero(a.interval))
    shape = broadcast(a.shape, b.shape)
    sums = _scaled(a, b) or patterns.normalised_product(node, ctx)
    if sums and sums[1] == 1.0:
        interval = interval.meet(Interval(0.0, 1.0))
    elif not same and unit_length.product(node, ctx):
        interval = interval.meet(unit_length.LIMITS)
    elif a.interval[:2] == TRUTHS or b.interval[:2] == TRUTHS:
        from logitcheck.analysis.laws.guarded import switched

        interval = switched(node, ctx) or interval
    out = result(
        inputs,
        shape,
        common_dtype(node, inputs),
        interval,
        nan=nan,
        sums=sums,
        trained=patterns.trained(node, ctx),
    )
    return folded("Mul", a, b, out)


def div(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a / b; x / sum(x) sums to 1, x / sqrt(sum(x²)) and x / (c + |x|) lie in [-1, 1].

    Infinite where b may be 0, NaN where 0/0 or Inf/Inf may occur.
    """
    a, b = inputs
    zero = has_zero(b.interval)
    nan = (zero and has_zero(a.interval)) or (a.may_inf and b.may_inf)
    interval = ranges.divide(a.interval, b.interval)
    number, sums = constant(b), sums_of(a)
    scaled = (sums[0], sums[1] / number) if sums and number is not None and number > 0 else None
    if scaled is None and (scaled := patterns.normalised(node.inputs[0], node.inputs[1], ctx)):
        interval = Interval(0.0, _largest_share(a, scaled[0]), interval[2] and interval[0] == 0.0)
    else:
        interval = interval.meet(_quotient(node, ctx))
    if not is_float(node.attrs.get("T") or a.dtype):
        interval = Interval(math.floor(interval[0]) if interval.bounded else interval[0], interval[1])
    out = result(
        inputs,
        broadcast(a.shape, b.shape),
        common_dtype(node, inputs),
        interval,
        nan=nan,
        inf=zero,
        sums=scaled,
    )
    return folded("Div", a, b, out)


def _quotient(node: Node, ctx: Context) -> Interval:
    """Return the bounds of a tensor over what is made of it: its sum, its own size, its length."""
    above, below = node.inputs
    if patterns.part_of_whole(above, below, ctx):
        return Interval(0.0, 1.0)
    if patterns.over_own_size(above, below, ctx):
        return Interval(-1.0, 1.0)
    return unit_length.LIMITS if unit_length.quotient(above, below, ctx) else REALS


def _largest_share(a: Tensor, axis: int) -> float:
    """Return the most of a sum that one of n values from l to h is: h / (h + (n - 1) l)."""
    low, high = a.interval[:2]
    size = a.size(axis)
    return 1.0 if size is None or low <= 0 or high == INF else high / (high + (size - 1) * low)


def div_no_nan(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a / b, and 0 where b = 0."""
    a, b = inputs
    interval = ranges.divide(a.interval, b.interval)
    sums, zero = None, has_zero(b.interval)
    if not zero or b.interval[0] > 0:
        sums = patterns.normalised(node.inputs[0], node.inputs[1], ctx)
    if sums:
        interval = Interval(0.0, 1.0)
    if zero:
        interval = interval.join(point(0.0))
    return result(
        inputs,
        broadcast(a.shape, b.shape),
        common_dtype(node, inputs),
        interval,
        nan=a.may_inf and b.may_inf,
        sums=sums,
    )


def add_n(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a + b + …"""
    total, shape, interval = inputs[0], inputs[0].shape, inputs[0].interval
    sums = sums_of(total)
    for other in inputs[1:]:
        interval, shape = ranges.add(interval, other.interval), broadcast(shape, other.shape)
        theirs = sums_of(other)
        sums = (sums[0], sums[1] + theirs[1]) if sums and theirs and sums[0] == theirs[0] else None
    nan = any(map(plus_inf, inputs)) and any(map(minus_inf, inputs))
    return result(inputs, shape, common_dtype(node, inputs), interval, nan=nan, sums=sums)


LAWS: dict[str, Law] = {
    "Add": add,
    "AddN": add_n,
    "AccumulateNV2": add_n,
    "AddV2": add,
    "Div": div,
    "DivNoNan": div_no_nan,
    "Mul": mul,
    "RealDiv": div,
    "Sub": sub,
}
