"""Floors of the largest entry along an axis, which intervals forget.

``x - max(x)`` is 0 somewhere in every row, so that the sum of its exponentials is at least 1; of n
probabilities one is at least 1/n, so that neither their maximum nor the sum of their squares is ever 0; and
every row of an adjacency matrix plus the identity holds a 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

Axes = frozenset[int]
"""Axes counted from the end where the rank is known, as written elsewhere."""

CARRIES = frozenset(
    ["Identity", "StopGradient", "PreventGradient", "Cast", "Snapshot", "CheckNumerics", "EnsureShape"]
)

RISING: dict[str, Callable[[float], float]] = {
    "Exp": math.exp,
    "Maximum": lambda v: v,
    "Relu": lambda v: v,
    "Sqrt": lambda v: math.sqrt(max(v, 0.0)),
}
"""Ops whose result never falls when their first argument rises, whatever the others are."""

ROUNDING = 1 - 2.0**-6
"""Rounding may lower a floor that was computed exactly: by this factor at most, in bfloat16."""

LARGEST = 4096
"""Entries of a constant that is looked through for its floors."""


class Peak(NamedTuple):
    """Along these axes the largest entry is at least ``value``, wherever one stands on the others."""

    axes: Axes
    value: float


class Peaks:
    """Peaks of one graph, found node by node in its order."""

    def __init__(self, values: Values):
        self.values = values
        self.found: dict[Ref, tuple[Peak, ...]] = {}

    def refine(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> Interval | None:
        """Keep the peaks of a node's output for later readers; return a bound that peaks give it, or None."""
        peaks = self._shifted(node, inputs) or self._carried(node, inputs) or made(node, inputs, output)
        if peaks:
            self.found[Ref(node.name)] = peaks
        return self._reduced(node, inputs)

    def _shifted(self, node: Node, inputs: Sequence[Tensor]) -> tuple[Peak, ...]:
        axes = self.shifted_by(node, inputs, "Max")
        return () if axes is None else (Peak(axes, 0.0),)

    def _carried(self, node: Node, inputs: Sequence[Tensor]) -> tuple[Peak, ...]:
        """Return the peaks of a node that moves its arguments' entries upwards together."""
        found = []
        for place, ref in enumerate(node.inputs):
            for peak in self.found.get(ref, ()):
                value = _moved(node, inputs, place, peak.value)
                if value is not None and math.isfinite(value):
                    found.append(Peak(peak.axes, value))
        return tuple(found)

    def shifted_by(self, node: Node, inputs: Sequence[Tensor], op: str) -> Axes | None:
        """Return the axes where the node is ``x - op(x)``, None where it is not."""
        if node.op not in ("Sub", "AddV2", "Add") or len(node.inputs) != 2:
            return None
        shift = self.values.maker(node.inputs[1])
        if node.op != "Sub":
            if shift is None or shift.op != "Neg":
                return None
            shift = self.values.maker(shift.inputs[0])
        for _ in range(3):
            if shift is not None and shift.op in ("ExpandDims", "Select", "SelectV2"):
                shift = self._unwrapped(shift)
        if shift is None or shift.op != op or not self.values.same(shift.inputs[0], node.inputs[0]):
            return None
        return axes_of(constants(self.values, shift), inputs[0].rank)

    def _unwrapped(self, node: Node) -> Node | None:
        """Look through ``expand_dims`` and ``where(is_finite(m), m, 0)``."""
        if node.op == "ExpandDims":
            return self.values.maker(node.inputs[0])
        test = self.values.maker(node.inputs[0])
        kept = node.inputs[1]
        finite = test is not None and test.op == "IsFinite" and self.values.same(test.inputs[0], kept)
        return self.values.maker(kept) if finite else None

    def _reduced(self, node: Node, inputs: Sequence[Tensor]) -> Interval | None:
        """A maximum is at least the peak; so is a sum without negative terms, and a mean a part of it."""
        if node.op not in ("Sum", "Max", "Mean") or not node.inputs:
            return None
        axes = axes_of(constants(self.values, node), inputs[0].rank)
        if axes is None or (node.op != "Max" and inputs[0].interval.low < 0):
            return None
        values = [peak.value for peak in self.found.get(node.inputs[0], ()) if peak.axes <= axes]
        terms = _terms(inputs[0], axes) if node.op == "Mean" else 1
        return Interval(max(values) / terms, math.inf) if values and terms else None


def made(node: Node, inputs: Sequence[Tensor], output: Tensor) -> tuple[Peak, ...]:
    """Return the peaks of probabilities, of a diagonal matrix, square where its shape is told, of numbers."""
    axis = output.sums_to_one
    size = output.size(axis) if axis is not None else None
    if axis is not None and size:
        return (Peak(frozenset({axis}), ROUNDING / size),)
    if node.op in ("MatrixDiag", "MatrixDiagV2", "MatrixDiagV3") and output.shape is not None:
        low = inputs[0].interval.low
        return tuple(Peak(frozenset({axis}), low) for axis in (-1, -2)) if low > 0 else ()
    value = node.attrs.get("value") if node.op == "Const" else None
    if value is None or value.dtype.kind not in "fiu" or not 0 < value.size <= LARGEST or value.ndim < 2:
        return ()
    floors = [(axis, float(value.max(axis=axis).min())) for axis in (-1, -2)]
    return tuple(Peak(frozenset({axis}), low) for axis, low in floors if low > 0)


def _moved(node: Node, inputs: Sequence[Tensor], place: int, value: float) -> float | None:
    """Return the peak of a node whose argument number ``place`` has the peak ``value``, None for none."""
    others = [tensor.interval for index, tensor in enumerate(inputs) if index != place]
    low = inputs[place].interval.low
    if node.op in CARRIES:
        return value
    if node.op in RISING:
        return RISING[node.op](min(value, 80.0))
    if node.op == "Square":
        return value * value if low >= 0 <= value else None
    if not others or len(inputs) != 2:
        return None
    other = others[0]
    if node.op in ("AddV2", "Add"):
        return value + other.low
    if node.op == "Minimum":
        return min(value, other.low)
    if value < 0:
        return None
    if node.op == "Mul":
        return value * other.low if other.low >= 0 else None
    if place == 0 and node.op in ("RealDiv", "Div"):
        return value / other.high if other.low > 0 else None
    if place == 0 and node.op == "Pow":
        steady = other.low == other.high > 0 and low >= 0
        return float(min(value, 1.0) ** other.low) if steady else None
    return None


def _terms(tensor: Tensor, axes: Axes) -> int:
    """Return how many entries a reduction takes together, 0 where it is unknown."""
    sizes = [tensor.size(axis) if axis < 0 else None for axis in axes]
    return math.prod(size or 0 for size in sizes)


def constants(values: Values, node: Node) -> tuple[int, ...] | None:
    """Return the axes that a reduction names, None where they are computed."""
    maker = values.maker(node.inputs[1]) if len(node.inputs) > 1 else None
    value = maker.attrs.get("value") if maker is not None and maker.op == "Const" else None
    return None if value is None else tuple(int(x) for x in value.ravel().tolist())


def axes_of(found: tuple[int, ...] | None, rank: int | None) -> Axes | None:
    """Return a reduction's axes counted from the end, where the rank tells; None where they are unknown."""
    if found is None:
        return None
    return frozenset(axis - rank if rank and axis >= 0 else axis for axis in found)
