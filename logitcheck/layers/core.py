"""Dense layers, embeddings, activation layers, and layers that only pass on."""

from __future__ import annotations

from typing import Any

from logitcheck.layers import activations
from logitcheck.layers.activation_names import activate
from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import axis_index
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import matmul, reduce


def dense(b: Builder, x: Value, **_: Any) -> Value:
    """``activation(x · kernel + bias)`` over the last axis."""
    x, units = b.floated(x), int(b.config["units"])
    if b.quantized:
        shape = None if x.shape is None else (*x.shape[:-1], units)
        return activate(
            b, b.unknown("quantized Dense", x, shape=shape, dtype=x.dtype), b.config.get("activation")
        )
    kernel = b.weight("kernel", (None if x.shape is None else x.shape[-1], units))
    bias = b.weight("bias", (units,)) if b.config.get("use_bias", True) else None
    y = matmul(b, x, kernel)
    if y.shape is None and x.shape is not None:
        y = Value(y.ref, (*x.shape[:-1], units), y.dtype)
    return activate(
        b, y if bias is None else b.op("BiasAdd", y, bias, data_format="NHWC"), b.config.get("activation")
    )


def einsum_dense(b: Builder, x: Value, **_: Any) -> Value:
    """``activation(einsum(equation, x, kernel) + bias)``."""
    if b.quantized:
        return activate(b, b.unknown("quantized EinsumDense", x, dtype=x.dtype), b.config.get("activation"))
    equation = str(b.config["equation"]).replace(" ", "")
    left, result = equation.split("->")
    data, kernel_axes = left.split(",")
    sizes = einsum_sizes(data, x, result, b.config["output_shape"])
    letters = kernel_axes.replace("...", "")
    kernel = b.weight("kernel", tuple([sizes.get(c) for c in letters]))
    bias_axes = b.config.get("bias_axes")
    bias = None
    if bias_axes:
        plain = result.replace("...", "")
        first = min(plain.index(c) for c in bias_axes)
        bias = b.weight("bias", tuple([sizes.get(c) if c in bias_axes else 1 for c in plain[first:]]))
    y = einsum(b, equation, x, kernel, sizes)
    return activate(b, y if bias is None else b.binary("AddV2", y, bias), b.config.get("activation"))


def einsum_sizes(data: str, x: Value, result: str, output_shape: Any) -> dict[str, int | None]:
    """Return the size behind every letter, from the input's shape and the layer's ``output_shape``."""
    sizes: dict[str, int | None] = {}
    for letters, shape in ((data, x.shape), (result, _full(result, output_shape))):
        if shape is None:
            continue
        if letters.startswith("..."):
            pairs = list(zip(reversed(letters[3:]), reversed(shape), strict=False))
        else:
            pairs = list(zip(letters.replace("...", ""), shape, strict=False))
        for letter, length in pairs:
            if sizes.get(letter) is None:
                sizes[letter] = length
    return sizes


def _full(result: str, output_shape: Any) -> tuple[int | None, ...]:
    sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
    missing = len(result.replace("...", "")) - len(sizes)
    return (None,) * max(0, missing) + sizes


def einsum(b: Builder, equation: str, *inputs_and_sizes: Any) -> Value:
    """Write an ``Einsum``; the last argument tells the size behind every letter."""
    *inputs, sizes = inputs_and_sizes
    result = equation.split("->")[1]
    shape = None if "..." in result else tuple([sizes.get(c) for c in result])
    if "..." in result and inputs[0].shape is not None:
        letters = result.replace("...", "")
        data = equation.split(",")[0]
        batch = inputs[0].rank - len(data.replace("...", ""))
        start = data.index("...") if "..." in data else 0
        middle = inputs[0].shape[start : start + batch]
        before = result.index("...")
        named = [sizes.get(c) for c in letters]
        shape = (*named[:before], *middle, *named[before:])
    return b.op("Einsum", *inputs, shape=shape, equation=equation, N=len(inputs))


def embedding(b: Builder, x: Value, **_: Any) -> Value:
    """Rows of a table by index."""
    rows, columns = int(b.config["input_dim"]), int(b.config["output_dim"])
    if b.quantized:
        shape = None if x.shape is None else (*x.shape, columns)
        return b.unknown("quantized Embedding", x, shape=shape, dtype=b.compute)
    table = b.weight("embeddings", (rows, columns))
    index = b.cast(x, "int32") if x.dtype not in ("int32", "int64") else x
    shape = None if x.shape is None else (*x.shape, columns)
    y = b.op("GatherV2", table, index, b.const(0), shape=shape, dtype=table.dtype, batch_dims=0)
    if b.config.get("mask_zero"):
        b.state.masks[y.ref] = b.binary("NotEqual", index, b.scalar(0, index), dtype="bool")
    return y


def reversible_embedding(b: Builder, x: Value, reverse: bool = False, **_: Any) -> Value:
    """An embedding, or its way back: ``x · table^T`` (or a table of its own), perhaps capped by tanh."""
    rows, columns = int(b.config["input_dim"]), int(b.config["output_dim"])
    table = b.weight("embeddings", (rows, columns))
    tied = b.config.get("tie_weights", True)
    back = table if tied else b.weight("reverse_embeddings", (columns, rows))
    if not reverse:
        return embedding(b, x)
    logits = matmul(b, x, back, transpose_b=bool(tied))
    cap = b.config.get("logit_soft_cap")
    if not cap:
        return logits
    return b.binary("Mul", b.op("Tanh", b.binary("RealDiv", logits, b.scalar(cap, x))), b.scalar(cap, x))


def activation(b: Builder, x: Value, **_: Any) -> Value:
    """An activation by name."""
    return activate(b, x, b.config.get("activation"))


def softmax(b: Builder, x: Value, mask: Value | None = None, **_: Any) -> Value:
    """Softmax along one or several axes; masked places get a large negative number first."""
    axis = b.config.get("axis", -1)
    if mask is not None:
        off = b.binary("Sub", b.scalar(1.0, x), b.cast(mask, x.dtype or b.compute))
        low = -3e4 if x.dtype == "float16" else -1e9
        x = b.binary("AddV2", x, b.binary("Mul", off, b.scalar(low, x)))
    return activations.softmax(b, x, axis)


def relu(b: Builder, x: Value, **_: Any) -> Value:
    """ReLU with its bounds and slope."""
    c = b.config
    return activations.relu(b, x, c.get("negative_slope", 0.0), c.get("max_value"), c.get("threshold", 0.0))


def leaky_relu(b: Builder, x: Value, **_: Any) -> Value:
    """x above 0, a fraction of it below (0.3 by default; the argument was ``alpha`` before Keras 3)."""
    slope = b.config.get("negative_slope", b.config.get("alpha", 0.3))
    return activations.leaky_relu(b, x, float(slope))


def prelu(b: Builder, x: Value, **_: Any) -> Value:
    """x above 0, a learned fraction of it below."""
    shape = None
    if x.shape is not None:
        shared = {axis_index(axis, len(x.shape)) for axis in b.config.get("shared_axes") or ()}
        shape = tuple([1 if i in shared else n for i, n in enumerate(x.shape)][1:])
    alpha = b.weight("alpha", shape)
    below = b.op("Neg", b.op("Relu", b.op("Neg", x)))
    return b.op("AddV2", b.op("Relu", x), b.binary("Mul", below, alpha))


def elu(b: Builder, x: Value, **_: Any) -> Value:
    """x above 0, ``alpha * (exp(x) - 1)`` below."""
    return activations.elu(b, x, float(b.config.get("alpha", 1.0)))


def thresholded_relu(b: Builder, x: Value, **_: Any) -> Value:
    """x above theta, else 0."""
    return activations.threshold(b, x, float(b.config.get("theta", 1.0)))


def identity(_b: Builder, x: Any, **_: Any) -> Any:
    """Pass on what comes."""
    return x


def dropout(b: Builder, x: Value, **_: Any) -> Value:
    """Nothing at inference; the node tells that something stands here in training."""
    rate = b.config.get("rate", b.config.get("stddev", b.config.get("factor", 0.0)))
    return b.op("Identity", x, dropout=True, rate=rate)


def masking(b: Builder, x: Value, **_: Any) -> Value:
    """Zero where every feature of a step equals the mask value."""
    value = b.const(b.config.get("mask_value", 0.0), x.dtype or b.compute)
    differs = b.binary("NotEqual", x, value, dtype="bool")
    kept = reduce(b, "Any", differs, [-1], keepdims=True)
    y = b.binary("Mul", x, b.cast(kept, x.dtype or b.compute))
    b.state.masks[y.ref] = b.op(
        "Squeeze", kept, shape=None if x.shape is None else x.shape[:-1], squeeze_dims=(-1,)
    )
    return y


def maxout_dense(b: Builder, x: Value, **_: Any) -> Value:
    """Largest of several linear maps (Keras 1)."""
    units, features = int(b.config["units"]), int(b.config.get("nb_feature", 4))
    width = None if x.shape is None else x.shape[-1]
    kernel = b.weight("kernel", (features, width, units))
    y = einsum(
        b, "bi,fio->bfo", x, kernel, {"b": None if x.shape is None else x.shape[0], "f": features, "o": units}
    )
    if b.config.get("use_bias", True):
        y = b.binary("AddV2", y, b.weight("bias", (features, units)))
    return reduce(b, "Max", y, [1])


def highway(b: Builder, x: Value, **_: Any) -> Value:
    """``gate * activation(x W + b) + (1 - gate) * x`` (Keras 1)."""
    width = None if x.shape is None else x.shape[-1]
    kernel, carry = b.weight("kernel", (width, width)), b.weight("carry_kernel", (width, width))
    bias = b.config.get("use_bias", True)
    y, gate = matmul(b, x, kernel), matmul(b, x, carry)
    if bias:
        y = b.op("BiasAdd", y, b.weight("bias", (width,)), data_format="NHWC")
        gate = b.op("BiasAdd", gate, b.weight("carry_bias", (width,)), data_format="NHWC")
    gate = b.op("Sigmoid", gate)
    y = activate(b, y, b.config.get("activation"))
    rest = b.binary("Mul", b.binary("Sub", b.scalar(1.0, gate), gate), x)
    return b.binary("AddV2", b.binary("Mul", y, gate), rest)
