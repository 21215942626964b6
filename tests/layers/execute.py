"""A small executor of lowered graphs: TensorFlow's raw ops node by node, composites by their definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Node

LISTS = {"ConcatV2": "values", "Pack": "values", "AddN": "inputs", "Einsum": "inputs"}
"""Ops whose leading inputs are one list."""


def execute(
    tf: Any, graph: Graph, feeds: Mapping[str, Any], weights: Mapping[tuple[str, int], Any]
) -> list[Any]:
    """Return the graph's outputs for inputs by node name and weights by (path, position)."""
    results: dict[str, Any] = {}
    for node in graph.nodes:
        inputs = [_pick(results[ref.node], ref.index) for ref in node.inputs]
        results[node.name] = _run(tf, node, inputs, feeds, weights)
    return [np.asarray(_pick(results[ref.node], ref.index)) for ref in graph.outputs]


def _pick(result: Any, index: int) -> Any:
    return result[index] if isinstance(result, (list, tuple)) else result


def _run(tf: Any, node: Node, inputs: list[Any], feeds: Mapping[str, Any], weights: Mapping[Any, Any]) -> Any:
    attrs = dict(node.attrs)
    if node.op == "Placeholder":
        return tf.convert_to_tensor(feeds[node.name])
    if node.op == "Weight":
        return tf.convert_to_tensor(weights[attrs["path"], attrs["position"]])
    if node.op == "Const":
        return tf.constant(attrs["value"], dtype=tf.as_dtype(attrs["dtype"]))
    if node.op in COMPOSITES:
        return COMPOSITES[node.op](tf, attrs, inputs)
    return _raw(tf, node.op, attrs, inputs)


def _raw(tf: Any, op: str, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    from inspect import signature

    function = getattr(tf.raw_ops, op)
    attrs = {name: value for name, value in attrs.items() if name in signature(function).parameters}
    for name in ("DstT", "out_type", "output_type"):
        if name in attrs:
            attrs[name] = tf.as_dtype(attrs[name])
    attrs.pop("N", None)
    names = [name for name in signature(function).parameters if name not in ("name", *attrs)]
    if op in LISTS:
        count = len(inputs) - (op == "ConcatV2")
        inputs = [inputs[:count], *inputs[count:]]
    result = function(**dict(zip(names, inputs, strict=False)), **attrs)
    return list(result) if isinstance(result, tuple) else result


def _activation(tf: Any, name: str, keras: int) -> Any:
    if name == "hard_sigmoid":
        line = (lambda x: x / 6 + 0.5) if keras >= 3 else (lambda x: 0.2 * x + 0.5)
        return lambda x: tf.clip_by_value(line(x), 0.0, 1.0)
    return {"linear": lambda x: x, "tanh": tf.tanh, "sigmoid": tf.sigmoid, "relu": tf.nn.relu}[name]


def _loop(tf: Any, attrs: dict[str, Any], inputs: list[Any], step: Any, first: list[Any]) -> Any:
    named = dict(zip(attrs["roles"], inputs, strict=True))
    x, mask = named["x"], named.get("mask")
    states = [named.get(f"state_{i}", zero) for i, zero in enumerate(first)]
    order = range(x.shape[1])
    outputs = []
    last = tf.zeros_like(first[0])
    for time in reversed(order) if attrs["go_backwards"] else order:
        new = step(named, x[:, time], states)
        if mask is not None:
            keep = tf.reshape(mask[:, time], [-1] + [1] * (len(new[0].shape) - 1))
            new = [tf.where(keep, a, b) for a, b in zip(new, states, strict=True)]
            last = tf.where(keep, new[0], last)
        else:
            last = new[0]
        states = new
        outputs.append(last)
    y = tf.stack(outputs, axis=1) if attrs["return_sequences"] else last
    return [y, *states] if attrs["return_state"] else y


def _simple(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    act = _activation(tf, attrs["activation"], attrs["keras"])

    def step(w: Any, x: Any, states: Any) -> Any:
        return [act(x @ w["kernel"] + states[0] @ w["recurrent_kernel"] + w.get("bias", 0.0))]

    return _loop(tf, attrs, inputs, step, [tf.zeros([inputs[0].shape[0], attrs["units"]])])


def _lstm(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    act = _activation(tf, attrs["activation"], attrs["keras"])
    gate = _activation(tf, attrs["recurrent_activation"], attrs["keras"])

    def step(w: Any, x: Any, states: Any) -> Any:
        z = x @ w["kernel"] + states[0] @ w["recurrent_kernel"] + w.get("bias", 0.0)
        i, f, c, o = tf.split(z, 4, axis=-1)
        cell = gate(f) * states[1] + gate(i) * act(c)
        return [gate(o) * act(cell), cell]

    zero = tf.zeros([inputs[0].shape[0], attrs["units"]])
    return _loop(tf, attrs, inputs, step, [zero, zero])


def _gru(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    act = _activation(tf, attrs["activation"], attrs["keras"])
    gate = _activation(tf, attrs["recurrent_activation"], attrs["keras"])

    def step(w: Any, x: Any, states: Any) -> Any:
        h, bias = states[0], w.get("bias", tf.zeros([2, w["kernel"].shape[-1]]))
        first, second = (bias[0], bias[1]) if attrs["reset_after"] else (bias, 0.0)
        xz, xr, xh = tf.split(x @ w["kernel"] + first, 3, axis=-1)
        if attrs["reset_after"]:
            hz, hr, hh = tf.split(h @ w["recurrent_kernel"] + second, 3, axis=-1)
            candidate = act(xh + gate(xr + hr) * hh)
        else:
            uz, ur, uh = tf.split(w["recurrent_kernel"], 3, axis=-1)
            hz, hr = h @ uz, h @ ur
            candidate = act(xh + (gate(xr + hr) * h) @ uh)
        z = gate(xz + hz)
        return [z * h + (1 - z) * candidate]

    return _loop(tf, attrs, inputs, step, [tf.zeros([inputs[0].shape[0], attrs["units"]])])


def _conv_lstm(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    act = _activation(tf, attrs["activation"], attrs["keras"])
    gate = _activation(tf, attrs["recurrent_activation"], attrs["keras"])

    def convolve(x: Any, w: Any, strides: Any, padding: str, dilations: Any) -> Any:
        return tf.nn.convolution(x, w, strides=strides, padding=padding, dilations=dilations)

    def step(w: Any, x: Any, states: Any) -> Any:
        z = convolve(x, w["kernel"], attrs["strides"], attrs["padding"], attrs["dilations"]) + w.get(
            "bias", 0.0
        )
        i, f, c, o = tf.split(z + convolve(states[0], w["recurrent_kernel"], None, "SAME", None), 4, axis=-1)
        cell = gate(f) * states[1] + gate(i) * act(c)
        return [gate(o) * act(cell), cell]

    x, kernel = inputs[0], inputs[1]
    one = convolve(x[:, 0], kernel, attrs["strides"], attrs["padding"], attrs["dilations"])
    zero = tf.zeros([*one.shape[:-1], attrs["filters"]])
    return _loop(tf, attrs, inputs, step, [zero, zero])


def _adaptive(reduce: str) -> Any:
    def run(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
        x = inputs[0]
        for axis, count in enumerate(attrs["output_size"], 1):
            length, parts = x.shape[axis], []
            for i in range(count):
                window = range(i * length // count, -(-(i + 1) * length // count))
                parts.append(getattr(tf, reduce)(tf.gather(x, list(window), axis=axis), axis, keepdims=True))
            x = tf.concat(parts, axis)
        return x

    return run


def _take_along(tf: Any, attrs: dict[str, Any], inputs: list[Any]) -> Any:
    return tf.constant(np.take_along_axis(inputs[0].numpy(), inputs[1].numpy(), attrs["axis"]))


COMPOSITES = {
    "KerasSimpleRNN": _simple,
    "KerasLSTM": _lstm,
    "KerasGRU": _gru,
    "KerasConvLSTM": _conv_lstm,
    "KerasAdaptiveAveragePool": _adaptive("reduce_mean"),
    "KerasAdaptiveMaxPool": _adaptive("reduce_max"),
    "KerasTakeAlongAxis": _take_along,
}
