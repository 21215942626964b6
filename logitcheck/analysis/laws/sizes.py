"""Numbers about shapes, and tensors made from them: what makes the target of a Reshape known."""

from __future__ import annotations

import math

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import INF, Law, integers, product, result, sizes
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

COUNT = Interval(0.0, INF)


def vector(entries: tuple[int | None, ...], dtype: str | None) -> Tensor:
    """Return an integer vector with the given entries."""
    out = result((), (len(entries),), dtype, COUNT)
    if None in entries:
        return out.with_(shape_value=entries)
    import numpy as np

    numbers = [entry for entry in entries if entry is not None]
    bounds = Interval(float(min(numbers)), float(max(numbers))) if numbers else Interval(0.0, 0.0)
    return out.with_(shape_value=entries, value=np.array(numbers, dtype="int64"), interval=bounds)


def scalar(number: int | None, dtype: str | None) -> Tensor:
    """Return an integer that may be known."""
    out = result((), (), dtype, COUNT)
    if number is None:
        return out
    import numpy as np

    return out.with_(value=np.asarray(number), interval=Interval(float(number), float(number)))


def shape_of(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the shape of x (of each x for ShapeN)."""
    dtype = node.attrs.get("out_type") or "int32"
    return tuple(
        result((), (None,), dtype, COUNT) if x.shape is None else vector(x.shape, dtype) for x in inputs
    )


def size(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the number of x's entries."""
    shape = inputs[0].shape
    return scalar(None if shape is None else product(shape), node.attrs.get("out_type") or "int32")


def rank(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the number of x's axes."""
    return scalar(inputs[0].rank, "int32")


def counting(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = start, start + step… below the limit."""
    start, limit = inputs[:2]
    dtype = node.attrs.get("Tidx") or start.dtype
    numbers = [x.value.item() if x.value is not None and x.value.size == 1 else None for x in inputs]
    if None in numbers:
        return result(inputs, (None,), dtype, start.interval.join(limit.interval))
    first, last, by = (float(x) for x in numbers if x is not None)
    count = max(math.ceil((last - first) / by), 0) if by else 0
    if not all(x.is_integer() for x in (first, last, by)) or count > 64:
        return result(inputs, (count,), dtype, Interval(min(first, last), max(first, last)))
    return vector(tuple(int(first + i * by) for i in range(count)), dtype)


def spaced(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = numbers evenly spaced from start to stop."""
    number = integers(inputs[2])
    return result(
        inputs[:2],
        (number[0] if number else None,),
        inputs[0].dtype,
        inputs[0].interval.join(inputs[1].interval),
    )


def fill(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = one number everywhere."""
    x = inputs[1]
    out = result((x,), sizes(inputs[0]), node.attrs.get("T") or x.dtype, x.interval)
    if x.value is None or out.shape is None or None in out.shape or (product(out.shape) or 0) > 64:
        return out
    import numpy as np

    value = np.full([n for n in out.shape if n is not None], x.value.item())
    whole = value.ndim == 1 and value.dtype.kind in "iu"
    return out.with_(value=value, shape_value=tuple(value.tolist()) if whole else None)


def empty(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a tensor of the given shape, set to 0 or not set at all."""
    return result(
        (),
        sizes(inputs[0]),
        node.attrs.get("dtype"),
        Interval(0.0, 0.0) if node.attrs.get("init") else Interval(-INF, INF),
    )


def broadcast_shape(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the shape two shapes broadcast to."""
    from logitcheck.analysis.laws.base import broadcast

    shape: Shape = broadcast(sizes(inputs[0]), sizes(inputs[1]))
    return result((), (None,), inputs[0].dtype, COUNT) if shape is None else vector(shape, inputs[0].dtype)


def axes_lists(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = the axes along which each of two shapes was broadcast, those of 1 in both among them."""
    a, b = sizes(inputs[0]), sizes(inputs[1])
    dtype = inputs[0].dtype or "int32"
    if a is None or b is None or None in a or None in b:
        return result((), (None,), dtype, COUNT), result((), (None,), dtype, COUNT)
    rank_ = max(len(a), len(b))
    left, right = ((1,) * (rank_ - len(s)) + s for s in (a, b))
    if a == b:
        return vector((), dtype), vector((), dtype)
    ones = [tuple(i for i in range(rank_) if own[i] == 1) for own in (left, right)]
    return vector(ones[0], dtype), vector(ones[1], dtype)


def offsets(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = where each piece begins in what ConcatV2 makes of pieces of these shapes."""
    shapes = inputs[1:]
    return tuple(result((), x.shape, "int32", COUNT) for x in shapes)


def inverse(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y[x[i]] = i."""
    numbers = integers(inputs[0])
    if numbers is None or sorted(numbers) != list(range(len(numbers))):
        return result((), inputs[0].shape, inputs[0].dtype, COUNT)
    return vector(tuple(numbers.index(i) for i in range(len(numbers))), inputs[0].dtype)


LAWS: dict[str, Law] = {
    "Shape": shape_of,
    "ShapeN": shape_of,
    "VariableShape": shape_of,
    "Size": size,
    "Rank": rank,
    "Range": counting,
    "LinSpace": spaced,
    "Fill": fill,
    "Empty": empty,
    "BroadcastArgs": broadcast_shape,
    "BroadcastGradientArgs": axes_lists,
    "ConcatOffset": offsets,
    "InvertPermutation": inverse,
}
