"""Functions of ``keras.ops`` and TensorFlow about places in tensors: picking, counting, sorting."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.op_shaping import ravel
from logitcheck.layers.op_values import dtype_name, tensor
from logitcheck.layers.shapes import axis_index, with_axis
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import dim, expand


def take(b: Builder, x: Value, indices: Any = None, axis: Any = None, batch_dims: int = 0, **_: Any) -> Value:
    """Slices of x at indices along an axis (by default: axis 0 in ``tf.gather``, all in Keras)."""
    if axis is None and b.layer.class_name == "Take":
        x, axis = ravel(b, x), 0
    index, at = tensor(b, indices), int(axis or 0)
    shape = None
    if x.shape is not None and index.shape is not None and not batch_dims:
        at_ = axis_index(at, len(x.shape))
        shape = (*x.shape[:at_], *index.shape, *x.shape[at_ + 1 :])
    return b.op("GatherV2", x, index, b.const(at), shape=shape, batch_dims=int(batch_dims))


def gather_nd(b: Builder, x: Value, indices: Any = None, batch_dims: int = 0, **_: Any) -> Value:
    """Slices of x at places given by several indices."""
    if batch_dims:
        raise ValueError("gather_nd by batch")
    return b.op("GatherNd", x, tensor(b, indices), shape=None)


def take_along_axis(b: Builder, x: Value, indices: Any, axis: Any = None, **_: Any) -> Value:
    """Values of x at one index each along an axis; kept as one node."""
    index = tensor(b, indices)
    return b.op("KerasTakeAlongAxis", x, index, shape=index.shape, axis=axis)


def one_hot(
    b: Builder, x: Value, num_classes: Any = None, axis: int = -1, dtype: Any = None, **more: Any
) -> Value:
    """1 at the index, 0 elsewhere (or the values given)."""
    depth = more.get("depth", num_classes)
    name = dtype_name(dtype) or "float32"
    on, off = more.get("on_value"), more.get("off_value")
    ends = b.const(1 if on is None else on, name), b.const(0 if off is None else off, name)
    shape = None
    if x.shape is not None:
        at = axis % (len(x.shape) + 1)
        shape = (*x.shape[:at], depth if isinstance(depth, int) else None, *x.shape[at:])
    return b.op("OneHot", x, tensor(b, depth), *ends, shape=shape, dtype=name, axis=int(axis))


def argument(op: str) -> Any:
    """Return ``argmax`` or ``argmin``."""

    def apply(b: Builder, x: Value, axis: Any = None, keepdims: bool = False, **more: Any) -> Value:
        whole = axis is None and b.keras >= 3 and b.layer.class_name.startswith("Arg")
        x, at = (ravel(b, x), 0) if whole else (x, int(axis or 0))
        dtype = dtype_name(more.get("output_type")) or ("int32" if b.keras >= 3 else "int64")
        shape = None
        if x.shape is not None:
            gone = axis_index(at, len(x.shape))
            shape = tuple([n for i, n in enumerate(x.shape) if i != gone])
        y = b.op(op, x, b.const(at), shape=shape, dtype=dtype, output_type=dtype)
        return expand(b, y, at) if keepdims else y

    return apply


def cumulative(op: str) -> Any:
    """Return ``cumsum`` or ``cumprod``."""

    def apply(
        b: Builder, x: Value, axis: Any = None, exclusive: bool = False, reverse: bool = False, **_: Any
    ) -> Value:
        if axis is None and b.layer.class_name.startswith("Cum"):
            x = ravel(b, x)
        return b.op(op, x, b.const(int(axis or 0)), exclusive=bool(exclusive), reverse=bool(reverse))

    return apply


def top_k(b: Builder, x: Value, k: Any = 1, sorted: bool = True, **_: Any) -> Any:
    """The largest values along the last axis, and where they stand."""
    shape = with_axis(x.shape, -1, k if isinstance(k, int) else None)
    return b.outputs("TopKV2", [x, tensor(b, k)], [(shape, x.dtype), (shape, "int32")], sorted=bool(sorted))


def sort(b: Builder, x: Value, axis: int = -1, direction: str = "ASCENDING", **_: Any) -> Value:
    """x in order along the last axis."""
    length = dim(b, x, -1)
    if axis != -1 and (x.rank is None or axis != x.rank - 1):
        raise ValueError("sort along another axis")
    turned = x if direction == "DESCENDING" else b.op("Neg", x)
    values, _places = b.outputs(
        "TopKV2", [turned, length], [(x.shape, x.dtype), (x.shape, "int32")], sorted=True
    )
    return values if direction == "DESCENDING" else b.op("Neg", values)
