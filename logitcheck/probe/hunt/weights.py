"""How far weights have to move until an op breaks that is safe with the stored ones.

Every weight may change by at most some distance, which grows until the op breaks; within it, weights and
input follow the sign of the gradient. What is found is an upper bound of the smallest such distance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from logitcheck.analysis.numeric.stored import is_variable
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.candidates import Candidate, Space, cast
from logitcheck.probe.hunt.climb import goal
from logitcheck.probe.hunt.slices import Slice, breaks, numbers
from logitcheck.probe.protocol import Suspect

DISTANCES = (0.01, 0.05, 0.25, 1.0, 4.0, 16.0, 64.0, 256.0, 1000.0)
"""Distances tried, one after another."""

ROUNDS = 4
"""Steps along the gradient for each distance."""

HALVINGS = 4
"""Steps of the search between the last distance that did not do and the first that did."""


class Mover:
    """One suspect as a function of weights and inputs."""

    def __init__(self, model: Model, graph: Graph, suspect: Suspect):
        """Cut the graph; constants of a frozen graph that were variables count as weights."""
        import tensorflow as tf

        node = graph.by_name[suspect.node]
        self.cut = Slice(model, graph, [Ref(suspect.node), *node.inputs])
        self._suspect, self._node = suspect, node
        inner = self.cut.graph
        frozen = {n.name for n in inner.nodes if _was_variable(n, inner)}
        nodes = tuple(replace(n, op="Weight") if n.name in frozen else n for n in inner.nodes)
        self.cut.graph = Graph(nodes, inner.inputs, inner.outputs)
        constants = {name: tf.constant(inner.by_name[name].attrs["value"]) for name in frozen}
        stored = {**self.cut.weights, **constants}
        self.fixed = {name: value for name, value in stored.items() if not value.dtype.is_floating}
        self.stored = {name: numbers(value) for name, value in stored.items() if value.dtype.is_floating}
        self._dtypes = {name: stored[name].dtype for name in self.stored}
        self._traced: Any = None

    def step(
        self, arrays: Sequence[Array], weights: Sequence[Array], seed: int
    ) -> tuple[bool, list[Array], list[Array]]:
        """Return whether the op breaks, and the slopes of weights and inputs towards its danger."""
        import tensorflow as tf

        if self._traced is None:
            self._traced = tf.function(self._step, autograph=False)
        moved = [tf.cast(tf.constant(w), d) for w, d in zip(weights, self._dtypes.values(), strict=True)]
        output, inputs, slopes, ways = self._traced(
            tf.constant(seed, tf.int32), moved, self.cut.tensors(arrays)
        )
        broken = breaks(numbers(output), [numbers(item) for item in inputs])
        return broken, [numbers(item) for item in slopes], [numbers(item) for item in ways]

    def _step(self, seed: Any, moved: list[Any], tensors: list[Any]) -> tuple[Any, list[Any], Any, Any]:
        import tensorflow as tf

        weights = {**self.fixed, **dict(zip(self.stored, moved, strict=True))}
        values = dict(zip(self.cut.wanted, self.cut.forward(seed, *tensors, weights=weights), strict=True))
        inputs = [values[ref] for ref in self._node.inputs]
        aim = goal(inputs[self._suspect.argument], self._suspect.aim)
        real = [item for item in tensors if item.dtype.is_floating]
        slopes = tf.gradients(aim, [*moved, *real], unconnected_gradients="zero")
        dense = [tf.convert_to_tensor(item) for item in slopes]
        rest = iter(dense[len(moved) :])
        ways = [next(rest) if item.dtype.is_floating else tf.zeros_like(item) for item in tensors]
        return values[Ref(self._node.name)], inputs, dense[: len(moved)], ways


def _was_variable(node: Node, graph: Graph) -> bool:
    value = node.attrs.get("value")
    return node.op == "Const" and value is not None and value.dtype.kind == "f" and is_variable(node, graph)


def smallest(mover: Mover, spaces: Sequence[Space], start: Candidate, seed: int) -> Iterator[float]:
    """Yield ever smaller distances at which the op breaks; nothing where none of the distances does."""
    if not mover.stored:
        return
    below = 0.0
    for distance in DISTANCES:
        if _breaks_within(mover, spaces, start, seed, distance):
            yield distance
            break
        below = distance
    else:
        return
    for _ in range(HALVINGS):
        middle = (below * distance) ** 0.5 if below else distance / 4
        if _breaks_within(mover, spaces, start, seed, middle):
            distance = middle
            yield distance
        else:
            below = middle


def _breaks_within(
    mover: Mover, spaces: Sequence[Space], start: Candidate, seed: int, distance: float
) -> bool:
    """Tell whether some steps along the gradient break the op, each weight at most so far from its value."""
    stored = list(mover.stored.values())
    weights, arrays = stored, start.arrays
    for _ in range(ROUNDS):
        broken, slopes, ways = mover.step(arrays, weights, seed)
        if broken:
            return True
        weights = [
            _within(old, now + distance * _sign(slope), distance)
            for old, now, slope in zip(stored, weights, slopes, strict=True)
        ]
        arrays = [
            cast(space, array + (space.high - space.low) / 2 * _sign(way))
            if array.dtype.kind == "f"
            else array
            for space, array, way in zip(spaces, arrays, ways, strict=True)
        ]
    return mover.step(arrays, weights, seed)[0]


def _sign(slope: Array) -> Array:
    return np.asarray(np.sign(np.nan_to_num(slope)))


def _within(stored: Array, moved: Array, distance: float) -> Array:
    """Return weights no farther off; where none is negative (variances), none becomes so."""
    low = stored - distance
    if stored.size and stored.min() >= 0:
        low = np.maximum(low, 0)
    return np.clip(moved, low, stored + distance).astype(stored.dtype)
