"""Activation functions of Keras 1 to 3, by name, for every layer that takes one.

Formulas: the published source of Keras 2.15 and 3.15 on TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence

from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import axis_index
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import clip, compare, dim, reduce, transpose, where


def softmax(b: Builder, x: Value, axis: int | Sequence[int] | None = -1) -> Value:
    """Softmax along one axis (TensorFlow's op takes the last: others go there and back), or several."""
    return _last_axis(b, x, "Softmax", axis)


def log_softmax(b: Builder, x: Value, axis: int | Sequence[int] | None = -1) -> Value:
    """Logarithm of :func:`softmax`, computed as one."""
    return _last_axis(b, x, "LogSoftmax", axis)


def _last_axis(b: Builder, x: Value, op: str, axis: int | Sequence[int] | None) -> Value:
    if isinstance(axis, Sequence):
        if len(axis) > 1:
            return _over_axes(b, x, op, axis)
        axis = axis[0]
    if axis == -1:
        return b.op(op, x)
    if x.rank is None:
        return b.unknown(f"{op} along axis {axis}", x, dtype=x.dtype)
    if axis is None:
        return _over_axes(b, x, op, tuple(range(x.rank)))
    index = axis_index(axis, x.rank)
    perm = [*range(x.rank)]
    perm[index], perm[-1] = perm[-1], perm[index]
    return transpose(b, b.op(op, transpose(b, x, perm)), perm)


def _over_axes(b: Builder, x: Value, op: str, axes: Sequence[int]) -> Value:
    """``exp(x - logsumexp(x))`` over several axes, as Keras's Softmax layer does."""
    top = b.op("StopGradient", reduce(b, "Max", x, axes, keepdims=True))
    shifted = b.binary("Sub", x, top)
    total = reduce(b, "Sum", b.op("Exp", shifted), axes, keepdims=True)
    logs = b.binary("Sub", shifted, b.op("Log", total))
    return logs if op == "LogSoftmax" else b.op("Exp", logs)


def relu(
    b: Builder, x: Value, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Value:
    """``max_value`` above it, x from the threshold on, ``negative_slope * (x - threshold)`` below."""
    negative_slope, threshold = negative_slope or 0.0, threshold or 0.0
    if not threshold and max_value is None:
        return b.op("LeakyRelu", x, alpha=float(negative_slope)) if negative_slope else b.op("Relu", x)
    if not threshold and not negative_slope:
        return b.op("Relu6", x) if max_value == 6 else clip(b, x, 0.0, float(max_value or 0.0))
    above = compare(b, "GreaterEqual", x, threshold)
    slope = b.binary("Mul", b.binary("Sub", x, b.scalar(threshold, x)), b.scalar(negative_slope, x))
    y = x if max_value is None else b.binary("Minimum", x, b.scalar(max_value, x))
    return where(b, above, y, slope)


def leaky_relu(b: Builder, x: Value, negative_slope: float = 0.2) -> Value:
    """x above 0, ``negative_slope * x`` below."""
    return b.op("LeakyRelu", x, alpha=float(negative_slope))


def elu(b: Builder, x: Value, alpha: float = 1.0) -> Value:
    """x above 0, ``alpha * (exp(x) - 1)`` below."""
    y = b.op("Elu", x)
    if alpha == 1:
        return y
    return where(b, compare(b, "Greater", x, 0.0), y, b.binary("Mul", y, b.scalar(alpha, x)))


def celu(b: Builder, x: Value, alpha: float = 1.0) -> Value:
    """``max(x, 0) + alpha * expm1(min(x, 0) / alpha)``."""
    low = b.binary("RealDiv", b.binary("Minimum", x, b.scalar(0.0, x)), b.scalar(alpha, x))
    tail = b.binary("Mul", b.op("Expm1", low), b.scalar(alpha, x))
    return b.binary("AddV2", b.op("Relu", x), tail)


def gelu(b: Builder, x: Value, approximate: bool = False) -> Value:
    """``x * Phi(x)``, or its approximation by tanh."""
    half = b.binary("Mul", x, b.scalar(0.5, x))
    if approximate:
        cube = b.binary("Mul", b.binary("Mul", b.op("Square", x), x), b.scalar(0.044715, x))
        inner = b.binary("Mul", b.binary("AddV2", x, cube), b.scalar(0.7978845608028654, x))
        return b.binary("Mul", half, b.binary("AddV2", b.op("Tanh", inner), b.scalar(1.0, x)))
    erf = b.op("Erf", b.binary("Mul", x, b.scalar(0.7071067811865476, x)))
    return b.binary("Mul", half, b.binary("AddV2", erf, b.scalar(1.0, x)))


def sigmoid(b: Builder, x: Value) -> Value:
    """``1 / (1 + exp(-x))``."""
    return b.op("Sigmoid", x)


def hard_sigmoid(b: Builder, x: Value) -> Value:
    """``relu6(x + 3) / 6`` in Keras 3, ``clip(0.2 x + 0.5, 0, 1)`` before."""
    if b.keras >= 3:
        shifted = b.op("Relu6", b.binary("AddV2", x, b.scalar(3.0, x)))
        return b.binary("RealDiv", shifted, b.scalar(6.0, x))
    line = b.binary("AddV2", b.binary("Mul", x, b.scalar(0.2, x)), b.scalar(0.5, x))
    return clip(b, line, 0.0, 1.0)


def hard_silu(b: Builder, x: Value) -> Value:
    """``x * hard_sigmoid(x)``."""
    return b.binary("Mul", x, hard_sigmoid(b, x))


def silu(b: Builder, x: Value) -> Value:
    """``x * sigmoid(x)``."""
    return b.binary("Mul", x, b.op("Sigmoid", x))


def log_sigmoid(b: Builder, x: Value) -> Value:
    """``-softplus(-x)``."""
    return b.op("Neg", b.op("Softplus", b.op("Neg", x)))


def mish(b: Builder, x: Value) -> Value:
    """``x * tanh(softplus(x))``."""
    return b.binary("Mul", x, b.op("Tanh", b.op("Softplus", x)))


def hard_tanh(b: Builder, x: Value) -> Value:
    """x bounded by -1 and 1."""
    return clip(b, x, -1.0, 1.0)


def tanh_shrink(b: Builder, x: Value) -> Value:
    """``x - tanh(x)``."""
    return b.binary("Sub", x, b.op("Tanh", x))


def hard_shrink(b: Builder, x: Value, threshold: float = 0.5) -> Value:
    """x where it is farther from 0 than the threshold, else 0."""
    return where(b, compare(b, "Greater", b.op("Abs", x), threshold), x, b.scalar(0.0, x))


def soft_shrink(b: Builder, x: Value, threshold: float = 0.5) -> Value:
    """x moved towards 0 by the threshold, 0 where it is nearer than that."""
    low = b.binary("AddV2", x, b.scalar(threshold, x))
    high = b.binary("Sub", x, b.scalar(threshold, x))
    rest = where(b, compare(b, "Less", x, -threshold), low, b.scalar(0.0, x))
    return where(b, compare(b, "Greater", x, threshold), high, rest)


def threshold(b: Builder, x: Value, threshold: float = 0.0, default_value: float = 0.0) -> Value:
    """x above the threshold, else a fixed value."""
    return where(b, compare(b, "Greater", x, threshold), x, b.scalar(default_value, x))


def sparse_plus(b: Builder, x: Value) -> Value:
    """0 up to -1, ``(x + 1)^2 / 4`` between -1 and 1, x from there."""
    square = b.op("Square", b.binary("AddV2", x, b.scalar(1.0, x)))
    middle = b.binary("Mul", square, b.scalar(0.25, x))
    upper = where(b, compare(b, "Less", x, 1.0), middle, x)
    return where(b, compare(b, "LessEqual", x, -1.0), b.scalar(0.0, x), upper)


def sparse_sigmoid(b: Builder, x: Value) -> Value:
    """``(x + 1) / 2`` bounded by 0 and 1."""
    return clip(b, b.binary("Mul", b.binary("AddV2", x, b.scalar(1.0, x)), b.scalar(0.5, x)), 0.0, 1.0)


def squareplus(b: Builder, x: Value, b_: float = 4.0) -> Value:
    """``(x + sqrt(x^2 + b)) / 2``, never negative, since the root is larger than ``|x|``."""
    root = b.op("Sqrt", b.binary("AddV2", b.op("Square", x), b.scalar(b_, x)))
    return b.op("Relu", b.binary("RealDiv", b.binary("AddV2", x, root), b.scalar(2.0, x)))


def glu(b: Builder, x: Value, axis: int = -1) -> Value:
    """First half along the axis, gated by the sigmoid of the second."""
    from logitcheck.layers.shapes import with_axis

    length = None if x.shape is None else x.shape[axis]
    half = with_axis(x.shape, axis, None if length is None else length // 2)
    splits = [(half, x.dtype), (half, x.dtype)]
    first, second = b.outputs("Split", [b.const(axis), x], splits, num_split=2)
    return b.op("Mul", first, b.op("Sigmoid", second))


def sparsemax(b: Builder, x: Value, axis: int = -1) -> Value:
    """Keras's sparsemax: ``max(x - tau, 0)``.

    Its tau takes the sum of all cumulated sums over the support, where the projection onto the simplex
    (Martins and Astudillo 2016) takes the last of them: what comes out need not sum to 1.
    """
    if x.rank is None:
        return b.unknown("sparsemax", x, dtype=x.dtype)
    perm = [*range(x.rank)]
    at = axis_index(axis, x.rank)
    perm[at], perm[-1] = perm[-1], perm[at]
    z, one = transpose(b, x, perm), b.scalar(1.0, x)
    shapes = [(z.shape, x.dtype), (z.shape, "int32")]
    ordered, _ = b.outputs("TopKV2", [z, dim(b, z, -1)], shapes, sorted=True)
    total = b.op("Cumsum", ordered, b.const(-1), exclusive=False, reverse=False)
    counts = b.op("Range", one, b.binary("AddV2", b.cast(dim(b, z, -1), x.dtype or b.compute), one), one)
    mean = b.binary("RealDiv", b.binary("Sub", total, one), Value(counts.ref, z.shape[-1:], x.dtype))  # type: ignore[index]
    support = b.cast(compare(b, "Greater", b.binary("Sub", ordered, mean), 0.0), x.dtype or b.compute)
    sums = reduce(b, "Sum", b.op("Mul", total, support), [-1], keepdims=True)
    tau = b.binary("RealDiv", b.binary("Sub", sums, one), reduce(b, "Sum", support, [-1], keepdims=True))
    return transpose(b, b.binary("Maximum", b.binary("Sub", z, tau), b.scalar(0.0, x)), perm)
