"""Recognition of mixtures: g a + (1 - g) b, and the sum of g[e] p[e] with shares g that sum to 1."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import Sums, sums_of
from logitcheck.analysis.laws.patterns import complement_of
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref


def blend(left: Node, right: Node, ctx: Context) -> tuple[Interval, Sums] | None:
    """Return what two products g a + (1 - g) b with 0 ≤ g ≤ 1 are together; None for any other two.

    They lie between a and b, and are a distribution where both are: so a gated recurrent cell keeps its
    state, and so two models are blended.
    """
    for one in (left.inputs, left.inputs[::-1]):
        for other in (right.inputs, right.inputs[::-1]):
            gate = ctx.tensor(one[0])
            if _opposite(one[0], other[0], ctx) and gate.interval[0] >= 0 and gate.interval[1] <= 1:
                return _between(gate, ctx.tensor(one[1]), ctx.tensor(other[1]))
    return None


def _opposite(a: Ref, b: Ref, ctx: Context) -> bool:
    return complement_of(a, b, ctx) or complement_of(b, a, ctx)


def _between(gate: Tensor, a: Tensor, b: Tensor) -> tuple[Interval, Sums]:
    sums = sums_of(a)
    even = sums is not None and _even(gate, sums[0])
    return a.interval.join(b.interval), sums if even and sums == sums_of(b) else None


def _even(gate: Tensor, axis: int) -> bool:
    """Tell whether a gate is the same for every entry of an axis (counted from the end)."""
    return gate.rank is not None and (-axis > gate.rank or gate.size(axis) == 1)


def weighed(product: Node, whole: Tensor, axis: int, ctx: Context) -> Interval | None:
    """Return the range of a sum of g p along the axis along which g sums to 1: that of p (attention pooling).

    Shares are never negative, so no sum of theirs leaves the range of what they weigh. ``whole`` is what is
    known of the product.
    """
    for gate, part in (product.inputs, product.inputs[::-1]):
        shares = ctx.tensor(gate)
        if shares.rank is None or shares.sums_to_one != axis:
            continue
        if shares.size(axis) == whole.size(axis) != 1:
            return Interval(*ctx.tensor(part).interval[:2])
    return None
