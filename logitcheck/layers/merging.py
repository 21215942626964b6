"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.core import einsum
from logitcheck.layers.normalization import l2_normalize
from logitcheck.layers.shapes import axis_index
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import concat, expand


def _aligned(b: Builder, values: Sequence[Value]) -> list[Value]:
    """Give all the same rank: axes of length 1 behind the batch, as Keras does."""
    ranks = [v.rank for v in values]
    if None in ranks or len(set(ranks)) == 1:
        return list(values)
    top = max(rank for rank in ranks if rank is not None)
    aligned = []
    for value in values:
        while (value.rank or top) < top:
            value = expand(b, value, 1)
        aligned.append(value)
    return aligned


def _chain(op: str) -> Callable[..., Value]:
    def merge(b: Builder, inputs: Sequence[Value], *more: Value, **_: Any) -> Value:
        values = _aligned(b, [inputs, *more] if isinstance(inputs, Value) else inputs)
        result = values[0]
        for value in values[1:]:
            result = b.binary(op, result, value)
        return result

    return merge


add = _chain("AddV2")
multiply = _chain("Mul")
maximum = _chain("Maximum")
minimum = _chain("Minimum")
subtract = _chain("Sub")


def average(b: Builder, inputs: Sequence[Value], **_: Any) -> Value:
    """Mean of all inputs."""
    total = add(b, inputs)
    return b.binary("RealDiv", total, b.scalar(float(len(inputs)), total))


def concatenate(b: Builder, inputs: Sequence[Value], **_: Any) -> Value:
    """Join along an axis."""
    values = [inputs] if isinstance(inputs, Value) else list(inputs)
    return concat(b, values, int(b.config.get("axis", -1)))


def dot(b: Builder, inputs: Sequence[Value], **_: Any) -> Value:
    """Contract an axis of each of two inputs, sample by sample; normalised first where asked for."""
    axes, (x, y) = b.config.get("axes", -1), inputs
    first, second = (axes, axes) if isinstance(axes, int) else axes
    return contract(b, x, y, first, second, bool(b.config.get("normalize")))


def contract(b: Builder, x: Value, y: Value, first: int, second: int, normalize: bool = False) -> Value:
    """Sum over ``first`` of x and ``second`` of y; at least rank 2 comes out."""
    if x.shape is None or y.shape is None:
        raise ValueError("rank unknown")
    first, second = axis_index(first, len(x.shape)), axis_index(second, len(y.shape))
    if normalize:
        x, y = l2_normalize(b, x, [first]), l2_normalize(b, y, [second])
    left = ["b", *"cdefgh"[: len(x.shape or ()) - 1]]
    right = ["b", *"ijklmn"[: len(y.shape or ()) - 1]]
    right[second] = left[first]
    rest = [*left[:first], *left[first + 1 :], *[c for i, c in enumerate(right) if i not in (0, second)]]
    sizes = {**dict(zip(right, y.shape or (), strict=False)), **dict(zip(left, x.shape or (), strict=False))}
    equation = f"{''.join(left)},{''.join(right)}->{''.join(rest)}"
    result = einsum(b, equation, x, y, sizes)
    return expand(b, result, 1) if len(rest) == 1 else result


def merge(b: Builder, inputs: Sequence[Value], **_: Any) -> Value:
    """Keras 1's Merge: the way is a setting."""
    mode, axis = b.config.get("mode", "sum"), int(b.config.get("concat_axis", -1))
    if mode == "concat":
        return concat(b, list(inputs), axis)
    if mode in ("dot", "cos"):
        axes = b.config.get("dot_axes", -1)
        first, second = (
            (axes, axes) if isinstance(axes, int) else [a[0] if isinstance(a, list) else a for a in axes]
        )
        return contract(b, inputs[0], inputs[1], first, second, mode == "cos")
    ways = {"sum": add, "mul": multiply, "ave": average, "max": maximum, "min": minimum}
    if mode not in ways:
        raise ValueError(f"merge mode {mode}")
    return ways[mode](b, inputs)
