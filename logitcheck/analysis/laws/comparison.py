"""Truth values: comparisons, logic, and integers' bits."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import INF, Law, broadcast, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

BITS = frozenset(
    ("BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift", "Invert", "PopulationCount")
)


def _common(inputs: list[Tensor]) -> Shape:
    return inputs[0].shape if len(inputs) == 1 else broadcast(inputs[0].shape, inputs[1].shape)


def _always(op: str, a: Interval, b: Interval) -> bool | None:
    """Return what a comparison of two ranges always answers, None where both may be."""
    if op in ("Greater", "LessEqual"):
        return _less(b, a) if op == "Greater" else _not(_less(b, a))
    if op in ("Less", "GreaterEqual"):
        return _less(a, b) if op == "Less" else _not(_less(a, b))
    apart = a[1] < b[0] or b[1] < a[0]
    equal = a[0] == a[1] == b[0] == b[1]
    answer = False if apart else True if equal else None
    return answer if op == "Equal" else _not(answer)


def _less(a: Interval, b: Interval) -> bool | None:
    """Tell whether every x of a is below every y of b (True), or none is (False)."""
    if a[1] < b[0] or (a[1] == b[0] and (a[3] or b[2])):
        return True
    return False if a[0] >= b[1] else None


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def compare(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = whether a < b, a = b…; constant where the ranges lie apart and neither side may be NaN."""
    a, b = inputs
    answer = _always(node.op, a.interval, b.interval) if a.known and b.known else None
    if a.may_nan or b.may_nan or answer is None or "string" in (a.dtype, b.dtype):
        return result((), _common(inputs), "bool", UNIT)
    out = result((), _common(inputs), "bool", point(float(answer)))
    return _scalar(out, answer) if _common(inputs) == () else out


def _scalar(out: Tensor, answer: bool) -> Tensor:
    import numpy as np

    return out.with_(value=np.asarray(answer))


def logic(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a and b, a or b."""
    a, b = inputs[0].interval, inputs[1].interval
    pick = min if node.op == "LogicalAnd" else max
    image = Interval(pick(a[0], b[0]), pick(a[1], b[1])).meet(UNIT)
    return result((), _common(inputs), "bool", image)


def approximately(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a truth value of two tensors: near enough, within the top k, sorted."""
    return result((), _common(inputs) if node.op == "ApproximateEqual" else None, "bool", UNIT)


def bits(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a and b bit by bit, shifted…; not negative for and, or, xor of numbers that are not."""
    signs = all(x.interval[0] >= 0 for x in inputs) and node.op != "Invert"
    dtype = "uint8" if node.op == "PopulationCount" else inputs[0].dtype
    return result((), _common(inputs), dtype, Interval(0.0, INF) if signs else REALS)


LAWS: dict[str, Law] = {
    **dict.fromkeys(("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"), compare),
    **dict.fromkeys(("LogicalAnd", "LogicalOr"), logic),
    **dict.fromkeys(("ApproximateEqual", "InTopK", "InTopKV2"), approximately),
    **dict.fromkeys(BITS, bits),
}
