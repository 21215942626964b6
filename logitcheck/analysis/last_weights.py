"""The stored numbers of the last layers behind a tensor, by which graphs of one model are held together."""

from __future__ import annotations

from logitcheck.analysis.head_ops import VARIABLES
from logitcheck.analysis.heads import MAX_STEPS
from logitcheck.graph import Graph, Node, Ref

READS = frozenset(("Identity", "ReadVariableOp", "Cast"))


def last_weights(graph: Graph, ref: Ref) -> frozenset[str]:
    """Return the keys of the variables met first on every way back from a tensor.

    Two heads on one trunk have none in common; a head's scores, its softmax and its argmax have all.
    """
    waiting, seen, found = [ref.node], set[str](), set[str]()
    while waiting and len(seen) < MAX_STEPS:
        node = graph.by_name.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        inputs = [source.node for source in node.inputs]
        own = {key for name in inputs if (key := _variable(graph, name)) is not None}
        found |= own
        if not own:
            waiting += inputs
    return frozenset(found)


def _variable(graph: Graph, name: str) -> str | None:
    """Return the key of the variable that a node is or only reads; its name where it has no key."""
    node: Node | None = graph.by_name.get(name)
    for _ in range(MAX_STEPS):
        if node is None or node.op not in READS or not node.inputs:
            break
        node = graph.by_name.get(node.inputs[0].node)
    return str(node.attrs.get("key") or node.name) if node is not None and node.op in VARIABLES else None
