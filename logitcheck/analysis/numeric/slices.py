"""Which part of a graph the range analysis looks at: what dangerous ops are computed from, nothing else.

A batch normalisation's ``1 / sqrt(variance + epsilon)`` depends on two stored numbers; a graph of a thousand
layers without another dangerous op needs no more than those.
"""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analysis.numeric.assume import DEPTH, PLACEWISE
from logitcheck.analysis.numeric.reach import CARRIES, CLIPS, GROWS, SCALES
from logitcheck.analysis.numeric.saturation import saturable
from logitcheck.analysis.numeric.zones import ZONES
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


def live(graph: Graph) -> set[str]:
    """Return the nodes that outputs are computed from; all of them where no output is told."""
    if not graph.outputs:
        return {node.name for node in graph.nodes}
    return graph.ancestors(ref.node for ref in graph.outputs)


def feared(graph: Graph) -> set[str]:
    """Return the live nodes that may be dangerous: by their op, by an overflow, or by a graph inside them."""
    alive = live(graph)
    overflowing = _overflowing(graph) | saturable(graph)
    return {
        node.name
        for node in graph.nodes
        if node.name in alive and (node.op in ZONES or node.name in overflowing or _holds_danger(node))
    }


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


def _holds_danger(node: Node) -> bool:
    return any(
        isinstance(value, Graph) and any(n.op in ZONES for n in value.walk()) for value in node.attrs.values()
    )


def _overflowing(graph: Graph) -> set[str]:
    """Return ops that can overflow and whose bounds inputs, constants and clips reach."""
    near, found = set[str](), set[str]()
    for node in graph.nodes:
        read = [ref.node for ref in node.inputs]
        carried = read[:1] if node.op in CARRIES else read
        inside = bool(read) and all(name in near for name in carried)
        if (
            node.op in ("Placeholder", "Const")
            or node.op in CLIPS
            or (node.op in CARRIES | SCALES and inside)
        ):
            near.add(node.name)
        if node.op in GROWS and inside and any(graph.by_name[name].op != "Const" for name in carried):
            found.add(node.name)
    return found
