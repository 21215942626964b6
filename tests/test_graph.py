"""Walks over a graph: every node with bodies and branches, and what a node is computed from."""

from __future__ import annotations

from logitcheck.graph import Graph, Node, Ref


def graph(*nodes: Node) -> Graph:
    return Graph(nodes)


def test_a_walk_enters_bodies_and_branches_right_behind_their_node() -> None:
    inner = graph(
        Node("w/b/sin", "Sin"), Node("w/b/if", "If", attrs={"then_branch": graph(Node("t", "Neg"))})
    )
    whole = graph(
        Node("x", "Placeholder"), Node("w", "While", attrs={"body": inner, "n": 1}), Node("y", "Cos")
    )
    assert [node.name for node in whole.walk()] == ["x", "w", "w/b/sin", "w/b/if", "t", "y"]
    assert [node.name for node in whole.walk()] == ["x", "w", "w/b/sin", "w/b/if", "t", "y"]


def test_a_walk_over_a_plain_graph_is_over_its_nodes() -> None:
    plain = graph(Node("x", "Placeholder", attrs={"shape": (None, 2)}), Node("y", "Cos", (Ref("x"),)))
    assert list(plain.walk()) == list(plain.nodes)


def test_ancestors_are_found_once_and_only_where_they_exist() -> None:
    loop = graph(
        Node("a", "Merge", (Ref("start"), Ref("b"))),
        Node("b", "Add", (Ref("a"), Ref("gone"))),
        Node("start", "Const"),
        Node("aside", "Neg", (Ref("b"),)),
    )
    assert loop.ancestors(["b", "unheard"]) == {"a", "b", "start"}


def test_the_ops_after_a_node_are_those_of_its_readers_and_theirs() -> None:
    nodes = Node("a", "Log"), Node("b", "Mul", (Ref("a"),)), Node("c", "Sum", (Ref("b"),)), Node("d", "Relu")
    assert Graph(nodes).ops_after(nodes[0]) == {"Mul", "Sum"}
    assert Graph(nodes).ops_after(nodes[2]) == set()
