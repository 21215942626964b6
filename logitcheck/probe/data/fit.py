"""Named arrays brought to what a model takes: matched by name, by size or by order, reshaped and cast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.images import decoder
from logitcheck.probe.inputs import numpy_dtype
from logitcheck.probe.protocol import InputPlan


def inputs(values: Mapping[str, Array], plans: tuple[InputPlan, ...], name: str, scale: str) -> list[Array]:
    """Return an array for every input. Raises ValueError with a sentence for the user."""
    matched = _by_name(values, plans) or _by_columns(values, plans) or _by_size(values, plans)
    if matched is None:
        wanted = ", ".join(_wanted(plan) for plan in plans)
        raise ValueError(
            f"{name} holds {_count(len(values), _kind(values))} ({_names(values)}), the model takes "
            f"{_count(len(plans), 'input')} ({wanted}){_no_numbers(values)}"
        )
    return [fitted(array, plan, name, scale) for array, plan in zip(matched, plans, strict=True)]


def _by_name(values: Mapping[str, Array], plans: tuple[InputPlan, ...]) -> list[Array] | None:
    return [values[plan.name] for plan in plans] if all(plan.name in values for plan in plans) else None


def _by_columns(values: Mapping[str, Array], plans: tuple[InputPlan, ...]) -> list[Array] | None:
    """Lay columns of single numbers side by side, in order, where they fill the inputs exactly."""
    if len(values) < 2 or any(array.ndim != 1 or array.dtype.kind not in "fiub" for array in values.values()):
        return None
    sizes = [_size(plan) for plan in plans]
    whole = [size for size in sizes if size is not None]
    if len(whole) != len(plans) or sum(whole) != len(values):
        return None
    table = np.stack(list(values.values()), axis=1)
    return np.split(table, np.cumsum(whole)[:-1], axis=1)


def _by_size(values: Mapping[str, Array], plans: tuple[InputPlan, ...]) -> list[Array] | None:
    """Take for each input the one array of its size; all in order where there are as many as inputs."""
    left = dict(values)
    found = []
    for plan in plans:
        keys = [key for key, array in left.items() if _could_fill(array, plan)]
        if len(keys) != 1:
            return list(values.values()) if len(values) == len(plans) else None
        found.append(left.pop(keys[0]))
    return found


def _could_fill(array: Array, plan: InputPlan) -> bool:
    if array.dtype == object:
        return plan.dtype == "string" or (plan.shape is not None and len(plan.shape) == 4)
    return int(np.prod(array.shape[1:])) == _size(plan)


def _size(plan: InputPlan) -> int | None:
    """Return how many numbers one row of an input has; None where that is open."""
    row = None if plan.shape is None else plan.shape[1:]
    return None if row is None or None in row else int(np.prod([size for size in row if size is not None]))


def fitted(array: Array, plan: InputPlan, name: str, scale: str) -> Array:
    """Return one input's rows in its shape and dtype. Raises ValueError."""
    if plan.dtype == "string":
        return _shaped(_text(array), plan, name)
    if array.dtype == object:
        array = _numbers(array, plan, name, scale)
    if array.dtype.kind not in "fiubc":
        raise ValueError(f"{name}: {array.dtype} for input {plan.name!r}, which takes {plan.dtype}")
    array = _shaped(array, plan, name)
    dtype = np.dtype(numpy_dtype(plan.dtype))
    if dtype.kind in "iu" and array.dtype.kind == "f" and not (array == np.round(array)).all():
        raise ValueError(f"{name} holds fractions for input {plan.name!r}, which takes {plan.dtype}")
    return array.astype(dtype)


def _text(array: Array) -> Array:
    if array.dtype.kind == "U":
        return np.char.encode(array, "utf-8").astype(object)
    return array.astype(object)


def _numbers(array: Array, plan: InputPlan, name: str, scale: str) -> Array:
    """Decode byte strings: the raw bytes of an array, or an image file."""
    flat = array.reshape(len(array), -1)
    if not flat.size or flat.shape[1] != 1 or not isinstance(flat[0, 0], bytes):
        raise ValueError(f"{name}: the rows for input {plan.name!r} are no numbers of one length")
    size, dtype = _size(plan), np.dtype(numpy_dtype(plan.dtype))
    for kind in (dtype, np.dtype("uint8")):
        if size is not None and all(len(data) == size * kind.itemsize for data in flat[:, 0]):
            return np.stack([np.frombuffer(data, kind) for data in flat[:, 0]])
    decode: Callable[[bytes, str], Any] = decoder(plan, scale)
    return np.stack([decode(data, name) for data in flat[:, 0]])


def _shaped(array: Array, plan: InputPlan, name: str) -> Array:
    """Return the rows in the input's shape; flat rows are unfolded, axes of length 1 added or left out."""
    if plan.shape is None or _agree(array.shape[1:], plan.shape[1:]):
        return array
    row = plan.shape[1:]
    open_axes = sum(size is None for size in row)
    if open_axes == 0 and int(np.prod(array.shape[1:])) == _size(plan):
        bare = [size for size in array.shape[1:] if size != 1]
        if len(bare) <= 1 or bare == [size for size in row if size != 1]:
            return array.reshape(len(array), *(size or 0 for size in row))
    for axis, size in enumerate(row):
        if size == 1 and _agree((*array.shape[1:][:axis], 1, *array.shape[1:][axis:]), row):
            return np.expand_dims(array, axis + 1)
    raise ValueError(
        f"{name} has rows of shape {_words(array.shape[1:])}, input {plan.name!r} takes {_words(row)}"
    )


def _agree(have: tuple[int, ...], want: tuple[int | None, ...]) -> bool:
    return len(have) == len(want) and all(w in (None, -1, h) for h, w in zip(have, want, strict=True))


def _words(shape: tuple[int | None, ...]) -> str:
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _wanted(plan: InputPlan) -> str:
    return f"{plan.name!r} {'?' if plan.shape is None else _words(plan.shape[1:])}"


def _kind(values: Mapping[str, Array]) -> str:
    return "array" if any(array.ndim > 1 for array in values.values()) else "column"


def _no_numbers(values: Mapping[str, Array]) -> str:
    """Say which columns hold something else than numbers, where there are columns only."""
    names = [key for key, array in values.items() if array.dtype.kind not in "fiub"]
    if not names or _kind(values) == "array":
        return ""
    return f"; not every cell is a number in {', '.join(names[:6])}"


def _names(values: Mapping[str, Array]) -> str:
    names = [
        f"{key or 'unnamed'}{' ' + _words(array.shape[1:]) if array.ndim > 1 else ''}"
        for key, array in values.items()
    ]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
