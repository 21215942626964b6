"""The serving graph of a file without signatures."""

from __future__ import annotations

from logitcheck.graph import Graph
from logitcheck.model import Input, Output
from logitcheck.readers.flat_graph import pruned
from logitcheck.readers.frames import Frame
from logitcheck.readers.graph_source import GraphSource, layer_behind
from logitcheck.readers.plain_graph import Forward


def serving(source: GraphSource) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]]:
    """Return the graph of everything that predicts, its inputs and its outputs.

    Raises NotAudited where its nodes cannot be followed.
    """
    body = source.library.main
    names = Forward(body.nodes).predictions()
    inliner = source.inliner()
    refs = inliner.place(Frame(body), names)
    inputs = tuple(
        Input(node.name, node.name, node.attrs.get("shape"), node.attrs.get("dtype", "float32"))
        for node in inliner.nodes.values()
        if node.op == "Placeholder"
    )
    outputs = tuple(
        Output(name, ref, layer_behind(inliner.nodes, ref)) for name, ref in zip(names, refs, strict=True)
    )
    graph = pruned(inliner.nodes, [entry.node for entry in inputs], refs)
    return graph, inputs, outputs
