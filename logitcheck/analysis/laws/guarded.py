"""What a comparison with a number tells of the tensor it compares: the bounds of a choice by its own values.

So are thresholds written: ``where(x > c, x, 0)``, ``x * cast(x > c)``.
"""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import INF, constant
from logitcheck.graph import Node, Ref

ABOVE = frozenset(("Greater", "GreaterEqual"))
COMPARISONS = ABOVE | {"Less", "LessEqual"}


def chosen(condition: Node, branch: Ref, holds: bool, ctx: Context) -> Interval:
    """Return the bounds of a branch of a choice, taken where a comparison holds (or where it does not)."""
    known = ctx.tensor(branch).interval
    limit = _limit(condition, branch, ctx)
    if limit is None:
        return known
    number, above = limit
    part = Interval(number, INF) if above == holds else Interval(-INF, number)
    return known if part[0] > known[1] or part[1] < known[0] else known.meet(part)


def switched(node: Node, ctx: Context) -> Interval | None:
    """Return the bounds of x times the truth of a comparison of x; None where a product is none."""
    for x, factor in (node.inputs, node.inputs[::-1]):
        cast = ctx.maker(factor)
        condition = ctx.maker(cast.inputs[0]) if cast is not None and cast.op == "Cast" else None
        if condition is not None and condition.op in COMPARISONS and _limit(condition, x, ctx) is not None:
            return chosen(condition, x, True, ctx).join(Interval(0.0, 0.0))
    return None


def _limit(condition: Node, ref: Ref, ctx: Context) -> tuple[float, bool] | None:
    """Return the number that a tensor is compared with, and whether the comparison holds above it."""
    left, right = condition.inputs[:2]
    above = condition.op in ABOVE
    for x, other, rises in ((left, right, above), (right, left, not above)):
        number = constant(ctx.tensor(other))
        if number is not None and ctx.origin(x) == ctx.origin(ref):
            return number, rises
    return None
