"""Which activation a name or a configuration stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from logitcheck.layers.activations import (
    celu,
    elu,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)
from logitcheck.layers.builder import Builder
from logitcheck.layers.state import Value
from logitcheck.layers.table import OURS
from logitcheck.topology import LayerConfig


def activate(b: Builder, x: Value, spec: Any) -> Value:
    """Apply an activation as stored: a name, None, a function's config, or a layer's config."""
    if spec is None or spec == "linear":
        return x
    if isinstance(spec, str):
        function = ACTIVATIONS.get(spec)
        return function(b, x) if function else b.unknown(spec, x, shape=x.shape, dtype=x.dtype)
    if not isinstance(spec, Mapping):
        return b.unknown("activation", x, shape=x.shape, dtype=x.dtype)
    return _configured(b, x, spec)


def _configured(b: Builder, x: Value, spec: Mapping[str, Any]) -> Value:
    name, config = str(spec.get("class_name", "")), spec.get("config")
    if foreign(spec):
        return b.unknown(name_of(spec), x, shape=x.shape, dtype=x.dtype)
    if isinstance(config, str):
        return activate(b, x, config)
    if name in ACTIVATIONS and not isinstance(config, Mapping):
        return activate(b, x, name)
    arguments = config if isinstance(config, Mapping) else {}
    layer = LayerConfig(
        name, str(arguments.get("name", name)), arguments, spec.get("module"), spec.get("registered_name")
    )
    result: Value = b.call(layer, "activation", x)
    return result


def foreign(spec: Any) -> bool:
    """Whether a stored activation says that it lives in another package than Keras."""
    module = spec.get("module") if isinstance(spec, Mapping) else None
    return isinstance(module, str) and module.partition(".")[0] not in OURS


def name_of(spec: Any) -> str:
    """Return an activation's name for a composite node; ``linear`` for None."""
    if spec is None:
        return "linear"
    if isinstance(spec, Mapping):
        config = spec.get("config")
        return config if isinstance(config, str) else str(spec.get("class_name"))
    return str(spec)


def unary(op: str) -> Callable[[Builder, Value], Value]:
    """Return the activation that is one op."""

    def apply(b: Builder, x: Value) -> Value:
        return b.op(op, x)

    return apply


ACTIVATIONS: dict[str, Callable[[Builder, Value], Value]] = {
    "relu": unary("Relu"),
    "relu6": unary("Relu6"),
    "softmax": softmax,
    "softmax_v2": softmax,
    "log_softmax": log_softmax,
    "log_softmax_v2": log_softmax,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": unary("Selu"),
    "celu": celu,
    "gelu": gelu,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_swish": hard_silu,
    "silu": silu,
    "swish": silu,
    "log_sigmoid": log_sigmoid,
    "mish": mish,
    "tanh": unary("Tanh"),
    "hard_tanh": hard_tanh,
    "tanh_shrink": tanh_shrink,
    "hard_shrink": hard_shrink,
    "soft_shrink": soft_shrink,
    "threshold": threshold,
    "softplus": unary("Softplus"),
    "softsign": unary("Softsign"),
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": sparse_sigmoid,
    "squareplus": squareplus,
    "sparsemax": sparsemax,
    "glu": glu,
    "exponential": unary("Exp"),
    "exp": unary("Exp"),
}
