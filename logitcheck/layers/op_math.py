"""Functions of ``keras.ops`` and TensorFlow that are more than one op: statistics, norms, products…"""

from __future__ import annotations

from math import log
from typing import Any

from logitcheck.layers import activations
from logitcheck.layers.builder import Builder
from logitcheck.layers.core import einsum as write_einsum
from logitcheck.layers.op_values import axes_of, dtype_name, floating, pair, tensor
from logitcheck.layers.shapes import axis_index, reduced
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import clip as bound
from logitcheck.layers.tensors import expand, matmul, where


def softmax(b: Builder, x: Value, axis: Any = -1, **_: Any) -> Value:
    """Softmax along an axis."""
    return activations.softmax(b, x, -1 if axis is None and b.keras < 3 else axis)


def log_softmax(b: Builder, x: Value, axis: Any = -1, **_: Any) -> Value:
    """Logarithm of softmax along an axis."""
    return activations.log_softmax(b, x, -1 if axis is None and b.keras < 3 else axis)


def leaky_relu(
    b: Builder, x: Value, alpha: float = 0.2, negative_slope: float | None = None, **_: Any
) -> Value:
    """x above 0, a fraction of it below."""
    return activations.leaky_relu(b, x, alpha if negative_slope is None else negative_slope)


def gelu(b: Builder, x: Value, approximate: bool | None = None, **_: Any) -> Value:
    """``x * Phi(x)``; ``keras.ops`` approximates unless told otherwise."""
    return activations.gelu(b, x, (b.keras >= 3) if approximate is None else bool(approximate))


def one_argument(name: str) -> Any:
    """Return an activation of :mod:`activations` as a function of the ops vocabulary."""
    function: Any = getattr(activations, name)
    settings = {"alpha", "threshold", "default_value", "axis"}

    def apply(b: Builder, x: Value, **given: Any) -> Any:
        return function(b, x, **{key: given[key] for key in settings & set(given)})

    return apply


def squareplus(b: Builder, x: Value, y: float = 4.0, **_: Any) -> Value:
    """``(x + sqrt(x^2 + b)) / 2``."""
    return activations.squareplus(b, x, float(y))


def relu_layer(
    b: Builder,
    x: Value,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    **_: Any,
) -> Value:
    """``keras.activations.relu`` with its settings."""
    return activations.relu(b, x, negative_slope, max_value, threshold)


def clip(b: Builder, x: Value, x_min: Any = None, x_max: Any = None, **more: Any) -> Value:
    """x bounded from both sides."""
    low = more.get("clip_value_min", x_min)
    high = more.get("clip_value_max", x_max)
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return bound(b, x, low, high)
    y = x if high is None else b.binary("Minimum", x, tensor(b, high, x))
    return y if low is None else b.binary("Maximum", y, tensor(b, low, x))


def product(
    b: Builder, x: Any, y: Any, transpose_a: bool = False, transpose_b: bool = False, **_: Any
) -> Value:
    """Matrix product; vectors count as rows or columns."""
    x, y = pair(b, x, y)
    if transpose_a or x.rank is None or y.rank is None or min(x.rank, y.rank) == 0:
        return b.op("BatchMatMulV2", x, y, shape=None, adj_x=bool(transpose_a), adj_y=bool(transpose_b))
    left, right = x.rank == 1, y.rank == 1
    x, y = (expand(b, x, 0) if left else x), (expand(b, y, 1) if right else y)
    result = matmul(b, x, y, transpose_b=bool(transpose_b))
    gone = tuple([axis for axis, out in ((-2, left), (-1, right)) if out])
    return b.op("Squeeze", result, shape=reduced(result.shape, gone), squeeze_dims=gone) if gone else result


def tensordot(b: Builder, x: Any, y: Any, axes: Any = 2, **_: Any) -> Value:
    """Product summed over axes of both."""
    x, y = pair(b, x, y)
    if x.rank is None or y.rank is None:
        raise ValueError("rank unknown")
    if isinstance(axes, int):
        first, second = list(range(x.rank - axes, x.rank)), list(range(axes))
    else:
        first, second = (axes_of(side) or [] for side in axes)
    left, right = list("abcdefgh"[: x.rank]), list("ijklmnop"[: y.rank])
    for one, other in zip(first, second, strict=True):
        right[axis_index(other, y.rank)] = left[axis_index(one, x.rank)]
    shared = {left[axis_index(one, x.rank)] for one in first}
    rest = [c for c in (*left, *right) if c not in shared]
    sizes = {**dict(zip(right, y.shape or (), strict=True)), **dict(zip(left, x.shape or (), strict=True))}
    return write_einsum(b, f"{''.join(left)},{''.join(right)}->{''.join(rest)}", x, y, sizes)


def einsum(
    b: Builder, *operands: Any, subscripts: str | None = None, equation: str | None = None, **_: Any
) -> Value:
    """Einstein's sum of any number of tensors."""
    items: list[Any] = list(operands)
    text = subscripts or equation or (items.pop(0) if isinstance(items[0], str) else "")
    if len(items) == 1 and isinstance(items[0], (list, tuple)) and not isinstance(items[0], Value):
        items = list(items[0])
    text = text.replace(" ", "")
    if "->" not in text:
        raise ValueError("einsum without a result")
    sizes: dict[str, int | None] = {}
    for letters, value in zip(text.split("->")[0].split(","), items, strict=True):
        if "..." not in letters:
            sizes |= dict(zip(letters, value.shape or (), strict=False))
    return write_einsum(b, text, *items, sizes)


def choose(b: Builder, condition: Any, x1: Any = None, x2: Any = None, **more: Any) -> Any:
    """Elementwise choice; with a condition alone, where it holds."""
    x, y = more.get("x", x1), more.get("y", x2)
    condition = b.cast(tensor(b, condition), "bool")
    if x is None and y is None:
        rank = condition.rank
        return b.op("Where", condition, shape=(None, rank), dtype="int64")
    x, y = pair(b, x, y)
    return where(b, condition, x, y)


def cast(b: Builder, x: Any, dtype: Any = None, **_: Any) -> Value:
    """x in another dtype."""
    name, value = dtype_name(dtype), tensor(b, x)
    return value if name is None else b.cast(value, name)


def logarithm(base: float) -> Any:
    """Return the logarithm to a base."""

    def apply(b: Builder, x: Value, **_: Any) -> Value:
        y = b.op("Log", floating(b, x))
        return b.binary("Mul", y, b.scalar(1.0 / log(base), y))

    return apply


def power_of_two(b: Builder, x: Value, **_: Any) -> Value:
    """``2^x``."""
    return b.op("Exp", b.binary("Mul", floating(b, x), b.scalar(log(2.0), floating(b, x))))


def logaddexp(b: Builder, x: Any, y: Any, **_: Any) -> Value:
    """``log(exp(x) + exp(y))``."""
    x, y = pair(b, x, y)
    distance = b.op("Abs", b.binary("Sub", x, y))
    return b.binary("AddV2", b.binary("Maximum", x, y), b.op("Log1p", b.op("Exp", b.op("Neg", distance))))


def hypotenuse(b: Builder, x: Any, y: Any, **_: Any) -> Value:
    """``sqrt(x^2 + y^2)``."""
    x, y = pair(b, x, y)
    return b.op("Sqrt", b.binary("AddV2", b.op("Square", x), b.op("Square", y)))


def scaled(factor: float) -> Any:
    """Return the function that multiplies by a number."""

    def apply(b: Builder, x: Value, **_: Any) -> Value:
        x = floating(b, x)
        return b.binary("Mul", x, b.scalar(factor, x))

    return apply


def dot_product_attention(b: Builder, query: Value, key: Value, value: Value, **more: Any) -> Value:
    """Attention of heads laid out as (batch, time, heads, width)."""
    from math import sqrt

    if any(more.get(name) is not None for name in ("bias", "mask", "attn_logits_soft_cap")) or more.get(
        "is_causal"
    ):
        raise ValueError("attention with a mask")
    width = query.shape[-1] if query.shape else None
    scale = more.get("scale") or (1.0 / sqrt(width) if width else None)
    if scale is None:
        raise ValueError("width unknown")
    sizes = {**dict(zip("bqnh", query.shape or (), strict=False)), "k": key.shape[1] if key.shape else None}
    scores = write_einsum(b, "bqnh,bknh->bnqk", query, key, sizes)
    weights = b.op("Softmax", b.binary("Mul", scores, b.scalar(scale, scores)))
    return write_einsum(b, "bnqk,bknh->bqnh", weights, value, sizes)


def swish(b: Builder, x: Value, beta: Any = 1.0, **_: Any) -> Value:
    """``x * sigmoid(beta x)``."""
    gate = x if beta == 1.0 else b.binary("Mul", x, tensor(b, beta, x))
    return b.binary("Mul", x, b.op("Sigmoid", gate))


def bias_add(b: Builder, x: Value, bias: Any, data_format: str | None = None, **_: Any) -> Value:
    """x with a number per channel added."""
    first = data_format is not None and data_format.startswith("NC")
    return b.op("BiasAdd", x, tensor(b, bias, x), data_format="NCHW" if first else "NHWC")
