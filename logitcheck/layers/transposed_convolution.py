"""Lowering of transposed convolutions."""

from __future__ import annotations

from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.builder import Builder
from logitcheck.layers.convolution import Setting, finish, op_attrs, s_raised
from logitcheck.layers.shapes import numbers
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import dim, expand


def conv1d_transpose(b: Builder, x: Value, **_: Any) -> Value:
    """Transposed one-dimensional convolution."""
    return _transposed(b, x, 1)


def conv2d_transpose(b: Builder, x: Value, **_: Any) -> Value:
    """Transposed two-dimensional convolution."""
    return _transposed(b, x, 2)


def conv3d_transpose(b: Builder, x: Value, **_: Any) -> Value:
    """Transposed three-dimensional convolution."""
    return _transposed(b, x, 3)


def _transposed(b: Builder, x: Value, dims: int) -> Value:
    s, x = Setting(b, dims), b.floated(x)
    size, filters = numbers(b.config["kernel_size"], dims), int(b.config["filters"])
    kernel = b.weight("kernel", (*size, filters, s.channels(x)))
    bias = b.weight("bias", (filters,)) if b.config.get("use_bias", True) else None
    extra = b.config.get("output_padding")
    extras: tuple[int | None, ...] = (None,) * dims if extra is None else numbers(extra, dims)
    steps = zip(s.space(x), size, s.strides, s.dilation, extras, strict=True)
    space = tuple([grown(n, k, stride, s.padding, d, e) for n, k, stride, d, e in steps])
    shape = s_raised(s, s.shape(x, space, filters))
    x, kernel = s.raise_rank(b, x), expand(b, kernel, 0) if dims == 1 else kernel
    sizes = _sizes(b, x, shape)
    op = "Conv3DBackpropInputV2" if dims == 3 else "Conv2DBackpropInput"
    y = b.op(op, sizes, kernel, x, shape=shape, dtype=x.dtype, **op_attrs(s))
    return finish(b, s.lower_rank(b, y), s, bias)


def _sizes(b: Builder, x: Value, shape: Shape) -> Value:
    """Return the result's shape as the op's first input; its batch is the input's."""
    assert shape is not None
    if None not in shape:
        return b.const(shape)
    parts = [dim(b, x, i) if n is None else b.const(n) for i, n in enumerate(shape)]
    return b.op("Pack", *parts, shape=(len(parts),), dtype="int32", axis=0, N=len(parts))


def grown(
    length: int | None, size: int, stride: int, padding: str, dilation: int, extra: int | None
) -> int | None:
    """Return the length after a transposed convolution (Keras's ``deconv_output_length``)."""
    if length is None:
        return None
    size = size + (size - 1) * (dilation - 1)
    if extra is None:
        return length * stride + (max(size - stride, 0) if padding == "valid" else 0)
    back = size // 2 if padding == "same" else 0
    return (length - 1) * stride + size - 2 * back + extra
