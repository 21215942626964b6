"""Recognition of vectors scaled to length 1: x / sqrt(sum(x²)) and x * rsqrt(sum(x²)), guarded or not.

The product of two of them along the axis they are scaled along is a cosine (Cauchy and Schwarz).
"""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import constant, from_end, integers
from logitcheck.graph import Node, Ref

LIMITS = Interval(-1.000001, 1.000001)
"""|x| ≤ sqrt(sum(x²)) whatever the axes of the sum; the rest is rounding."""

GUARDS = frozenset(("Maximum", "Add", "AddV2"))
QUOTIENTS = frozenset(("RealDiv", "Div", "DivNoNan"))
STEPS = 4

Axes = tuple[int, ...] | None
"""Axes from the end, empty where they are not constant; None where nothing is scaled."""


def product(node: Node, ctx: Context) -> bool:
    """Tell whether a product is x * rsqrt(sum(x²)) or x * (1 / sqrt(sum(x²)))."""
    return _scaled_product(node, ctx) is not None


def quotient(above: Ref, below: Ref, ctx: Context) -> bool:
    """Tell whether a quotient is x / sqrt(sum(x²))."""
    return _scaled_quotient(above, below, ctx) is not None


def cosine(a: tuple[Ref, int], b: tuple[Ref, int], ctx: Context) -> bool:
    """Tell whether two tensors hold vectors of at most length 1, each along its axis (from the end)."""
    for ref, _ in (a, b):
        low, high = ctx.tensor(ref).interval[:2]
        if low < LIMITS[0] or high > LIMITS[1]:
            return False
    return _scaled_along(*a, ctx) and _scaled_along(*b, ctx)


def _scaled_along(ref: Ref, axis: int, ctx: Context) -> bool:
    """Tell whether a tensor is scaled along an axis, seen through ops that move it."""
    for _ in range(STEPS):
        node = ctx.maker(ref)
        if node is None:
            return False
        if node.op == "Mul":
            return _scaled_product(node, ctx) == (axis,)
        if node.op in QUOTIENTS:
            return _scaled_quotient(node.inputs[0], node.inputs[1], ctx) == (axis,)
        before = _before(node, axis, ctx)
        if before is None:
            return False
        ref, axis = node.inputs[0], before
    return False


def _before(node: Node, axis: int, ctx: Context) -> int | None:
    """Return where an axis was before it was moved, both from the end; None where that is not known."""
    if node.op not in ("Transpose", "ExpandDims") or len(node.inputs) < 2:
        return None
    rank, moves = ctx.tensor(node.inputs[0]).rank, integers(ctx.tensor(node.inputs[1]))
    if rank is None or not moves:
        return None
    if node.op == "Transpose":
        return moves[axis] % rank - rank if len(moves) == rank else None
    place, new = axis % (rank + 1), moves[0] % (rank + 1)
    return None if place == new else place - (place > new) - rank


def _scaled_product(node: Node, ctx: Context) -> Axes:
    for above, below in (node.inputs, node.inputs[::-1]):
        maker = _at_most(below, ctx)
        if maker is None:
            continue
        found: Axes = None
        if maker.op == "Rsqrt":
            found = _sums_squares(maker.inputs[0], above, ctx)
        elif maker.op in ("Reciprocal", "Inv"):
            found = _scaled_quotient(above, maker.inputs[0], ctx)
        if found is not None:
            return found
    return None


def _scaled_quotient(above: Ref, below: Ref, ctx: Context) -> Axes:
    root = _unguarded(below, ctx)
    return _sums_squares(root.inputs[0], above, ctx) if root is not None and root.op == "Sqrt" else None


def _at_most(ref: Ref, ctx: Context) -> Node | None:
    """Return what makes a factor, seen through a minimum with a number that is not negative."""
    node = ctx.maker(ref)
    return _guarded(node, ctx) if node is not None and node.op == "Minimum" else node


def _sums_squares(ref: Ref, x: Ref, ctx: Context) -> Axes:
    """Return the axes along which a tensor is at least the sum of the squares of x, in its place."""
    total = _unguarded(ref, ctx)
    if total is None or total.op != "Sum" or not total.attrs.get("keep_dims"):
        return None
    square = ctx.maker(total.inputs[0])
    if square is None or square.op not in ("Square", "Mul", "Pow"):
        return None
    squared = {ctx.origin(source) for source in square.inputs[: 2 if square.op == "Mul" else 1]}
    if square.op == "Pow" and constant(ctx.tensor(square.inputs[1])) != 2.0:
        return None
    if squared != {ctx.origin(x)}:
        return None
    return from_end(integers(ctx.tensor(total.inputs[1])) or (), ctx.tensor(x).rank) or ()


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
