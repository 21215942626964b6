"""Recurrent layers as Keras defines them: LSTM, GRU and simple cells, and the convolutional LSTM.

Gates stand in the weights in the order i, f, c, o (LSTM) and z, r, h (GRU). Where the mask is false a step
repeats the output before it and keeps its states.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Node
from logitcheck.probe.runtimes.runtime import RuntimeProblemError

if TYPE_CHECKING:
    from typing import TypeAlias

Step: TypeAlias = "Callable[[Any, tuple[Any, ...]], tuple[Any, tuple[Any, ...]]]"
"""From the input at one time and the states to the output and the new states."""


def recurrent(node: Node, inputs: list[Any]) -> list[Any]:
    """Run ``KerasLSTM``, ``KerasGRU`` or ``KerasSimpleRNN``."""
    import tensorflow as tf

    named = dict(zip(node.attrs["roles"], inputs, strict=True))
    if node.attrs.get("cudnn"):
        raise RuntimeProblemError("missing-classes", f"{node.name}: weights in cuDNN's layout")
    step = {"KerasLSTM": lstm, "KerasGRU": gru, "KerasSimpleRNN": simple}[node.op](node, named)
    x, count = named["x"], 2 if node.op == "KerasLSTM" else 1
    empty = tf.zeros([tf.shape(x)[0], node.attrs["units"]], x.dtype)
    states = tuple(named.get(f"state_{index}", empty) for index in range(count))
    return looped(node, named, step, states, empty)


def looped(node: Node, named: dict[str, Any], step: Step, states: tuple[Any, ...], empty: Any) -> list[Any]:
    """Run a step along the time axis, and return what the layer returns."""
    import tensorflow as tf

    sequence = swapped(named["x"])
    mask = swapped(tf.cast(named["mask"], tf.bool)) if "mask" in named else None
    if node.attrs["go_backwards"]:
        sequence = sequence[::-1]
        mask = None if mask is None else mask[::-1]

    def one(before: Any, now: Any) -> Any:
        output, old = before
        x, valid = (now, None) if mask is None else now
        new_output, new = step(x, old)
        if valid is None:
            return new_output, new
        chosen = tf.reshape(valid, [-1] + [1] * (new_output.shape.rank - 1))
        kept = tuple(tf.where(chosen, n, o) for n, o in zip(new, old, strict=True))
        return tf.where(chosen, new_output, output), kept

    elements = sequence if mask is None else (sequence, mask)
    outputs, after = tf.scan(one, elements, initializer=(empty, states))
    answer = swapped(outputs) if node.attrs["return_sequences"] else outputs[-1]
    return [answer, *(state[-1] for state in after)] if node.attrs["return_state"] else [answer]


def swapped(x: Any) -> Any:
    """Exchange batch and time axis."""
    import tensorflow as tf

    return tf.transpose(x, [1, 0, *range(2, x.shape.rank)])


def lstm(node: Node, named: dict[str, Any]) -> Step:
    """Return the LSTM's step."""
    import tensorflow as tf

    act, gate = activation(node, "activation"), activation(node, "recurrent_activation")
    bias = named.get("bias", 0)

    def step(x: Any, states: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        h, c = states
        i, f, g, o = tf.split(x @ named["kernel"] + h @ named["recurrent_kernel"] + bias, 4, axis=-1)
        c = gate(f) * c + gate(i) * act(g)
        h = gate(o) * act(c)
        return h, (h, c)

    return step


def gru(node: Node, named: dict[str, Any]) -> Step:
    """Return the GRU's step, in either form: the reset gate before or after the product with the kernel."""
    import tensorflow as tf

    act, gate = activation(node, "activation"), activation(node, "recurrent_activation")
    after, kernel, recurrent_kernel = node.attrs["reset_after"], named["kernel"], named["recurrent_kernel"]
    bias = named.get("bias")
    bias_x, bias_h = (0, 0) if bias is None else (bias[0], bias[1]) if after else (bias, 0)
    units = node.attrs["units"]

    def step(x: Any, states: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        (h,) = states
        xz, xr, xh = tf.split(x @ kernel + bias_x, 3, axis=-1)
        if after:
            hz, hr, hh = tf.split(h @ recurrent_kernel + bias_h, 3, axis=-1)
            z, r = gate(xz + hz), gate(xr + hr)
            new = act(xh + r * hh)
        else:
            hz, hr = tf.split(h @ recurrent_kernel[:, : 2 * units], 2, axis=-1)
            z, r = gate(xz + hz), gate(xr + hr)
            new = act(xh + (r * h) @ recurrent_kernel[:, 2 * units :])
        h = z * h + (1 - z) * new
        return h, (h,)

    return step


def simple(node: Node, named: dict[str, Any]) -> Step:
    """Return the simple cell's step."""
    act, bias = activation(node, "activation"), named.get("bias", 0)

    def step(x: Any, states: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        h = act(x @ named["kernel"] + states[0] @ named["recurrent_kernel"] + bias)
        return h, (h,)

    return step


def conv_lstm(node: Node, inputs: list[Any]) -> list[Any]:
    """Run ``KerasConvLSTM``: like an LSTM, with convolutions for products."""
    import tensorflow as tf

    named = dict(zip(node.attrs["roles"], inputs, strict=True))
    attrs, rank = node.attrs, named["x"].shape.rank
    first = attrs["data_format"] == "channels_first"
    to_last, to_first = [0, 1, *range(3, rank), 2], [0, rank - 2, *range(1, rank - 2)]
    if first:
        named["x"] = tf.transpose(named["x"], to_last)
    settings = {"strides": list(attrs["strides"]), "dilations": list(attrs["dilations"])}
    act, gate = activation(node, "activation"), activation(node, "recurrent_activation")

    def products(x: Any) -> Any:
        return tf.nn.convolution(x, named["kernel"], padding=attrs["padding"], **settings)

    def step(x: Any, states: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        h, c = states
        inner = tf.nn.convolution(h, named["recurrent_kernel"], padding="SAME")
        i, f, g, o = tf.split(products(x) + named.get("bias", 0) + inner, 4, axis=-1)
        c = gate(f) * c + gate(i) * act(g)
        h = gate(o) * act(c)
        return h, (h, c)

    empty = tf.zeros_like(products(named["x"][:, 0])[..., : attrs["filters"]])
    states = tuple(named.get(f"state_{index}", empty) for index in range(2))
    answer, *rest = looped(node, named, step, states, empty)
    if first:
        sequence = [0, 1, rank - 1, *range(2, rank - 1)]
        answer = tf.transpose(answer, sequence if attrs["return_sequences"] else to_first)
        rest = [tf.transpose(item, to_first) for item in rest]
    return [answer, *rest]


def activation(node: Node, which: str) -> Callable[[Any], Any]:
    """Return a Keras activation by name; ``hard_sigmoid`` changed its slope with Keras 3."""
    import tensorflow as tf

    name = node.attrs[which]
    if name == "linear":
        return lambda x: x
    if name == "hard_sigmoid":
        if node.attrs["keras"] >= 3:
            return lambda x: tf.nn.relu6(x + 3) / 6
        return lambda x: tf.clip_by_value(0.2 * x + 0.5, 0, 1)
    if name == "exponential":
        return lambda x: tf.exp(x)
    function = getattr(tf.nn, name, None)
    if function is None:
        raise RuntimeProblemError("missing-classes", f"{node.name}: activation {name} in a recurrent layer")
    return function  # type: ignore[no-any-return]
