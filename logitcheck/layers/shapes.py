"""Shape arithmetic with unknown sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

from logitcheck.graph import Shape


def broadcast(a: Shape, b: Shape) -> Shape:
    """Return the shape of an elementwise result; ValueError where the two do not fit."""
    if a is None or b is None:
        return None
    if len(a) < len(b):
        a, b = b, a
    padded = (1,) * (len(a) - len(b)) + b
    return tuple([_one(m, n) for m, n in zip(a, padded, strict=True)])


def _one(m: int | None, n: int | None) -> int | None:
    if m == n or n == 1:
        return m
    if m == 1:
        return n
    if m is None or n is None:
        return n if m is None else m
    raise ValueError(f"sizes {m} and {n} do not broadcast")


def axis_index(axis: int, rank: int) -> int:
    """Return an axis counted from the start; ValueError where the tensor has no such axis."""
    if not -rank <= axis < rank:
        raise ValueError(f"no axis {axis} in rank {rank}")
    return axis % rank


def reduced(shape: Shape, axes: Iterable[int] | None, keepdims: bool = False) -> Shape:
    """Return the shape after a reduction over axes (all of them for None)."""
    if shape is None:
        return None
    gone = set(range(len(shape))) if axes is None else {axis_index(a, len(shape)) for a in axes}
    if keepdims:
        return tuple([1 if i in gone else n for i, n in enumerate(shape)])
    return tuple([n for i, n in enumerate(shape) if i not in gone])


def size(shape: Sequence[int | None]) -> int | None:
    """Return the number of elements, None where a size is unknown."""
    known = [n for n in shape if n is not None]
    return prod(known) if len(known) == len(shape) else None


def with_axis(shape: Shape, axis: int, length: int | None) -> Shape:
    """Return the shape with one size changed."""
    if shape is None:
        return None
    sizes = list(shape)
    sizes[axis_index(axis, len(sizes))] = length
    return tuple(sizes)


def window(length: int | None, size: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """Return how many places a window takes along an axis (padding ``same``, ``valid``, ``causal``)."""
    if length is None:
        return None
    if padding.lower() in ("same", "causal"):
        return -(-length // stride)
    return max(0, -(-(length - (size - 1) * dilation) // stride))


def numbers(value: Any, count: int) -> tuple[int, ...]:
    """Return a setting given as one number or as a sequence, as that many numbers."""
    if isinstance(value, (int, float)):
        return (int(value),) * count
    result = tuple([int(v) for v in value])
    if len(result) != count:
        raise ValueError(f"{count} numbers expected, {len(result)} given")
    return result
