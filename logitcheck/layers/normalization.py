"""Normalisation layers as they act at inference, written out in primitive ops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import axis_index
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import reduce, reshape
from logitcheck.topology import LayerConfig

HALVES = ("float16", "bfloat16")


def _axes(b: Builder, x: Value, default: int = -1) -> list[int]:
    """Return the layer's axes, counted from the start where the rank is known."""
    axis = b.config.get("axis", default)
    axes = [int(axis)] if isinstance(axis, (int, float)) else [int(a) for a in axis]
    return axes if x.shape is None else sorted(axis_index(a, len(x.shape)) for a in axes)


def _sizes(x: Value, axes: Sequence[int]) -> Shape:
    return tuple([None if x.shape is None else x.shape[a] for a in axes])


def _fitted(b: Builder, w: Value, x: Value, axes: Sequence[int]) -> Value:
    """Give a weight over some axes the rank of the input, unless it stands on the last axis anyway."""
    if x.shape is None or list(axes) == [len(x.shape) - 1]:
        return w
    sizes = [-1 if n is None else n for n in x.shape]
    return reshape(b, w, [n if i in axes else 1 for i, n in enumerate(sizes)])


def _wide(b: Builder, x: Value) -> Value:
    """Half precision is normalised in single precision."""
    return b.cast(x, "float32") if x.dtype in HALVES else x


def inverse_deviation(b: Builder, variance: Value, epsilon: float) -> Value:
    """``1 / sqrt(variance + epsilon)``; the sum carries ``epsilon`` so that its effect can be judged."""
    total = b.binary("AddV2", variance, b.scalar(epsilon, variance), epsilon=epsilon)
    return b.op("Rsqrt", total)


def batch_normalization(b: Builder, x: Value, **_: Any) -> Value:
    """``x * s + (beta - mean * s)``, where ``s = gamma / sqrt(variance + epsilon)``; moving statistics."""
    config, axes = b.config, _axes(b, x)
    sizes, before = _sizes(x, axes), x.dtype
    x = _wide(b, b.floated(x))
    dtype = x.dtype or b.compute
    slots = [slot for slot, on in (("gamma", "scale"), ("beta", "center")) if config.get(on, True)]
    own = {slot: b.weight(slot, sizes, cast=False) for slot in slots}
    for slot in ("moving_mean", "moving_variance"):
        own[slot] = b.weight(slot, sizes, trainable=False, cast=False)
    own = {slot: _fitted(b, b.cast(w, dtype), x, axes) for slot, w in own.items()}
    scale = inverse_deviation(b, own["moving_variance"], float(config.get("epsilon", 1e-3)))
    if "gamma" in own:
        scale = b.op("Mul", scale, own["gamma"])
    shift = b.op("Mul", own["moving_mean"], scale)
    shift = b.op("Sub", own["beta"], shift) if "beta" in own else b.op("Neg", shift)
    y = b.op("AddV2", b.op("Mul", x, scale), shift)
    return b.cast(y, before if before in HALVES else dtype)


def _standardised(b: Builder, x: Value, axes: Sequence[int], epsilon: float) -> Value:
    """``(x - mean) / sqrt(variance + epsilon)`` over axes."""
    mean = reduce(b, "Mean", x, axes, keepdims=True)
    square = b.binary("SquaredDifference", x, mean)
    variance = reduce(b, "Mean", square, axes, keepdims=True)
    return b.binary("Mul", b.binary("Sub", x, mean), inverse_deviation(b, variance, epsilon))


def layer_normalization(b: Builder, x: Value, **_: Any) -> Value:
    """Standardise each sample over axes, then scale and shift; ``rms_scaling`` does not center."""
    config, axes = b.config, _axes(b, x)
    sizes = _sizes(x, axes)
    rms = bool(config.get("rms_scaling"))
    slots = ["gamma"] if config.get("scale", True) or rms else []
    slots += ["beta"] if config.get("center", True) and not rms else []
    own = {slot: b.weight(slot, sizes, cast=False) for slot in slots}
    wide = _wide(b, b.floated(x))
    epsilon = float(config.get("epsilon", 1e-3))
    y = _scaled_by_deviation(b, wide, axes, epsilon) if rms else _standardised(b, wide, axes, epsilon)
    return _affine(b, y, own, axes, b.compute)


def _affine(b: Builder, y: Value, own: dict[str, Value], axes: Sequence[int], dtype: str) -> Value:
    wide = y.dtype or b.compute
    for slot, op in (("gamma", "Mul"), ("beta", "AddV2")):
        if slot in own:
            y = b.binary(op, y, _fitted(b, b.cast(own[slot], wide), y, axes))
    return b.cast(y, dtype)


def _scaled_by_deviation(b: Builder, x: Value, axes: Sequence[int], epsilon: float) -> Value:
    """``x / sqrt(variance + epsilon)``: what Keras 3 does for ``rms_scaling``, its name notwithstanding."""
    mean = reduce(b, "Mean", x, axes, keepdims=True)
    variance = reduce(b, "Mean", b.binary("SquaredDifference", x, mean), axes, keepdims=True)
    return b.binary("Mul", x, inverse_deviation(b, variance, epsilon))


def rms_normalization(b: Builder, x: Value, **_: Any) -> Value:
    """``x / sqrt(mean(x^2) + epsilon) * scale``."""
    axes = _axes(b, x)
    own = {"gamma": b.weight("scale", _sizes(x, axes), cast=False)}
    x = _wide(b, b.floated(x))
    square = reduce(b, "Mean", b.op("Square", x), axes, keepdims=True)
    y = b.binary("Mul", x, inverse_deviation(b, square, float(b.config.get("epsilon", 1e-6))))
    return _affine(b, y, own, axes, b.compute)


def group_normalization(b: Builder, x: Value, **_: Any) -> Value:
    """Standardise over groups of channels and all axes of space, then scale and shift per channel."""
    config = b.config
    if x.shape is None:
        raise ValueError("rank unknown")
    axis = _axes(b, x)[0]
    channels = x.shape[axis]
    slots = [slot for slot, on in (("gamma", "scale"), ("beta", "center")) if config.get(on, True)]
    own = {slot: b.weight(slot, (channels,), cast=False) for slot in slots}
    if channels is None:
        raise ValueError("number of channels unknown")
    groups = int(config.get("groups", 32))
    groups = channels if groups == -1 else groups
    wide = _wide(b, x)
    split: list[int | Value] = [-1 if n is None else n for n in x.shape]
    split[axis : axis + 1] = [groups, channels // groups]
    split = _dynamic(b, x, split, axis)
    inner = (*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])
    grouped = reshape(b, wide, split, inner)
    over = [i for i in range(1, len(inner)) if i != axis]
    y = _standardised(b, grouped, over, float(config.get("epsilon", 1e-3)))
    back = _dynamic(b, x, [-1 if n is None else n for n in x.shape], None)
    return _affine(b, reshape(b, y, back, x.shape), own, [axis], x.dtype or b.compute)


def _dynamic(b: Builder, x: Value, sizes: list[int | Value], split: int | None) -> list[int | Value]:
    """Replace all unknown sizes but the first by what they are while running."""
    from logitcheck.layers.tensors import dim

    unknown = [i for i, n in enumerate(sizes) if n == -1]
    for i in unknown[1:]:
        sizes[i] = dim(b, x, i - 1 if split is not None and i > split else i)
    return sizes


def unit_normalization(b: Builder, x: Value, **_: Any) -> Value:
    """``x / ||x||`` over axes."""
    return l2_normalize(b, x, _axes(b, x))


def l2_normalize(b: Builder, x: Value, axes: Sequence[int], epsilon: float = 1e-12) -> Value:
    """``x * rsqrt(max(sum(x^2), epsilon))``."""
    total = reduce(b, "Sum", b.op("Square", x), axes, keepdims=True)
    return b.binary("Mul", x, b.op("Rsqrt", b.binary("Maximum", total, b.scalar(epsilon, x))))


def spectral_normalization(b: Builder, x: Value, **_: Any) -> Any:
    """The wrapped layer: at inference its kernel stands as stored, the vector u is not read."""
    layer = b.layer.inner[0]
    y = b.call(layer, "layer", x)
    b.skip()
    b.weight("vector_u", (1, _last(layer)), trainable=False, cast=False)
    return y


def _last(layer: LayerConfig) -> int | None:
    width = layer.config.get("units", layer.config.get("filters", layer.config.get("output_dim")))
    return width if isinstance(width, int) else None
