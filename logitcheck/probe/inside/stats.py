"""What is kept of the tensors of a pass: a few numbers each, computed while they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Ref
from logitcheck.probe.array import Array
from logitcheck.probe.inside import spots

NARROW = 1 << 16
"""Channels up to which figures are kept for each."""

EDGE = {"Sigmoid": (0.5, 0.495), "Tanh": (0.0, 0.99)}
"""Middle of the range, and how far from it the outermost hundredth begins."""


class Look:
    """Takes the figures of a pass, tensor by tensor."""

    def __init__(self, graph: Graph, plausible: Sequence[int], rows: int):
        self._graph, self._plausible, self._rows = graph, plausible, rows
        self._layers = [spot.ref for spot in spots.layer_outputs(graph)]
        self._relus = {s.ref.node: graph.producer(s.ref).inputs[0] for s in spots.of_ops(graph, spots.RELUS)}
        self._squashed = {spot.ref for spot in spots.of_ops(graph, spots.SQUASHING, heads=False)}
        self._normalisers = list(spots.normalisers(graph))
        self._ranged = {*self._layers, *self._relus.values()}
        self._spread = {item.data for item in self._normalisers}
        self._found: dict[str, dict[Ref, dict[str, Any]]] = {"ends": {}, "squashed": {}, "moments": {}}
        self.kept = {ref for item in self._normalisers for ref in (item.mean, item.variance)}
        """What :meth:`figures` has to be given."""

    def see(self, ref: Ref, tensor: Any) -> None:
        """Take the figures of one tensor, where any are wanted of it."""
        if not is_float(tensor):
            return
        if ref in self._ranged:
            self._found["ends"][ref] = ends(tensor)
        if ref in self._squashed:
            self._found["squashed"][ref] = of_squashed(self._graph.producer(ref).op, self._plain(tensor))
        if ref in self._spread:
            self._found["moments"][ref] = moments(self._plain(tensor))

    def _plain(self, tensor: Any) -> Any:
        return some(tensor, self._plausible, self._rows)

    def figures(self, values: Mapping[Ref, Any]) -> dict[str, Any]:
        """Return the figures of layers, units and statistics, each by op name.

        ``layers``: ``low`` and ``high`` per channel; ``relus``: the same of what goes into them;
        ``squashed``: see :func:`of_squashed`; ``normalised``: by layer, ``mean`` and ``variance`` of the
        batch per channel, and as stored.
        """
        ranges, told = self._found["ends"], self._found["moments"]
        return {
            "layers": {ref.node: ranges[ref] for ref in self._layers if ref in ranges},
            "relus": {name: ranges[ref] for name, ref in self._relus.items() if ref in ranges},
            "squashed": {ref.node: item for ref, item in self._found["squashed"].items()},
            "normalised": {
                n.layer: {
                    **told[n.data],
                    "stored_mean": values[n.mean],
                    "stored_variance": values[n.variance],
                }
                for n in self._normalisers
                if n.data in told and told[n.data]["mean"].shape == values[n.mean].shape
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


def moments(data: Any) -> dict[str, Any]:
    """Return a batch's ``mean`` and ``variance`` per channel."""
    import tensorflow as tf

    wide = single(data)
    mean, variance = tf.nn.moments(wide, list(range(wide.shape.rank - 1)))
    return {"mean": mean, "variance": variance}


class Flows:
    """Takes the gradients of a pass on its way back."""

    def __init__(self, graph: Graph, weights: Mapping[str, Any]):
        self.weights = {node.name: weights[node.name] for node in spots.weights(graph)}
        """The tensors that gradients are wanted for."""

        owners = {spots.name_of(graph.by_name[name]) for name in self.weights}
        self._places = {spot.ref for spot in spots.layer_outputs(graph) if spot.layer in owners}
        self._flows: dict[str, Any] = {}

    def tap(self, ref: Ref, tensor: Any) -> Any:
        """Return a tensor, its gradient to be measured where it is the output of a layer with weights."""
        if ref not in self._places or not is_float(tensor):
            return tensor
        return tapped(tensor, lambda gradient: self._flows.__setitem__(ref.node, energy(gradient)))

    def back(self, tape: Any, loss: Any, answers: list[Any]) -> dict[str, Any]:
        """Return gradients whole for ``weights``, by weight, and half their sum of squares elsewhere.

        ``flows``: at the output of each layer with weights; ``ends``: at what the losses are taken of. A
        tensor on which the loss does not depend is left out.
        """
        import tensorflow as tf

        found = tape.gradient(loss, [*self.weights.values(), *answers])
        own, ends_ = found[: len(self.weights)], found[len(self.weights) :]
        pairs = zip(self.weights, own, strict=True)
        return {
            "weights": {name: tf.convert_to_tensor(g) for name, g in pairs if g is not None},
            "flows": self._flows,
            "ends": [energy(g) for g in ends_ if g is not None],
        }


def tapped(tensor: Any, take: Callable[[Any], None]) -> Any:
    """Return a tensor whose gradient is handed to ``take`` when it comes by."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def same(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        def back(gradient: Any) -> Any:
            take(gradient)
            return gradient

        return tf.identity(x), back

    return same(tensor)


def energy(gradient: Any) -> Any:
    """Return half the sum of squares."""
    import tensorflow as tf

    return tf.raw_ops.L2Loss(t=single(tf.convert_to_tensor(gradient)))


def backward_figures(found: Mapping[str, Any], sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures of gradients: whole ones of ``weights``, half squares of ``flows`` and ``ends``.

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
