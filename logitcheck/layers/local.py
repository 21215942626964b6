"""Convolutions whose kernel differs from place to place (Keras 1 and 2)."""

from __future__ import annotations

from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.activation_names import activate
from logitcheck.layers.builder import Builder
from logitcheck.layers.convolution import Setting, op_attrs
from logitcheck.layers.shapes import numbers, window
from logitcheck.layers.state import Value


def locally_connected1d(b: Builder, x: Value, **_: Any) -> Value:
    """One-dimensional convolution whose kernel differs from place to place."""
    return _local(b, x, 1)


def locally_connected2d(b: Builder, x: Value, **_: Any) -> Value:
    """Two-dimensional convolution whose kernel differs from place to place."""
    return _local(b, x, 2)


def _local(b: Builder, x: Value, dims: int) -> Value:
    """Kept as one composite node: its kernel's layout depends on ``implementation``."""
    s, size, filters = Setting(b, dims), numbers(b.config["kernel_size"], dims), int(b.config["filters"])
    steps = zip(s.space(x), size, s.strides, strict=True)
    space = tuple([window(n, k, stride, s.padding) for n, k, stride in steps])
    implementation = int(b.config.get("implementation") or 1)
    kernel = b.weight("kernel", _local_kernel(s, x, space, size, filters, implementation))
    bias = b.weight("bias", (*space, filters)) if b.config.get("use_bias", True) else None
    attrs = {**op_attrs(s), "kernel_size": size, "filters": filters, "implementation": implementation}
    y = b.op("KerasLocallyConnected", x, kernel, shape=s.shape(x, space, filters), **attrs)
    return activate(b, y if bias is None else b.binary("AddV2", y, bias), b.config.get("activation"))


def _local_kernel(
    s: Setting,
    x: Value,
    space: tuple[int | None, ...],
    size: tuple[int, ...],
    filters: int,
    implementation: int,
) -> Shape:
    channels = s.channels(x)
    places = 1
    for n in space:
        places = places * n if n is not None else 0
    if implementation == 1:
        taps = channels
        for k in size:
            taps = None if taps is None else taps * k
        return (places or None, taps, filters)
    if implementation == 2:
        return (
            (*s.space(x), channels, *space, filters)
            if not s.first
            else (channels, *s.space(x), filters, *space)
        )
    return (None,)
