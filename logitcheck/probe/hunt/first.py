"""Where NaN or Inf begins: the first op, in the order of the graph, that makes it of finite numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.slices import SEED, Slice, breaks, numbers
from logitcheck.probe.hunt.stepwise import DEAD, Stepper


class Walk:
    """One run of a graph, node by node, that remembers where NaN and Inf appear."""

    def __init__(self, model: Model, graph: Graph, wanted: Iterable[Ref]):
        self.cut = Slice(model, graph, wanted)
        self.origins: dict[str, dict[str, Any]] = {}
        """Every node that makes NaN or Inf of finite numbers, in the order in which they ran."""

    def run(self, given: Mapping[str, Array], seed: int = 0) -> dict[Ref, Array]:
        """Run on arrays by placeholder; return the wanted references' values. Raises KeyError for a lack."""
        import tensorflow as tf

        arrays = [given[node.name] for node in self.cut.fed]
        feeds: dict[str, Any] = {SEED: tf.constant(seed, tf.int32)}
        pairs = zip(self.cut.fed, self.cut.tensors(arrays), strict=True)
        feeds.update({node.name: item for node, item in pairs})
        answers = Stepper(self.cut.weights, self._watch).run(self.cut.graph, feeds)
        told = zip(self.cut.wanted, answers, strict=True)
        return {ref: numbers(answer) for ref, answer in told if answer is not DEAD}

    def first(self, ref: Ref) -> dict[str, Any] | None:
        """Return the first origin among what a reference is computed from."""
        todo = [ref.node]
        behind: set[str] = set()
        while todo:
            name = todo.pop()
            node = self.cut.graph.by_name.get(name)
            if node is not None and name not in behind:
                behind.add(name)
                inside = [value for value in node.attrs.values() if isinstance(value, Graph)]
                behind.update(inner.name for graph in inside for inner in graph.walk())
                todo.extend(item.node for item in node.inputs)
        return next((origin for name, origin in self.origins.items() if name in behind), None)

    def _watch(self, node: Node, inputs: list[Any], outputs: list[Any]) -> None:
        if node.name in self.origins or any(isinstance(value, Graph) for value in node.attrs.values()):
            return
        for output in outputs:
            if output is DEAD or not (output.dtype.is_floating or output.dtype.is_complex):
                continue
            values = numbers(output)
            if not np.isfinite(values).all():
                read = [numbers(item) for item in inputs if item is not DEAD]
                if breaks(values, read):
                    self.origins[node.name] = origin(node, values, read)
                    return


def origin(node: Node, output: Array, read: list[Array]) -> dict[str, Any]:
    """Return ``node``, ``op``, ``layer``, counts of ``nan`` and ``inf``, ``low``, ``high`` of its inputs."""
    finite = [item[np.isfinite(item)] for item in read if item.dtype.kind == "f"]
    finite = [item for item in finite if item.size]
    return {
        "node": node.name,
        "op": node.op,
        "layer": node.layer,
        "nan": int(np.isnan(output).sum()),
        "inf": int(np.isinf(output).sum()),
        "low": min((float(item.min()) for item in finite), default=None),
        "high": max((float(item.max()) for item in finite), default=None),
    }
