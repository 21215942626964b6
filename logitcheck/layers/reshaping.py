"""Layers that move values about: flatten, reshape, permute, repeat, crop, pad, enlarge."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import numbers, size
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import dim, expand, pad, reshape, strided_slice, transpose


def flatten(b: Builder, x: Value, **_: Any) -> Value:
    """All axes but the batch in one."""
    if x.shape is None:
        return reshape(b, x, [dim(b, x, 0), -1], (None, None))
    if b.config.get("data_format") == "channels_first" and len(x.shape) > 2:
        x = transpose(b, x, [0, *range(2, len(x.shape)), 1])
    if len(x.shape or ()) == 1:
        return expand(b, x, 1)
    width = size((x.shape or ())[1:])
    batch = (x.shape or (None,))[0]
    return reshape(
        b, x, [-1 if width is not None else dim(b, x, 0), -1 if width is None else width], (batch, width)
    )


def reshape_layer(b: Builder, x: Value, **_: Any) -> Value:
    """New axes behind the batch; -1 follows from the others."""
    target = [-1 if n is None else int(n) for n in b.config["target_shape"]]
    inside = None if x.shape is None else size(x.shape[1:])
    if inside is not None and target.count(-1) == 1:
        rest = size([n for n in target if n != -1]) or 1
        if inside % rest:
            raise ValueError(f"{inside} elements do not fit {target}")
        target = [inside // rest if n == -1 else n for n in target]
    batch = None if x.shape is None else x.shape[0]
    shape = (batch, *[None if n == -1 else n for n in target])
    return reshape(b, x, [dim(b, x, 0) if -1 in target else -1, *target], shape)


def permute(b: Builder, x: Value, **_: Any) -> Value:
    """Reorder the axes behind the batch (counted from 1)."""
    return transpose(b, x, [0, *[int(n) for n in b.config["dims"]]])


def repeat_vector(b: Builder, x: Value, **_: Any) -> Value:
    """The same vector n times along a new axis."""
    count = int(b.config["n"])
    y = expand(b, x, 1)
    shape = None if x.shape is None else (x.shape[0], count, *x.shape[1:])
    return b.op("Tile", y, b.const((1, count, 1)), shape=shape)


def _pairs(value: Any, dims: int) -> list[tuple[int, int]]:
    """Return before and after per axis of a setting: a number, one per axis, or a pair per axis."""
    if isinstance(value, (int, float)):
        return [(int(value), int(value))] * dims
    if dims == 1:
        before, after = numbers(value[0] if len(value) == 1 else value, 2)
        return [(before, after)]
    if len(value) != dims:
        raise ValueError(f"{dims} settings expected")
    pairs = [numbers(item, 2) for item in value]
    return [(before, after) for before, after in pairs]


def cropping(b: Builder, x: Value, **_: Any) -> Value:
    """Cut off before and after, per axis of space."""
    dims = int(b.layer.class_name[-2])
    pairs = _placed(b, _pairs(b.config.get("cropping", 1 if dims == 1 else 0), dims))
    return strided_slice(b, x, [p[0] for p in pairs], [-p[1] if p[1] else None for p in pairs])


def _placed(b: Builder, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put settings of the axes of space between those of batch and channels."""
    if b.config.get("data_format") == "channels_first":
        return [(0, 0), (0, 0), *pairs]
    return [(0, 0), *pairs, (0, 0)]


def zero_padding(b: Builder, x: Value, **_: Any) -> Value:
    """Zeros before and after, per axis of space."""
    dims = int(b.layer.class_name[-2])
    return pad(b, x, _placed(b, _pairs(b.config.get("padding", 1), dims)))


def upsampling1d(b: Builder, x: Value, **_: Any) -> Value:
    """Every step repeated."""
    return repeat(b, x, 1, int(numbers(b.config.get("size", 2), 1)[0]))


def upsampling3d(b: Builder, x: Value, **_: Any) -> Value:
    """Every voxel repeated along three axes."""
    start = 2 if b.config.get("data_format") == "channels_first" else 1
    for axis, times in enumerate(numbers(b.config.get("size", 2), 3), start):
        x = repeat(b, x, axis, times)
    return x


def repeat(b: Builder, x: Value, axis: int, times: int) -> Value:
    """Repeat every slice along an axis: a new axis, tiled, then joined with its neighbour."""
    if x.shape is None:
        raise ValueError("rank unknown")
    if times == 1:
        return x
    rank = len(x.shape)
    tall = expand(b, x, axis + 1)
    multiples = [times if i == axis + 1 else 1 for i in range(rank + 1)]
    shape = (*x.shape[: axis + 1], times, *x.shape[axis + 1 :])
    tiled = b.op("Tile", tall, b.const(multiples), shape=shape)
    length = x.shape[axis]
    result = (*x.shape[:axis], None if length is None else length * times, *x.shape[axis + 1 :])
    missing = [i for i, n in enumerate(result) if n is None]
    if len(missing) <= 1:
        return reshape(b, tiled, [-1 if n is None else n for n in result], result)
    sizes: list[int | Value] = [dim(b, x, i) if n is None else n for i, n in enumerate(result)]
    sizes[axis] = -1
    return reshape(b, tiled, sizes, result)


RESIZERS = {
    "nearest": "ResizeNearestNeighbor",
    "bilinear": "ResizeBilinear",
    "bicubic": "ResizeBicubic",
    "area": "ResizeArea",
}


def upsampling2d(b: Builder, x: Value, **_: Any) -> Value:
    """Every pixel repeated, or values between by interpolation."""
    first = b.config.get("data_format") == "channels_first"
    rows, columns = numbers(b.config.get("size", 2), 2)
    method = str(b.config.get("interpolation") or "nearest")
    x = transpose(b, x, [0, 2, 3, 1]) if first else x
    height, width = (None, None) if x.shape is None else x.shape[1:3]
    if height is None or width is None:
        parts = [b.binary("Mul", dim(b, x, axis), b.const(n)) for axis, n in ((1, rows), (2, columns))]
        target = b.op("Pack", *parts, shape=(2,), dtype="int32", axis=0, N=2)
    else:
        target = b.const((height * rows, width * columns))
    space = (None if height is None else height * rows, None if width is None else width * columns)
    y = resize(b, x, target, space, method)
    return transpose(b, y, [0, 3, 1, 2]) if first else y


def resize(b: Builder, x: Value, target: Value, space: tuple[int | None, ...], method: str) -> Value:
    """Resize images (channels last); methods TensorFlow computes by scaling are one op."""
    batch, channels = (None, None) if x.shape is None else (x.shape[0], x.shape[-1])
    shape = (batch, *space, channels)
    op = RESIZERS.get(method)
    if op is not None:
        dtype = x.dtype if method == "nearest" else "float32"
        return b.op(
            op, x, target, shape=shape, dtype=dtype, align_corners=False, half_pixel_centers=method != "area"
        )
    return b.op("KerasResize", x, target, shape=shape, dtype="float32", method=method)
