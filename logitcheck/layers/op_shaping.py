"""Functions of ``keras.ops`` and TensorFlow that move values about: shapes, slices, joins, indices."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.builder import Builder
from logitcheck.layers.op_values import axes_of, dtype_name, pack, tensor, together
from logitcheck.layers.shapes import axis_index, size, with_axis
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import concat, expand, squeeze
from logitcheck.layers.tensors import pad as padded
from logitcheck.layers.tensors import reshape as reshaped
from logitcheck.layers.tensors import transpose as permuted


def reshape(b: Builder, x: Value, shape: Any = None, **_: Any) -> Value:
    """x in another shape."""
    if isinstance(shape, Value):
        return b.op("Reshape", x, shape, shape=None)
    sizes: list[int | Value] = [
        n if isinstance(n, Value) else -1 if n is None else int(n) for n in _listed(shape)
    ]
    return reshaped(b, x, sizes, _kept(sizes))


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, (int, Value)) else list(value)


def _kept(sizes: list[int | Value]) -> Shape:
    """Return the new shape as far as its numbers tell it; None where they tell all."""
    if any(isinstance(n, Value) for n in sizes):
        return tuple([n if isinstance(n, int) and n >= 0 else None for n in sizes])
    return None


def transpose(b: Builder, x: Value, axes: Any = None, **_: Any) -> Value:
    """x with its axes in another order: backwards where none is given."""
    if axes is None:
        if x.rank is None:
            raise ValueError("rank unknown")
        axes = range(x.rank - 1, -1, -1)
    return permuted(b, x, [axis_index(a, x.rank) if x.rank else int(a) for a in axes])


def swapaxes(b: Builder, x: Value, axis1: int, axis2: int, **_: Any) -> Value:
    """x with two axes exchanged."""
    if x.rank is None:
        raise ValueError("rank unknown")
    perm = list(range(x.rank))
    perm[axis1], perm[axis2] = perm[axis2], perm[axis1]
    return permuted(b, x, perm)


def moveaxis(b: Builder, x: Value, source: Any, destination: Any, **_: Any) -> Value:
    """x with some axes moved."""
    if x.rank is None:
        raise ValueError("rank unknown")
    sources = [axis_index(a, x.rank) for a in axes_of(source) or []]
    targets = [axis_index(a, x.rank) for a in axes_of(destination) or []]
    perm = [a for a in range(x.rank) if a not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        perm.insert(target, origin)
    return permuted(b, x, perm)


def expand_dims(b: Builder, x: Value, axis: Any = 0, **_: Any) -> Value:
    """x with axes of length 1 put in."""
    for one in sorted(axes_of(axis) or [0]):
        x = expand(b, x, one)
    return x


def squeeze_axes(b: Builder, x: Value, axis: Any = None, **_: Any) -> Value:
    """x with axes of length 1 taken out: those given, or all."""
    axes = axes_of(axis)
    if axes is None:
        if x.shape is None or None in x.shape:
            return b.op("Squeeze", x, shape=None, squeeze_dims=())
        axes = [i for i, n in enumerate(x.shape) if n == 1]
    return squeeze(b, x, *axes) if axes else x


def concatenate(b: Builder, x: Any, axis: Any = None, **_: Any) -> Value:
    """Tensors joined along an axis."""
    values = together(b, [tensor(b, item) for item in x])
    return concat(b, values, int(0 if axis is None else axis))


def stack(b: Builder, x: Any, axis: int = 0, **_: Any) -> Value:
    """Tensors joined along a new axis."""
    return pack(b, together(b, [tensor(b, item) for item in x]), int(axis))


def unstack(b: Builder, x: Value, num: int | None = None, axis: int = 0, **_: Any) -> Any:
    """The slices along an axis, one by one."""
    count = num if num is not None else (x.shape[axis] if x.shape else None)
    if count is None:
        raise ValueError("number of slices unknown")
    rest = None if x.shape is None else tuple([n for i, n in enumerate(x.shape) if i != axis % len(x.shape)])
    return b.outputs("Unpack", [x], [(rest, x.dtype)] * int(count), axis=int(axis), num=int(count))


def split(b: Builder, x: Value, num_or_size_splits: Any = None, axis: int = 0, **_: Any) -> Any:
    """x cut along an axis: into equal parts (a number), or at places (Keras) or sizes (TensorFlow)."""
    length = x.shape[axis] if x.shape is not None else None
    if isinstance(num_or_size_splits, int):
        count = num_or_size_splits
        part = with_axis(x.shape, axis, None if length is None else length // count)
        return b.outputs("Split", [b.const(int(axis)), x], [(part, x.dtype)] * count, num_split=count)
    sizes = [int(n) for n in num_or_size_splits]
    if b.layer.class_name == "Split":
        if length is None:
            raise ValueError("length unknown")
        edges = [0, *sizes, length]
        sizes = [after - before for before, after in pairwise(edges)]
    parts = [(with_axis(x.shape, axis, None if n < 0 else n), x.dtype) for n in sizes]
    return b.outputs("SplitV", [x, b.const(sizes), b.const(int(axis))], parts, num_split=len(sizes))


def ravel(b: Builder, x: Value, **_: Any) -> Value:
    """x as one row."""
    return b.op("Reshape", x, b.axes(-1), shape=(None if x.shape is None else size(x.shape),))


def tile(b: Builder, x: Value, repeats: Any = None, **more: Any) -> Value:
    """x repeated as a whole along its axes."""
    times = _listed(more.get("multiples", repeats))
    if any(isinstance(n, Value) for n in times):
        return b.op("Tile", x, tensor(b, times), shape=None)
    rank = x.rank or len(times)
    times = [1] * (rank - len(times)) + [int(n) for n in times]
    if x.shape is not None and len(times) != len(x.shape):
        raise ValueError("more repetitions than axes")
    shape = (
        None
        if x.shape is None
        else tuple([None if n is None else n * t for n, t in zip(x.shape, times, strict=True)])
    )
    return b.op("Tile", x, b.const(times), shape=shape)


def repeat(b: Builder, x: Value, repeats: Any, axis: Any = None, **_: Any) -> Value:
    """Every slice of x repeated along an axis."""
    from logitcheck.layers.reshaping import repeat as repeated

    if not isinstance(repeats, int) or x.rank is None:
        raise ValueError("repetitions that differ")
    if axis is None:
        x, axis = ravel(b, x), 0
    return repeated(b, x, axis_index(int(axis), x.rank or 1), repeats)


def flip(b: Builder, x: Value, axis: Any = None, **_: Any) -> Value:
    """x backwards along axes."""
    axes = axes_of(axis)
    if axes is None:
        axes = list(range(x.rank or 0))
    return b.op("ReverseV2", x, b.axes(*axes))


def roll(b: Builder, x: Value, shift: Any, axis: Any = None, **_: Any) -> Value:
    """x moved along axes, what falls out coming in on the other side."""
    if axis is None:
        raise ValueError("roll of the whole")
    shifts = axes_of(shift) or [0]
    return b.op("Roll", x, b.const(shifts), b.const(axes_of(axis)))


def pad(
    b: Builder, x: Value, pad_width: Any = None, mode: str = "constant", constant_values: Any = 0, **_: Any
) -> Value:
    """x with values put around it."""
    width = [pad_width] * (x.rank or 1) if isinstance(pad_width, int) else pad_width
    pairs = [(n, n) if isinstance(n, int) else (int(n[0]), int(n[1])) for n in width]
    if mode.lower() == "constant":
        return padded(b, x, pairs, float(constant_values or 0))
    shape = None
    if x.shape is not None:
        shape = tuple([None if n is None else n + p + q for n, (p, q) in zip(x.shape, pairs, strict=True)])
    return b.op("MirrorPad", x, b.const(pairs), shape=shape, mode=mode.upper())


def broadcast_to(b: Builder, x: Value, shape: Any, **_: Any) -> Value:
    """x stretched to a shape."""
    if isinstance(shape, Value):
        return b.op("BroadcastTo", x, shape, shape=None)
    sizes = [n if isinstance(n, Value) else int(n) for n in shape]
    known = tuple([n if isinstance(n, int) else None for n in sizes])
    return b.op("BroadcastTo", x, tensor(b, sizes), shape=known)


def shape_of(b: Builder, x: Value, out_type: Any = None, **_: Any) -> Value:
    """The shape of x as numbers."""
    dtype = dtype_name(out_type) or "int32"
    return b.op("Shape", x, shape=(x.rank,), dtype=dtype, out_type=dtype)


def space_to_depth(b: Builder, x: Value, block_size: int, data_format: str | None = None, **_: Any) -> Value:
    """Blocks of pixels as channels."""
    return _blocks(b, x, "SpaceToDepth", int(block_size), data_format)


def depth_to_space(b: Builder, x: Value, block_size: int, data_format: str | None = None, **_: Any) -> Value:
    """Channels as blocks of pixels."""
    return _blocks(b, x, "DepthToSpace", int(block_size), data_format)


def _blocks(b: Builder, x: Value, op: str, block: int, data_format: str | None) -> Value:
    first = data_format in ("NCHW", "channels_first")
    shape: Shape = None
    if x.shape is not None and not first:
        batch, rows, columns, depth = x.shape
        down = op == "SpaceToDepth"
        space = [None if n is None else n // block if down else n * block for n in (rows, columns)]
        deep = None if depth is None else depth * block**2 if down else depth // block**2
        shape = (batch, *space, deep)
    return b.op(op, x, shape=shape, block_size=block, data_format="NCHW" if first else "NHWC")
