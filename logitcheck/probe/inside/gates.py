"""Layers that get no gradient yet because a trainable weight behind them still is 0.

Residual branches are often begun that way, with a last scale or kernel of zeros (Goyal et al. 2017, Accurate,
Large Minibatch SGD; Bachlechner et al. 2020, ReZero): that weight itself gets a gradient, the first step
moves it off 0, and from the second on all before it learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.graph import Graph, Node
from logitcheck.probe.inside import spots

SCALES = frozenset(("gamma", "scale"))


def behind_gates(graph: Graph, figures: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the layers before such a weight; ``figures`` are those of all weights' gradients, by node."""
    gates = [node for node in spots.weights(graph) if _is_gate(node, figures.get(node.name))]
    names = {spots.name_of(node) for node in gates}
    todo = [node.name for node in graph.nodes if spots.name_of(node) in names]
    todo += [reader.name for node in gates for reader in graph.readers.get(node.name, ())]
    before: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in before and name in graph.by_name:
            before.add(name)
            todo.extend(ref.node for ref in graph.by_name[name].inputs)
    return {spots.name_of(node) for node in spots.weights(graph) if node.name in before} - names


def _is_gate(node: Node, gradient: Mapping[str, Any] | None) -> bool:
    """Tell whether a weight multiplies, is 0 throughout, and is about to change."""
    multiplies = len(node.attrs.get("shape") or ()) > 1 or node.attrs.get("slot") in SCALES
    return multiplies and gradient is not None and gradient["size"] == 0 and gradient["norm"] > 0
