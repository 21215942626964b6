"""Tensors put side by side or cut apart."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws import patterns
from logitcheck.analysis.laws.base import (
    Law,
    Sums,
    copy_of,
    from_end,
    integers,
    marked_axis,
    moved,
    result,
    sizes,
    sums_of,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape


def pack(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = tensors side by side along a new axis; p and 1 - p stacked are a distribution."""
    where, shape = int(node.attrs.get("axis", 0)), inputs[0].shape
    for other in inputs[1:]:
        shape = _agree(shape, other.shape)
    interval = _joined(inputs)
    if not shape and shape is not None and not (inputs[0].dtype or "").startswith("float"):
        return _packed_numbers(inputs, interval)
    at = where if where < 0 else None if shape is None else where - len(shape) - 1
    if at is None:
        return result(inputs, None, inputs[0].dtype, interval)
    sums, log = _common_marks(inputs)
    sums = (sums[0] if sums[0] > at else sums[0] - 1, sums[1]) if sums else None
    log = None if log is None else log if log > at else log - 1
    if len(inputs) == 2 and _pair(node, ctx):
        sums = (at, 1.0)
    place = 0 if shape is None else len(shape) + 1 + at
    full = None if shape is None else (*shape[:place], len(inputs), *shape[place:])
    return result(inputs, full, inputs[0].dtype, interval, sums=sums, log=log)


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
    """y = tensors end to end along an axis; distributions along others stay such, so is (p, 1 - p)."""
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
    mark = marked_axis(x)
    kept = None if mark == axis else mark
    outs = []
    for piece in pieces:
        shape = list(x.shape)
        shape[axis] = piece if piece is None or piece >= 0 else None
        outs.append(moved(x, tuple(shape), kept, mark))
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
    mark = marked_axis(x)
    to = None if mark is None or mark == at else mark + 1 if mark < at else mark
    out = moved(x, shape, to, mark)
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
    mark = marked_axis(x)
    whole = mark is not None and (
        size[mark] == x.shape[mark] is not None
        or (size[mark] == -1 and begin is not None and begin[mark] == 0)
    )
    out = moved(x, shape, mark if whole else None, mark)
    own = sizes(x) if len(x.shape) == 1 else None
    if own is None or begin is None or shape[0] is None:
        return out
    return out.with_(shape_value=own[begin[0] : begin[0] + shape[0]])


LAWS: dict[str, Law] = {
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
