"""Ops that move values without changing them; where the axis of a distribution goes."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    copy_of,
    integers,
    marked_axis,
    moved,
    product,
    sizes,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

Move = dict[int, int] | None


def target_shape(x: Shape, wanted: Shape) -> Shape:
    """Return the shape a Reshape makes: one entry of -1 or unknown follows from the number of elements."""
    if wanted is None:
        return None
    count, holes = (
        product(x) if x is not None else None,
        [i for i, size in enumerate(wanted) if size in (-1, None)],
    )
    known = product(size for size in wanted if size not in (-1, None)) or 0
    shape = tuple(None if size == -1 else size for size in wanted)
    if len(holes) == 1 and count is not None and known:
        return tuple(count // known if i in holes else size for i, size in enumerate(shape))
    if len(holes) == 1 and x is not None and known and _cancels(x, known):
        return shape
    return shape


def _cancels(x: tuple[int | None, ...], known: int) -> bool:
    return product(size for size in x if size is not None) == known


def whole_axis(old: Shape, new: Shape, axis: int) -> int | None:
    """Return where an axis stands after a reshape that leaves it whole, size and all that is behind it."""
    if old is None or new is None or -axis > len(old):
        return None
    size, behind = old[axis], product(old[len(old) + axis + 1 :])
    if size is None or behind is None:
        return axis if old == new else None
    count: int | None = 1
    for place in range(-1, -len(new) - 1, -1):
        if count == behind and new[place] == size:
            return place
        count = product((count, new[place]))
        if count is None or count > behind * size:
            return None
    return None


def reshape(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the same values in row-major order under another shape."""
    x, wanted = inputs[0], sizes(inputs[1])
    shape = target_shape(x.shape, wanted)
    axis = marked_axis(x)
    place = None if axis is None else whole_axis(x.shape, shape, axis)
    out = moved(x, shape, place, axis) if axis is not None else _restored(node, x, shape, ctx)
    if x.value is not None and shape is not None and None not in shape:
        return out.with_(value=x.value.reshape(shape), shape_value=_entries(x) if len(shape) == 1 else None)
    return out


def _restored(node: Node, x: Tensor, shape: Shape, ctx: Context) -> Tensor:
    """Return x in a shape that may bring back an axis which reshapes before had cut up."""
    ref = node.inputs[0]
    for _ in range(4):
        maker = ctx.maker(ref)
        if maker is None or maker.op != "Reshape":
            break
        ref = maker.inputs[0]
        source = ctx.tensor(ref)
        axis = marked_axis(source)
        if axis is not None:
            return moved(source, shape, whole_axis(source.shape, shape, axis), axis)
    return copy_of(x, shape)


def _entries(x: Tensor) -> tuple[int | None, ...] | None:
    numbers = integers(x)
    return None if numbers is None or (x.dtype or "").startswith("float") else numbers


def transpose(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y[i_perm] = x[i]: axes change places."""
    x, perm = inputs[0], integers(inputs[1])
    if perm is None:
        return copy_of(x, None if x.shape is None else (None,) * len(x.shape))
    rank, axis = len(perm), marked_axis(x)
    shape = None if x.shape is None or len(x.shape) != rank else tuple(x.shape[i] for i in perm)
    place = perm.index(axis + rank) - rank if axis is not None and axis + rank in perm else None
    return moved(x, shape, place, axis)


def expand(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with an axis of 1 put in."""
    x, where = inputs[0], integers(inputs[1])
    axis = marked_axis(x)
    if where is None or len(where) != 1 or (x.shape is None and where[0] >= 0):
        return copy_of(x, None)
    rank = None if x.shape is None else len(x.shape) + 1
    at = where[0] if where[0] < 0 else where[0] - (rank or 0)
    place = None if axis is None else axis if axis > at else axis - 1
    shape = None
    if x.shape is not None and rank is not None:
        shape = (*x.shape[: rank + at], 1, *x.shape[rank + at :])
    out = moved(x, shape, place, axis)
    return (
        out
        if x.value is None
        else out.with_(value=x.value.reshape(out.shape), shape_value=_entries(x) if rank == 1 else None)
    )


def squeeze(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x without axes of 1."""
    x = inputs[0]
    if x.shape is None:
        return copy_of(x, None)
    rank = len(x.shape)
    named = tuple(node.attrs.get("squeeze_dims") or node.attrs.get("axis") or ())
    gone = {i % rank for i in named} if named else {i for i, size in enumerate(x.shape) if size == 1}
    if not named and None in x.shape:
        return copy_of(x, None)
    axis = marked_axis(x)
    kept = [i for i in range(rank) if i not in gone]
    place = kept.index(axis + rank) - len(kept) if axis is not None and axis + rank in kept else None
    out = moved(x, tuple(x.shape[i] for i in kept), place, axis)
    return out if x.value is None else out.with_(value=x.value.reshape(out.shape or ()))


_ = INF


LAWS: dict[str, Law] = {
    "Reshape": reshape,
    "Transpose": transpose,
    "ExpandDims": expand,
    "Squeeze": squeeze,
}
