"""What a SavedModel without signatures serves: the functions that hang at the root of its object tree."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph
from logitcheck.model import Input, Output
from logitcheck.readers.flat_graph import pruned
from logitcheck.readers.graph_source import GraphSource
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.plain_graph import FUSED
from logitcheck.readers.training_graphs import LOSS_NAME, opened, reaching
from logitcheck.readers.variables import Variables

FIRST = ("__call__", "call", "serve", "predict")
"""Names under which modules answer, the likeliest first."""


def function_to_serve(
    source: GraphSource, objects: ObjectGraph, variables: Variables
) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]] | None:
    """Return graph, inputs and outputs of the first function that predicts, None where none can be followed.

    Outputs are called as the function is, numbered where it returns several.
    """
    for path, name in _candidates(source, objects):
        try:
            inliner, frame, fed = opened(source, objects, variables, path, name)
            refs = inliner.place(frame, frame.body.returns)
        except NotAudited:
            continue
        if not refs or not fed:
            continue
        names = [path] if len(refs) == 1 else [f"{path}/{number}" for number in range(len(refs))]
        outputs = tuple(Output(key, ref) for key, ref in zip(names, refs, strict=True))
        found = ((node, inliner.nodes[node].attrs) for node in fed)
        inputs = tuple(
            Input(node, node, attrs.get("shape"), attrs.get("dtype", "float32")) for node, attrs in found
        )
        return pruned(inliner.nodes, fed, refs), inputs, outputs
    return None


def _candidates(source: GraphSource, objects: ObjectGraph) -> Iterator[tuple[str, str]]:
    """Yield path and name of the root's own functions that are no loss, the likeliest first."""
    losing = reaching(source.library, FUSED)
    own = [
        (path, name)
        for path, name in objects.functions()
        if "/" not in path and not LOSS_NAME.search(path) and name not in losing
    ]
    yield from sorted(own, key=lambda found: FIRST.index(found[0]) if found[0] in FIRST else len(FIRST))
