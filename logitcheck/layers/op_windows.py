"""Functions over windows and images: pooling and resizing."""

from __future__ import annotations

from typing import Any

from logitcheck.layers import reshaping
from logitcheck.layers.builder import Builder
from logitcheck.layers.convolution import Setting
from logitcheck.layers.shapes import numbers, window
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import transpose


def max_pool(b: Builder, x: Value, *given: Any, **settings: Any) -> Value:
    """Largest value of each window."""
    return _pool(b, x, "MaxPool", given, settings)


def average_pool(b: Builder, x: Value, *given: Any, **settings: Any) -> Value:
    """Mean of each window."""
    return _pool(b, x, "AvgPool", given, settings)


def _pool(b: Builder, x: Value, op: str, given: tuple[Any, ...], settings: dict[str, Any]) -> Value:
    if x.rank != 4:
        raise ValueError("pooling of another rank")
    named = {**dict(zip(("ksize", "strides", "padding"), given, strict=False)), **settings}
    first = str(named.get("data_format")) in ("channels_first", "NCHW")
    s = Setting(b, 2, first)
    size = _two(named.get("pool_size", named.get("ksize", 2)), first)
    s.strides = _two(named.get("strides") or size, first)
    s.padding = str(named.get("padding", "valid")).lower()
    steps = zip(s.space(x), size, s.strides, strict=True)
    space = tuple([window(n, k, stride, s.padding) for n, k, stride in steps])
    attrs: dict[str, Any] = {
        "strides": s.full(s.strides),
        "padding": s.padding.upper(),
        "ksize": s.full(size),
    }
    return b.op(op, x, shape=s.shape(x, space, s.channels(x)), **attrs, data_format=s.format)


def _two(value: Any, first: bool) -> tuple[int, int]:
    """Return the sizes of rows and columns, out of one, two or four numbers."""
    if not isinstance(value, int) and len(value) == 4:
        value = value[2:] if first else value[1:3]
    if not isinstance(value, int) and len(value) == 1:
        value = value[0]
    rows, columns = numbers(value, 2)
    return rows, columns


def resize(b: Builder, x: Value, size: Any = None, method: Any = None, **more: Any) -> Value:
    """Images of another size."""
    if x.rank != 4 or any(more.get(name) for name in ("antialias", "preserve_aspect_ratio")):
        raise ValueError("resizing by another rule")
    if any(more.get(name) for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio")):
        raise ValueError("resizing by another rule")
    way = str(method or more.get("interpolation") or "bilinear").lower()
    rows, columns = numbers(size, 2)
    first = more.get("data_format") == "channels_first"
    x = transpose(b, x, [0, 2, 3, 1]) if first else x
    y = reshaping.resize(b, x, b.const((rows, columns)), (rows, columns), way)
    return transpose(b, y, [0, 3, 1, 2]) if first else y
