"""Lowering of convolutional LSTM layers."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.recurrent import (
    function_name,
    in_pieces,
    joined_gates,
    loop_attrs,
    loop_node,
    split_states,
)
from logitcheck.layers.shapes import numbers, window
from logitcheck.layers.state import Value


def conv_lstm(b: Builder, x: Any, mask: Value | None = None, initial_state: Any = None, **_: Any) -> Any:
    """Convolutional LSTM of one to three dimensions."""
    dims = int(b.layer.class_name[-2])
    x, states = split_states(x, initial_state)
    config, cell = b.config, b.sub(b.layer, "cell")
    first = config.get("data_format") == "channels_first"
    filters, size = int(config["filters"]), numbers(config["kernel_size"], dims)
    channels = None if x.shape is None else x.shape[2 if first else -1]
    own = _conv_weights(cell, size, channels, filters)
    attrs = {
        "filters": filters,
        "activation": function_name(config.get("activation", "tanh")),
        "recurrent_activation": function_name(config.get("recurrent_activation", "hard_sigmoid")),
        "keras": b.keras,
        "kernel_size": size,
        "strides": numbers(config.get("strides") or 1, dims),
        "dilations": numbers(config.get("dilation_rate") or 1, dims),
        "padding": str(config.get("padding", "valid")).upper(),
        "data_format": "channels_first" if first else "channels_last",
        **loop_attrs(config),
    }
    last = _conv_shape(x, attrs, first, dims)
    time = None if x.shape is None else x.shape[1]
    named = {"x": x, **own, **{f"state_{i}": s for i, s in enumerate(states)}}
    mask = mask or b.mask(x)
    if mask is not None:
        named["mask"] = mask
    return loop_node(b, "KerasConvLSTM", named, attrs, (last[0], time, *last[1:]), last, 2)


def _conv_weights(
    cell: Builder, size: tuple[int, ...], channels: int | None, filters: int
) -> dict[str, Value]:
    if in_pieces(cell, "ConvLSTM"):
        kernels = (*size, channels, filters), (*size, filters, filters)
        return joined_gates(cell, "ConvLSTM", *kernels, (filters,))
    own = {
        "kernel": cell.weight("kernel", (*size, channels, 4 * filters)),
        "recurrent_kernel": cell.weight("recurrent_kernel", (*size, filters, 4 * filters)),
    }
    if cell.config.get("use_bias", True):
        own["bias"] = cell.weight("bias", (4 * filters,))
    return own


def _conv_shape(x: Value, attrs: dict[str, Any], first: bool, dims: int) -> tuple[int | None, ...]:
    sizes = (None,) * (dims + 3) if x.shape is None else x.shape
    space = sizes[3:] if first else sizes[2:-1]
    steps = zip(space, attrs["kernel_size"], attrs["strides"], attrs["dilations"], strict=True)
    moved = tuple([window(n, k, s, attrs["padding"], d) for n, k, s, d in steps])
    filters = attrs["filters"]
    return (sizes[0], filters, *moved) if first else (sizes[0], *moved, filters)
