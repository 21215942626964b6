"""Elementwise arithmetic on two tensors, and what it does to values that sum to a constant."""

from __future__ import annotations

import math

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval, point
from logitcheck.analysis.laws import patterns
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    Sums,
    broadcast,
    constant,
    has_zero,
    is_float,
    minus_inf,
    plus_inf,
    result,
    sums_of,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

POWER_LIMIT = 64
"""Entries up to which integer arithmetic on shapes is carried out."""


def _dtype(node: Node, inputs: list[Tensor]) -> str | None:
    return node.attrs.get("T") or inputs[0].dtype or inputs[-1].dtype


def _folded(op: str, a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    """Return the result with its numbers, where both sides are small constants (shape arithmetic)."""
    if a.value is None or b.value is None or a.value.size > POWER_LIMIT or b.value.size > POWER_LIMIT:
        return out
    from logitcheck.analysis.laws.folding import fold

    return fold(op, (a.value, b.value), out)


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
    """y = a + b; NaN where infinities of opposite sign meet."""
    a, b = inputs
    out = result(
        inputs,
        broadcast(a.shape, b.shape),
        _dtype(node, inputs),
        ranges.add(a.interval, b.interval),
        nan=(plus_inf(a) and minus_inf(b)) or (minus_inf(a) and plus_inf(b)),
        sums=_sum_of_two(a, b),
        trained=patterns.trained(node, ctx),
    )
    return _folded("Add", a, b, out)


def sub(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a - b; 0 where both are one tensor; c - p sums to n c - m; x - logsumexp(x) are log-probabilities."""
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
    out = result(inputs, shape, _dtype(node, inputs), interval, nan=nan, sums=rest, log=log)
    return _folded("Sub", a, b, out)


def _scaled(a: Tensor, b: Tensor) -> Sums:
    """A sum times a constant c ≥ 0 is c times the sum."""
    for whole, other in ((a, b), (b, a)):
        sums, number = sums_of(whole), constant(other)
        if sums and number is not None and number > 0:
            return sums[0], sums[1] * number
    return None


def mul(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a b; x times itself is a square; x / sum(x) may be written x * (1 / sum(x)); NaN where 0 meets Inf."""
    a, b = inputs
    same = ctx.origin(node.inputs[0]) == ctx.origin(node.inputs[1])
    interval = ranges.square(a.interval) if same else ranges.multiply(a.interval, b.interval)
    nan = (a.may_inf and has_zero(b.interval)) or (b.may_inf and has_zero(a.interval))
    shape = broadcast(a.shape, b.shape)
    sums = _scaled(a, b) or patterns.normalised_product(node, ctx)
    if sums and sums[1] == 1.0:
        interval = interval.meet(Interval(0.0, 1.0))
    out = result(
        inputs, shape, _dtype(node, inputs), interval, nan=nan, sums=sums, trained=patterns.trained(node, ctx)
    )
    return _folded("Mul", a, b, out)


def div(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a / b; x / sum(x) sums to 1; infinite where b may be 0, NaN where 0/0 or Inf/Inf may occur."""
    a, b = inputs
    zero = has_zero(b.interval)
    nan = (zero and has_zero(a.interval)) or (a.may_inf and b.may_inf)
    interval = ranges.divide(a.interval, b.interval)
    number, sums = constant(b), sums_of(a)
    scaled = (sums[0], sums[1] / number) if sums and number is not None and number > 0 else None
    if scaled is None and (scaled := patterns.normalised(node.inputs[0], node.inputs[1], ctx)):
        interval = Interval(0.0, 1.0, interval[2] and interval[0] == 0.0)
    if not is_float(node.attrs.get("T") or a.dtype):
        interval = Interval(math.floor(interval[0]) if interval.bounded else interval[0], interval[1])
    out = result(
        inputs, broadcast(a.shape, b.shape), _dtype(node, inputs), interval, nan=nan, inf=zero, sums=scaled
    )
    return _folded("Div", a, b, out)


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
        _dtype(node, inputs),
        interval,
        nan=a.may_inf and b.may_inf,
        sums=sums,
    )


def extreme(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = max(a, b) or min(a, b); a bound that cuts nothing off keeps the marks."""
    a, b = inputs
    image = (ranges.maximum if node.op == "Maximum" else ranges.minimum)(a.interval, b.interval)
    kept = next(
        (x for x, other in ((a, b), (b, a)) if image[:2] == x.interval[:2] and constant(other) is not None),
        None,
    )
    shape = broadcast(a.shape, b.shape)
    sums, log = (sums_of(kept), kept.log_probabilities) if kept else (None, None)
    out = result(inputs, shape, _dtype(node, inputs), image, sums=sums, log=log)
    return _folded(node.op, a, b, out)


def clip(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = min(max(x, low), high)."""
    x, low, high = inputs
    image = ranges.minimum(ranges.maximum(x.interval, low.interval), high.interval)
    kept = image[:2] == x.interval[:2]
    return result(inputs, x.shape, _dtype(node, inputs), image, sums=sums_of(x) if kept else None)


def squared_difference(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = (a - b)²."""
    a, b = inputs
    image = ranges.square(ranges.subtract(a.interval, b.interval))
    nan = a.may_inf and b.may_inf
    return result(inputs, broadcast(a.shape, b.shape), _dtype(node, inputs), image, nan=nan)


def power(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a ** b: monotone for a ≥ 0 and constant b, a square for b = 2, e^(b ln a) for a > 0; NaN for a < 0."""
    a, b = inputs
    exponent, base = constant(b), a.interval
    whole = exponent is not None and exponent == round(exponent)
    image = Interval(0.0, INF) if base[0] >= 0 else Interval(-INF, INF)
    if exponent is not None and base[0] >= 0:
        image = ranges.power(base, exponent)
    elif exponent is not None and whole and exponent % 2 == 0:
        image = ranges.power(ranges.magnitude(base), exponent)
    elif exponent is not None and whole and exponent > 0:
        image = Interval(
            -ranges.power(point(max(-base[0], 0.0)), exponent)[1],
            ranges.power(point(max(base[1], 0.0)), exponent)[1],
        )
    negative = (exponent is None and b.interval[0] < 0) or (exponent is not None and exponent < 0)
    out = result(
        inputs,
        broadcast(a.shape, b.shape),
        _dtype(node, inputs),
        image,
        nan=base[0] < 0 and not whole,
        inf=negative and has_zero(base),
    )
    return _folded("Pow", a, b, out)


def floor_div(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = floor(a / b), or a / b cut towards 0."""
    a, b = inputs
    image = ranges.divide(a.interval, b.interval)
    zero = has_zero(b.interval)
    floored = Interval(*(x if math.isinf(x) else float(math.floor(x)) for x in image[:2]))
    if node.op == "TruncateDiv":
        floored = Interval(min(floored[0], 0.0), max(image[1], 0.0)) if image[0] < 0 else floored
    nan = (zero and has_zero(a.interval)) or (a.may_inf and b.may_inf)
    out = result(inputs, broadcast(a.shape, b.shape), _dtype(node, inputs), floored, nan=nan, inf=zero)
    return _folded(node.op, a, b, out)


def remainder(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a mod b: smaller in size than b; with the sign of b (FloorMod) or of a (Mod, TruncateMod)."""
    a, b = inputs
    size = ranges.magnitude(b.interval)[1]
    signed = b.interval if node.op == "FloorMod" else a.interval
    image = Interval(-size if signed[0] < 0 else 0.0, size if signed[1] > 0 else 0.0)
    zero = has_zero(b.interval) or a.may_inf
    out = result(inputs, broadcast(a.shape, b.shape), _dtype(node, inputs), image, nan=zero)
    return _folded(node.op, a, b, out)


def zero_times(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a f(b) and 0 where a = 0 (MulNoNan: 0 where b = 0): products that pass over an infinite factor."""
    a, b = inputs
    factors = {"Xlogy": math.log, "Xlog1py": math.log1p}
    factor = b.interval
    bad = False
    if node.op in factors:
        edge = 0.0 if node.op == "Xlogy" else -1.0
        bad = factor[0] < edge
        held = ranges.maximum(factor, Interval(edge, INF))
        factor = ranges.increasing(lambda x: -INF if x <= edge else factors[node.op](x), held)
    elif node.op == "Xdivy":
        factor = ranges.reciprocal(factor)
    image = ranges.multiply(a.interval, factor).join(point(0.0))
    return result(
        inputs, broadcast(a.shape, b.shape), _dtype(node, inputs), image, nan=bad, inf=not image.bounded
    )


def angle(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = atan2(a, b), in [-π, π]."""
    return result(
        inputs, broadcast(inputs[0].shape, inputs[1].shape), _dtype(node, inputs), Interval(-math.pi, math.pi)
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
    return result(inputs, shape, _dtype(node, inputs), interval, nan=nan, sums=sums)


LAWS: dict[str, Law] = {
    "Add": add,
    "AddN": add_n,
    "AccumulateNV2": add_n,
    "AddV2": add,
    "Atan2": angle,
    "ClipByValue": clip,
    "Div": div,
    "DivNoNan": div_no_nan,
    "FloorDiv": floor_div,
    "FloorMod": remainder,
    "Maximum": extreme,
    "Minimum": extreme,
    "Mod": remainder,
    "Mul": mul,
    "MulNoNan": zero_times,
    "Pow": power,
    "RealDiv": div,
    "SquaredDifference": squared_difference,
    "Sub": sub,
    "TruncateDiv": floor_div,
    "TruncateMod": remainder,
    "Xdivy": zero_times,
    "Xlog1py": zero_times,
    "Xlogy": zero_times,
}
