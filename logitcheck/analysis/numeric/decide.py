"""What intervals decide: comparisons that hold or fail everywhere, selections between two branches, quotients
of a part by its whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import below
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

UNDECIDED = Interval(0.0, 1.0)
Compare = Callable[[Interval, Interval], tuple[bool, bool]]

COMPARISONS: dict[str, Compare] = {
    "Greater": lambda a, b: (a.low > b.high, a.high <= b.low),
    "GreaterEqual": lambda a, b: (a.low >= b.high, a.high < b.low),
    "Less": lambda a, b: (a.high < b.low, a.low >= b.high),
    "LessEqual": lambda a, b: (a.high <= b.low, a.low > b.high),
    "Equal": lambda a, b: (a.low == a.high == b.low == b.high, a.high < b.low or a.low > b.high),
    "NotEqual": lambda a, b: (a.high < b.low or a.low > b.high, a.low == a.high == b.low == b.high),
    "LogicalAnd": lambda a, b: (a.low == b.low == 1, a.high == 0 or b.high == 0),
    "LogicalOr": lambda a, b: (a.low == 1 or b.low == 1, a.high == b.high == 0),
}
"""Op → (holds everywhere, fails everywhere)."""


def decided(node: Node, inputs: Sequence[Tensor], values: Values) -> Interval | None:
    """Return a narrower interval for a node's output than its law gives, None where there is none."""
    compare = COMPARISONS.get(node.op)
    if compare is not None and len(inputs) == 2:
        holds, fails = compare(inputs[0].interval, inputs[1].interval)
        return Interval(1.0, 1.0) if holds else Interval(0.0, 0.0) if fails else UNDECIDED
    if node.op == "LogicalNot":
        return Interval(1.0 - inputs[0].interval.high, 1.0 - inputs[0].interval.low)
    if node.op in ("Select", "SelectV2") and len(inputs) == 3:
        return _selected(inputs)
    if node.op in ("Shape", "ShapeN", "Size"):
        return Interval(1.0, math.inf)
    if node.op == "Prod" and inputs and inputs[0].interval.low >= 1:
        return Interval(1.0, math.inf)
    if node.op in ("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2"):
        return Interval(0.0, below(1.0, node.attrs.get("dtype")))
    if node.op == "Softmax":
        return softmax(inputs[0].interval, inputs[0].size(-1))
    if node.op == "Sum" and inputs:
        return _summed(inputs[0].interval)
    if len(inputs) == 2 and len(node.inputs) == 2:
        return _pair(node, inputs, values)
    return None


def softmax(x: Interval, classes: int | None) -> Interval:
    """Return the bounds of e^x_i / sum e^x_j over ``classes`` logits in x: 1 / (1 + (n - 1) e^±(high - low)).

    Far gaps underflow: the kernels answer exactly 0 from a gap of 87 (float32) on.
    """
    gap = x.high - x.low
    if classes is None or not math.isfinite(gap) or gap > 700:
        return Interval(0.0, 1.0)
    others, ratio = max(classes - 1, 0), math.exp(gap)
    low = 1.0 / (1.0 + others * ratio)
    return Interval(low, 1.0 / (1.0 + others / ratio))


def _summed(x: Interval) -> Interval | None:
    """A sum of at least one term is as large as its smallest term where none is negative."""
    if x.low >= 0:
        return Interval(x.low, math.inf)
    return Interval(-math.inf, x.high) if x.high <= 0 else None


def _selected(inputs: Sequence[Tensor]) -> Interval:
    test = inputs[0].interval
    if test.low == test.high and test.low in (0.0, 1.0):
        return inputs[1 if test.low else 2].interval
    a, b = inputs[1].interval, inputs[2].interval
    return Interval(min(a.low, b.low), max(a.high, b.high))


def _pair(node: Node, inputs: Sequence[Tensor], values: Values) -> Interval | None:
    x, y = inputs[0].interval, inputs[1].interval
    if values.same(*node.inputs):
        if node.op == "Mul":
            ends = (x.low * x.low, x.high * x.high)
            return Interval(0.0 if x.low <= 0 <= x.high else min(ends), max(ends))
        if node.op == "Sub" and x.bounded:
            return Interval(0.0, 0.0)
    if node.op == "Pow" and y.low == y.high and math.isfinite(y.low) and y.low % 2 == 0 and y.low > 0:
        return Interval(0.0, math.inf)
    if node.op in ("RealDiv", "Div", "DivNoNan") and x.low >= 0 and _is_part(node, values):
        return Interval(0.0, 1.0)
    return None


def _is_part(node: Node, values: Values) -> bool:
    """Tell whether the divisor is a sum of nonnegative terms with the dividend (≥ 0) among them."""
    whole = values.maker(node.inputs[1])
    if whole is None or not whole.inputs:
        return False
    return whole.op == "Sum" and values.same(whole.inputs[0], node.inputs[0])
