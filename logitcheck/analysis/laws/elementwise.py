"""Elementwise functions of two tensors beyond sums and products: extremes, powers, remainders."""

from __future__ import annotations

import math

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval, point
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    broadcast,
    common_dtype,
    constant,
    has_zero,
    result,
    sums_of,
)
from logitcheck.analysis.laws.folding import folded
from logitcheck.analysis.laws.patterns import EPSILON
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

ALL_GUARDS = 1e-3
"""What the guards of all classes may add up to: sums are told by probes and tests to this."""


def extreme(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = max(a, b) or min(a, b); a bound that cuts nothing off keeps the marks, next to nothing the sums."""
    a, b = inputs
    image = (ranges.maximum if node.op == "Maximum" else ranges.minimum)(a.interval, b.interval)
    kept = next(
        (x for x, other in ((a, b), (b, a)) if _kept(image, x) and constant(other) is not None),
        None,
    )
    shape = broadcast(a.shape, b.shape)
    sums, log = (sums_of(kept), kept.log_probabilities) if kept else (None, None)
    if kept and image[:2] != kept.interval[:2]:
        log = None
    out = result(inputs, shape, common_dtype(node, inputs), image, sums=sums, log=log)
    return folded(node.op, a, b, out)


def clip(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = min(max(x, low), high)."""
    x, low, high = inputs
    image = ranges.minimum(ranges.maximum(x.interval, low.interval), high.interval)
    sums = sums_of(x) if _kept(image, x) else None
    return result(inputs, x.shape, common_dtype(node, inputs), image, sums=sums)


def _kept(image: Interval, x: Tensor) -> bool:
    """Tell whether a clamp leaves x as it is, but for the guard of a logarithm at 0 and 1."""
    low, high = x.interval[:2]
    sums = sums_of(x)
    guard = min(EPSILON, ALL_GUARDS / (x.size(sums[0]) or 1 / ALL_GUARDS)) if sums else 0.0
    return low <= image[0] <= low + guard and high - guard <= image[1] <= high


def squared_difference(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = (a - b)²."""
    a, b = inputs
    image = ranges.square(ranges.subtract(a.interval, b.interval))
    nan = a.may_inf and b.may_inf
    return result(inputs, broadcast(a.shape, b.shape), common_dtype(node, inputs), image, nan=nan)


def power(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a ** b: monotone in both for a ≥ 0, even for even constant b; NaN for a < 0 and a broken b."""
    a, b = inputs
    exponent, base = constant(b), a.interval
    whole = exponent is not None and exponent == round(exponent)
    image = ranges.raised(base, b.interval) if base[0] >= 0 else Interval(-INF, INF)
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
        common_dtype(node, inputs),
        image,
        nan=base[0] < 0 and not whole,
        inf=negative and has_zero(base),
    )
    return folded("Pow", a, b, out)


def _floor(x: float) -> float:
    return x if math.isinf(x) else float(math.floor(x))


def floor_div(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = floor(a / b), or a / b cut towards 0."""
    a, b = inputs
    image = ranges.divide(a.interval, b.interval)
    zero = has_zero(b.interval)
    floored = Interval(_floor(image[0]), _floor(image[1]))
    if node.op == "TruncateDiv":
        floored = Interval(min(floored[0], 0.0), max(image[1], 0.0)) if image[0] < 0 else floored
    nan = (zero and has_zero(a.interval)) or (a.may_inf and b.may_inf)
    out = result(inputs, broadcast(a.shape, b.shape), common_dtype(node, inputs), floored, nan=nan, inf=zero)
    return folded(node.op, a, b, out)


def remainder(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a mod b: smaller in size than b; with the sign of b (FloorMod) or of a (Mod, TruncateMod)."""
    a, b = inputs
    size = ranges.magnitude(b.interval)[1]
    signed = b.interval if node.op == "FloorMod" else a.interval
    image = Interval(-size if signed[0] < 0 else 0.0, size if signed[1] > 0 else 0.0)
    zero = has_zero(b.interval) or a.may_inf
    out = result(inputs, broadcast(a.shape, b.shape), common_dtype(node, inputs), image, nan=zero)
    return folded(node.op, a, b, out)


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
        inputs, broadcast(a.shape, b.shape), common_dtype(node, inputs), image, nan=bad, inf=not image.bounded
    )


def angle(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = atan2(a, b), in [-π, π]."""
    return result(
        inputs,
        broadcast(inputs[0].shape, inputs[1].shape),
        common_dtype(node, inputs),
        Interval(-math.pi, math.pi),
    )


LAWS: dict[str, Law] = {
    "Atan2": angle,
    "ClipByValue": clip,
    "FloorDiv": floor_div,
    "FloorMod": remainder,
    "Maximum": extreme,
    "Minimum": extreme,
    "Mod": remainder,
    "MulNoNan": zero_times,
    "Pow": power,
    "SquaredDifference": squared_difference,
    "TruncateDiv": floor_div,
    "TruncateMod": remainder,
    "Xdivy": zero_times,
    "Xlog1py": zero_times,
    "Xlogy": zero_times,
}
