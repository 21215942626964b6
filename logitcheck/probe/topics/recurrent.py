"""Inside recurrent layers: gates at the ends of their range, states and gradients over the steps.

The cell is run once more, step by step, on a few rows of what the layer is given; the gradient is that of a
sum of the last output's values with signs in turn. Keys: ``layers``, each with ``layer``, ``node``, ``cell``,
``rows``, ``steps`` (at most :data:`STEPS`), ``gates`` (by gate: share of its values beyond 0.99 of the range;
``candidate``: of what the activation gives) and ``beyond`` (of all of them), ``state`` (root mean square
after the ``first`` and the ``last`` step, the ``largest``, how many values are ``nonfinite``), ``gradient``
(norm at a state over that at the last one: ``first``, ``largest``, and after how many steps back it is below
:data:`FORGOTTEN`, ``memory``; None where it never is). Empty where there are none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.graph import Node
from logitcheck.probe.array import Array
from logitcheck.probe.inside.sequences import CELLS
from logitcheck.probe.inside.spots import name_of
from logitcheck.probe.inside.step import inside
from logitcheck.probe.measure import figure
from logitcheck.probe.observation import Observation
from logitcheck.probe.runtimes.own.recurrent import activation, gru, lstm, simple

ROWS = 8
STEPS = 128
FORGOTTEN = 1e-4

MAKERS = {"KerasLSTM": lstm, "KerasGRU": gru, "KerasSimpleRNN": simple}
ENDS = {"sigmoid": (0.5, 0.495), "hard_sigmoid": (0.5, 0.495), "tanh": (0.0, 0.99)}
"""Middle of an activation's range, and how far from it the outermost hundredth begins."""

PER_ROW = ("x", "mask", "state_0", "state_1")


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return the figures of every recurrent layer."""
    found = inside(seen)
    held: Mapping[str, Mapping[str, Array]] = found.figures.get("recurrent", {})
    rows = list(found.rows.plausible[:ROWS])
    told = []
    for name, given in held.items():
        if given["x"].ndim == 3 and given["x"].shape[0] == len(found.rows.families):
            cut = {role: value[rows] if role in PER_ROW else value for role, value in given.items()}
            told.append(of_layer(found.runtime.graph.by_name[name], cut))
    return {"layers": told} if told else {}


def of_layer(node: Node, given: Mapping[str, Array]) -> dict[str, Any]:
    """Return the figures of one layer, given what it reads by role."""
    states, flows = unrolled(node, given)
    outputs = np.stack([step[0] for step in states])
    shares = saturated(node, given, outputs)
    values = [float(value) for value in shares.values()]
    return {
        "layer": name_of(node),
        "node": node.name,
        "cell": CELLS[node.op],
        "rows": len(given["x"]),
        "steps": len(states) - 1,
        "gates": {name: figure(share) for name, share in shares.items()},
        "beyond": figure(float(np.mean(values))) if values else None,
        "state": over_steps(states),
        "gradient": back_in_time(flows),
    }


def in_order(node: Node, array: Array) -> Array:
    """Return a sequence with the time axis first, in the order in which the layer reads it."""
    steps = np.moveaxis(array, 1, 0)
    return (steps[::-1] if node.attrs["go_backwards"] else steps)[:STEPS]


def unrolled(node: Node, given: Mapping[str, Array]) -> tuple[list[list[Array]], list[float]]:
    """Run the cell: the states before the first step and after each, and the norms of the gradient there."""
    import tensorflow as tf

    step = MAKERS[node.op](node, {role: tf.constant(value) for role, value in given.items()})
    sequence = in_order(node, given["x"])
    mask = in_order(node, given["mask"]).astype(bool) if "mask" in given else None
    empty = np.zeros((len(given["x"]), node.attrs["units"]), sequence.dtype)
    count = 2 if node.op == "KerasLSTM" else 1
    states = tuple(tf.constant(given.get(f"state_{index}", empty)) for index in range(count))
    passed = [states]
    with tf.GradientTape() as tape:
        tape.watch(states)
        for time, x in enumerate(sequence):
            _, new = step(tf.constant(x), states)
            if mask is not None:
                new = tuple(tf.where(mask[time][:, None], n, o) for n, o in zip(new, states, strict=True))
            states = new
            passed.append(states)
        signs = np.where(np.arange(empty.shape[1]) % 2, -1.0, 1.0).astype(empty.dtype)
        target = tf.reduce_sum(states[0] * signs)
    gradients = tape.gradient(target, passed)
    return [[state.numpy() for state in step_] for step_ in passed], [norm(flow) for flow in gradients]


def norm(gradients: Sequence[Any]) -> float:
    """Return the norm of the gradients at all states of one step taken as one vector."""
    known = [gradient.numpy().astype(np.float64) for gradient in gradients if gradient is not None]
    return math.hypot(*(float(np.linalg.norm(gradient)) for gradient in known))


def over_steps(states: list[list[Array]]) -> dict[str, Any]:
    """Return the size of the states over the steps: root mean square of the widest of them."""
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = [
            max(float(np.sqrt(np.mean(np.square(s, dtype=np.float64)))) for s in step) for step in states
        ]
    broken = sum(int((~np.isfinite(state)).sum()) for step in states for state in step)
    known = [size for size in sizes[1:] if math.isfinite(size)]
    return {
        "first": figure(known[0]) if known else None,
        "last": figure(sizes[-1]) if math.isfinite(sizes[-1]) else None,
        "largest": figure(max(known)) if known else None,
        "nonfinite": broken,
    }


def back_in_time(flows: list[float]) -> dict[str, Any] | None:
    """Return how the gradient changes on its way back through the steps; None where there is none."""
    last = flows[-1]
    if not last > 0 or not math.isfinite(last):
        return None
    ratios = [flow / last for flow in reversed(flows)]
    finite = [ratio for ratio in ratios if math.isfinite(ratio)]
    memory = next((steps for steps, ratio in enumerate(ratios) if ratio < FORGOTTEN), None)
    return {
        "first": figure(ratios[-1]) if math.isfinite(ratios[-1]) else None,
        "largest": figure(max(finite)) if len(finite) == len(ratios) else None,
        "memory": memory,
    }


def saturated(node: Node, given: Mapping[str, Array], outputs: Array) -> dict[str, float]:
    """Return per gate the share of its values beyond 0.99 of the range of its activation."""
    parts = gates(node, given, in_order(node, given["x"]), outputs[:-1])
    told = {}
    for name, values in parts.items():
        kind = node.attrs["activation" if name == "candidate" else "recurrent_activation"]
        if kind in ENDS:
            middle, reach = ENDS[kind]
            given_out = np.asarray(activation_of(node, name, values))
            told[name] = float(np.mean(np.abs(given_out - middle) > reach))
    return told


def activation_of(node: Node, gate: str, values: Array) -> Any:
    """Return what the gate's activation makes of values."""
    return activation(node, "activation" if gate == "candidate" else "recurrent_activation")(values)


def gates(node: Node, given: Mapping[str, Array], x: Array, before: Array) -> dict[str, Array]:
    """Return what goes into each gate's activation at all steps; ``before``: outputs one step earlier."""
    kernel, inner = given["kernel"], given["recurrent_kernel"]
    bias = given.get("bias", np.zeros((), kernel.dtype))
    if node.op == "KerasLSTM":
        names = ("input", "forget", "candidate", "output")
        return dict(zip(names, np.split(x @ kernel + before @ inner + bias, 4, axis=-1), strict=True))
    if node.op == "KerasSimpleRNN":
        return {"candidate": x @ kernel + before @ inner + bias}
    after = node.attrs["reset_after"]
    bias_x, bias_h = (bias[0], bias[1]) if after and bias.ndim else (bias, np.zeros((), kernel.dtype))
    ours = np.split(x @ kernel + bias_x, 3, axis=-1)
    theirs = np.split(before @ inner + bias_h, 3, axis=-1)
    update, reset = ours[0] + theirs[0], ours[1] + theirs[1]
    opened = np.asarray(activation_of(node, "reset", reset))
    third = inner[:, 2 * node.attrs["units"] :]
    new = ours[2] + (opened * theirs[2] if after else (opened * before) @ third)
    return {"update": update, "reset": reset, "candidate": new}
