"""Pooling over windows, over everything, and to a given size."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.convolution import Setting, s_raised
from logitcheck.layers.shapes import numbers, window
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import expand, reduce, transpose


def max_pooling1d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value of each window of one dimension."""
    return _pool(b, x, 1, "MaxPool")


def max_pooling2d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value of each window of two dimensions."""
    return _pool(b, x, 2, "MaxPool")


def max_pooling3d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value of each window of three dimensions."""
    return _pool(b, x, 3, "MaxPool3D")


def average_pooling1d(b: Builder, x: Value, **_: Any) -> Value:
    """Mean of each window of one dimension."""
    return _pool(b, x, 1, "AvgPool")


def average_pooling2d(b: Builder, x: Value, **_: Any) -> Value:
    """Mean of each window of two dimensions."""
    return _pool(b, x, 2, "AvgPool")


def average_pooling3d(b: Builder, x: Value, **_: Any) -> Value:
    """Mean of each window of three dimensions."""
    return _pool(b, x, 3, "AvgPool3D")


def _pool(b: Builder, x: Value, dims: int, op: str) -> Value:
    s = Setting(b, dims)
    size = numbers(b.config.get("pool_size", 2), dims)
    s.strides = numbers(b.config.get("strides") or size, dims)
    steps = zip(s.space(x), size, s.strides, strict=True)
    space = tuple([window(n, k, stride, s.padding) for n, k, stride in steps])
    shape = s_raised(s, s.shape(x, space, s.channels(x)))
    attrs: dict[str, Any] = {"strides": s.full(s.strides), "padding": s.padding.upper()}
    y = b.op(op, s.raise_rank(b, x), shape=shape, ksize=s.full(size), **attrs, data_format=s.format)
    return s.lower_rank(b, y)


def global_max_pooling1d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value along time."""
    return _global(b, x, 1, "Max")


def global_max_pooling2d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value over the plane."""
    return _global(b, x, 2, "Max")


def global_max_pooling3d(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value over the volume."""
    return _global(b, x, 3, "Max")


def global_average_pooling1d(b: Builder, x: Value, mask: Value | None = None, **_: Any) -> Value:
    """Mean along time, of the steps that count where a mask tells them."""
    mask = mask or b.mask(x)
    if mask is None:
        return _global(b, x, 1, "Mean")
    axis = 2 if b.config.get("data_format") == "channels_first" else 1
    keep = bool(b.config.get("keepdims", False))
    weight = expand(b, b.cast(mask, x.dtype or b.compute), 1 if axis == 2 else 2)
    total = reduce(b, "Sum", b.binary("Mul", x, weight), [axis], keep)
    return b.binary("RealDiv", total, reduce(b, "Sum", weight, [axis], keep))


def global_average_pooling2d(b: Builder, x: Value, **_: Any) -> Value:
    """Mean over the plane."""
    return _global(b, x, 2, "Mean")


def global_average_pooling3d(b: Builder, x: Value, **_: Any) -> Value:
    """Mean over the volume."""
    return _global(b, x, 3, "Mean")


def _global(b: Builder, x: Value, dims: int, op: str) -> Value:
    first = b.config.get("data_format") == "channels_first"
    axes = range(2, 2 + dims) if first else range(1, 1 + dims)
    return reduce(b, op, x, [*axes], bool(b.config.get("keepdims", False)))


def adaptive_average_pooling(b: Builder, x: Value, **_: Any) -> Value:
    """Mean of as many windows as the result has places."""
    return _adaptive(b, x, "KerasAdaptiveAveragePool")


def adaptive_max_pooling(b: Builder, x: Value, **_: Any) -> Value:
    """Largest value of as many windows as the result has places."""
    return _adaptive(b, x, "KerasAdaptiveMaxPool")


def _adaptive(b: Builder, x: Value, op: str) -> Value:
    """One composite node: window i goes from floor(i n / m) to ceil((i + 1) n / m), channels last."""
    dims = int(b.layer.class_name[-2])
    s, size = Setting(b, dims), numbers(b.config["output_size"], dims)
    if s.first:
        x = transpose(b, x, [0, *range(2, 2 + dims), 1])
    batch, channels = (None, None) if x.shape is None else (x.shape[0], x.shape[-1])
    y = b.op(op, x, shape=(batch, *size, channels), output_size=size)
    return transpose(b, y, [0, 1 + dims, *range(1, 1 + dims)]) if s.first else y
