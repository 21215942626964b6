"""Ops that many layers need, with their constant inputs and shapes: reductions, reshapes, slices…"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import axis_index, broadcast, reduced, size, with_axis
from logitcheck.layers.state import Value


def reduce(b: Builder, op: str, x: Value, axes: Sequence[int] | None, keepdims: bool = False) -> Value:
    """Reduce over axes with ``Mean``, ``Sum``, ``Max``…; over all of a tensor of known rank for None."""
    if op == "Mean" and x.dtype in ("float16", "bfloat16") and b.keras >= 3:
        # Keras 3 computes it in single precision: the sum of some numbers leaves float16 although none does.
        return b.cast(reduce(b, op, b.cast(x, "float32"), axes, keepdims), x.dtype)
    if axes is None and x.shape is None:
        rank = b.op("Rank", x, shape=(), dtype="int32")
        axis = b.op("Range", b.const(0), rank, b.const(1), shape=(None,), dtype="int32")
        return b.op(op, x, axis, shape=(), keep_dims=keepdims)
    axis = b.axes(*(range(len(x.shape or ())) if axes is None else axes))
    dtype = "bool" if op in ("All", "Any") else None
    return b.op(op, x, axis, shape=reduced(x.shape, axes, keepdims), dtype=dtype, keep_dims=keepdims)


def transpose(b: Builder, x: Value, perm: Sequence[int]) -> Value:
    """Reorder the axes; the tensor itself where the order stays."""
    if list(perm) == list(range(len(perm))):
        return x
    if x.shape is not None and sorted(perm) != list(range(len(x.shape))):
        raise ValueError(f"{list(perm)} is no order of {len(x.shape)} axes")
    shape = None if x.shape is None else tuple([x.shape[i] for i in perm])
    return b.op("Transpose", x, b.axes(*perm), shape=shape)


def dim(b: Builder, x: Value, axis: int) -> Value:
    """Return the length of an axis as a scalar tensor, computed while running where it is not known."""
    if x.shape is not None and x.shape[axis] is not None:
        return b.const(x.shape[axis])
    shape = b.op("Shape", x, shape=(x.rank,), dtype="int32", out_type="int32")
    end = b.axes(axis + 1) if axis != -1 else b.axes(0)
    masks: dict[str, Any] = {
        "begin_mask": 0,
        "end_mask": int(axis == -1),
        "ellipsis_mask": 0,
        "new_axis_mask": 0,
    }
    return b.op("StridedSlice", shape, b.axes(axis), end, b.axes(1), shape=(), **masks, shrink_axis_mask=1)


def reshape(b: Builder, x: Value, target: Sequence[int | Value], shape: Shape = None) -> Value:
    """Reshape to sizes: numbers, -1 for the one that follows from the others, or scalar tensors.

    ``shape`` is what is known of the result where that is more than the numbers tell.
    """
    sizes = [n if isinstance(n, int) else -1 for n in target]
    if shape is None:
        shape = tuple([n if n >= 0 else None for n in sizes])
        shape = _solved(x.shape, shape)
    if sizes.count(-1) <= 1:
        return b.op("Reshape", x, b.const(sizes), shape=shape)
    parts = [b.const(n) if isinstance(n, int) else n for n in target]
    packed = b.op("Pack", *parts, shape=(len(parts),), dtype="int32", axis=0, N=len(parts))
    return b.op("Reshape", x, packed, shape=shape)


def _solved(before: Shape, after: tuple[int | None, ...]) -> Shape:
    """Fill in the one unknown size where the number of elements tells it."""
    total = None if before is None else size(before)
    if total is None or after.count(None) != 1:
        return after
    rest = size([n for n in after if n is not None])
    if not rest or total % rest:
        raise ValueError(f"{total} elements do not fit {after}")
    return tuple([total // rest if n is None else n for n in after])


def expand(b: Builder, x: Value, axis: int) -> Value:
    """Put an axis of length 1 in; ``axis`` counts in the result."""
    shape = None
    if x.shape is not None:
        at = axis_index(axis, len(x.shape) + 1)
        shape = (*x.shape[:at], 1, *x.shape[at:])
    return b.op("ExpandDims", x, b.const(axis), shape=shape)


def squeeze(b: Builder, x: Value, *axes: int) -> Value:
    """Take axes of length 1 out."""
    return b.op("Squeeze", x, shape=reduced(x.shape, axes), squeeze_dims=tuple(axes))


def matmul(b: Builder, x: Value, y: Value, transpose_b: bool = False) -> Value:
    """Multiply matrices in the last two axes: ``MatMul`` for rank 2, ``BatchMatMulV2`` above."""
    columns = None if y.shape is None else y.shape[-2 if transpose_b else -1]
    if x.rank == 2 and y.rank == 2:
        rows = x.shape[0] if x.shape else None
        return b.op("MatMul", x, y, shape=(rows, columns), transpose_a=False, transpose_b=transpose_b)
    shape: Shape = None
    if x.shape is not None and y.shape is not None:
        shape = (*(broadcast(x.shape[:-2], y.shape[:-2]) or ()), x.shape[-2], columns)
    return b.op("BatchMatMulV2", x, y, shape=shape, adj_x=False, adj_y=transpose_b)


def concat(b: Builder, values: Sequence[Value], axis: int) -> Value:
    """Join tensors along an axis."""
    if len(values) == 1:
        return values[0]
    shape = next((v.shape for v in values if v.shape is not None), None)
    if shape is not None:
        lengths = [None if v.shape is None else v.shape[axis] for v in values]
        total = None if None in lengths else sum(n for n in lengths if n is not None)
        shape = with_axis(shape, axis, total)
    return b.op("ConcatV2", *values, b.const(axis), shape=shape, N=len(values))


def strided_slice(b: Builder, x: Value, begin: Sequence[int], end: Sequence[int | None]) -> Value:
    """Cut ``begin[i]:end[i]`` out of every axis; an end may be None or negative."""
    end_mask = sum(1 << i for i, stop in enumerate(end) if stop is None)
    shape = None
    if x.shape is not None:
        pairs = zip(x.shape, begin, end, strict=True)
        shape = tuple([None if n is None else len(range(n)[start:stop]) for n, start, stop in pairs])
    return b.op(
        "StridedSlice",
        x,
        b.const(list(begin)),
        b.const([stop or 0 for stop in end]),
        b.const([1] * len(begin)),
        shape=shape,
        begin_mask=0,
        end_mask=end_mask,
        ellipsis_mask=0,
        new_axis_mask=0,
        shrink_axis_mask=0,
    )


def pad(b: Builder, x: Value, paddings: Sequence[tuple[int, int]], value: float = 0.0) -> Value:
    """Pad every axis before and after with a value."""
    if not any(before or after for before, after in paddings):
        return x
    shape = None
    if x.shape is not None:
        pairs = zip(x.shape, paddings, strict=True)
        shape = tuple([None if n is None else n + before + after for n, (before, after) in pairs])
    table = b.const(paddings)
    return (
        b.op("PadV2", x, table, b.scalar(value, x), shape=shape)
        if value
        else b.op("Pad", x, table, shape=shape)
    )


def clip(b: Builder, x: Value, low: float, high: float) -> Value:
    """Bound values from both sides."""
    return b.binary("Maximum", b.binary("Minimum", x, b.scalar(high, x)), b.scalar(low, x))


def where(b: Builder, condition: Value, x: Value, y: Value) -> Value:
    """Choose elementwise."""
    shape = broadcast(broadcast(condition.shape, x.shape), y.shape)
    return b.op("SelectV2", condition, x, y, shape=shape, dtype=x.dtype)


def compare(b: Builder, op: str, x: Value, value: float) -> Value:
    """Compare with a number (``Greater``, ``LessEqual``…)."""
    return b.binary(op, x, b.scalar(value, x), dtype="bool")
