from __future__ import annotations

import numpy as np
import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.risks import risks
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model


def const(name: str, value: float, dtype: str = "float32") -> Node:
    return Node(name, "Const", (), {"value": np.asarray(value, dtype), "dtype": dtype, "shape": ()})


def looped(limit: Node) -> Graph:
    """``s = 2 * s`` while ``i < limit``, then exp(s), in the control flow of TensorFlow 1."""
    nodes = (
        Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, 2)}),
        const("zero", 0, "int32"),
        limit,
        const("one", 1, "int32"),
        const("two", 2.0),
        Node("enter_i", "Enter", (Ref("zero"),), {"T": "int32"}),
        Node("enter_s", "Enter", (Ref("x"),), {"T": "float32"}),
        Node("i", "Merge", (Ref("enter_i"), Ref("next_i")), {"T": "int32"}),
        Node("s", "Merge", (Ref("enter_s"), Ref("next_s")), {"T": "float32"}),
        Node("less", "Less", (Ref("i"), Ref(limit.name))),
        Node("going", "LoopCond", (Ref("less"),)),
        Node("switch_i", "Switch", (Ref("i"), Ref("going")), {"T": "int32"}),
        Node("switch_s", "Switch", (Ref("s"), Ref("going")), {"T": "float32"}),
        Node("add", "AddV2", (Ref("switch_i", 1), Ref("one")), {"T": "int32"}),
        Node("mul", "Mul", (Ref("switch_s", 1), Ref("two")), {"T": "float32"}),
        Node("next_i", "NextIteration", (Ref("add"),), {"T": "int32"}),
        Node("next_s", "NextIteration", (Ref("mul"),), {"T": "float32"}),
        Node("exit", "Exit", (Ref("switch_s"),), {"T": "float32"}),
        Node("exp", "Exp", (Ref("exit"),), {"T": "float32"}),
    )
    return Graph(nodes, ("x",), (Ref("exp"),))


@pytest.mark.parametrize(("rounds", "alarmed"), [(3, False), (7, True), (200, True)])
def test_a_counted_loop_is_followed_round_by_round(rounds: int, alarmed: bool) -> None:
    graph = looped(const("limit", rounds, "int32"))
    model = Model("m", "graph-def", graph=graph, inputs=(Input("x", "x", (None, 2)),))
    found = risks(model, {"x": Interval(-1.0, 1.0)}, lambda _: None)
    assert [risk.node.name for risk in found] == (["exp"] if alarmed else [])


@pytest.mark.parametrize(("rounds", "alarmed"), [(3, False), (7, True)])
def test_a_loop_with_a_body_of_its_own_is_unrolled(rounds: int, alarmed: bool) -> None:
    condition = Graph(
        (
            Node("ci", "Placeholder", (), {"dtype": "int32"}),
            Node("cs", "Placeholder", (), {"dtype": "float32"}),
            const("limit", rounds, "int32"),
            Node("less", "Less", (Ref("ci"), Ref("limit"))),
        ),
        ("ci", "cs"),
        (Ref("less"),),
    )
    body = Graph(
        (
            Node("bi", "Placeholder", (), {"dtype": "int32"}),
            Node("bs", "Placeholder", (), {"dtype": "float32"}),
            const("one", 1, "int32"),
            const("two", 2.0),
            Node("add", "AddV2", (Ref("bi"), Ref("one")), {"T": "int32"}),
            Node("mul", "Mul", (Ref("bs"), Ref("two")), {"T": "float32"}),
        ),
        ("bi", "bs"),
        (Ref("add"), Ref("mul")),
    )
    nodes = (
        Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, 2)}),
        const("zero", 0, "int32"),
        Node("while", "StatelessWhile", (Ref("zero"), Ref("x")), {"cond": condition, "body": body}),
        Node("exp", "Exp", (Ref("while", 1),), {"T": "float32"}),
    )
    model = Model(
        "m", "graph-def", graph=Graph(nodes, ("x",), (Ref("exp"),)), inputs=(Input("x", "x", (None, 2)),)
    )
    found = risks(model, {"x": Interval(-1.0, 1.0)}, lambda _: None)
    assert [risk.node.name for risk in found] == (["exp"] if alarmed else [])
