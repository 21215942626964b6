"""Recognition of hand-written normalisers: which nodes together make a softmax, a logsumexp, an L1 norm."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.head_ops import STORED
from logitcheck.analysis.laws.base import Sums, constant, from_end, has_zero, integers
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

EPSILON = 1e-5
"""A guard this small in a denominator still counts as normalising; the usual ones are 1e-7 to 1e-12."""

RESHAPES = ("Reshape", "Squeeze", "ExpandDims")


def is_weight(ref: Ref, ctx: Context) -> bool:
    """Tell whether a tensor is a stored one of more than one number."""
    node = ctx.maker(ref)
    for _ in range(3):
        if node is None or node.op not in ("ReadVariableOp", "Cast", "Enter") or not node.inputs:
            break
        node = ctx.maker(node.inputs[0])
    return (
        node is not None
        and node.op in STORED
        and (node.op != "Const" or ctx.tensor(ref).rank not in (0, None))
    )


def trained(node: Node, ctx: Context) -> bool:
    """Tell whether one operand is a stored tensor: what comes out is then a layer's own numbers."""
    return any(is_weight(ref, ctx) for ref in node.inputs[1:])


def sum_node(ref: Ref, ctx: Context) -> tuple[Ref, int] | None:
    """Return what a denominator sums and along which axis (from the end), if it keeps that axis's place.

    Seen through: guards (``+ eps``, ``maximum(…, eps)``), and ExpandDims or Reshape that restore the axis.
    """
    node, restored = _total(ref, ctx)
    if node is None:
        return None
    source = ctx.tensor(node.inputs[0])
    axes = from_end(integers(ctx.tensor(node.inputs[1])) or (), source.rank)
    if not axes or len(axes) != 1:
        return None
    first = source.rank is not None and -axes[0] == source.rank
    keeps = node.attrs.get("keep_dims") or restored or first
    return (node.inputs[0], axes[0]) if keeps else None


def _total(ref: Ref, ctx: Context) -> tuple[Node | None, bool]:
    """Return the sum behind guards and reshapes, None where there is none, and whether it was reshaped."""
    node, restored = ctx.maker(ref), False
    for _ in range(4):
        if node is None:
            return None, restored
        if node.op in ("Add", "AddV2", "Maximum"):
            node = _past_guard(node, ctx)
        elif node.op in ("ExpandDims", "Reshape"):
            restored, node = True, ctx.maker(node.inputs[0])
        else:
            break
    return (node if node is not None and node.op == "Sum" else None), restored


def part_of_whole(above: Ref, below: Ref, ctx: Context) -> bool:
    """Tell whether a quotient is x / sum(x) for x ≥ 0 along whatever axes: it lies in [0, 1]."""
    total, restored = _total(below, ctx)
    if total is None or restored or not total.attrs.get("keep_dims") or ctx.tensor(above).interval[0] < 0:
        return False
    return ctx.origin(total.inputs[0]) == ctx.origin(above)


def over_own_size(above: Ref, below: Ref, ctx: Context) -> bool:
    """Tell whether a quotient is x / (c + |x|) with c ≥ 0: no larger than 1 either way."""
    node = ctx.maker(below)
    if node is None or node.op not in ("Add", "AddV2"):
        return False
    for size, other in (node.inputs, node.inputs[::-1]):
        absolute = ctx.maker(size)
        if absolute is not None and absolute.op == "Abs":
            number = constant(ctx.tensor(other))
            return number is not None and number >= 0 and ctx.origin(absolute.inputs[0]) == ctx.origin(above)
    return False


def _past_guard(node: Node, ctx: Context) -> Node | None:
    for ref, other in (node.inputs, node.inputs[::-1]):
        number = constant(ctx.tensor(other))
        if number is not None and 0 <= number <= EPSILON:
            return ctx.maker(ref)
    return None


def normalised(above: Ref, below: Ref, ctx: Context) -> Sums:
    """Return the axis of x / sum(x) for x ≥ 0; a guard in the denominator is taken only with x > 0."""
    found = sum_node(below, ctx)
    if found is None or ctx.origin(found[0]) != ctx.origin(above):
        return None
    x, total = ctx.tensor(above), ctx.maker(below)
    guarded = total is not None and total.op in ("Add", "AddV2", "Maximum")
    if x.interval[0] < 0 or (guarded and has_zero(x.interval)):
        return None
    return found[1], 1.0


def normalised_product(node: Node, ctx: Context) -> Sums:
    """Return the axis of x * (1 / sum(x))."""
    for above, below in (node.inputs, node.inputs[::-1]):
        maker = ctx.maker(below)
        if maker is None:
            continue
        if maker.op in ("Reciprocal", "Inv"):
            return normalised(above, maker.inputs[0], ctx)
        if maker.op in ("RealDiv", "DivNoNan") and constant(ctx.tensor(maker.inputs[0])) == 1.0:
            return normalised(above, maker.inputs[1], ctx)
    return None


def _unshifted(ref: Ref, ctx: Context) -> Ref:
    """Return m behind where(is_finite(m), m, 0) and reshapes, as logsumexp writes its shift."""
    for _ in range(4):
        node = ctx.maker(ref)
        if node is None or node.op not in ("Select", "SelectV2", *RESHAPES):
            break
        ref = node.inputs[1 if node.op.startswith("Select") else 0]
    return ctx.origin(ref)


def logsumexp(ref: Ref, ctx: Context) -> tuple[Ref, int] | None:
    """Return x and its axis behind log(sum(exp(x))) or m + log(sum(exp(x - m)))."""
    node = _unreshaped(ref, ctx)
    if node is None or node.op not in ("Add", "AddV2"):
        return _log_of_sum(node, ctx)
    for part, shift in (node.inputs, node.inputs[::-1]):
        found = _log_of_sum(_unreshaped(part, ctx), ctx)
        inner = ctx.maker(found[0]) if found else None
        if (
            found
            and inner
            and inner.op == "Sub"
            and _unshifted(inner.inputs[1], ctx) == _unshifted(shift, ctx)
        ):
            return inner.inputs[0], found[1]
    return None


def _unreshaped(ref: Ref, ctx: Context) -> Node | None:
    node = ctx.maker(ref)
    return ctx.maker(node.inputs[0]) if node is not None and node.op in RESHAPES else node


def _log_of_sum(node: Node | None, ctx: Context) -> tuple[Ref, int] | None:
    found = _summed(node.inputs[0], ctx) if node is not None and node.op == "Log" else None
    inner = ctx.maker(found[0]) if found else None
    return (inner.inputs[0], found[1]) if found and inner and inner.op == "Exp" else None


def _summed(ref: Ref, ctx: Context) -> tuple[Ref, int] | None:
    node = ctx.maker(ref)
    if node is None or node.op != "Sum":
        return None
    axes = from_end(integers(ctx.tensor(node.inputs[1])) or (), ctx.tensor(node.inputs[0]).rank)
    return (node.inputs[0], axes[0]) if axes and len(axes) == 1 else None


def log_softmax_axis(node: Node, x: Tensor, ctx: Context) -> int | None:
    """Return the axis of x - logsumexp(x)."""
    found = logsumexp(node.inputs[1], ctx)
    if found is None:
        return None
    if ctx.origin(found[0]) == ctx.origin(node.inputs[0]):
        return found[1]
    shifted = ctx.maker(found[0])
    return found[1] if shifted is ctx.maker(node.inputs[0]) else None


def complement_of(a: Ref, b: Ref, ctx: Context) -> bool:
    """Tell whether b is 1 - a."""
    node = ctx.maker(b)
    if node is None or node.op != "Sub" or constant(ctx.tensor(node.inputs[0])) != 1.0:
        return False
    return ctx.origin(node.inputs[1]) == ctx.origin(a)
