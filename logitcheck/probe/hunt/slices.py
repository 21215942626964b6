"""The part of a graph that some ops are computed from, ready to run and the same each time.

Random ops draw from a seed that is an input like the others, so that what dropout did can be replayed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.runtimes.own.execute import needed, run_graph
from logitcheck.probe.runtimes.own.runtime import load_weights, refuse_unknown

SEED = "(seed)"
"""Name of the placeholder of the seed."""

SEEDED = {
    "RandomUniform": "KerasSeededUniform",
    "RandomStandardNormal": "KerasSeededNormal",
    "TruncatedNormal": "KerasSeededTruncated",
}
"""Random op → the composite that draws the same kind of number from a given seed."""

PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
CONTROL = frozenset(("Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"))
"""Loops and branches of TensorFlow 1, which no function holds as they are."""


def graph_named(model: Model, name: str) -> Graph:
    """Return a graph of the model: a training graph, or the served one for an empty name."""
    return next((entry.graph for entry in model.training if entry.name == name), model.graph)


def seeded(graph: Graph) -> Graph:
    """Return the graph with a seed for its random ops; the same one where it has none."""
    if not any(node.op in SEEDED for node in graph.nodes):
        return graph
    seed = Node(SEED, "Placeholder", (), {"dtype": "int32", "shape": ()})
    return Graph((seed, *(_with_seed(node) for node in graph.nodes)), graph.inputs, graph.outputs)


def _with_seed(node: Node) -> Node:
    if node.op not in SEEDED or not node.inputs:
        return node
    attrs = {"dtype": node.attrs.get("dtype", "float32"), "salt": zlib.crc32(node.name.encode()) & 0x7FFFFFFF}
    return replace(node, op=SEEDED[node.op], inputs=(node.inputs[0], Ref(SEED)), attrs=attrs)


def placeholders(graph: Graph) -> tuple[Node, ...]:
    """Return the nodes to be fed, without the seed."""
    return tuple(node for node in graph.nodes if node.op in PLACEHOLDERS and node.name != SEED)


class Slice:
    """Some references of a graph as one function of its placeholders."""

    def __init__(self, model: Model, graph: Graph, wanted: Iterable[Ref]):
        """Cut the graph down to what is wanted. Raises RuntimeProblemError for ops that cannot be run."""
        self.wanted = tuple(dict.fromkeys(wanted))
        whole = seeded(graph)
        self.graph = Graph(needed(whole, self.wanted), (), self.wanted)
        refuse_unknown(self.graph)
        self.fed = placeholders(self.graph)
        self.weights = load_weights(model, self.graph)
        self.stepwise = any(node.op in CONTROL for node in self.graph.nodes)
        self._traced: dict[Any, Any] = {}

    def run(self, arrays: Sequence[Array], seed: int) -> dict[Ref, Any]:
        """Return the wanted references' values for one array per fed placeholder."""
        import tensorflow as tf

        answers = self._function(tf, arrays)(tf.constant(seed, tf.int32), *self.tensors(arrays))
        return {ref: numbers(answer) for ref, answer in zip(self.wanted, answers, strict=True)}

    def tensors(self, arrays: Sequence[Array]) -> list[Any]:
        """Return arrays as tensors of the placeholders' dtypes."""
        import tensorflow as tf

        return [
            tf.cast(tf.constant(array), node.attrs.get("dtype") or "float32")
            for node, array in zip(self.fed, arrays, strict=True)
        ]

    def _function(self, tf: Any, arrays: Sequence[Array]) -> Any:
        key = tuple(array.shape for array in arrays)
        if key not in self._traced:
            self._traced[key] = tf.function(self.forward, autograph=False)
        return self._traced[key]

    def forward(self, seed: Any, *tensors: Any, weights: Mapping[str, Any] | None = None) -> list[Any]:
        """Add the slice to the function that is being traced, with its own weights or others."""
        fed = {node.name: item for node, item in zip(self.fed, tensors, strict=True)}
        given: Mapping[str, Any] = {SEED: seed, **fed}
        return run_graph(self.graph, given, self.weights if weights is None else weights)


def numbers(tensor: Any) -> Array:
    """Return a tensor as an array of a dtype that NumPy computes with."""
    import tensorflow as tf

    return np.asarray(tf.cast(tensor, tf.float32) if tensor.dtype == tf.bfloat16 else tensor)


def breaks(output: Array, inputs: Sequence[Array]) -> bool:
    """Tell whether an op's output is NaN or Inf somewhere although what it read there is finite.

    Rows are told apart where output and input have as many.
    """
    if output.dtype.kind not in "fc":
        return False
    bad = ~np.isfinite(output)
    if not bad.any():
        return False
    rows = bad.reshape(bad.shape[0], -1).any(axis=1) if bad.ndim else bad.reshape(1)
    for read in inputs:
        if read.dtype.kind not in "fc":
            continue
        fine = np.isfinite(read)
        if fine.all():
            continue
        if not read.ndim or not output.ndim or read.shape[0] != output.shape[0]:
            return False
        rows = rows & fine.reshape(fine.shape[0], -1).all(axis=1)
    return bool(rows.any())
