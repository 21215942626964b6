"""How often a loop of TensorFlow 1 goes round, where a counter and a constant say so."""

from __future__ import annotations

import math

from logitcheck.analysis.numeric.values import Values
from logitcheck.graph import Graph, Node, Ref

LONGEST = 32


def trips(graph: Graph, values: Values) -> int | None:
    """Return the number of rounds of the graph's only loop, None for several, unknown or long ones.

    Recognised: ``i < n`` on a counter that starts at a constant and grows by one.
    """
    conditions = [node for node in graph.nodes if node.op == "LoopCond" and node.inputs]
    if len(conditions) != 1:
        return None
    test = values.maker(conditions[0].inputs[0])
    while test is not None and test.op == "LogicalAnd":
        test = values.maker(test.inputs[0])
    if test is None or test.op not in ("Less", "LessEqual") or len(test.inputs) != 2:
        return None
    start, step = _counter(graph, values, test.inputs[0])
    end = _constant(values, test.inputs[1])
    if start is None or end is None or step is None or step <= 0:
        return None
    count = math.ceil((end - start + (test.op == "LessEqual")) / step)
    return count if 0 <= count <= LONGEST else None


def _counter(graph: Graph, values: Values, ref: Ref) -> tuple[float | None, float | None]:
    """Return the start and the step of a counter, None for what is not constant."""
    merge = graph.by_name.get(ref.node)
    if merge is None or merge.op != "Merge" or len(merge.inputs) != 2:
        return None, None
    start = _constant(values, merge.inputs[0])
    behind = graph.by_name.get(merge.inputs[1].node)
    added = values.maker(behind.inputs[0]) if behind is not None and behind.op == "NextIteration" else None
    if added is None or added.op not in ("Add", "AddV2") or not _returns(graph, added, merge):
        return start, None
    return start, _constant(values, added.inputs[1])


def _returns(graph: Graph, added: Node, merge: Node) -> bool:
    """Tell whether a sum's first term is the loop's own variable, handed on by Switch and Identity."""
    node = graph.by_name.get(added.inputs[0].node)
    for _ in range(4):
        if node is None or node.name == merge.name or not node.inputs:
            break
        if node.op not in ("Identity", "Switch"):
            return False
        node = graph.by_name.get(node.inputs[0].node)
    return node is not None and node.name == merge.name


def _constant(values: Values, ref: Ref) -> float | None:
    maker = values.maker(ref)
    value = maker.attrs.get("value") if maker is not None and maker.op == "Const" else None
    return None if value is None or value.size != 1 else float(value.ravel()[0])
