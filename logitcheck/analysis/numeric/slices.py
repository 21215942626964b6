"""Which part of a graph the range analysis looks at: what dangerous ops are computed from, nothing else.

A batch normalisation's ``1 / sqrt(variance + epsilon)`` depends on two stored numbers; a graph of a thousand
layers without another dangerous op needs no more than those.
"""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analysis.numeric.assume import DEPTH, PLACEWISE
from logitcheck.analysis.numeric.op_names import SCALES
from logitcheck.graph import Graph, Node

PAIRS = (
    *SCALES,
    *(
        "Div",
        "DivNoNan",
        "Equal",
        "FloorDiv",
        "FloorMod",
        "GatherV2",
        "Greater",
        "GreaterEqual",
        "If",
        "Less",
    ),
    *("LessEqual", "LogicalAnd", "LogicalOr", "MatMul", "Max", "Maximum", "Mean", "Min", "Minimum", "Mod"),
    *("NotEqual", "Prod", "SquaredDifference", "StatelessIf", "Sum", "Switch", "TruncateDiv", "TruncateMod"),
    *("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "GatherNd", "Merge", "Xdivy", "Xlog1py", "Xlogy"),
)
LEAST = {**dict.fromkeys(PAIRS, 2), "Select": 3, "SelectV2": 3, "ClipByValue": 3}
"""Inputs that an op must have to be what its name says; one where it is not listed."""

SOURCES = frozenset(("Const", "Placeholder", "VarHandleOp", "Variable", "VariableV2", "Weight"))

TAKING = frozenset(("Select", "SelectV2", "Minimum"))
"""Ops that may keep what is not finite out of their result."""


def slice_of(graph: Graph, names: Iterable[str]) -> Graph:
    """Return the part of a graph that computes these nodes and selects from them, in its order."""
    wanted = set(names)
    for name in list(wanted):
        wanted |= _kept_out_by(graph, name)
    needed = graph.ancestors(wanted)
    nodes = tuple(_sound(node) for node in graph.nodes if node.name in needed)
    return Graph(nodes, graph.inputs, tuple(ref for ref in graph.outputs if ref.node in needed))


def _kept_out_by(graph: Graph, name: str, depth: int = DEPTH) -> set[str]:
    """Return all readers of a node, and what leads on from them, where one of them may keep it out."""
    readers, found = graph.readers.get(name, ()), set[str]()
    for reader in readers:
        if reader.op in PLACEWISE and depth:
            found |= _kept_out_by(graph, reader.name, depth - 1)
        if reader.op in TAKING:
            found.add(reader.name)
    return found | {reader.name for reader in readers} if found else found


def _sound(node: Node) -> Node:
    """Return the node, an unknown one in its place where it lacks inputs that its op must have."""
    if len(node.inputs) >= LEAST.get(node.op, 1) or node.op in SOURCES:
        return node
    return Node(node.name, "Unknown", node.inputs, {"what": node.op}, node.layer)
