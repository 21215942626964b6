"""Arguments of ops as tensors: numbers become constants, dtypes are brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.layers.builder import FLOATS, Builder
from logitcheck.layers.state import Value

ORDER = (
    *("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("bfloat16", "float16", "float32", "float64"),
)
"""Where two dtypes meet, the later one stands."""


def tensor(b: Builder, value: Any, like: Value | None = None) -> Value:
    """Return an argument as a tensor; a number takes the dtype of ``like`` where that can hold it."""
    if isinstance(value, Value):
        return value
    if isinstance(value, Mapping):
        inner = value.get("config")
        value = inner.get("value") if isinstance(inner, Mapping) else value.get("value")
    if isinstance(value, (list, tuple)) and any(isinstance(item, Value) for item in value):
        return pack(b, [tensor(b, item, like) for item in value])
    array = np.asarray(value)
    if array.dtype == object:
        raise ValueError("an argument that is no tensor")
    return b.const(value, _dtype(array, like))


def _dtype(array: Any, like: Value | None) -> str:
    kind = array.dtype.kind
    if kind in "SU":
        return "string"
    if kind == "b":
        return "bool"
    if like is not None and like.dtype in FLOATS:
        return like.dtype
    if kind == "f":
        return "float32"
    return like.dtype if like is not None and like.dtype not in (None, "bool", "string") else "int32"


def pair(b: Builder, x: Any, y: Any) -> tuple[Value, Value]:
    """Return two arguments as tensors of one dtype."""
    if isinstance(y, Value) and not isinstance(x, Value):
        first, second = tensor(b, x, y), y
    else:
        first = tensor(b, x)
        second = tensor(b, y, first)
    return together(b, [first, second])  # type: ignore[return-value]


def together(b: Builder, values: Sequence[Value]) -> tuple[Value, ...]:
    """Cast tensors to the widest dtype among them."""
    dtypes = {value.dtype for value in values}
    if len(dtypes) == 1 or not dtypes <= set(ORDER):
        return tuple(values)
    widest = max((dtype for dtype in dtypes if dtype), key=ORDER.index)
    return tuple([b.cast(value, widest) for value in values])


def floating(b: Builder, x: Value) -> Value:
    """Return a tensor as floating numbers."""
    return x if x.dtype in FLOATS or x.dtype is None else b.cast(x, "float32")


def pack(b: Builder, values: Sequence[Value], axis: int = 0) -> Value:
    """Stack tensors of one shape along a new axis."""
    shape = None
    if values[0].shape is not None:
        at = axis % (len(values[0].shape) + 1)
        shape = (*values[0].shape[:at], len(values), *values[0].shape[at:])
    return b.op("Pack", *values, shape=shape, axis=axis, N=len(values))


def axes_of(axis: Any) -> list[int] | None:
    """Return an axis argument as a list; None for all axes."""
    if axis is None:
        return None
    if isinstance(axis, (int, float)):
        return [int(axis)]
    return [int(item) for item in axis]


def dtype_name(value: Any) -> str | None:
    """Return a stored dtype's plain name, None where there is none."""
    if isinstance(value, Mapping):
        value = value.get("config", {}).get("name") if "config" in value else value.get("name")
    if not isinstance(value, str):
        return None
    name = value.removeprefix("<dtype: '").removesuffix("'>").removeprefix("tf.").lower()
    short = {"float": "float32", "int": "int32", "half": "float16", "double": "float64"}
    return short.get(name.removeprefix("dt_"), name.removeprefix("dt_"))
