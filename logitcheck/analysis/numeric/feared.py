"""Which ops of a graph the range analysis has to look at, told by their names and by stored numbers alone.

Most graphs hold no dangerous op but the ``1 / sqrt(variance + epsilon)`` of batch normalisations, and a
stored variance that is not negative settles those without a range: the sum is at least epsilon.
"""

from __future__ import annotations

from collections.abc import Callable

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.numeric.op_names import CARRIES, CLIPS, DANGEROUS, GROWS, SCALES
from logitcheck.graph import Graph, Node

REACHED = CLIPS | {"Const", "Placeholder"}
"""Ops whose bounds are reached, whatever they read."""

HANDS_ON = CARRIES | SCALES
LOOKED_AT = HANDS_ON | GROWS

GUARD = 2.0**-20
"""An epsilon from here on stays positive in every float dtype, however it and a sum with it are rounded: the
smallest positive number of float16 is 2**-24.
"""


def feared(graph: Graph, weight: Callable[[str], WeightFacts | None]) -> set[str]:
    """Return the live nodes that may be dangerous: by their op, by an overflow, or by a graph inside them.

    Empty where stored numbers settle all of them.
    """
    inside = _overflowing(graph) | _holding(graph)
    if any("float16" in (node.attrs.get("DstT"), node.attrs.get("T")) for node in graph.nodes):
        from logitcheck.analysis.numeric.saturation import saturable

        inside |= saturable(graph)
    dangerous = [node for node in graph.nodes if node.op in DANGEROUS]
    if not inside and all(_is_guarded(graph, node, weight) for node in dangerous):
        return set()
    return inside.union(node.name for node in dangerous) & _live(graph)


def _live(graph: Graph) -> set[str]:
    """Return the nodes that outputs are computed from; all of them where no output is told."""
    if not graph.outputs:
        return {node.name for node in graph.nodes}
    return graph.ancestors(ref.node for ref in graph.outputs)


def _holding(graph: Graph) -> set[str]:
    """Return the nodes that hold a loop body or a branch with a dangerous op in it."""
    return {
        node.name
        for node in graph.nodes
        for value in node.attrs.values()
        if isinstance(value, Graph) and any(inner.op in DANGEROUS for inner in value.walk())
    }


def _overflowing(graph: Graph) -> set[str]:
    """Return ops that can overflow and whose bounds inputs, constants and clips reach."""
    near, found = set[str](), set[str]()
    for node in graph.nodes:
        op = node.op
        if op in REACHED:
            near.add(node.name)
        if op not in LOOKED_AT:
            continue
        read = node.inputs[:1] if op in CARRIES else node.inputs
        if read and all(ref.node in near for ref in read):
            if op in HANDS_ON:
                near.add(node.name)
            if op in GROWS and any(graph.by_name[ref.node].op != "Const" for ref in read):
                found.add(node.name)
    return found


def _is_guarded(graph: Graph, node: Node, weight: Callable[[str], WeightFacts | None]) -> bool:
    """Tell whether a node is ``1 / sqrt(v + epsilon)`` of a stored v that is nowhere negative.

    Training keeps the sign of what it moves, as far as the range analysis goes.
    """
    total = graph.by_name.get(node.inputs[0].node) if node.op == "Rsqrt" and node.inputs else None
    if total is None or total.op not in ("Add", "AddV2") or len(total.inputs) != 2:
        return False
    stored, guard = (graph.by_name.get(ref.node) for ref in total.inputs)
    if stored is not None and stored.op == "Const":
        stored, guard = guard, stored
    if stored is None or stored.op != "Weight" or guard is None or guard.op != "Const":
        return False
    key, value = stored.attrs.get("key"), guard.attrs.get("value")
    if key is None or value is None or value.dtype.kind != "f" or value.size != 1:
        return False
    facts = weight(str(key))
    return facts is not None and facts.low >= 0 and float(value.item()) >= GUARD
