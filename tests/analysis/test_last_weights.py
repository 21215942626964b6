"""The last layer behind a tensor, told by its stored numbers."""

from __future__ import annotations

from logitcheck.analysis.last_weights import last_weights
from logitcheck.graph import Graph, Node, Ref


def node(name: str, op: str, *inputs: str, **attrs: object) -> Node:
    return Node(name, op, tuple(Ref(source) for source in inputs), attrs)


TRUNK = (
    node("x", "Placeholder"),
    node("trunk_w", "Weight", key="trunk/kernel"),
    node("trunk", "MatMul", "x", "trunk_w"),
)
HEADS = tuple(
    made
    for head in "ab"
    for made in (
        node(f"{head}_w", "Weight", key=f"{head}/kernel"),
        node(f"{head}_read", "ReadVariableOp", f"{head}_w"),
        node(f"{head}_scores", "MatMul", "trunk", f"{head}_read"),
        node(f"{head}_soft", "Softmax", f"{head}_scores"),
    )
)


def test_two_heads_on_one_trunk_end_in_their_own_layers() -> None:
    graph = Graph((*TRUNK, *HEADS))
    assert last_weights(graph, Ref("a_soft")) == {"a/kernel"}
    assert last_weights(graph, Ref("b_scores")) == {"b/kernel"}


def test_every_way_back_counts() -> None:
    graph = Graph((*TRUNK, *HEADS, node("mean", "AddV2", "a_soft", "b_soft")))
    assert last_weights(graph, Ref("mean")) == {"a/kernel", "b/kernel"}


def test_no_way_back_ends_at_a_variable() -> None:
    assert last_weights(Graph(TRUNK), Ref("x")) == frozenset()


def test_a_circle_ends() -> None:
    graph = Graph((node("a", "Merge", "b"), node("b", "NextIteration", "a")))
    assert last_weights(graph, Ref("a")) == frozenset()
