"""What the graph tells of an input's values."""

from __future__ import annotations

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.bounds import id_bound, is_encoded_image


def const(name, value):
    return Node(name, "Const", attrs={"value": np.asarray(value)})


def graph(*nodes):
    return Graph(nodes=(Node("x", "Placeholder"), *nodes), inputs=("x",))


def test_ids_are_bounded_by_the_smallest_table_they_reach():
    made = graph(
        Node("w", "Weight", attrs={"shape": (100, 8)}),
        Node("w2", "Weight", attrs={"shape": (8, 40)}),
        Node("cast", "Cast", (Ref("x"),)),
        const("axis", 0),
        const("axis1", 1),
        Node("look", "GatherV2", (Ref("w"), Ref("cast"), Ref("axis"))),
        Node("look2", "GatherV2", (Ref("w2"), Ref("cast"), Ref("axis1"))),
    )
    assert id_bound(made, "x") == 40


def test_values_that_were_computed_with_are_no_ids():
    made = graph(
        Node("w", "Weight", attrs={"shape": (100, 8)}),
        Node("double", "Add", (Ref("x"), Ref("x"))),
        const("axis", 0),
        Node("look", "GatherV2", (Ref("w"), Ref("double"), Ref("axis"))),
    )
    assert id_bound(made, "x") is None


def test_a_table_behind_a_resource_read():
    made = graph(
        Node("w", "VarHandleOp", attrs={"shape": (12, 8)}),
        Node("read", "ReadVariableOp", (Ref("w"),)),
        const("axis", 0),
        Node("look", "GatherV2", (Ref("read"), Ref("x"), Ref("axis"))),
        Node("gather", "ResourceGather", (Ref("w"), Ref("x"))),
    )
    assert id_bound(made, "x") == 12


def test_one_hot_bounds_ids_by_its_depth():
    made = graph(const("depth", 7), Node("hot", "OneHot", (Ref("x"), Ref("depth"))))
    assert id_bound(made, "x") == 7


def test_the_indexed_tensor_itself_is_not_an_id():
    made = graph(
        const("i", [0]), const("axis", 0), Node("look", "GatherV2", (Ref("x"), Ref("i"), Ref("axis")))
    )
    assert id_bound(made, "x") is None


def test_encoded_images():
    assert is_encoded_image(graph(Node("d", "DecodeJpeg", (Ref("x"),))), "x")
    assert not is_encoded_image(graph(Node("d", "StringLower", (Ref("x"),))), "x")
