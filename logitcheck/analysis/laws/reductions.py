"""Reductions along axes: sums, means, extremes, norms, counts, cumulative and segment forms."""

from __future__ import annotations

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    Sums,
    from_end,
    integers,
    is_float,
    minus_inf,
    plus_inf,
    product,
    result,
    sums_of,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

Axes = tuple[int, ...] | None


def _axes(node: Node, inputs: list[Tensor]) -> Axes:
    """Return the reduced axes counted from the end; None where they are not constant."""
    if len(inputs) < 2:
        return None
    numbers = integers(inputs[1])
    return None if numbers is None else from_end(numbers, inputs[0].rank)


def _keeps(node: Node) -> bool:
    return bool(node.attrs.get("keep_dims", node.attrs.get("keepdims", False)))


def reduced_shape(shape: Shape, axes: Axes, keep: bool) -> Shape:
    """Return the shape with axes (from the end) taken out, or kept as 1."""
    if shape is None:
        return None
    if axes is None:
        return (None,) * len(shape) if keep else None
    gone = {axis % len(shape) for axis in axes} if shape else set()
    if keep:
        return tuple(1 if i in gone else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in gone)


def _count(x: Tensor, axes: Axes) -> int | None:
    return None if axes is None or x.shape is None else product(x.shape[axis] for axis in axes)


def moved(axis: int, axes: Axes, keep: bool) -> int | None:
    """Return where an axis is after others were reduced, None where it was reduced itself."""
    if axes is None or axis in axes:
        return None
    return axis if keep else axis + sum(1 for other in axes if other > axis)


def _kept_sums(x: Tensor, axes: Axes, keep: bool, factor: float | None) -> Sums:
    """A sum over other axes multiplies the constant by their number, a mean leaves it."""
    sums = sums_of(x)
    if not sums or factor is None:
        return None
    axis = moved(sums[0], axes, keep)
    return None if axis is None else (axis, sums[1] * factor)


def total(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sum of n values: n times their bounds; 1 along the axis of a distribution; a mixture stays one."""
    x, axes, keep = inputs[0], _axes(node, inputs), _keeps(node)
    count = _count(x, axes)
    low, high = x.interval[:2]
    if count is None:
        image = Interval(0.0 if low >= 0 else -INF, 0.0 if high <= 0 else INF, low >= 0 and x.interval[2])
    else:
        image = ranges.scale(x.interval, float(count))
    own = sums_of(x)
    if own and axes == (own[0],):
        image = Interval(own[1], own[1])
    elif (known := _of_products(node, x, axes, ctx)) is not None:
        image = image.meet(known)
    sums = _kept_sums(x, axes, keep, float(count) if count is not None else None) or _mixture(
        node, axes, keep, ctx
    )
    nan = plus_inf(x) and minus_inf(x)
    return result(
        (x,), reduced_shape(x.shape, axes, keep), node.attrs.get("T") or x.dtype, image, nan=nan, sums=sums
    )


def _of_products(node: Node, x: Tensor, axes: Axes, ctx: Context) -> Interval | None:
    """Return the range of a sum of products where they are a mixture or the cosine of two vectors."""
    maker = ctx.maker(node.inputs[0])
    if maker is None or maker.op != "Mul" or axes is None or len(axes) != 1:
        return None
    from logitcheck.analysis.laws import mixtures, unit_length

    a, b = ((ref, axes[0]) for ref in maker.inputs)
    return unit_length.LIMITS if unit_length.cosine(a, b, ctx) else mixtures.weighed(maker, x, axes[0], ctx)


def _mixture(node: Node, axes: Axes, keep: bool, ctx: Context) -> Sums:
    """sum over e of g[e] p[e, :], g summing to 1 along e and constant along the classes: a distribution."""
    maker = ctx.maker(node.inputs[0])
    if maker is None or maker.op != "Mul" or axes is None or len(axes) != 1:
        return None
    for gate, part in (maker.inputs, maker.inputs[::-1]):
        g, p = ctx.tensor(gate), ctx.tensor(part)
        weights, own = sums_of(g), sums_of(p)
        if not weights or not own or weights[0] != axes[0] or own[0] == axes[0]:
            continue
        if g.rank is not None and (-own[0] > g.rank or g.size(own[0]) == 1):
            axis = moved(own[0], axes, keep)
            return None if axis is None else (axis, own[1] * weights[1])
    return None


def mean(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sum / n: within the bounds of x; a distribution along another axis stays one."""
    x, axes, keep = inputs[0], _axes(node, inputs), _keeps(node)
    image, own = x.interval, sums_of(x)
    if own and axes == (own[0],) and (size := x.size(own[0])):
        image = Interval(own[1] / size, own[1] / size)
    nan = (plus_inf(x) and minus_inf(x)) or None in (reduced_shape(x.shape, axes, True) or ())
    shape, dtype = reduced_shape(x.shape, axes, keep), node.attrs.get("T") or x.dtype
    return result(
        (x,),
        shape,
        dtype,
        image,
        nan=nan and plus_inf(x) and minus_inf(x),
        sums=_kept_sums(x, axes, keep, 1.0),
    )


def extreme(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the largest or smallest of several values: within their bounds."""
    x, axes, keep = inputs[0], _axes(node, inputs), _keeps(node)
    return result((x,), reduced_shape(x.shape, axes, keep), x.dtype, x.interval)


def multiplied(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = product of n values; of constant sizes: a constant."""
    x, axes, keep = inputs[0], _axes(node, inputs), _keeps(node)
    low, high = x.interval[:2]
    image = Interval(0.0, 1.0) if low >= 0 and high <= 1 else Interval(0.0 if low >= 0 else -INF, INF)
    if low >= -1 and high <= 1 and low < 0:
        image = Interval(-1.0, 1.0)
    out = result((x,), reduced_shape(x.shape, axes, keep), x.dtype, image, nan=x.may_inf)
    if is_float(x.dtype) or x.rank != 1 or (entries := integers(x)) is None or keep:
        return out
    import numpy as np

    from logitcheck.analysis.laws.folding import with_value

    return with_value(out, np.asarray(product(entries), dtype="int64"))


def logical(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = whether all or any are true."""
    return result((), reduced_shape(inputs[0].shape, _axes(node, inputs), _keeps(node)), "bool", UNIT)


def norm(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sqrt(sum x²) ≥ 0, at most sqrt(n) times the largest |x|."""
    x, axes, keep = inputs[0], _axes(node, inputs), _keeps(node)
    count, size = _count(x, axes), ranges.magnitude(x.interval)
    image = Interval(size[0] if count else 0.0, INF if count is None else size[1] * count**0.5)
    return result((x,), reduced_shape(x.shape, axes, keep), x.dtype, image)


def arg_extreme(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the index of the largest or smallest value: below the axis's length."""
    x, axes = inputs[0], _axes(node, inputs)
    size = x.size(axes[0]) if axes and len(axes) == 1 else None
    high = INF if size is None else float(max(size - 1, 0))
    return result(
        (), reduced_shape(x.shape, axes, False), node.attrs.get("output_type") or "int64", Interval(0.0, high)
    )


def cumulative(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = running sums or products: as many terms as the axis is long; within [0, 1] for a distribution."""
    x, axes = inputs[0], _axes(node, inputs)
    size = x.size(axes[0]) if axes and len(axes) == 1 else None
    own = sums_of(x)
    image = REALS
    if node.op == "Cumsum":
        term = x.interval.join(Interval(0.0, 0.0)) if node.attrs.get("exclusive") or size != 1 else x.interval
        image = (
            ranges.scale(term, float(size))
            if size
            else Interval(0.0 if term[0] >= 0 else -INF, 0.0 if term[1] <= 0 else INF)
        )
        if own and axes == (own[0],):
            image = Interval(0.0, own[1])
    elif node.op == "Cumprod" and x.interval[0] >= 0:
        image = UNIT if x.interval[1] <= 1 else Interval(0.0, INF)
    return result((x,), x.shape, x.dtype, image, nan=x.may_inf)


def top(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = the k largest values of the last axis, and where they were."""
    x = inputs[0]
    k = node.attrs.get("k") if len(inputs) < 2 else (integers(inputs[1]) or (None,))[0]
    shape = None if x.shape is None or not x.shape else (*x.shape[:-1], k)
    size = x.size(-1)
    where = Interval(0.0, INF if size is None else float(max(size - 1, 0)))
    return result((x,), shape, x.dtype, x.interval), result((), shape, "int32", where)


LAWS: dict[str, Law] = {
    "All": logical,
    "Any": logical,
    "ArgMax": arg_extreme,
    "ArgMin": arg_extreme,
    "Cumprod": cumulative,
    "Cumsum": cumulative,
    "CumulativeLogsumexp": cumulative,
    "EuclideanNorm": norm,
    "Max": extreme,
    "Mean": mean,
    "Min": extreme,
    "Prod": multiplied,
    "Sum": total,
    "TopK": top,
    "TopKV2": top,
}
