"""Slices in Python's notation, as ``StridedSlice``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.op_values import tensor
from logitcheck.layers.state import Value


def get_item(b: Builder, x: Value, key: Any = None, *more: Any, slice_spec: Any = None, **_: Any) -> Value:
    """``x[key]``: numbers, slices, ``...`` and new axes; a tensor as key picks slices."""
    spec = slice_spec if slice_spec is not None else key
    if isinstance(spec, Value):
        return _masked(b, x, spec)
    items = list(spec) if isinstance(spec, (list, tuple)) else [spec]
    return _sliced(b, x, [*items, *more])


def _masked(b: Builder, x: Value, key: Value) -> Value:
    if key.dtype == "bool":
        raise ValueError("a mask as index")
    shape = None if x.shape is None or key.shape is None else (*key.shape, *x.shape[1:])
    return b.op("GatherV2", x, key, b.const(0), shape=shape, batch_dims=0)


def _sliced(b: Builder, x: Value, items: list[Any]) -> Value:
    begin, end, step = [], [], []
    masks = dict.fromkeys(("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0)
    for place, item in enumerate(items):
        start, stop, stride = _read(item, masks, 1 << place)
        begin.append(start)
        end.append(stop)
        step.append(stride)
    shape = _shape(x, items)
    ends = [_vector(b, values) for values in (begin, end, step)]
    attrs: dict[str, Any] = masks
    return b.op("StridedSlice", x, *ends, shape=shape, **attrs)


def _vector(b: Builder, values: list[Any]) -> Value:
    return (
        tensor(b, values) if any(isinstance(v, Value) for v in values) else b.const([int(v) for v in values])
    )


def _read(item: Any, masks: dict[str, int], bit: int) -> tuple[Any, Any, Any]:
    """Return begin, end and step of one item, and set its bit in the masks."""
    kind = _kind(item)
    if kind == "ellipsis":
        masks["ellipsis_mask"] |= bit
        return 0, 0, 1
    if kind == "new":
        masks["new_axis_mask"] |= bit
        return 0, 0, 1
    if kind == "slice":
        start, stop, stride = _parts(item)
        masks["begin_mask"] |= bit if start is None else 0
        masks["end_mask"] |= bit if stop is None else 0
        return start or 0, stop or 0, stride or 1
    masks["shrink_axis_mask"] |= bit
    if isinstance(item, Value):
        raise ValueError("a tensor as one of several indices")
    return int(item), int(item) + 1, 1


def _kind(item: Any) -> str:
    if item is Ellipsis or (isinstance(item, Mapping) and item.get("class_name") == "__ellipsis__"):
        return "ellipsis"
    if item is None:
        return "new"
    return "slice" if isinstance(item, (slice, Mapping)) else "number"


def _parts(item: Any) -> tuple[Any, Any, Any]:
    if isinstance(item, slice):
        return item.start, item.stop, item.step
    if "start" not in item and "stop" not in item:
        raise ValueError("an index that is none")
    return item.get("start"), item.get("stop"), item.get("step")


def _shape(x: Value, items: list[Any]) -> Any:
    if x.shape is None:
        return None
    kinds = [_kind(item) for item in items]
    used = sum(kind in ("slice", "number") for kind in kinds)
    rest = list(x.shape)
    result: list[int | None] = []
    for item, kind in zip(items, kinds, strict=True):
        if kind == "new":
            result.append(1)
        elif kind == "ellipsis":
            result += [rest.pop(0) for _ in range(len(x.shape) - used)]
        elif kind == "slice":
            result.append(_length(rest.pop(0), _parts(item)))
        else:
            rest.pop(0)
    return (*result, *rest)


def _length(length: int | None, parts: tuple[Any, Any, Any]) -> int | None:
    start, stop, step = parts
    if any(isinstance(part, Value) for part in parts):
        return None
    if length is not None:
        return len(range(*slice(start, stop, step).indices(length)))
    return (
        1
        if (start, stop) in ((-1, None), (0, 1), (None, 1)) and step in (None, 1, -1) and start == -1
        else None
    )


def slice_sizes(b: Builder, x: Value, begin: Any = None, size: Any = None, **more: Any) -> Value:
    """A block of x from a place on: TensorFlow's ``slice``, or ``keras.ops.slice``."""
    start, sizes = more.get("start_indices", begin), more.get("shape", size)
    known = None
    if not isinstance(sizes, Value):
        known = tuple([n if isinstance(n, int) and n >= 0 else None for n in sizes])
    return b.op("Slice", x, tensor(b, start), tensor(b, sizes), shape=known)


def strided(
    b: Builder, x: Value, begin: Any = None, end: Any = None, strides: Any = None, **masks: Any
) -> Value:
    """TensorFlow's ``strided_slice`` with its masks."""
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    attrs: dict[str, Any] = {name: int(masks.get(name) or 0) for name in names}
    first = tensor(b, begin)
    step = b.const([1] * (first.shape or (1,))[0]) if strides is None else tensor(b, strides)  # type: ignore[operator]
    return b.op("StridedSlice", x, first, tensor(b, end), step, shape=None, **attrs)
