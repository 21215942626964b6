"""Ops of ``keras.ops`` and TensorFlow that make tensors of one number."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.op_values import dtype_name, tensor
from logitcheck.layers.state import Value


def fill(b: Builder, shape: Any, value: Any, dtype: Any = None) -> Value:
    """A tensor of one value."""
    name = dtype_name(dtype)
    constant = tensor(b, value) if isinstance(value, Value) else b.const(value, name or "float32")
    sizes = shape if isinstance(shape, Value) else tensor(b, list(shape))
    known = None if isinstance(shape, Value) else tuple([n if isinstance(n, int) else None for n in shape])
    return b.op("Fill", sizes, constant, shape=known, dtype=name or constant.dtype)


def zeros(b: Builder, shape: Any = None, dtype: Any = None, **_: Any) -> Value:
    """Zeros."""
    return fill(b, shape, 0, dtype or "float32")


def ones(b: Builder, shape: Any = None, dtype: Any = None, **_: Any) -> Value:
    """Ones."""
    return fill(b, shape, 1, dtype or "float32")


def filled(b: Builder, shape: Any = None, y: Any = None, dtype: Any = None, **more: Any) -> Value:
    """A value, as often as a shape says (``tf.fill``, ``keras.ops.full``)."""
    return fill(b, more.get("dims", shape), more.get("value", more.get("fill_value", y)), dtype)


def full_like(b: Builder, x: Value, fill_value: Any = 0, **_: Any) -> Value:
    """A value, in the shape of x."""
    ones_ = b.op("OnesLike", x)
    return b.binary("Mul", ones_, tensor(b, fill_value, x))
