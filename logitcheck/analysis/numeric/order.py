"""Which of two expressions is never the larger one, entry by entry.

A union of two soft sets, ``sum(a) + sum(b) - sum(a * b)``, is never negative, and neither is a cross-entropy
from logits, ``max(x, 0) - x * y + …`` with y in [0, 1]: the product is at most one of its factors. Rounding
is monotone, so what holds for numbers holds for floats too, as long as both sides add up in the same order.
"""

from __future__ import annotations

import math

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

DEPTH = 6
SUMS = ("Sum", "Mean", "Max", "Min")
MOVES = ("ExpandDims", "GatherV2", "Reshape", "Squeeze", "StridedSlice", "Transpose")


class Order:
    """Compares expressions of one graph by how they are made; tensors are noted node by node."""

    def __init__(self, values: Values):
        self.values = values
        self.seen: dict[Ref, Tensor] = {}

    def difference(self, node: Node) -> Interval | None:
        """Return the bound of ``a - b`` where b is never larger than a, or than a term of a sum a."""
        if node.op != "Sub" or len(node.inputs) != 2:
            return None
        whole, part = node.inputs
        if self._maker(part).op not in ("Mul", "Minimum", "Relu", "Maximum", *SUMS, *MOVES):
            return None
        total = self._maker(whole)
        lows = [0.0] if self.at_most(part, whole) else []
        if total.op in ("AddV2", "Add") and len(total.inputs) == 2:
            for term, rest in (total.inputs, total.inputs[::-1]):
                if self.at_most(part, term):
                    lows.append(self._bounds(rest).low)
        return Interval(max(lows), math.inf) if lows else None

    def at_most(self, a: Ref, b: Ref, depth: int = DEPTH) -> bool:
        """Tell whether it is certain that a ≤ b in every entry."""
        if self.values.same(a, b) or self._bounds(a).high <= self._bounds(b).low:
            return True
        if depth == 0:
            return False
        small, large = self._maker(a), self._maker(b)
        return (
            self._below(small, b, depth - 1)
            or self._above(large, a, depth - 1)
            or self._alike(small, large, depth - 1)
        )

    def _below(self, small: Node, b: Ref, depth: int) -> bool:
        """Tell it by how the smaller side is made."""
        if small.op == "Minimum":
            return any(self.at_most(part, b, depth) for part in small.inputs)
        if small.op == "Maximum":
            return all(self.at_most(part, b, depth) for part in small.inputs)
        if small.op == "Relu":
            return self._bounds(b).low >= 0 and self.at_most(small.inputs[0], b, depth)
        if small.op != "Mul" or len(small.inputs) != 2:
            return False
        positive = self._positive_part(b)
        for factor, share in (small.inputs, small.inputs[::-1]):
            part = self._bounds(share)
            if part.low < 0 or part.high > 1:
                continue
            if positive is not None and self.values.same(factor, positive):
                return True
            if self._bounds(factor).low >= 0 and self.at_most(factor, b, depth):
                return True
        return False

    def _above(self, large: Node, a: Ref, depth: int) -> bool:
        """Tell it by how the larger side is made."""
        if large.op == "Minimum":
            return all(self.at_most(a, part, depth) for part in large.inputs)
        if large.op in ("Maximum", "Relu"):
            return any(self.at_most(a, part, depth) for part in large.inputs)
        if large.op in ("AddV2", "Add") and len(large.inputs) == 2:
            pairs = (large.inputs, large.inputs[::-1])
            return any(self._bounds(rest).low >= 0 and self.at_most(a, term, depth) for term, rest in pairs)
        return False

    def _alike(self, small: Node, large: Node, depth: int) -> bool:
        """Tell it of two expressions of the same kind by their arguments."""
        if small.op != large.op or len(small.inputs) != len(large.inputs) or not small.inputs:
            return False
        (a, *rest), (b, *others) = small.inputs, large.inputs
        if small.op in SUMS + MOVES:
            same = all(self.values.same(x, y) for x, y in zip(rest, others, strict=True))
            return same and self._fits(a, b) and self.at_most(a, b, depth)
        if small.op == "Sub":
            return self.at_most(a, b, depth) and self.at_most(others[0], rest[0], depth)
        if small.op != "Mul" or len(rest) != 1:
            return False
        if any(self._bounds(ref).low < 0 for ref in (a, b, *rest, *others)):
            return False
        straight = self.at_most(a, b, depth) and self.at_most(rest[0], others[0], depth)
        return straight or (self.at_most(a, others[0], depth) and self.at_most(rest[0], b, depth))

    def _fits(self, a: Ref, b: Ref) -> bool:
        """Tell whether two tensors have one shape, as far as it is told: none is stretched to the other."""
        one, other = self.seen.get(a), self.seen.get(b)
        return one is not None and other is not None and one.shape is not None and one.shape == other.shape

    def _positive_part(self, ref: Ref) -> Ref | None:
        """Return x where a value is max(x, 0), written as such, as a ReLU or as a selection."""
        node = self._maker(ref)
        if node.op == "Relu":
            return node.inputs[0]
        if node.op == "Maximum":
            x, y = node.inputs
            return x if self._is_zero(y) else y if self._is_zero(x) else None
        if (
            node.op not in ("Select", "SelectV2")
            or len(node.inputs) != 3
            or not self._is_zero(node.inputs[2])
        ):
            return None
        test, kept = self._maker(node.inputs[0]), node.inputs[1]
        above = test.op in ("Greater", "GreaterEqual") and len(test.inputs) == 2
        return (
            kept
            if above and self.values.same(test.inputs[0], kept) and self._is_zero(test.inputs[1])
            else None
        )

    def _is_zero(self, ref: Ref) -> bool:
        bounds = self._bounds(ref)
        return bounds.low == bounds.high == 0

    def _maker(self, ref: Ref) -> Node:
        return self.values.maker(ref) or Node("", "Unknown")

    def _bounds(self, ref: Ref) -> Interval:
        tensor = self.seen.get(ref)
        return tensor.interval if tensor is not None else Interval(-math.inf, math.inf)
