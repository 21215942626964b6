"""Ops that move values without changing them; where the axis of a distribution goes."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws import patterns
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    Sums,
    copy_of,
    from_end,
    integers,
    product,
    result,
    sizes,
    sums_of,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

Move = dict[int, int] | None


def _moved(x: Tensor, shape: Shape, to: int | None, from_: int | None) -> Tensor:
    """Return x in a new shape, its marked axis at ``to`` if it was at ``from_``."""
    sums = sums_of(x)
    marks: Sums = (to, sums[1]) if sums and to is not None and sums[0] == from_ else None
    log = to if to is not None and x.log_probabilities is not None and x.log_probabilities == from_ else None
    return copy_of(x, shape, sums=marks, log=log)


def _mark(x: Tensor) -> int | None:
    """Return the axis of whichever mark a tensor has."""
    sums = sums_of(x)
    return sums[0] if sums else x.log_probabilities


def target_shape(x: Shape, wanted: Shape) -> Shape:
    """Return the shape a Reshape makes: an entry of -1, or one unknown, follows from the number of elements."""
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
    """Return where an axis stands after a reshape that leaves it whole: same size, same number of elements behind."""
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
    axis = _mark(x)
    place = None if axis is None else whole_axis(x.shape, shape, axis)
    out = _moved(x, shape, place, axis) if axis is not None else _restored(node, x, shape, ctx)
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
        axis = _mark(source)
        if axis is not None:
            return _moved(source, shape, whole_axis(source.shape, shape, axis), axis)
    return copy_of(x, shape)


def _entries(x: Tensor) -> tuple[int | None, ...] | None:
    numbers = integers(x)
    return None if numbers is None or (x.dtype or "").startswith("float") else numbers


def transpose(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y[i_perm] = x[i]: axes change places."""
    x, perm = inputs[0], integers(inputs[1])
    if perm is None:
        return copy_of(x, None if x.shape is None else (None,) * len(x.shape))
    rank, axis = len(perm), _mark(x)
    shape = None if x.shape is None or len(x.shape) != rank else tuple(x.shape[i] for i in perm)
    place = perm.index(axis + rank) - rank if axis is not None and axis + rank in perm else None
    return _moved(x, shape, place, axis)


def expand(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with an axis of 1 put in."""
    x, where = inputs[0], integers(inputs[1])
    axis = _mark(x)
    if where is None or len(where) != 1 or (x.shape is None and where[0] >= 0):
        return copy_of(x, None)
    rank = None if x.shape is None else len(x.shape) + 1
    at = where[0] if where[0] < 0 else where[0] - (rank or 0)
    place = None if axis is None else axis if axis > at else axis - 1
    shape = None
    if x.shape is not None and rank is not None:
        shape = (*x.shape[: rank + at], 1, *x.shape[rank + at :])
    out = _moved(x, shape, place, axis)
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
    axis = _mark(x)
    kept = [i for i in range(rank) if i not in gone]
    place = kept.index(axis + rank) - len(kept) if axis is not None and axis + rank in kept else None
    out = _moved(x, tuple(x.shape[i] for i in kept), place, axis)
    return out if x.value is None else out.with_(value=x.value.reshape(out.shape or ()))


def pack(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = tensors side by side along a new axis; p and 1 - p stacked are a distribution."""
    where, shape = int(node.attrs.get("axis", 0)), inputs[0].shape
    for other in inputs[1:]:
        shape = _agree(shape, other.shape)
    interval = _joined(inputs)
    if not shape and shape is not None and not (inputs[0].dtype or "").startswith("float"):
        return _packed_numbers(inputs, interval)
    rank = None if shape is None else len(shape) + 1
    at = where if where < 0 else None if rank is None else where - rank
    sums, log = _common_marks(inputs)
    if at is not None:
        sums = (sums[0] if sums[0] > at else sums[0] - 1, sums[1]) if sums else None
        log = (log if log > at else log - 1) if log is not None else None
    if at is not None and len(inputs) == 2 and _pair(node, ctx):
        sums = (at, 1.0)
    full = (
        None
        if shape is None or at is None or rank is None
        else (*shape[: rank + at], len(inputs), *shape[rank + at :])
    )
    return result(
        inputs,
        full,
        inputs[0].dtype,
        interval,
        sums=sums if at is not None else None,
        log=log if at is not None else None,
    )


def _packed_numbers(inputs: list[Tensor], interval: Interval) -> Tensor:
    numbers = [integers(x) for x in inputs]
    entries = tuple(n[0] if n is not None and len(n) == 1 else None for n in numbers)
    out = result(inputs, (len(inputs),), inputs[0].dtype, interval)
    if None in entries:
        return out.with_(shape_value=entries)
    import numpy as np

    return out.with_(shape_value=entries, value=np.array(entries, dtype="int64"))


def _agree(a: Shape, b: Shape) -> Shape:
    """Return the shape of two tensors that must have the same one."""
    if a is None or b is None or len(a) != len(b):
        return a if b is None else b if a is None else None
    return tuple(n if m is None else m for m, n in zip(a, b, strict=True))


def _joined(inputs: list[Tensor]) -> Interval:
    interval = inputs[0].interval
    for other in inputs[1:]:
        interval = interval.join(other.interval)
    return interval


def _common_marks(inputs: list[Tensor]) -> tuple[Sums, int | None]:
    sums, log = sums_of(inputs[0]), inputs[0].log_probabilities
    same_sums = all(sums_of(x) == sums for x in inputs[1:])
    same_log = all(x.log_probabilities == log for x in inputs[1:])
    return sums if same_sums else None, log if same_log else None


def _pair(node: Node, ctx: Context) -> bool:
    """Tell whether two tensors within [0, 1] are p and 1 - p."""
    a, b = node.inputs[:2]
    inside = all(ctx.tensor(ref).interval[0] >= 0 and ctx.tensor(ref).interval[1] <= 1 for ref in (a, b))
    return inside and (patterns.complement_of(a, b, ctx) or patterns.complement_of(b, a, ctx))


def concat(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = tensors end to end along an axis; distributions along another axis stay such, columns p and 1 - p become one."""
    *parts, where = (*inputs[1:], inputs[0]) if node.op == "Concat" else inputs
    number = integers(where)
    rank = next((x.rank for x in parts if x.rank is not None), None)
    at = from_end(number, rank) if number is not None and len(number) == 1 else None
    if not at:
        return result(parts, None, parts[0].dtype, _joined(parts))
    axis = at[0]
    shape = parts[0].shape
    for other in parts[1:]:
        shape = _beside(shape, other.shape, axis)
    sums, log = _common_marks(parts)
    sums, log = None if sums and sums[0] == axis else sums, None if log == axis else log
    if len(parts) == 2 and all(x.size(axis) == 1 for x in parts) and node.op != "Concat" and _pair(node, ctx):
        sums = (axis, 1.0)
    out = result(parts, shape, parts[0].dtype, _joined(parts), sums=sums, log=log)
    return _with_entries(out, parts)


def _beside(a: Shape, b: Shape, axis: int) -> Shape:
    if a is None or b is None or len(a) != len(b):
        return None
    sizes_ = [n if m is None else m for m, n in zip(a, b, strict=True)]
    m, n = a[axis], b[axis]
    sizes_[axis] = None if m is None or n is None else m + n
    return tuple(sizes_)


def _with_entries(out: Tensor, parts: list[Tensor]) -> Tensor:
    """Return a vector of integers with the entries of its parts."""
    if out.rank != 1 or (out.dtype or "").startswith("float"):
        return out
    entries: tuple[int | None, ...] = ()
    for part in parts:
        own = sizes(part)
        if own is None:
            return out
        entries += own
    if None in entries:
        return out.with_(shape_value=entries)
    import numpy as np

    return out.with_(shape_value=entries, value=np.array(entries, dtype="int64"))


def split(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = equal or given pieces along an axis; distributions along other axes stay such."""
    if node.op == "Split":
        where, x, lengths = inputs[0], inputs[1], None
    else:
        x, where = inputs[0], inputs[2]
        lengths = integers(inputs[1])
    count = int(node.attrs.get("num_split") or (len(lengths) if lengths else 1))
    at = from_end(integers(where) or (), x.rank)
    if not at or x.shape is None:
        return (copy_of(x, None if x.shape is None else (None,) * len(x.shape)),) * count
    axis, size = at[0], x.size(at[0])
    equal = None if size is None else size // count
    pieces = lengths or (equal,) * count
    mark = _mark(x)
    kept = None if mark == axis else mark
    outs = []
    for piece in pieces:
        shape = list(x.shape)
        shape[axis] = piece if piece is None or piece >= 0 else None
        outs.append(_moved(x, tuple(shape), kept, mark))
    return tuple(outs)


def unpack(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = slices along an axis, which goes away."""
    x, where = inputs[0], int(node.attrs.get("axis", 0))
    count = int(node.attrs.get("num") or 1)
    if x.shape is None:
        return (copy_of(x, None),) * count
    at = where if where < 0 else where - len(x.shape)
    place = len(x.shape) + at
    shape = (*x.shape[:place], *x.shape[place + 1 :])
    mark = _mark(x)
    to = None if mark is None or mark == at else mark + 1 if mark < at else mark
    out = _moved(x, shape, to, mark)
    entries = sizes(x) if len(x.shape) == 1 else None
    if entries is None or len(entries) != count:
        return (out,) * count
    return tuple(_scalar(out, entry) for entry in entries)


def _scalar(out: Tensor, entry: int | None) -> Tensor:
    if entry is None:
        return out
    import numpy as np

    return out.with_(value=np.asarray(entry), interval=Interval(float(entry), float(entry)))


def piece(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x[begin : begin + size]; distributions along whole axes stay such."""
    x, begin, size = inputs[0], integers(inputs[1]), sizes(inputs[2])
    if x.shape is None or size is None:
        return copy_of(x, size)
    shape = tuple(
        None if n is None else n if n >= 0 else None if m is None or begin is None else m - begin[i]
        for i, (m, n) in enumerate(zip(x.shape, size, strict=True))
    )
    mark = _mark(x)
    whole = mark is not None and (
        size[mark] == x.shape[mark] is not None
        or (size[mark] == -1 and begin is not None and begin[mark] == 0)
    )
    out = _moved(x, shape, mark if whole else None, mark)
    own = sizes(x) if len(x.shape) == 1 else None
    if own is None or begin is None or shape[0] is None:
        return out
    return out.with_(shape_value=own[begin[0] : begin[0] + shape[0]])


LAWS: dict[str, Law] = {
    "Reshape": reshape,
    "Transpose": transpose,
    "ExpandDims": expand,
    "Squeeze": squeeze,
    "Pack": pack,
    "Stack": pack,
    "Concat": concat,
    "ConcatV2": concat,
    "Split": split,
    "SplitV": split,
    "Unpack": unpack,
    "Unstack": unpack,
    "Slice": piece,
}
_ = INF
