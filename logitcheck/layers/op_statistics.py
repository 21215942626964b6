"""Ops of ``keras.ops`` and TensorFlow that sum, average and normalise, written in plain ops."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.normalization import inverse_deviation, l2_normalize
from logitcheck.layers.op_values import axes_of, floating, tensor, together
from logitcheck.layers.shapes import reduced
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import reduce


def logsumexp(b: Builder, x: Value, axis: Any = None, keepdims: bool = False, **_: Any) -> Value:
    """``log(sum(exp(x)))``, the largest taken out first."""
    axes = axes_of(axis)
    top = reduce(b, "Max", x, axes, keepdims=True)
    total = reduce(b, "Sum", b.op("Exp", b.binary("Sub", x, top)), axes, keepdims=True)
    result = b.binary("AddV2", b.op("Log", total), top)
    if keepdims:
        return result
    gone = tuple(range(x.rank or 0)) if axes is None else tuple(axes)
    return b.op("Squeeze", result, shape=reduced(x.shape, axes), squeeze_dims=gone)


def variance(b: Builder, x: Value, axis: Any = None, keepdims: bool = False, **_: Any) -> Value:
    """Mean squared distance from the mean."""
    x, axes = floating(b, x), axes_of(axis)
    mean = reduce(b, "Mean", x, axes, keepdims=True)
    return reduce(b, "Mean", b.binary("SquaredDifference", x, mean), axes, bool(keepdims))


def deviation(b: Builder, x: Value, axis: Any = None, keepdims: bool = False, **_: Any) -> Value:
    """Root of the variance."""
    return b.op("Sqrt", variance(b, x, axis, keepdims))


def moments(b: Builder, x: Value, axes: Any = None, keepdims: bool = False, **_: Any) -> Any:
    """Mean and variance."""
    over = axes_of(axes)
    return [reduce(b, "Mean", x, over, bool(keepdims)), variance(b, x, over, keepdims)]


def norm(b: Builder, x: Value, ord: Any = None, axis: Any = None, keepdims: bool = False, **_: Any) -> Value:
    """Vector norm of order 1, 2 or infinity; others are not understood."""
    axes = axes_of(axis)
    if ord in (None, 2, "euclidean", "fro"):
        return b.op("Sqrt", reduce(b, "Sum", b.op("Square", x), axes, bool(keepdims)))
    if ord == 1:
        return reduce(b, "Sum", b.op("Abs", x), axes, bool(keepdims))
    if ord in ("inf", float("inf")):
        return reduce(b, "Max", b.op("Abs", x), axes, bool(keepdims))
    raise ValueError(f"norm of order {ord}")


def normalize(
    b: Builder, x: Value, axis: Any = -1, epsilon: float | None = None, order: Any = 2, **_: Any
) -> Any:
    """``x / ||x||``, with a floor under the norm."""
    if order not in (2, None):
        raise ValueError(f"norm of order {order}")
    axes = axes_of(axis) or [-1]
    return l2_normalize(b, x, axes, 1e-12 if epsilon is None else float(epsilon))


def layer_norm(
    b: Builder, x: Value, gamma: Any = None, beta: Any = None, axis: Any = -1, **more: Any
) -> Value:
    """Standardise, then scale and shift."""
    if more.get("rms_scaling"):
        raise ValueError("rms_scaling")
    axes, epsilon = axes_of(axis) or [-1], float(more.get("epsilon") or 1e-7)
    mean = reduce(b, "Mean", x, axes, keepdims=True)
    scale = inverse_deviation(b, variance(b, x, axes, True), epsilon)
    y = b.binary("Mul", b.binary("Sub", x, mean), scale)
    y = y if gamma is None else b.binary("Mul", y, tensor(b, gamma, x))
    return y if beta is None else b.binary("AddV2", y, tensor(b, beta, x))


def rms_norm(b: Builder, x: Value, scale: Any = None, axis: Any = -1, epsilon: Any = None, **_: Any) -> Value:
    """``x / sqrt(mean(x^2) + epsilon) * scale``."""
    square = reduce(b, "Mean", b.op("Square", x), axes_of(axis) or [-1], keepdims=True)
    y = b.binary("Mul", x, inverse_deviation(b, square, float(epsilon or 1e-7)))
    return y if scale is None else b.binary("Mul", y, tensor(b, scale, x))


def batch_norm(
    b: Builder, x: Value, mean: Any, variance: Any, offset: Any = None, scale: Any = None, **more: Any
) -> Value:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``."""
    epsilon = float(more.get("variance_epsilon") or more.get("epsilon") or 1e-3)
    factor = inverse_deviation(b, tensor(b, variance, x), epsilon)
    factor = factor if scale is None else b.binary("Mul", factor, tensor(b, scale, x))
    y = b.binary("Mul", b.binary("Sub", x, tensor(b, mean, x)), factor)
    return y if offset is None else b.binary("AddV2", y, tensor(b, offset, x))


def average(b: Builder, x: Value, weights: Any = None, axis: Any = None, **_: Any) -> Value:
    """Mean, weighted where weights are given."""
    if weights is None:
        return reduce(b, "Mean", floating(b, x), axes_of(axis))
    w = tensor(b, weights, x)
    total = reduce(b, "Sum", b.binary("Mul", x, w), axes_of(axis))
    return b.binary("RealDiv", total, reduce(b, "Sum", w, axes_of(axis)))


def count_nonzero(b: Builder, x: Value, axis: Any = None, keepdims: bool = False, **_: Any) -> Value:
    """How many entries are not 0."""
    differs = b.cast(
        b.binary("NotEqual", x, b.scalar(0, x), dtype="bool"), "int64" if b.keras < 3 else "int32"
    )
    return reduce(b, "Sum", differs, axes_of(axis), bool(keepdims))


def sum_of_all(b: Builder, x: Any, **_: Any) -> Value:
    """Sum of a list of tensors."""
    values = together(b, [tensor(b, item) for item in x])
    return b.op("AddN", *values, N=len(values))
