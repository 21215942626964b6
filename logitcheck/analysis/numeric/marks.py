"""Relations along an axis and between expressions, gathered: peaks, orders, unit vectors.

Intervals forget that the entries of ``x / |x|`` are a unit vector's, so that a product of two is a cosine;
and that of ``a - max(a, b)`` and ``b - max(a, b)`` one is 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.order import Order
from logitcheck.analysis.numeric.peaks import CARRIES, Axes, Peaks, axes_of, constants
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref


class Marks:
    """What relations tell of one graph, found node by node in its order."""

    def __init__(self, values: Values):
        self.values = values
        self.peaks = Peaks(values)
        self.order = Order(values)
        self.units: dict[Ref, Axes] = {}
        self.gaps: dict[Ref, tuple[Hashable, int]] = {}
        """``a - max(a, b)``: number of the maximum, and which of its arguments a is."""

    def refine(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> Tensor:
        """Return the output with the bounds that relations add; marks are kept for later readers."""
        ref = Ref(node.name)
        found = [self.peaks.refine(node, inputs, output), self._paired(node, inputs, ref)]
        if self._is_unit(node, inputs, ref):
            found.append(_cosine(output.dtype))
        found += [self._product_of_units(node, inputs, output), self.order.difference(node)]
        if output.dtype != "bool":
            for bounds in found:
                if bounds is not None:
                    output = output.with_(interval=_meet(output.interval, bounds))
        self.order.seen[ref] = output
        return output

    def _paired(self, node: Node, inputs: Sequence[Tensor], ref: Ref) -> Interval | None:
        if node.op not in ("Sub", "AddV2", "Add") or len(node.inputs) != 2:
            return None
        if self.peaks.shifted_by(node, inputs, "Max") is not None:
            return Interval(-float("inf"), 0.0)
        if self.peaks.shifted_by(node, inputs, "Min") is not None or self._is_spread(node):
            return Interval(0.0, float("inf"))
        return self._pair(node, ref)

    def _is_spread(self, node: Node) -> bool:
        """Tell whether the node is ``max(x) - min(x)`` over the same axes."""
        top, bottom = (self.values.maker(ref) for ref in node.inputs)
        if node.op != "Sub" or top is None or bottom is None or (top.op, bottom.op) != ("Max", "Min"):
            return False
        return self.values.same(top.inputs[0], bottom.inputs[0]) and constants(self.values, top) == constants(
            self.values, bottom
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
        axes = constants(self.values, node)
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
            axes = axes_of(constants(self.values, node), inputs[0].rank)
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


def _cosine(dtype: str | None) -> Interval:
    """Products of unit vectors stray past 1 by a few roundings."""
    reach = 1.0 + 8 * limits(dtype).step
    return Interval(-reach, reach)


def _meet(a: Interval, b: Interval) -> Interval:
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Interval(low, high) if low <= high else a
