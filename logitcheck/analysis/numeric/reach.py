"""Which bounds are reached: only there is an overflow of a sum or a product worth an alarm.

Interval bounds through layers grow without end and say little: after a hundred convolutions every bound is
beyond float32. A bound is reached where it comes from a declared input, a constant or a clip, through ops of
one argument; the overflow of such a bound is real.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from logitcheck.analysis.numeric.floats import is_real
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

CARRIES = frozenset(
    [
        "Abs",
        "Cast",
        "Ceil",
        "Cosh",
        "Cumsum",
        "Exp",
        "ExpandDims",
        "Expm1",
        "Floor",
        "Identity",
        "Log",
        "Log1p",
        "Max",
        "Mean",
        "Min",
        "Neg",
        "Relu",
        "Reshape",
        "Sigmoid",
        "Sinh",
        "Softplus",
        "Sqrt",
        "Square",
        "Squeeze",
        "StopGradient",
        "Sum",
        "Tanh",
        "Transpose",
    ]
)
"""Ops that reach the image of a bound that is reached."""

GROWS = frozenset(
    [
        "Add",
        "AddV2",
        "Cast",
        "Cosh",
        "Cumprod",
        "Cumsum",
        "Mul",
        "Pow",
        "Prod",
        "Sinh",
        "Square",
        "SquaredDifference",
        "Sum",
    ]
)
"""Ops whose result can overflow."""

COUNTS = frozenset(["Cumprod", "Cumsum", "Prod", "Sum"])
"""Of these: the ones whose result depends on how many numbers they take."""


CLIPS = frozenset(("Minimum", "Maximum", "ClipByValue"))
SCALES = frozenset(("Mul", "AddV2", "Add", "Sub", "RealDiv", "Pow"))
"""Ops of two arguments that reach their bound where one argument is constant."""


class Reach:
    """The references of one graph whose bounds are reached by some input."""

    def __init__(self, values: Values):
        self.values = values
        self.reached: set[Ref] = set()

    def note(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> None:
        """Remember whether a node's bound is reached."""
        if self._is_reached(node, inputs, output):
            self.reached.add(Ref(node.name))

    def _is_reached(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> bool:
        if node.op in ("Placeholder", "Const", "Weight"):
            return output.interval.bounded
        if not node.inputs or not output.interval.bounded:
            return False
        if node.op in CARRIES:
            return node.inputs[0] in self.reached
        if node.op in CLIPS:
            return all(ref in self.reached for ref in node.inputs) or self._is_clip(inputs, output)
        if node.op in SCALES:
            return self._is_scaled(node, inputs)
        return False

    def _is_clip(self, inputs: Sequence[Tensor], output: Tensor) -> bool:
        """Tell whether the end farther from 0 is a constant's: what is clipped is taken to reach its clip."""
        ends = {tensor.interval.low for tensor in inputs if tensor.interval.low == tensor.interval.high}
        low, high = output.interval.low, output.interval.high
        return (high if high >= -low else low) in ends

    def _is_scaled(self, node: Node, inputs: Sequence[Tensor]) -> bool:
        fixed = [tensor.interval.low == tensor.interval.high for tensor in inputs]
        if len(node.inputs) == 2 and self.values.same(*node.inputs):
            return node.inputs[0] in self.reached
        return any(fixed) and all(ref in self.reached for ref in node.inputs)

    def overflows(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> bool:
        """Tell whether a node leaves its dtype although every bound that goes in is finite and reached."""
        if node.op not in GROWS or not is_real(output.dtype) or not node.inputs:
            return False
        if math.isfinite(output.interval.high) and math.isfinite(output.interval.low):
            return False
        if node.op in COUNTS and not _counted(inputs):
            return False
        data = 1 if node.op in CARRIES | COUNTS else len(node.inputs)
        return all(ref in self.reached for ref in node.inputs[:data]) and all(
            t.interval.bounded for t in inputs[:data]
        )


def _counted(inputs: Sequence[Tensor]) -> bool:
    """Tell whether it is known how many numbers a reduction takes together."""
    shape, axes = inputs[0].shape, inputs[1].value if len(inputs) > 1 else None
    if shape is None or axes is None:
        return False
    return all(-len(shape) <= axis < len(shape) and shape[axis] is not None for axis in axes.ravel().tolist())
