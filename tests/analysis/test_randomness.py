"""Random numbers on the way to an output: found where they surely count, not where a branch may skip them."""

from __future__ import annotations

import pytest

from logitcheck.analysis.randomness import random_behind
from logitcheck.graph import Graph, Node, Ref


def chain(*ops: str) -> Graph:
    """Return a chain of ops; each second input is a seed, the one after it a constant, else a counter."""
    nodes = [Node("x", "Placeholder", (), {}), Node("fixed", "Const", (), {}), Node("moved", "AddV2", (), {})]
    last = "x"
    for op in ops:
        kind, _, seed = op.partition(" ")
        nodes.append(Node(op, kind, (Ref(last), Ref(seed)) if seed else (Ref(last),), {}))
        last = op
    return Graph(tuple(nodes), ("x",), (Ref(last),))


@pytest.mark.parametrize(
    ("ops", "found"),
    [
        (("RandomUniform", "Mul"), "RandomUniform"),
        (("StatelessRandomUniformV2 moved", "Mul"), "StatelessRandomUniformV2 moved"),
        (("StatelessRandomUniformV2 fixed", "Mul"), None),
        (("RandomUniform", "Merge", "Mul"), None),
        (("MatMul", "Softmax"), None),
    ],
)
def test_what_an_output_depends_on(ops: tuple[str, ...], found: str | None) -> None:
    graph = chain(*ops)
    node = random_behind(graph, graph.outputs[0])
    assert (None if node is None else node.name) == found
