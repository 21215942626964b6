"""Which bounds are reached: only there is an overflow of a sum or a product worth an alarm.

Interval bounds through layers grow without end and say little: after a hundred convolutions every bound is
beyond float32. A bound is reached where it comes from a declared input, a constant or a clip, through ops of
one argument; the overflow of such a bound is real.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from logitcheck.analysis.numeric.floats import is_real
from logitcheck.analysis.numeric.op_names import CARRIES, CLIPS, GROWS, SCALES
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

COUNTS = frozenset(["Cumprod", "Cumsum", "Prod", "Sum"])
"""Of the ops that grow: the ones whose result depends on how many numbers they take."""


class Reach:
    """The references of one graph whose upper or lower bound is reached by some input."""

    def __init__(self, values: Values):
        self.values = values
        self.top: set[Ref] = set()
        self.bottom: set[Ref] = set()

    def note(self, node: Node, inputs: Sequence[Tensor], output: Tensor, nested: bool = False) -> None:
        """Remember which of a node's bounds are reached; the arguments of a ``nested`` graph are none."""
        if nested and node.op == "Placeholder":
            return
        top, bottom = self._ends(node, inputs, output)
        here = Ref(node.name)
        for found, ends in ((top and math.isfinite(output.interval.high), self.top), (bottom, self.bottom)):
            if found:
                ends.add(here)

    def _ends(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> tuple[bool, bool]:
        if node.op in ("Placeholder", "Const", "Weight"):
            return True, True
        if not node.inputs or not inputs:
            return False, False
        first = node.inputs[0]
        if node.op in ("Neg", "Abs", "Square", "Cosh"):
            return self._folded(node.op, first, inputs[0])
        if node.op in CARRIES:
            return first in self.top, first in self.bottom
        if node.op in CLIPS:
            return self._clipped(node, inputs, output)
        if node.op in SCALES and self._is_scaled(node, inputs):
            both = all(ref in self.top and ref in self.bottom for ref in node.inputs)
            return both, both
        return False, False

    def _clipped(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> tuple[bool, bool]:
        """An end that is a constant's is taken to be reached: nobody clips what never gets there."""
        pairs = list(zip(node.inputs, inputs, strict=False))
        whole = all(ref in self.top and ref in self.bottom for ref in node.inputs)
        top = any(ref in self.top and tensor.interval.high == output.interval.high for ref, tensor in pairs)
        bottom = any(
            ref in self.bottom and tensor.interval.low == output.interval.low for ref, tensor in pairs
        )
        return whole or top, whole or bottom

    def _folded(self, op: str, ref: Ref, x: Tensor) -> tuple[bool, bool]:
        """Ends of functions that turn a sign: the larger one comes from the end farther from 0."""
        if op == "Neg":
            return ref in self.bottom, ref in self.top
        far = ref in (self.top if x.interval.high >= -x.interval.low else self.bottom)
        return far, ref in self.top and ref in self.bottom

    def _is_scaled(self, node: Node, inputs: Sequence[Tensor]) -> bool:
        if len(node.inputs) == 2 and self.values.same(*node.inputs):
            return True
        return any(tensor.interval.low == tensor.interval.high for tensor in inputs)

    def overflows(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> bool:
        """Tell whether a node leaves its dtype although the bounds that go in are finite and reached."""
        if node.op not in GROWS or not is_real(output.dtype) or not node.inputs:
            return False
        if node.op in COUNTS and not _counted(inputs):
            return False
        data = node.inputs[: 1 if node.op in CARRIES | COUNTS else len(node.inputs)]
        if math.isinf(output.interval.high) and all(ref in self.top for ref in data):
            return True
        whole = all(ref in self.top and ref in self.bottom for ref in data)
        return whole and not output.interval.bounded and all(t.interval.bounded for t in inputs[: len(data)])


def _counted(inputs: Sequence[Tensor]) -> bool:
    """Tell whether it is known how many numbers a reduction takes together."""
    shape, axes = inputs[0].shape, inputs[1].value if len(inputs) > 1 else None
    if shape is None or axes is None:
        return False
    return all(-len(shape) <= axis < len(shape) and shape[axis] is not None for axis in axes.ravel().tolist())
