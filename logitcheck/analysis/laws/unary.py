"""Elementwise functions of one tensor: the image of an interval, and where the function is undefined.

Every function here is monotone or has few turning points, so that the image of an interval follows from its
ends. ``nan`` holds for intervals that reach points without a value, ``inf`` for those that reach a pole.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import UNIT, Interval, point
from logitcheck.analysis.laws import curves
from logitcheck.analysis.laws.base import INF, LARGEST, Law, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

SIGNED_UNIT = Interval(-1.0, 1.0)
Test = Callable[[Interval], bool]


def _never(_: Interval) -> bool:
    return False


def _clipped(low: float, high: float) -> Law:
    """Return the law y = min(max(x, low), high), which leaves what lies between alone with all its marks."""
    floor, ceiling = point(low), point(high)
    cut = _unary(lambda a: ranges.minimum(ranges.maximum(a, floor), ceiling))

    def law(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor | tuple[Tensor, ...]:
        x = inputs[0]
        inside = x.known and x.interval[0] >= low and x.interval[1] <= high
        return x.with_(value=None, shape_value=None) if inside else cut(node, inputs, ctx)

    return law


def _stepwise(f: Callable[[float], float]) -> Law:
    """Return the law of a nondecreasing function with flat pieces: its ends are reached."""

    def end(x: float) -> float:
        return x if math.isinf(x) else float(f(x))

    return _unary(lambda a: Interval(end(a[0]), end(a[1])))


def _turning(f: Callable[[float], float], at: float, value: float) -> Callable[[Interval], Interval]:
    """Return the image under a function that falls up to ``at`` and rises from there."""

    def image(a: Interval) -> Interval:
        if a[0] >= at:
            return ranges.increasing(f, a)
        if a[1] <= at:
            return ranges.decreasing(f, a)
        return Interval(value, max(f(a[0]), f(a[1])))

    return image


def _unary(image: Callable[[Interval], Interval], nan: Test = _never, inf: Test = _never) -> Law:
    """Return the law y = f(x), elementwise: the image of x's interval."""

    def law(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
        x = inputs[0]
        return result(
            (x,),
            x.shape,
            node.attrs.get("T") or x.dtype,
            image(x.interval),
            nan=nan(x.interval),
            inf=inf(x.interval),
        )

    return law


def _rising(f: Callable[[float], float], nan: Test = _never, inf: Test = _never) -> Law:
    return _unary(lambda a: ranges.increasing(f, a), nan, inf)


def _fixed(interval: Interval, dtype: str | None = None) -> Law:
    """Return the law of a function of which we know only that its values lie in ``interval``."""

    def law(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
        return result(inputs[:1], inputs[0].shape, dtype or node.attrs.get("T") or inputs[0].dtype, interval)

    return law


def _below(bound: float) -> Test:
    return lambda a: a[0] < bound


def _reaches(bound: float) -> Test:
    return lambda a: a[0] < bound or (a[0] == bound and not a[2])


def _outside(low: float, high: float) -> Test:
    return lambda a: a[0] < low or a[1] > high


def _zero_inside(a: Interval) -> bool:
    return a[0] <= 0 <= a[1] and not (a[0] == 0 and a[2]) and not (a[1] == 0 and a[3])


def _above(bound: float) -> Test:
    return lambda a: a[1] > bound


def exp(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = e^x > 0, infinite beyond ln of the dtype's largest number; of log-probabilities: probabilities."""
    x = inputs[0]
    dtype = node.attrs.get("T") or x.dtype
    too_large = x.interval[1] > math.log(LARGEST.get(dtype or "", LARGEST["float32"]))
    sums = None if x.log_probabilities is None else (x.log_probabilities, 1.0)
    image = ranges.increasing(curves.exp, x.interval)
    return result((x,), x.shape, dtype, image, inf=too_large and sums is None, sums=sums)


def log(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = ln x: NaN below 0, -Inf at 0; of probabilities: log-probabilities."""
    x = inputs[0]
    low = x.interval[0]
    image = ranges.increasing(curves.guarded(math.log, -INF, 0.0, INF), x.interval)
    pole = low < 0 or (low == 0 and not x.interval[2])
    return result(
        (x,), x.shape, node.attrs.get("T") or x.dtype, image, nan=low < 0, inf=pole, log=x.sums_to_one
    )


def leaky_relu(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x for x > 0, alpha x below; the marks of what is nowhere below stay."""
    x, alpha = inputs[0], float(node.attrs.get("alpha", 0.2))

    def f(t: float) -> float:
        return t if t >= 0 else alpha * t if alpha else 0.0

    if x.known and x.interval[0] >= 0.0:
        return x.with_(value=None, shape_value=None)
    image = ranges.increasing(f, x.interval) if alpha >= 0 else _turning(f, 0.0, 0.0)(x.interval)
    return result((x,), x.shape, node.attrs.get("T") or x.dtype, image)


def elu(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor | tuple[Tensor, ...]:
    """y = x for x > 0, e^x - 1 below; the marks of what is nowhere below stay."""
    x = inputs[0]
    if x.known and x.interval[0] >= 0.0:
        return x.with_(value=None, shape_value=None)
    return _rising(curves.elu)(node, inputs, ctx)


def tan(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = tan x: rising between -π/2 and π/2, anything elsewhere; NaN at infinity."""
    x, half = inputs[0], math.pi / 2
    inside = -half < x.interval[0] and x.interval[1] < half
    image = ranges.increasing(math.tan, x.interval) if inside else Interval(-INF, INF)
    return result((x,), x.shape, x.dtype, image, nan=x.may_inf)


def wave(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sin x or cos x, in [-1, 1]; NaN at infinity."""
    return result(inputs[:1], inputs[0].shape, inputs[0].dtype, SIGNED_UNIT, nan=inputs[0].may_inf)


def predicate(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a truth value of x: IsNan, IsInf, IsFinite, LogicalNot."""
    return result((), inputs[0].shape, "bool", UNIT)


def filled(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = 0 or 1 everywhere: ZerosLike, OnesLike."""
    number = 1.0 if node.op == "OnesLike" else 0.0
    return result((), inputs[0].shape, node.attrs.get("T") or inputs[0].dtype, Interval(number, number))


LAWS: dict[str, Law] = {
    "Abs": _unary(ranges.magnitude),
    "Acos": _unary(
        lambda a: ranges.decreasing(lambda x: math.acos(min(max(x, -1.0), 1.0)), a), _outside(-1, 1)
    ),
    "Acosh": _rising(curves.guarded(math.acosh, 0.0, 1.0, INF), _below(1.0)),
    "Asin": _rising(lambda x: math.asin(min(max(x, -1.0), 1.0)), _outside(-1, 1)),
    "Asinh": _rising(math.asinh),
    "Atan": _rising(math.atan),
    "Atanh": _rising(curves.atanh, _outside(-1, 1), lambda a: _reaches(-1)(a) or a[1] >= 1),
    "Ceil": _stepwise(math.ceil),
    "ComplexAbs": _fixed(Interval(0.0, INF), "float32"),
    "Cos": wave,
    "Cosh": _unary(
        _turning(curves.guarded(math.cosh, INF, -INF, INF), 0.0, 1.0), inf=lambda a: a[1] > 89 or a[0] < -89
    ),
    "Digamma": _fixed(Interval(-INF, INF)),
    "Elu": elu,
    "Erf": _rising(math.erf),
    "Erfc": _unary(lambda a: ranges.decreasing(math.erfc, a)),
    "Erfinv": _fixed(Interval(-INF, INF)),
    "Exp": exp,
    "Expm1": _rising(curves.guarded(math.expm1, -1.0, -INF, INF), inf=_above(88.7)),
    "Floor": _stepwise(math.floor),
    "HardSwish": _unary(_turning(curves.hard_swish, -1.5, -0.375)),
    "Inv": _unary(ranges.reciprocal, inf=_zero_inside),
    "IsFinite": predicate,
    "IsInf": predicate,
    "IsNan": predicate,
    "LeakyRelu": leaky_relu,
    "Lgamma": _fixed(Interval(-0.1215, INF)),
    "Log": log,
    "Log1p": _rising(curves.guarded(math.log1p, -INF, -1.0, INF), _below(-1.0), _reaches(-1.0)),
    "LogicalNot": predicate,
    "Ndtri": _fixed(Interval(-INF, INF)),
    "Neg": _unary(ranges.negate),
    "OnesLike": filled,
    "Reciprocal": _unary(ranges.reciprocal, inf=_zero_inside),
    "Relu": _clipped(0.0, INF),
    "Relu6": _clipped(0.0, 6.0),
    "ReluN1To1": _clipped(-1.0, 1.0),
    "Rint": _stepwise(round),
    "Round": _stepwise(round),
    "Rsqrt": _unary(
        lambda a: ranges.power(ranges.maximum(a, Interval(0.0, 0.0)) if a[0] < 0 else a, -0.5),
        _below(0.0),
        _reaches(0.0),
    ),
    "Selu": _rising(curves.selu),
    "Sigmoid": _rising(curves.sigmoid),
    "Sign": _unary(lambda a: Interval(curves.sign(a[0]), curves.sign(a[1]))),
    "Sin": wave,
    "Sinh": _rising(curves.sinh, inf=lambda a: a[1] > 89 or a[0] < -89),
    "Softplus": _rising(curves.softplus),
    "Softsign": _rising(curves.softsign),
    "Sqrt": _rising(curves.guarded(math.sqrt, 0.0, 0.0, INF), _below(0.0)),
    "Square": _unary(ranges.square),
    "Tan": tan,
    "Tanh": _rising(math.tanh),
    "ZerosLike": filled,
}
