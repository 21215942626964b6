"""Recognition of vectors scaled to length 1: x / sqrt(sum(x²)) and x * rsqrt(sum(x²)), guarded or not."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import constant
from logitcheck.graph import Node, Ref

LIMITS = Interval(-1.000001, 1.000001)
"""|x| ≤ sqrt(sum(x²)) whatever the axes of the sum; the rest is rounding."""

GUARDS = frozenset(("Maximum", "Add", "AddV2"))
STEPS = 4


def product(node: Node, ctx: Context) -> bool:
    """Tell whether a product is x * rsqrt(sum(x²)) or x * (1 / sqrt(sum(x²)))."""
    for above, below in (node.inputs, node.inputs[::-1]):
        maker = ctx.maker(below)
        if maker is None:
            continue
        if maker.op == "Rsqrt" and _sums_squares(maker.inputs[0], above, ctx):
            return True
        if maker.op in ("Reciprocal", "Inv") and quotient(above, maker.inputs[0], ctx):
            return True
    return False


def quotient(above: Ref, below: Ref, ctx: Context) -> bool:
    """Tell whether a quotient is x / sqrt(sum(x²))."""
    root = _unguarded(below, ctx)
    return root is not None and root.op == "Sqrt" and _sums_squares(root.inputs[0], above, ctx)


def _sums_squares(ref: Ref, x: Ref, ctx: Context) -> bool:
    """Tell whether a tensor is at least the sum of the squares of x, in its place."""
    total = _unguarded(ref, ctx)
    if total is None or total.op != "Sum" or not total.attrs.get("keep_dims"):
        return False
    square = ctx.maker(total.inputs[0])
    if square is None:
        return False
    squared = {ctx.origin(source) for source in square.inputs[: 2 if square.op == "Mul" else 1]}
    if square.op == "Pow" and constant(ctx.tensor(square.inputs[1])) != 2.0:
        return False
    return square.op in ("Square", "Mul", "Pow") and squared == {ctx.origin(x)}


def _unguarded(ref: Ref, ctx: Context) -> Node | None:
    """Return what is behind additions of, and maxima with, a number that is not negative."""
    node = ctx.maker(ref)
    for _ in range(STEPS):
        if node is None or node.op not in GUARDS:
            break
        node = _guarded(node, ctx)
    return node


def _guarded(node: Node, ctx: Context) -> Node | None:
    for ref, other in (node.inputs, node.inputs[::-1]):
        number = constant(ctx.tensor(other))
        if number is not None and number >= 0:
            return ctx.maker(ref)
    return None
