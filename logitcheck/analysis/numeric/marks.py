"""Relations along an axis: the largest entry is known, the vector has length 1.

Intervals forget that ``x - max(x)`` is 0 somewhere in every row, so that the sum of its exponentials is at
least 1; and that the entries of ``x / |x|`` are a unit vector's, so that a product of two is a cosine.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

Axes = frozenset[int]
"""Axes counted from the end where the rank is known, as written elsewhere."""

CARRIES = frozenset(
    ["Identity", "StopGradient", "PreventGradient", "Cast", "Snapshot", "CheckNumerics", "EnsureShape"]
)


class Peak(NamedTuple):
    """Along these axes the largest entry is exactly ``value``."""

    axes: Axes
    value: float


class Marks:
    """Peaks and unit vectors of one graph, found node by node in its order."""

    def __init__(self, values: Values):
        self.values = values
        self.peaks: dict[Ref, Peak] = {}
        self.units: dict[Ref, Axes] = {}
        self.gaps: dict[Ref, tuple[Hashable, int]] = {}
        """``a - max(a, b)``: number of the maximum, and which of its arguments a is."""

    def refine(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> Tensor:
        """Return the output with the bounds that relations add; marks are kept for later readers."""
        ref = Ref(node.name)
        found = self._mark_peak(node, inputs, ref)
        if self._is_unit(node, inputs, ref):
            found = _cosine(output.dtype)
        found = found or self._reduced(node, inputs) or self._product_of_units(node, inputs, output)
        if found is None or output.dtype == "bool":
            return output
        return output.with_(interval=_meet(output.interval, found))

    def _mark_peak(self, node: Node, inputs: Sequence[Tensor], ref: Ref) -> Interval | None:
        if node.op in ("Sub", "AddV2", "Add") and len(node.inputs) == 2:
            axes = self._shifted_by(node, inputs, "Max")
            if axes is not None:
                self.peaks[ref] = Peak(axes, 0.0)
                return Interval(-float("inf"), 0.0)
            if self._shifted_by(node, inputs, "Min") is not None or self._is_spread(node):
                return Interval(0.0, float("inf"))
            paired = self._pair(node, ref)
            if paired is not None:
                return paired
        peak = self.peaks.get(node.inputs[0]) if node.inputs else None
        if peak is not None and node.op in CARRIES:
            self.peaks[ref] = peak
        if peak is not None and node.op == "Exp" and peak.value == 0.0:
            self.peaks[ref] = Peak(peak.axes, 1.0)
            return Interval(0.0, 1.0)
        scale = _positive_scale(node, inputs)
        if peak is not None and scale is not None:
            self.peaks[ref] = Peak(peak.axes, peak.value * scale)
        return None

    def _is_spread(self, node: Node) -> bool:
        """Tell whether the node is ``max(x) - min(x)`` over the same axes."""
        top, bottom = (self.values.maker(ref) for ref in node.inputs)
        if node.op != "Sub" or top is None or bottom is None or (top.op, bottom.op) != ("Max", "Min"):
            return False
        return self.values.same(top.inputs[0], bottom.inputs[0]) and self._constants(top) == self._constants(
            bottom
        )

    def _pair(self, node: Node, ref: Ref) -> Interval | None:
        """``a - max(a, b)`` is at most 0, and ``exp(a - max(a, b)) + exp(b - max(a, b))`` at least 1."""
        if node.op == "Sub":
            top = self.values.maker(node.inputs[1])
            if top is None or top.op != "Maximum" or len(top.inputs) != 2:
                return None
            for place, argument in enumerate(top.inputs):
                if self.values.same(argument, node.inputs[0]):
                    self.gaps[ref] = (self.values.of(node.inputs[1]), place)
                    return Interval(-float("inf"), 0.0)
            return None
        terms = [self._gap_of_exp(term) for term in node.inputs]
        if None not in terms and {term[1] for term in terms if term} == {0, 1} and terms[0][0] == terms[1][0]:  # type: ignore[index]
            return Interval(1.0, 2.0)
        return None

    def _gap_of_exp(self, ref: Ref) -> tuple[Hashable, int] | None:
        node = self.values.maker(ref)
        return self.gaps.get(node.inputs[0]) if node is not None and node.op == "Exp" else None

    def _shifted_by(self, node: Node, inputs: Sequence[Tensor], op: str) -> Axes | None:
        """Return the axes where the node is ``x - op(x)``, None where it is not."""
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
        return axes_of(self._constants(shift), inputs[0].rank)

    def _unwrapped(self, node: Node) -> Node | None:
        """Look through ``expand_dims`` and ``where(is_finite(m), m, 0)``."""
        if node.op == "ExpandDims":
            return self.values.maker(node.inputs[0])
        test = self.values.maker(node.inputs[0])
        kept = node.inputs[1]
        finite = test is not None and test.op == "IsFinite" and self.values.same(test.inputs[0], kept)
        return self.values.maker(kept) if finite else None

    def _constants(self, node: Node) -> tuple[int, ...] | None:
        maker = self.values.maker(node.inputs[1]) if len(node.inputs) > 1 else None
        value = maker.attrs.get("value") if maker is not None and maker.op == "Const" else None
        return None if value is None else tuple(int(x) for x in value.ravel().tolist())

    def _reduced(self, node: Node, inputs: Sequence[Tensor]) -> Interval | None:
        """Sum of nonnegative entries of which one is ``peak``: at least the peak."""
        if node.op not in ("Sum", "Max") or not node.inputs:
            return None
        peak = self.peaks.get(node.inputs[0])
        if peak is None:
            return None
        axes = axes_of(self._constants(node), inputs[0].rank)
        if axes is None or not peak.axes <= axes or inputs[0].interval.low < 0:
            return None
        return Interval(peak.value, float("inf"))

    def _is_unit(self, node: Node, inputs: Sequence[Tensor], ref: Ref) -> bool:
        if node.op in CARRIES and node.inputs and node.inputs[0] in self.units:
            self.units[ref] = self.units[node.inputs[0]]
            return True
        if node.op not in ("Mul", "RealDiv", "Div", "DivNoNan") or len(node.inputs) != 2:
            return False
        orders = ((0, 1), (1, 0)) if node.op == "Mul" else ((0, 1),)
        for x, scale in orders:
            axes = self._norm_of(node.inputs[x], node.inputs[scale], "Rsqrt" if node.op == "Mul" else "Sqrt")
            if axes is not None:
                rank = inputs[x].rank
                self.units[ref] = frozenset(a - rank if rank and a >= 0 else a for a in axes)
                return True
        return False

    def _norm_of(self, x: Ref, scale: Ref, root: str) -> Axes | None:
        """Return the axes where ``scale`` is the root of (at least) the sum of squares of ``x``."""
        node = self._guarded(scale)
        if node is not None and node.op == "EuclideanNorm" and root == "Sqrt":
            return self._axes_if(node, x, node.inputs[0])
        if node is None or node.op != root:
            return None
        total = self._guarded(node.inputs[0])
        if total is None or total.op != "Sum":
            return None
        square = self.values.maker(total.inputs[0])
        if square is None or not (
            square.op == "Square" or (square.op == "Mul" and self.values.same(*square.inputs))
        ):
            return None
        return self._axes_if(total, x, square.inputs[0])

    def _axes_if(self, node: Node, x: Ref, y: Ref) -> Axes | None:
        axes = self._constants(node)
        return frozenset(axes) if axes is not None and self.values.same(x, y) else None

    def _guarded(self, ref: Ref) -> Node | None:
        """Return the maker behind a guard that makes a value larger: maximum(., c) or . + c with c ≥ 0."""
        node = self.values.maker(ref)
        if node is None or node.op not in ("Maximum", "AddV2", "Add"):
            return node
        for one, other in ((0, 1), (1, 0)):
            guard = self.values.maker(node.inputs[one])
            value = guard.attrs.get("value") if guard is not None and guard.op == "Const" else None
            if value is not None and value.size == 1 and float(value.ravel()[0]) >= 0:
                return self.values.maker(node.inputs[other])
        return node

    def _product_of_units(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> Interval | None:
        if node.op == "Sum":
            product = self.values.maker(node.inputs[0])
            if product is None or product.op != "Mul":
                return None
            axes = axes_of(self._constants(node), inputs[0].rank)
            pair = [self.units.get(ref) for ref in product.inputs]
            return _cosine(output.dtype) if axes is not None and pair[0] == pair[1] == axes else None
        if node.op in ("MatMul", "BatchMatMulV2", "BatchMatMul", "BatchMatMulV3"):
            pair = [self.units.get(ref) for ref in node.inputs[:2]]
            first = -2 if node.attrs.get("transpose_a") or node.attrs.get("adj_x") else -1
            second = -1 if node.attrs.get("transpose_b") or node.attrs.get("adj_y") else -2
            fits = pair[0] in _axis(first, node) and pair[1] in _axis(second, node)
            return _cosine(output.dtype) if fits else None
        return None


def _axis(axis: int, node: Node) -> tuple[Axes, ...]:
    """Return an axis as it may have been written: a MatMul's arguments have two."""
    return (frozenset({axis}), frozenset({axis + 2})) if node.op == "MatMul" else (frozenset({axis}),)


def axes_of(constants: tuple[int, ...] | None, rank: int | None) -> Axes | None:
    """Return a reduction's axes counted from the end, where the rank tells; None where they are unknown."""
    if constants is None:
        return None
    return frozenset(axis - rank if rank and axis >= 0 else axis for axis in constants)


def _cosine(dtype: str | None) -> Interval:
    """Products of unit vectors stray past 1 by a few roundings."""
    reach = 1.0 + 8 * limits(dtype).step
    return Interval(-reach, reach)


def _positive_scale(node: Node, inputs: Sequence[Tensor]) -> float | None:
    if node.op == "Mul":
        for tensor in inputs:
            if tensor.interval.low == tensor.interval.high > 0 and tensor.rank == 0:
                return tensor.interval.low
    if node.op in ("RealDiv", "Div") and inputs[1].interval.low == inputs[1].interval.high > 0:
        return 1.0 / inputs[1].interval.low if inputs[1].rank == 0 else None
    return None


def _meet(a: Interval, b: Interval) -> Interval:
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Interval(low, high) if low <= high else a
