"""Ends per channel through elementwise ops, batch normalisation and softmax; moves stand beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from logitcheck.analysis.numeric.channel_moves import MOVES
from logitcheck.analysis.numeric.channels import Array, Ends, Rule, ends_of
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

Function = Callable[[Array], Array]


def _rising(f: Function) -> Rule:
    """Return the rule of a nondecreasing function: both ends, in their order; NaN ends drop out."""
    return lambda node, inputs, output: (f(ends_of(inputs[0])[0]), f(ends_of(inputs[0])[1]))


def _falling(f: Function) -> Rule:
    return lambda node, inputs, output: (f(ends_of(inputs[0])[1]), f(ends_of(inputs[0])[0]))


def _positive(f: Function) -> Rule:
    """Return the rule of a function that falls for numbers above 0."""

    def rule(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
        low, high = ends_of(inputs[0])
        return (f(high), f(low)) if bool((low > 0).all()) else None

    return rule


def _even(f: Function) -> Rule:
    """Return the rule of a function of the magnitude that rises with it."""

    def rule(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
        low, high = ends_of(inputs[0])
        near = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
        return f(near), f(np.maximum(np.abs(low), np.abs(high)))

    return rule


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def _softplus(x: Array) -> Array:
    return np.logaddexp(0.0, x)


def _leaky(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    slope = float(node.attrs.get("alpha", 0.2))
    low, high = ends_of(inputs[0])
    return (
        (np.where(low > 0, low, slope * low), np.where(high > 0, high, slope * high)) if slope >= 0 else None
    )


def _selu(x: Array) -> Array:
    """Klambauer et al. 2017, equation 2."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def add(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    """y = a + b."""
    (a, b), (c, d) = ends_of(inputs[0]), ends_of(inputs[1])
    return a + c, b + d


def _bias_add(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    return None if str(node.attrs.get("data_format", "NHWC")).startswith("NC") else add(node, inputs, output)


def _add_n(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    low, high = zip(*map(ends_of, inputs), strict=True)
    return np.asarray(sum(low)), np.asarray(sum(high))


def _subtract(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    (a, b), (c, d) = ends_of(inputs[0]), ends_of(inputs[1])
    return a - d, b - c


def _products(a: Array, b: Array, c: Array, d: Array) -> Ends:
    """Return [a, b] times [c, d]; 0 times an infinite end is 0, since infinity is not reached."""
    ends = np.stack(
        np.broadcast_arrays(
            *(np.nan_to_num(x * y, nan=0.0, posinf=np.inf, neginf=-np.inf) for x in (a, b) for y in (c, d))
        )
    )
    return ends.min(axis=0), ends.max(axis=0)


def _multiply(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    return _products(*ends_of(inputs[0]), *ends_of(inputs[1]))


def _divide(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    low, high = ends_of(inputs[1])
    if not bool(((low > 0) | (high < 0)).all()):
        return None
    return _products(*ends_of(inputs[0]), 1.0 / high, 1.0 / low)


def _extreme(f: Callable[[Array, Array], Array]) -> Rule:
    """Return the rule of a function of two numbers that rises with both."""

    def rule(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
        (a, b), (c, d) = ends_of(inputs[0]), ends_of(inputs[1])
        return f(a, c), f(b, d)

    return rule


def _clip(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    """y = min(max(x, low), high)."""
    ends = [ends_of(tensor) for tensor in inputs]
    low, high = (np.minimum(np.maximum(ends[0][i], ends[1][i]), ends[2][i]) for i in (0, 1))
    return low, high


def _select(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    """y = a or b."""
    (a, b), (c, d) = ends_of(inputs[1]), ends_of(inputs[2])
    return np.minimum(a, c), np.maximum(b, d)


def _batch_norm(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = (x - mean) / sqrt(variance + epsilon) * scale + offset, with the stored statistics."""
    if node.attrs.get("is_training", True) or str(node.attrs.get("data_format", "NHWC")).startswith("NC"):
        return None
    x, scale, offset, mean, variance = (ends_of(tensor) for tensor in inputs[:5])
    total = variance[0] + float(node.attrs.get("epsilon", 1e-4))
    if not bool((total > 0).all()):
        return None
    top = 1.0 / np.sqrt(total)
    bottom = 1.0 / np.sqrt(variance[1] + float(node.attrs.get("epsilon", 1e-4)))
    low, high = _products(*_products(*scale, bottom, top), x[0] - mean[1], x[1] - mean[0])
    return low + offset[0], high + offset[1]


def softmax(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y_i between 1 / (1 + sum e^(high_j - low_i)) and 1 / (1 + sum e^(low_j - high_i)), over j other than i.

    What lies below twice the smallest number of the dtype may be flushed to 0.
    """
    low, high = ends_of(inputs[0])
    if inputs[0].size(-1) != low.size or not np.isfinite(low).all() or not np.isfinite(high).all():
        return None
    bottom, top = 1.0 / (1.0 + _others(high, low)), 1.0 / (1.0 + _others(low, high))
    return np.where(bottom < 2 * limits(output.dtype).smallest, 0.0, bottom * (1 - 1e-5)), top * (1 + 1e-5)


def _others(terms: Array, own: Array) -> Array:
    """Return, for each i, the sum of e^(terms_j - own_i) over all j but i, capped at e^700 or so.

    Each sum is taken relative to its own largest term: of the largest of all the others would underflow.
    """
    largest = int(terms.argmax())
    rest = np.delete(terms, largest)
    peaks = np.full(terms.size, terms[largest])
    weights = np.exp(terms - terms[largest])
    sums = weights.sum() - weights
    peaks[largest] = rest.max(initial=-np.inf)
    sums[largest] = np.exp(rest - peaks[largest]).sum() if rest.size else 0.0
    return np.asarray(sums * np.exp(np.minimum(peaks - own, 700.0)))


RULES: dict[str, Rule] = {
    **MOVES,
    "Abs": _even(lambda x: x),
    "Add": add,
    "AddN": _add_n,
    "AddV2": add,
    "Atan": _rising(np.arctan),
    "BiasAdd": _bias_add,
    "Ceil": _rising(np.ceil),
    "ClipByValue": _clip,
    "Div": _divide,
    "Elu": _rising(lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "Exp": _rising(np.exp),
    "Expm1": _rising(np.expm1),
    "Floor": _rising(np.floor),
    "FusedBatchNorm": _batch_norm,
    "FusedBatchNormV2": _batch_norm,
    "FusedBatchNormV3": _batch_norm,
    "LeakyRelu": _leaky,
    "Log": _rising(np.log),
    "Log1p": _rising(np.log1p),
    "Maximum": _extreme(np.maximum),
    "Minimum": _extreme(np.minimum),
    "Mul": _multiply,
    "Neg": _falling(np.negative),
    "RealDiv": _divide,
    "Reciprocal": _positive(lambda x: 1.0 / x),
    "Relu": _rising(lambda x: np.maximum(x, 0.0)),
    "Relu6": _rising(lambda x: np.clip(x, 0.0, 6.0)),
    "Rsqrt": _positive(lambda x: 1.0 / np.sqrt(x)),
    "Select": _select,
    "SelectV2": _select,
    "Selu": _rising(_selu),
    "Sigmoid": _rising(_sigmoid),
    "Sinh": _rising(np.sinh),
    "Softmax": softmax,
    "Softplus": _rising(_softplus),
    "Softsign": _rising(lambda x: x / (1.0 + np.abs(x))),
    "Sqrt": _rising(np.sqrt),
    "Square": _even(np.square),
    "Sub": _subtract,
    "Tanh": _rising(np.tanh),
}
"""TensorFlow op → the rule of its first output."""
