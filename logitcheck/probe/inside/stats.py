"""What is kept of the tensors of a pass: a few numbers each, computed while they are there.

As few ops as can be, since on a small model adding them to the function costs more than running them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Ref
from logitcheck.probe.array import Array
from logitcheck.probe.inside import spots

NARROW = 1 << 16
"""Channels up to which figures are kept for each."""

EDGE = {"Sigmoid": (0.5, 0.495), "Tanh": (0.0, 0.99)}
"""Middle of the range, and how far from it the outermost hundredth begins."""


def forward_figures(
    graph: Graph, values: Mapping[Ref, Any], plausible: Sequence[int], rows: int
) -> dict[str, Any]:
    """Return the figures of layers, units and statistics, each by op name.

    ``layers``: ``low`` and ``high`` per channel; ``relus``: the same of what goes into them; ``squashed``:
    see :func:`of_squashed`; ``normalised``: by layer, ``mean`` and ``variance`` of the batch per channel, and
    as stored.
    """
    usable = {ref for ref, value in values.items() if is_float(value)}

    def plain(ref: Ref) -> Any:
        return some(values[ref], plausible, rows)

    relus = [spot.ref for spot in spots.of_ops(graph, spots.RELUS) if spot.ref in usable]
    squashed = [s.ref for s in spots.of_ops(graph, spots.SQUASHING, heads=False) if s.ref in usable]
    return {
        "layers": {s.ref.node: ends(values[s.ref]) for s in spots.layer_outputs(graph) if s.ref in usable},
        "relus": {ref.node: ends(values[graph.producer(ref).inputs[0]]) for ref in relus},
        "squashed": {ref.node: of_squashed(graph.by_name[ref.node].op, plain(ref)) for ref in squashed},
        "normalised": {
            n.layer: of_normaliser(plain(n.data), values[n.mean], values[n.variance])
            for n in spots.normalisers(graph)
            if n.data in usable and values[n.data].shape[-1] == values[n.mean].shape[-1]
        },
    }


def is_float(tensor: Any) -> bool:
    """Tell whether a value is a tensor of real numbers of known rank."""
    return hasattr(tensor, "dtype") and tensor.dtype.is_floating and tensor.shape.rank is not None


def some(tensor: Any, plausible: Sequence[int], rows: int) -> Any:
    """Return the plausible rows of a tensor, all of it where its first axis is not the batch."""
    import tensorflow as tf

    if not tensor.shape.rank or tensor.shape[0] != rows or len(plausible) == rows:
        return tensor
    return tf.gather(tensor, list(plausible))


def single(tensor: Any) -> Any:
    """Return a tensor in single precision."""
    import tensorflow as tf

    return tensor if tensor.dtype == tf.float32 else tf.cast(tensor, tf.float32)


def ends(tensor: Any) -> dict[str, Any]:
    """Return least and largest value per channel of the last axis; of all, where there are too many."""
    import tensorflow as tf

    rank, channels = tensor.shape.rank, tensor.shape[-1] if tensor.shape.rank else None
    narrow = channels is not None and channels <= NARROW and rank > 1
    axes = tf.constant(list(range(rank - 1 if narrow else rank)), tf.int32)
    tensor = single(tensor)
    return {
        "low": tf.raw_ops.Min(input=tensor, axis=axes),
        "high": tf.raw_ops.Max(input=tensor, axis=axes),
    }


def of_squashed(op: str, tensor: Any) -> dict[str, Any]:
    """Return the share of a sigmoid's or tanh's output ``beyond`` 0.99 of its range; ``low`` and ``high``."""
    import tensorflow as tf

    middle, reach = EDGE[op]
    tensor = single(tensor)
    return {
        "beyond": tf.reduce_mean(tf.cast(tf.abs(tensor - middle) > reach, tf.float32)),
        **ends(tensor - middle),
        "reach": tf.constant(reach),
    }


def of_normaliser(data: Any, mean: Any, variance: Any) -> dict[str, Any]:
    """Return the batch's statistics per channel beside the stored ones."""
    import tensorflow as tf

    wide = single(data)
    seen, spread = tf.nn.moments(wide, list(range(wide.shape.rank - 1)))
    return {"mean": seen, "variance": spread, "stored_mean": mean, "stored_variance": variance}


def backward_tensors(
    graph: Graph, values: Mapping[Ref, Any], weights: Mapping[str, Any], loss: Any, answers: list[Any]
) -> dict[str, Any]:
    """Return gradients whole for ``weights``, by weight, and half their sum of squares elsewhere.

    ``flows``: at the output of each layer with weights; ``ends``: at what the losses are taken of. A tensor
    on which the loss does not depend is left out.
    """
    import tensorflow as tf

    kept = [node.name for node in spots.weights(graph)]
    owners = {spots.name_of(graph.by_name[name]) for name in kept}
    places = [
        s
        for s in spots.layer_outputs(graph)
        if s.layer in owners and s.ref in values and is_float(values[s.ref])
    ]
    found = tf.gradients(loss, [*(weights[n] for n in kept), *(values[s.ref] for s in places), *answers])
    own, flows, ends = found[: len(kept)], found[len(kept) : -len(answers)], found[-len(answers) :]
    return {
        "weights": {n: tf.convert_to_tensor(g) for n, g in zip(kept, own, strict=True) if g is not None},
        "flows": {s.ref.node: energy(g) for s, g in zip(places, flows, strict=True) if g is not None},
        "ends": [energy(g) for g in ends if g is not None],
    }


def energy(gradient: Any) -> Any:
    """Return half the sum of squares."""
    import tensorflow as tf

    return tf.raw_ops.L2Loss(t=single(tf.convert_to_tensor(gradient)))


def backward_figures(found: Mapping[str, Any], sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures of the gradients that :func:`backward_tensors` gave, evaluated.

    ``weights``: ``norm``, ``max`` (largest magnitude), ``nonfinite`` (count) and ``size``, the norm of the
    weight itself; ``flows`` and ``ends``: norms.
    """
    return {
        "weights": {name: of_gradient(found["weights"][name], sizes[name]) for name in found["weights"]},
        "flows": {name: float(np.sqrt(2 * half)) for name, half in found["flows"].items()},
        "ends": [float(np.sqrt(2 * half)) for half in found["ends"]],
    }


def of_gradient(gradient: Array, weight: Any) -> dict[str, Any]:
    """Return the figures of one weight's gradient; scaled before it is squared, lest squares overflow."""
    flat = gradient.astype(np.float32).reshape(-1)
    top = float(np.abs(flat).max(initial=0.0))
    known = bool(np.isfinite(top))
    return {
        "norm": top * float(np.linalg.norm(flat / top)) if known and top else top,
        "max": top,
        "nonfinite": 0 if known else int(flat.size - np.isfinite(flat).sum()),
        "size": float(np.linalg.norm(weight.numpy().astype(np.float32))),
    }
